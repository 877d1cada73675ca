import {createHash} from 'node:crypto';
import {blockLength} from '../../source/base/units.js';
import type {BlockPool} from '../../source/io/disk/block-pool.js';
import type {Disk, TorrentOnDisk} from '../../source/io/disk/disk.js';
import type {Checking, FileStamp, Storage, StorageEvents} from '../../source/io/disk/storage.js';
import type {PieceGeometry} from '../../source/policy/pieces/piece-geometry.js';
import {Bitfield} from '../../source/protocol/wire/bitfield.js';
import type {VirtualClock} from './virtual-clock.js';

/** Writes what the swarm's content has at this block: the same bytes everywhere. */
export function fillBlock(view: Uint8Array, piece: number, block: number): void {
	view.fill((piece * 7 + block) & 255);
	const stamp = (piece << 8) | block;
	for (const at of [0, view.length - 4]) {
		view[at] = stamp >>> 24;
		view[at + 1] = stamp >>> 16;
		view[at + 2] = stamp >>> 8;
		view[at + 3] = stamp;
	}
}

function isRight(view: Uint8Array, piece: number, block: number): boolean {
	const stamp = (piece << 8) | block;
	const first = ((view[0]! << 24) | (view[1]! << 16) | (view[2]! << 8) | view[3]!) === stamp;
	const end = view.length - 4;
	const last =
		((view[end]! << 24) | (view[end + 1]! << 16) | (view[end + 2]! << 8) | view[end + 3]!) === stamp;
	return first && last && view[view.length >> 1] === ((piece * 7 + block) & 255);
}

export interface MemoryDiskOptions {
	readonly clock: VirtualClock;
	/** ms from a whole piece to its verdict, and for a read. */
	readonly delay: number;
	/** Whether what is read now comes out wrong. */
	readonly lies?: (() => boolean) | undefined;
	readonly onPiece?: ((piece: number) => void) | undefined;
}

/** A disk that keeps which pieces are there rather than their bytes. Outlives the sessions that use it. */
export class MemoryDisk {
	readonly options: MemoryDiskOptions;
	have: Bitfield;
	/** Blocks of unfinished pieces, by piece and block. */
	readonly loose = new Map<string, Uint8Array>();
	reads = 0;
	wrong = 0;

	constructor(pieces: number, options: MemoryDiskOptions) {
		this.options = options;
		this.have = new Bitfield(pieces);
	}

	mount(pool: BlockPool): Disk {
		return {
			open: (torrent, events) => new MemoryStorage(this, pool, torrent, events),
			exists: async () => this.have.count > 0,
			freeSpace: async () => 1 << 40,
			close: async () => {},
		};
	}
}

class MemoryStorage implements Storage {
	written = 0;
	waiting = 0;
	readonly #disk: MemoryDisk;
	readonly #pool: BlockPool;
	readonly #events: StorageEvents;
	readonly #map: PieceGeometry;
	readonly #length: number;
	#closed = false;

	constructor(disk: MemoryDisk, pool: BlockPool, {metainfo, map}: TorrentOnDisk, events: StorageEvents) {
		this.#disk = disk;
		this.#pool = pool;
		this.#events = events;
		this.#length = metainfo.length;
		this.#map = map;
	}

	storePiece(piece: number, slots: ArrayLike<number>): void {
		const taken = Array.from(slots);
		for (const slot of taken) if (slot >= 0) this.#pool.queued(1);
		this.waiting++;
		this.#disk.options.clock.after(this.#disk.options.delay, () => {
			this.waiting--;
			const views = taken.map((slot, block) => this.#view(piece, block, slot));
			const right = views.every((view, block) => isRight(view, piece, block));
			const digests = right ? new Uint8Array(0) : this.#digests(views);
			for (const slot of taken) if (slot >= 0) this.#give(slot);
			for (const block of taken.keys()) this.#disk.loose.delete(`${piece}/${block}`);
			if (!right) {
				this.#disk.wrong++;
				this.#events.wrong(piece, digests);
				return;
			}
			this.#disk.have.set(piece);
			this.written += this.#map.pieceSize(piece);
			this.#disk.options.onPiece?.(piece);
			this.#events.stored(piece);
		});
	}

	#view(piece: number, block: number, slot: number): Uint8Array {
		if (slot < 0) return this.#disk.loose.get(`${piece}/${block}`) ?? new Uint8Array(8);
		return this.#pool.bytes.subarray(
			slot * blockLength,
			slot * blockLength + this.#map.blockSize(piece, block),
		);
	}

	#digests(views: readonly Uint8Array[]): Uint8Array {
		return Buffer.concat(views.map(view => createHash('sha1').update(view).digest()));
	}

	#give(slot: number): void {
		this.#pool.queued(-1);
		this.#pool.give(slot);
	}

	async storeBlocks(piece: number, blocks: readonly number[], slots: readonly number[]): Promise<undefined> {
		for (const [at, slot] of slots.entries()) {
			const block = blocks[at]!;
			this.#disk.loose.set(`${piece}/${block}`, this.#view(piece, block, slot).slice());
			this.#pool.give(slot);
		}
	}

	read(position: number, views: readonly Uint8Array[], done: (failure: undefined) => void): void {
		const {clock, delay, lies} = this.#disk.options;
		this.#disk.reads++;
		let at = position;
		for (const view of views) {
			for (let from = 0; from < view.length; from += blockLength, at += blockLength) {
				const piece = Math.floor(at / this.#map.pieceLength);
				const block = view.subarray(from, from + blockLength);
				fillBlock(block, piece, (at % this.#map.pieceLength) / blockLength);
				if (lies?.()) block.fill(255, 0, 32);
			}
		}
		clock.after(delay, () => done(undefined));
	}

	check(pieces: ArrayLike<number>, told: (piece: number, right: boolean) => void): Checking {
		let stopped = false;
		const done = (async () => {
			for (let at = 0; at < pieces.length && !stopped; at++)
				told(pieces[at]!, this.#disk.have.has(pieces[at]!));
			return undefined;
		})();
		return {
			done,
			stop: () => {
				stopped = true;
			},
		};
	}

	async blockDigests(piece: number): Promise<Uint8Array> {
		const views = Array.from({length: this.#map.blockCount(piece)}, (_, block) => {
			const view = new Uint8Array(this.#map.blockSize(piece, block));
			fillBlock(view, piece, block);
			return view;
		});
		return this.#digests(views);
	}

	async stamps(): Promise<ReadonlyArray<FileStamp | undefined>> {
		return [this.#disk.have.count > 0 ? {size: this.#length, mtime: 1} : undefined];
	}

	async close(): Promise<void> {
		this.#closed = true;
	}

	get closed(): boolean {
		return this.#closed;
	}

	expect(): void {}
	async setWanted(): Promise<undefined> {}
	async createEmptyFiles(): Promise<undefined> {}
	async allocate(): Promise<undefined> {}
	async createLinks(): Promise<undefined> {}
	async flush(): Promise<undefined> {}
	async move(): Promise<undefined> {}
	async rename(): Promise<undefined> {}

	async remove() {
		this.#disk.have = new Bitfield(this.#map.pieceCount);
		return {deleted: 1, kept: [], failure: undefined};
	}
}

import {readv, stat} from 'node:fs';
import type {Bytes} from '../base/units.js';
import {checkPieces} from './disk-check.js';
import type {DiskLane, JobListener} from './disk-lane.js';
import type {FileLayout, LayoutData} from './file-layout.js';
import type {ReadHandles} from './read-handles.js';
import type {Checking, FileStamp, Storage, StorageEvents, StorageFailure} from './storage.js';
import {failureOf, StorageError} from './storage-failure.js';
import {cut} from './torrent-files.js';

/** What a storage shares with the others of its service. */
export interface StorageShare {
	/** The number the workers know the torrent by. */
	readonly torrent: number;
	/** The worker that writes the torrent's files. */
	readonly lane: DiskLane;
	readonly readers: ReadHandles;
	/** Lends the lanes a check may use besides, until `giveBack` is called. */
	readonly borrowCheckers: () => {readonly lanes: readonly DiskLane[]; readonly giveBack: () => void};
	/** Told once, when the storage was closed. */
	readonly closed: () => void;
}

/** One torrent's files, written by a worker and read from the event loop. */
export class TorrentStorage implements Storage, JobListener {
	readonly #layout: FileLayout;
	readonly #data: LayoutData;
	readonly #share: StorageShare;
	readonly #events: StorageEvents;
	#wanted: Uint8Array;
	#written: Bytes = 0;
	#waiting = 0;
	/** Those who wait for `storeBlocks`, in order, and the bytes it writes. */
	readonly #blockWriters: Array<{bytes: Bytes; resolve: (failure: StorageFailure | undefined) => void}> = [];
	/** Resolves when every file has its place; undefined once that is so. */
	#placing: Promise<void> | undefined;
	#reading = 0;
	#idle: (() => void) | undefined;
	#closing: Promise<void> | undefined;
	readonly #checks = new Set<Checking>();
	/** Lanes that have helped with a check and may hold files open. */
	readonly #helpers = new Set<DiskLane>();

	constructor(
		layout: FileLayout,
		data: LayoutData,
		wanted: Uint8Array,
		events: StorageEvents,
		share: StorageShare,
	) {
		this.#layout = layout;
		this.#data = data;
		this.#wanted = wanted.slice();
		this.#events = events;
		this.#share = share;
		const all = wanted.every((want, file) => want !== 0 || layout.isPad(file));
		if (all) layout.placed.fill(1);
		share.lane.open(share.torrent, this, {type: 'open', layout: data});
		if (!all) void this.#place();
	}

	get written(): Bytes {
		return this.#written;
	}

	get waiting(): number {
		return this.#waiting;
	}

	storePiece(piece: number, slots: ArrayLike<number>): void {
		this.#waiting++;
		this.#share.lane.storePiece(this.#share.torrent, piece, slots);
	}

	storeBlocks(
		piece: number,
		blocks: readonly number[],
		slots: readonly number[],
	): Promise<StorageFailure | undefined> {
		return new Promise(resolve => {
			this.#blockWriters.push({bytes: slots.length * 16_384, resolve});
			this.#share.lane.storeBlocks(this.#share.torrent, piece, blocks, slots);
		});
	}

	read(
		position: Bytes,
		views: readonly Uint8Array[],
		done: (failure: StorageFailure | undefined) => void,
	): void {
		if (this.#placing) void this.#placing.then(() => this.read(position, views, done));
		else this.#read(position, views, done);
	}

	check(pieces: ArrayLike<number>, told: (piece: number, right: boolean) => void): Checking {
		this.#share.readers.forget(this.#layout.dir);
		const {torrent, lane, borrowCheckers} = this.#share;
		const borrowed = borrowCheckers();
		for (const helper of borrowed.lanes) {
			this.#helpers.add(helper);
			if (!helper.has(torrent)) helper.open(torrent, this, {type: 'open', layout: this.#data});
		}

		const lanes = [lane, ...borrowed.lanes];
		const checking = checkPieces(lanes, torrent, this.#layout.pieceLength, pieces, told);
		this.#checks.add(checking);
		void checking.done.then(() => {
			this.#checks.delete(checking);
			borrowed.giveBack();
		});
		return checking;
	}

	setWanted(wanted: Uint8Array): Promise<StorageFailure | undefined> {
		this.#wanted = wanted.slice();
		return this.#place();
	}

	async createEmptyFiles(): Promise<StorageFailure | undefined> {
		return this.#ask({type: 'create', wanted: this.#wanted, links: false});
	}

	async createLinks(): Promise<StorageFailure | undefined> {
		return this.#ask({type: 'create', wanted: this.#wanted, links: true});
	}

	async stamps(): Promise<ReadonlyArray<FileStamp | undefined>> {
		const stamps: Array<FileStamp | undefined> = [];
		// A few at a time: there may be ten thousand.
		for (let file = 0; file < this.#layout.fileCount; file += 64) {
			const some = Array.from({length: Math.min(64, this.#layout.fileCount - file)}, (_, n) =>
				this.#stamp(file + n),
			);
			stamps.push(...(await Promise.all(some)));
		}

		return stamps;
	}

	async flush(): Promise<StorageFailure | undefined> {
		return this.#ask({type: 'flush'});
	}

	close(): Promise<void> {
		this.#closing ??= this.#end('close');
		return this.#closing;
	}

	async remove(): Promise<void> {
		this.#closing ??= this.#end('remove');
		await this.#closing;
	}

	stored(piece: number): void {
		this.#waiting--;
		this.#written += this.#layout.pieceSize(piece);
		this.#events.stored(piece);
	}

	wrong(piece: number, digests: Uint8Array): void {
		this.#waiting--;
		this.#events.wrong(piece, digests);
	}

	failed(piece: number, failure: StorageFailure): void {
		this.#waiting--;
		this.#events.failed(piece, failure);
	}

	blocksStored(failure: StorageFailure | undefined): void {
		const {bytes, resolve} = this.#blockWriters.shift()!;
		if (!failure) this.#written += bytes;
		resolve(failure);
	}

	async #end(how: 'close' | 'remove'): Promise<void> {
		for (const checking of this.#checks) checking.stop();
		await Promise.all([...this.#checks].map(({done}) => done));
		if (this.#reading > 0) {
			await new Promise<void>(resolve => {
				this.#idle = resolve;
			});
		}

		const {torrent, lane} = this.#share;
		for (const helper of this.#helpers)
			if (helper.has(torrent)) await helper.request(torrent, {type: 'close'});
		const {failure} = await lane.request(torrent, {type: how});
		this.#share.readers.forget(this.#layout.dir);
		this.#share.readers.forget(this.#layout.partPath);
		this.#share.closed();
		if (failure && how === 'remove') throw new StorageError(failure.code, failure.message);
	}

	async #ask(task: Parameters<DiskLane['request']>[1]): Promise<StorageFailure | undefined> {
		return (await this.#share.lane.request(this.#share.torrent, task)).failure;
	}

	#place(): Promise<StorageFailure | undefined> {
		const placed = this.#ask({type: 'place', wanted: this.#wanted});
		const placing = placed.then(() => {
			if (this.#placing === placing) this.#placing = undefined;
		});
		this.#placing = placing;
		return placed;
	}

	async #stamp(file: number): Promise<FileStamp | undefined> {
		if (this.#layout.isPad(file)) return undefined;
		return new Promise(resolve => {
			stat(this.#layout.path(file), (error, stats) => {
				resolve(error ? undefined : {size: stats.size, mtime: stats.mtimeMs});
			});
		});
	}

	#read(
		position: Bytes,
		views: readonly Uint8Array[],
		done: (failure: StorageFailure | undefined) => void,
	): void {
		let length = 0;
		for (const view of views) length += view.length;
		const {map, placed} = this.#layout;
		const segments = map.segments(position, length);
		let pending = 1;
		let failure: StorageFailure | undefined;
		this.#reading++;
		const finish = (found?: StorageFailure): void => {
			failure ??= found;
			if (--pending > 0) return;
			if (--this.#reading === 0) this.#idle?.();
			done(failure);
		};

		let at = 0;
		for (const segment of segments) {
			const part = segments.length === 1 ? views : cut(views, at, segment.length);
			if (segment.file < 0) for (const view of part) view.fill(0);
			else {
				pending++;
				const own = placed[segment.file] !== 0;
				const path = own ? this.#layout.path(segment.file) : this.#layout.partPath;
				this.#readFile(path, own ? segment.offset : position + at, part, segment.length, finish);
			}

			at += segment.length;
		}

		// Never before this call has returned, even when there is nothing to read.
		process.nextTick(finish);
	}

	#readFile(
		path: string,
		from: Bytes,
		views: readonly Uint8Array[],
		length: Bytes,
		finish: (failure?: StorageFailure) => void,
	): void {
		this.#share.readers.use(path, (error, descriptor, release) => {
			if (error) {
				release();
				finish(failureOf(error, path));
				return;
			}

			readv(descriptor, views as NodeJS.ArrayBufferView[], from, (problem, count) => {
				release();
				if (problem) finish(failureOf(problem, path));
				else if (count < length) {
					this.#share.readers.forget(path);
					finish({
						code: 'missing',
						message: `file is shorter than it was: ${path}: check the torrent, then resume`,
					});
				} else finish();
			});
		});
	}
}

import type {BlockPool} from '../../source/io/disk/block-pool.ts';
import type {Disk, TorrentOnDisk} from '../../source/io/disk/disk.ts';
import {DiskService} from '../../source/io/disk/disk-service.ts';
import type {
	Checking,
	FileStamp,
	Storage,
	StorageEvents,
	StorageFailure,
} from '../../source/io/disk/storage.ts';

/** What a broken disk says. */
export const brokenDisk: StorageFailure = {
	code: 'io',
	message: 'disk error EIO: /the/disk: check the disk, then resume',
};

type Outcome = Promise<StorageFailure | undefined>;

/** The real disk, with faults a test can put in and take out. They hold for every torrent. */
export class FaultyDisk implements Disk {
	/** Fail as long as they are set. */
	readonly fails: {
		read?: StorageFailure;
		write?: StorageFailure;
		flush?: StorageFailure;
		check?: StorageFailure;
	} = {};
	/** Pieces are handed to the disk only when it is open again; checks and copies go no further. */
	readonly gate = new Gate();
	/** Times each was asked for. */
	readonly asked = {read: 0, write: 0, flush: 0};
	readonly #real: DiskService;
	readonly #pool: BlockPool;

	constructor(pool: BlockPool, stateDir: string) {
		this.#pool = pool;
		this.#real = new DiskService(pool, {stateDir});
	}

	open(torrent: TorrentOnDisk, events: StorageEvents): Storage {
		return new FaultyStorage(this, this.#pool, this.#real.open(torrent, events), events);
	}

	exists(dir: string, name: string): Promise<boolean> {
		return this.#real.exists(dir, name);
	}

	freeSpace(path: string): Promise<number | undefined> {
		return this.#real.freeSpace(path);
	}

	close(): Promise<void> {
		return this.#real.close();
	}
}

/** What waits at it goes on, in order, when it is opened. */
export class Gate {
	#waiting: Array<() => void> | undefined;

	get isShut(): boolean {
		return this.#waiting !== undefined;
	}

	shut(): void {
		this.#waiting ??= [];
	}

	open(): void {
		const waiting = this.#waiting ?? [];
		this.#waiting = undefined;
		for (const go of waiting) go();
	}

	pass(go: () => void): void {
		if (this.#waiting === undefined) go();
		else this.#waiting.push(go);
	}

	passed(): Promise<void> {
		return new Promise(resolve => this.pass(resolve));
	}
}

class FaultyStorage implements Storage {
	readonly #disk: FaultyDisk;
	readonly #pool: BlockPool;
	readonly #real: Storage;
	readonly #events: StorageEvents;
	#waiting = 0;

	constructor(disk: FaultyDisk, pool: BlockPool, real: Storage, events: StorageEvents) {
		this.#disk = disk;
		this.#pool = pool;
		this.#real = real;
		this.#events = events;
	}

	get written(): number {
		return this.#real.written;
	}

	get waiting(): number {
		return this.#waiting + this.#real.waiting;
	}

	storePiece(piece: number, slots: ArrayLike<number>): void {
		this.#disk.asked.write++;
		const copy = Array.from(slots).filter(slot => slot >= 0);
		const all = Int32Array.from(slots);
		this.#waiting++;
		this.#pool.queued(copy.length);
		this.#disk.gate.pass(() => {
			this.#waiting--;
			this.#pool.queued(-copy.length);
			const failure = this.#disk.fails.write;
			if (failure === undefined) return this.#real.storePiece(piece, all);
			for (const slot of copy) this.#pool.give(slot);
			setImmediate(() => this.#events.failed(piece, failure));
		});
	}

	async storeBlocks(piece: number, blocks: readonly number[], slots: readonly number[]): Outcome {
		this.#disk.asked.write++;
		const failure = this.#disk.fails.write;
		if (failure === undefined) return this.#real.storeBlocks(piece, blocks, slots);
		for (const slot of slots) this.#pool.give(slot);
		return failure;
	}

	read(
		position: number,
		views: readonly Uint8Array[],
		done: (failure: StorageFailure | undefined) => void,
	): void {
		this.#disk.asked.read++;
		const failure = this.#disk.fails.read;
		if (failure === undefined) this.#real.read(position, views, done);
		else setImmediate(done, failure);
	}

	check(pieces: ArrayLike<number>, told: (piece: number, right: boolean) => void): Checking {
		const failure = this.#disk.fails.check;
		if (failure === undefined) return this.#real.check(pieces, told);
		return {done: Promise.resolve(failure), stop() {}};
	}

	expect(stamps: ReadonlyArray<FileStamp | undefined>): void {
		this.#real.expect(stamps);
	}

	async flush(): Outcome {
		this.#disk.asked.flush++;
		return this.#disk.fails.flush ?? this.#real.flush();
	}

	async move(...args: Parameters<Storage['move']>): Outcome {
		await this.#disk.gate.passed();
		return this.#real.move(...args);
	}

	setWanted(wanted: Uint8Array): Outcome {
		return this.#real.setWanted(wanted);
	}

	blockDigests(piece: number): Promise<Uint8Array | undefined> {
		return this.#real.blockDigests(piece);
	}

	createEmptyFiles(): Outcome {
		return this.#real.createEmptyFiles();
	}

	stamps(files?: readonly number[]): Promise<ReadonlyArray<FileStamp | undefined>> {
		return this.#real.stamps(files);
	}

	get owners(): Uint8Array {
		return this.#real.owners!;
	}

	get obstructed(): ReadonlySet<number> {
		return this.#real.obstructed!;
	}

	hasPart(): Promise<boolean> {
		return this.#real.hasPart!();
	}

	writtenStamp(file: number): FileStamp | undefined {
		return this.#real.writtenStamp!(file);
	}

	own(owners: Uint8Array): void {
		this.#real.own!(owners);
	}

	made(stamps: ReadonlyArray<FileStamp | undefined>): Promise<ReadonlySet<number>> {
		return this.#real.made!(stamps);
	}

	expectFile(file: number, stamp: FileStamp): void {
		this.#real.expectFile!(file, stamp);
	}

	allocate(): Outcome {
		return this.#real.allocate();
	}

	createLinks(): Outcome {
		return this.#real.createLinks();
	}

	close(): Promise<void> {
		return this.#real.close();
	}

	remove(...args: Parameters<Storage['remove']>): ReturnType<Storage['remove']> {
		return this.#real.remove(...args);
	}

	rename(...args: Parameters<Storage['rename']>): Outcome {
		return this.#real.rename(...args);
	}
}

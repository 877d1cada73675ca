import {dirname} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {type Bytes, blockLength} from '../../base/units.js';
import type {DiskTask} from '../disk-worker/jobs.js';
import type {PieceHashes} from '../disk-worker/piece-verifier.js';
import type {FileLayout, SentPaths} from '../files/file-layout.js';
import {movedPaths} from '../files/move-files.js';
import {pathExists} from '../files/path-exists.js';
import {deleteFiles} from '../ownership/delete-files.js';
import {isStillMade, readMade} from '../ownership/made-files.js';
import {removeOwned} from '../ownership/remove-owned.js';
import {FileStamps} from './file-stamps.js';
import {freeSpace} from './free-space.js';
import {moveTorrent} from './move-torrent.js';
import type {ReadHandles} from './read-handles.js';
import type {
	Checking,
	FileStamp,
	MoveSteps,
	Removal,
	RemovalRules,
	Storage,
	StorageEvents,
	StorageFailure,
} from './storage.js';
import {failureOf} from './storage-failure.js';
import {TorrentChecks} from './torrent-checks.js';
import {StreamReader} from './torrent-reader.js';
import type {DiskWorkerQueue, JobListener} from './worker-queue.js';

/** What a storage shares with the others of its service. */
export interface StorageShare {
	/** The number the workers know the torrent by. */
	readonly torrent: number;
	/** What its pieces are verified by: put together when a worker needs it. */
	readonly hashes: () => PieceHashes;
	/** Workers need not hear of it before there is something to do: it is there, and only read. */
	readonly isWhole: boolean;
	/** The worker that writes the torrent's files. */
	readonly worker: DiskWorkerQueue;
	readonly readers: ReadHandles;
	/** Lends the workers that a check may use besides, until `giveBack` is called. */
	readonly acquireCheckers: () => {
		readonly workers: readonly DiskWorkerQueue[];
		readonly giveBack: () => void;
	};
	/** Told once, when the storage was closed. */
	readonly closed: () => void;
}

const allocatedAtOnce: Bytes = 8 << 20;
/** The paths of more files take long to put together. */
const manyFiles = 10_000;

type Outcome = Promise<StorageFailure | undefined>;

/** One torrent's files, written by a worker and read from the event loop. */
export class TorrentStorage implements Storage, JobListener {
	readonly #share: StorageShare;
	readonly #events: StorageEvents;
	readonly #reader: StreamReader;
	#layout: FileLayout;
	/** Put together for the first worker that hears of it. */
	#paths: SentPaths | undefined;
	#hashes: PieceHashes | undefined;
	#isWithoutPart = false;
	#wanted: Uint8Array;
	#written: Bytes = 0;
	#waiting = 0;
	/** Those who wait for `storeBlocks`, in order, and the bytes it writes. */
	readonly #blockWriters: Array<{bytes: Bytes; resolve: (failure: StorageFailure | undefined) => void}> = [];
	/** Jobs that wait while the files move; undefined when they do not. */
	#held: Array<() => void> | undefined;
	#moving: Promise<unknown> | undefined;
	/** While files move: settled when what was written before is on the disk; nothing is written then. */
	#quiet: Promise<unknown> | undefined;
	#flushes: Set<Promise<unknown>> | undefined;
	/** Of a flush that nobody asked for: told to who asks next. */
	#unsaid: StorageFailure | undefined;
	#closing: Outcome | undefined;
	#checks: TorrentChecks | undefined;
	readonly #stamps = new FileStamps();

	/** @param owners whose each file was when it was last in use; undefined when nobody knows */
	constructor(
		layout: FileLayout,
		wanted: Uint8Array,
		events: StorageEvents,
		share: StorageShare,
		owners?: Uint8Array,
	) {
		if (owners?.length === layout.owners.length) layout.owners.set(owners);
		this.#layout = layout;
		this.#wanted = wanted.slice();
		this.#events = events;
		this.#share = share;
		this.#reader = new StreamReader(share.readers, layout);
		const isAll = this.#wantsAll;
		if (isAll) layout.placed.fill(1);
		if (isAll && share.isWhole && layout.fileCount <= manyFiles) return;
		const paths = packPaths(layout);
		if (!(paths instanceof Promise)) {
			this.#paths = paths;
			this.#openIn(share.worker);
			if (!isAll) void this.#place();
		} else this.#moving = this.#openLater(paths, isAll);
	}

	/** Until the worker knows the files jobs wait, as they do while files move. */
	async #openLater(paths: Promise<SentPaths>, isAll: boolean): Promise<void> {
		this.#hold();
		if (!isAll) this.#reader.hold();
		this.#paths = await paths;
		this.#openIn(this.#share.worker);
		if (!isAll) {
			await this.#place();
			this.#reader.release();
		}
		this.#moving = undefined;
		this.#release();
	}

	/** The worker that writes its files; from now on it knows them. */
	get #worker(): DiskWorkerQueue {
		const {worker} = this.#share;
		if (!this.#isKnown && this.#closing === undefined) this.#openIn(worker);
		return worker;
	}

	get #isKnown(): boolean {
		return this.#share.worker.has(this.#share.torrent);
	}

	get written(): Bytes {
		return this.#written;
	}

	get waiting(): number {
		return this.#waiting;
	}

	storePiece(piece: number, slots: ArrayLike<number>): void {
		this.#waiting++;
		const {torrent} = this.#share;
		if (this.#held) {
			const copy = Int32Array.from(slots);
			this.#held.push(() => this.#worker.storePiece(torrent, piece, copy));
		} else this.#worker.storePiece(torrent, piece, slots);
	}

	storeBlocks(piece: number, blocks: readonly number[], slots: readonly number[]): Outcome {
		return new Promise(resolve => {
			const store = (): void => {
				this.#blockWriters.push({bytes: slots.length * blockLength, resolve});
				this.#worker.storeBlocks(this.#share.torrent, piece, blocks, slots);
			};
			if (this.#held) this.#held.push(store);
			else store();
		});
	}

	read(
		position: Bytes,
		views: readonly Uint8Array[],
		done: (failure: StorageFailure | undefined) => void,
	): void {
		if (this.#closing) process.nextTick(done, {code: 'io', message: 'the torrent was closed'});
		else this.#reader.read(position, views, done);
	}

	get isCached(): boolean {
		return this.#closing === undefined && this.#reader.isCached;
	}

	readCached(position: Bytes, views: readonly Uint8Array[]): boolean {
		return this.#closing === undefined && this.#reader.readCached(position, views);
	}

	check(pieces: ArrayLike<number>, told: (piece: number, right: boolean) => void): Checking {
		this.#checks ??= this.#makeChecks();
		return this.#checks.begin(this.#layout.map.pieceLength, pieces, told);
	}

	#makeChecks(): TorrentChecks {
		const {torrent, acquireCheckers} = this.#share;
		return new TorrentChecks({
			torrent,
			worker: () => this.#worker,
			acquireCheckers,
			settled: () => this.#moving,
			openIn: worker => {
				this.#openIn(worker);
			},
			begun: () => this.#reader.forget(),
		});
	}

	async blockDigests(piece: number): Promise<Uint8Array | undefined> {
		await this.#moving;
		if (this.#closing) return undefined;
		return (await this.#worker.request(this.#share.torrent, {type: 'digest', piece})).digests;
	}

	async leafHashes(piece: number): Promise<Uint8Array | undefined> {
		await this.#moving;
		this.#hashes ??= this.#share.hashes();
		if (this.#closing || this.#hashes.merkle === undefined) return undefined;
		return (await this.#worker.request(this.#share.torrent, {type: 'leaves', piece})).digests;
	}

	async setWanted(wanted: Uint8Array): Outcome {
		this.#wanted = wanted.slice();
		await this.#moving;
		// Everything is in its place when no worker was needed so far, and only what a crash left may be in the way.
		if (!this.#isKnown && this.#wantsAll && (await this.#lacksPart())) return undefined;
		return this.#place();
	}

	async createEmptyFiles(): Outcome {
		const {lengths, fileCount} = this.#layout;
		if (!lengths.includes(0)) return undefined;
		let file = 0;
		while (file < fileCount && (lengths[file] !== 0 || this.#wanted[file] === 0)) file++;
		// Most torrents have none: their first announce need not wait until the thread has started.
		if (file === fileCount) return undefined;
		return this.#ask({type: 'create', wanted: this.#wanted, links: false});
	}

	async allocate(): Outcome {
		const {lengths, fileCount} = this.#layout;
		const lacking = await this.#lackingRoom();
		if (lacking !== undefined) return lacking;
		const {torrent} = this.#share;
		const worker = this.#worker;
		for (let file = 0; file < fileCount; file++) {
			if (this.#wanted[file] === 0 || this.#layout.isPad(file)) continue;
			for (let left = lengths[file]!; left > 0 && !this.#closing; ) {
				await this.#moving;
				// In portions, so that the thread can do other things as well.
				const reply = await worker.request(torrent, {type: 'allocate', file, length: allocatedAtOnce});
				if (reply.failure) return reply.failure;
				left = reply.left ?? 0;
			}
		}
		return undefined;
	}

	/** Why not all of them have room: a disk that is filled up before that is said is full for everybody else. */
	async #lackingRoom(): Outcome {
		const {lengths, fileCount, dir} = this.#layout;
		const files: number[] = [];
		for (let file = 0; file < fileCount; file++)
			if (this.#wanted[file] !== 0 && !this.#layout.isPad(file)) files.push(file);
		const [stamps, free] = await Promise.all([this.stamps(files), freeSpace(dir)]);
		const lacks = files.map((file, at) => Math.max(0, lengths[file]! - (stamps[at]?.size ?? 0)));
		const needed = lacks.reduce((sum, each) => sum + each, 0);
		if (free === undefined || needed <= free) return undefined;
		const first = files[lacks.findIndex(each => each > 0)]!;
		return failureOf({code: 'ENOSPC'}, this.#layout.path(first), () => ({needed, free}));
	}

	createLinks(): Outcome {
		return this.#ask({type: 'create', wanted: this.#wanted, links: true});
	}

	expect(stamps: ReadonlyArray<FileStamp | undefined>): void {
		this.#reader.expect(stamps);
	}

	get owners(): Uint8Array {
		return this.#layout.owners;
	}

	writtenStamp(file: number): FileStamp | undefined {
		const {written} = this.#layout;
		const [size, mtime, writtenUntil] = written.subarray(3 * file, 3 * file + 3);
		return writtenUntil === 0 ? undefined : {size: size!, mtime: mtime!, writtenUntil};
	}

	own(owners: Uint8Array): void {
		this.#layout.owners.set(owners);
	}

	async hasPart(): Promise<boolean> {
		const hasPart = await pathExists(dirname(this.#layout.partPath), this.#partName());
		this.#isWithoutPart = !hasPart;
		return hasPart;
	}

	/** Only workers make one. */
	async #lacksPart(): Promise<boolean> {
		return this.#isWithoutPart || !(await this.hasPart());
	}

	get #wantsAll(): boolean {
		return (
			!this.#wanted.includes(0) || this.#wanted.every((want, file) => want !== 0 || this.#layout.isPad(file))
		);
	}

	async made(stamps: ReadonlyArray<FileStamp | undefined>): Promise<ReadonlySet<number>> {
		const notes = await readMade(this.#layout.madePath);
		return new Set([...notes.keys()].filter(file => isStillMade(notes.get(file), stamps[file])));
	}

	stamps(files?: readonly number[]): Promise<ReadonlyArray<FileStamp | undefined>> {
		return this.#stamps.look(this.#layout, files);
	}

	get obstructed(): ReadonlySet<number> {
		return this.#stamps.obstructed;
	}

	expectFile(file: number, stamp: FileStamp): void {
		this.#reader.expectFile(file, stamp);
	}

	async flush(): Outcome {
		if (this.#quiet !== undefined) await this.#quiet;
		else {
			const flushing = this.#flush();
			this.#flushes = (this.#flushes ?? new Set()).add(flushing);
			// What another flush took upon itself is not on the disk before that is done.
			await Promise.all(this.#flushes);
			this.#flushes?.delete(flushing);
		}
		const failure = this.#unsaid;
		this.#unsaid = undefined;
		return failure;
	}

	async #flush(): Promise<void> {
		// Whom nobody has told of it has written nothing.
		if (!this.#isKnown) return;
		const {worker, torrent} = this.#share;
		const {failure} = await worker.request(torrent, {type: 'flush'});
		this.#unsaid ??= failure;
	}

	async close(): Promise<void> {
		this.#closing ??= this.#end();
		await this.#closing;
	}

	async remove(rules: RemovalRules): Promise<Removal> {
		await this.close();
		const removal = await removeOwned(this.#layout, rules, await readMade(this.#layout.madePath));
		const folder = dirname(this.#layout.partPath);
		const notes = [this.#layout.partPath, this.#layout.madePath].map(path => path.slice(folder.length + 1));
		return {...removal, failure: removal.failure ?? (await deleteFiles(folder, notes))};
	}

	move(dir: string, told: (copied: Bytes, total: Bytes) => void, steps?: MoveSteps): Outcome {
		return this.#relocate(layout => layout.in(dir), told, steps);
	}

	async rename(file: number, path: readonly string[], steps?: MoveSteps): Outcome {
		if (!(file >= 0 && file < this.#layout.fileCount)) throw new RangeError(`there is no file ${file}`);
		const wish = path.join('/');
		const now = this.#layout.relative(file);
		for (const other of this.#allPaths()) {
			if (other === now) continue;
			// What is not on disk yet would come into the way later.
			if (other === wish || other.startsWith(`${wish}/`) || wish.startsWith(`${other}/`)) {
				return {code: 'io', message: `the torrent has a file or folder ${wish} already: choose another name`};
			}
		}
		return this.#relocate(
			layout => layout.withPath(file, path),
			() => {},
			steps,
		);
	}

	stored(piece: number): void {
		this.#waiting--;
		this.#written += this.#layout.map.pieceSize(piece);
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

	async #end(): Outcome {
		this.#checks?.stop();
		await this.#checks?.idle();
		await this.#moving;
		await this.#reader.idle();
		await this.#checks?.leaveWorkers();
		const {torrent, worker} = this.#share;
		const failure = this.#isKnown ? (await worker.request(torrent, {type: 'close'})).failure : undefined;
		this.#reader.forget();
		this.#share.closed();
		return failure;
	}

	#openIn(worker: DiskWorkerQueue): void {
		const {torrent} = this.#share;
		const layout = this.#layout;
		this.#paths ??= layout.sentPaths ?? layout.packPaths(0, layout.fileCount);
		this.#hashes ??= this.#share.hashes();
		worker.open(torrent, this, {type: 'open', layout: layout.data, paths: this.#paths, hashes: this.#hashes});
	}

	async #ask(task: DiskTask): Outcome {
		await this.#moving;
		return (await this.#worker.request(this.#share.torrent, task)).failure;
	}

	/** Until every file has its place nobody knows where to read. */
	async #place(): Outcome {
		this.#reader.hold();
		const {failure} = await this.#worker.request(this.#share.torrent, {type: 'place', wanted: this.#wanted});
		this.#reader.release();
		return failure;
	}

	#allPaths(): string[] {
		return movedPaths(this.#layout, this.#layout).map(([, path]) => path);
	}

	#partName(): string {
		return this.#layout.partPath.slice(dirname(this.#layout.partPath).length + 1);
	}

	async #relocate(
		change: (layout: FileLayout) => FileLayout,
		told: (copied: Bytes, total: Bytes) => void,
		steps: MoveSteps | undefined,
	): Outcome {
		while (this.#moving) await this.#moving;
		if (this.#closing) return {code: 'io', message: 'the torrent was closed'};
		const moving = this.#moveTo(change(this.#layout), told, steps).then(
			() => undefined,
			(error: unknown) => failureOf(error, this.#layout.dir),
		);
		this.#moving = moving;
		const failure = await moving;
		this.#moving = undefined;
		return failure;
	}

	async #moveTo(
		after: FileLayout,
		told: (copied: Bytes, total: Bytes) => void,
		steps: MoveSteps | undefined,
	): Promise<void> {
		const {worker, torrent} = this.#share;
		this.#hold();
		try {
			await this.#checks?.idle();
			// What was written is on the disk before it goes, or a crash could keep the note of it and lose the bytes.
			this.#quiet = Promise.all([...(this.#flushes ?? []), this.#flush()]);
			await this.#quiet;
			const isKnown = this.#isKnown;
			if (isKnown) await worker.request(torrent, {type: 'release'});
			await this.#checks?.leaveWorkers();
			const paths = isKnown ? await packPaths(after) : undefined;
			const adopt = (layout: FileLayout): void => {
				this.#reader.use(layout);
				this.#layout = layout;
				this.#paths = paths;
				// It may have heard of it meanwhile.
				if (this.#isKnown) this.#openIn(worker);
			};
			await moveTorrent(this.#layout, after, {reader: this.#reader, adopt}, told, steps);
		} finally {
			this.#quiet = undefined;
			this.#release();
		}
	}

	/** Jobs wait from now on. */
	#hold(): void {
		this.#held = [];
	}

	#release(): void {
		const held = this.#held ?? [];
		this.#held = undefined;
		for (const job of held) job();
	}
}

/** The paths of all files for the workers; of many, a part at a time: others have their turns between. */
function packPaths(layout: FileLayout): SentPaths | Promise<SentPaths> {
	if (layout.sentPaths !== undefined) return layout.sentPaths;
	return layout.fileCount > manyFiles ? packInTurns(layout) : layout.packPaths(0, layout.fileCount);
}

async function packInTurns(layout: FileLayout): Promise<string> {
	const parts: string[] = [];
	for (let file = 0; file < layout.fileCount; file += manyFiles) {
		parts.push(layout.packPaths(file, Math.min(layout.fileCount, file + manyFiles)));
		await nextTurn();
	}
	return parts.join('\0');
}

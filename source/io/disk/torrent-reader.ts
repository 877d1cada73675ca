import {readv, readvSync, type Stats, stat, statSync} from 'node:fs';
import type {Bytes, Millis} from '../../base/units.js';
import {isAsLeft} from '../../policy/pieces/check-plan.js';
import {diskPath} from '../files/disk-path.js';
import type {FileLayout} from '../files/file-layout.js';
import {CachedReads} from './cached-reads.js';
import type {ReadHandles} from './read-handles.js';
import {cut} from './slice-views.js';
import type {FileStamp, StorageFailure} from './storage.js';
import {failureOf} from './storage-failure.js';

/** How long a file is believed to be as it was: less than a peer needs to find a block wrong and ask for it again. */
const believedFor: Millis = 10;

type Done = (failure: StorageFailure | undefined) => void;

/**
 * Reads a torrent's stream from its files on the event loop: by the system's own threads, or at once what is in memory
 * anyway.
 */
export class StreamReader {
	readonly #handles: ReadHandles;
	#layout: FileLayout;
	#reading = 0;
	#holds = 0;
	#held: Array<() => void> = [];
	#idle: Array<() => void> = [];
	/** How files are that nothing is written to, and when each was last seen to be so. */
	#expected: Array<FileStamp | undefined> = [];
	readonly #seen: Float64Array;
	/** Of the file read last. */
	#path: {readonly file: number; readonly path: string} | undefined;
	/** Files that are being looked at, and who waits to hear. */
	#looks: Map<number, Done[]> | undefined;
	readonly #cached: CachedReads;

	constructor(handles: ReadHandles, layout: FileLayout, cached = new CachedReads()) {
		this.#handles = handles;
		this.#cached = cached;
		this.#layout = layout;
		this.#seen = new Float64Array(layout.fileCount);
	}

	/** As `Storage.expect`. */
	expect(stamps: ReadonlyArray<FileStamp | undefined>): void {
		this.#expected = [...stamps];
		this.#seen.fill(0);
		this.#looks = undefined;
	}

	/** As `Storage.expectFile`. */
	expectFile(file: number, stamp: FileStamp): void {
		this.#expected[file] = stamp;
		this.#seen[file] = 0;
		this.#looks?.delete(file);
	}

	/** As `Storage.read`. */
	read(position: Bytes, views: readonly Uint8Array[], done: Done): void {
		if (this.#holds > 0) this.#held.push(() => this.#read(position, views, done));
		else this.#read(position, views, done);
	}

	/** As `Storage.isCached`. */
	get isCached(): boolean {
		return this.#holds === 0 && this.#cached.isBelieved;
	}

	/** As `Storage.readCached`. */
	readCached(position: Bytes, views: readonly Uint8Array[]): boolean {
		if (this.#holds > 0 || !this.#cached.isBelieved) return false;
		let length = 0;
		for (const view of views) length += view.length;
		const [segment, another] = this.#layout.map.segments(position, length);
		if (segment === undefined || another !== undefined || segment.file < 0) return false;
		const {file, offset} = segment;
		if (this.#layout.placed[file] === 0) return false;
		const path = this.#pathOf(file);
		const descriptor = this.#handles.openLocal(path);
		if (descriptor === undefined) return false;
		if (descriptor < 0) {
			this.#cached.doubt();
			return false;
		}
		const from = performance.now();
		try {
			if (!this.#isBelieved(file) && !this.#isAsExpected(file, path)) return false;
			if (readvSync(descriptor, views as NodeJS.ArrayBufferView[], offset) !== length) return false;
		} catch {
			// Whoever reads it by the other way is told what is wrong.
			return false;
		}
		this.#cached.wasReadAtOnce(length, from);
		return true;
	}

	/** Whoever reads from now on waits until `release` was called as often. */
	hold(): void {
		this.#holds++;
	}

	release(): void {
		if (--this.#holds > 0) return;
		const held = this.#held;
		this.#held = [];
		for (const begin of held) begin();
	}

	/** Resolves when nothing is being read any more; what is held does not count. */
	async idle(): Promise<void> {
		if (this.#reading > 0) await new Promise<void>(resolve => this.#idle.push(resolve));
	}

	/** Reads from other places from now on, and opens files anew. */
	use(layout: FileLayout): void {
		this.forget();
		this.#looks = undefined;
		this.#path = undefined;
		this.#layout = layout;
	}

	/** Closes what is open: the files may have been replaced by others. */
	forget(): void {
		this.#handles.forget(this.#layout.dir);
		this.#handles.forget(this.#layout.partPath);
	}

	#read(position: Bytes, views: readonly Uint8Array[], done: Done): void {
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
			if (--this.#reading === 0) for (const resolve of this.#idle.splice(0)) resolve();
			done(failure);
		};
		let at = 0;
		for (const segment of segments) {
			const part = segments.length === 1 ? views : cut(views, at, segment.length);
			if (segment.file < 0) {
				for (const view of part) view.fill(0);
			} else {
				pending++;
				const {file, offset} = segment;
				const own = placed[file] !== 0;
				const path = own ? this.#pathOf(file) : this.#layout.partPath;
				const from = own ? offset : position + at;
				const begin = (): void => this.#readFile(file, path, from, part, segment.length, finish);
				if (this.#isBelieved(file)) begin();
				else this.#look(file, path, failure => (failure ? finish(failure) : begin()));
			}
			at += segment.length;
		}
		// Never before this call has returned, even when there is nothing to read.
		if (pending > 1) pending--;
		else process.nextTick(finish);
	}

	/** Putting a path together takes as long as asking for a block of it. */
	#pathOf(file: number): string {
		if (this.#path?.file !== file) this.#path = {file, path: this.#layout.path(file)};
		return this.#path.path;
	}

	#isBelieved(file: number): boolean {
		return this.#expected[file] === undefined || performance.now() - this.#seen[file]! < believedFor;
	}

	/** As `#look`, at once: what knows about a file that is open and in use is in memory. */
	#isAsExpected(file: number, path: string): boolean {
		const stats = statSync(diskPath(path), {throwIfNoEntry: false});
		const now = stampOf(stats);
		if (!isAsLeft(now, this.#expected[file])) return false;
		this.#seen[file] = performance.now();
		return true;
	}

	/**
	 * Looks whether a file is still as it was: what somebody else wrote to it is nothing to be sent. All who read at the
	 * same time wait for one look, unless another state of the file is expected since, or it is at another place.
	 */
	#look(file: number, path: string, done: Done): void {
		this.#looks ??= new Map();
		const known = this.#looks.get(file);
		if (known !== undefined) {
			known.push(done);
			return;
		}
		const waiting = [done];
		this.#looks.set(file, waiting);
		stat(diskPath(path), (error, stats) => {
			if (this.#looks?.get(file) === waiting) this.#looks.delete(file);
			const expected = this.#expected[file];
			const now = stampOf(stats);
			let failure: StorageFailure | undefined;
			if (!error && (expected === undefined || isAsLeft(now, expected))) this.#seen[file] = performance.now();
			else {
				this.#handles.forget(path);
				failure = error ? failureOf(error, path) : changed(path);
			}
			for (const told of waiting) told(failure);
		});
	}

	#readFile(
		file: number,
		path: string,
		from: Bytes,
		views: readonly Uint8Array[],
		length: Bytes,
		finish: Done,
	): void {
		this.#handles.use(path, (error, descriptor, release) => {
			if (error) {
				release();
				finish(failureOf(error, path));
				return;
			}
			readv(descriptor, views as NodeJS.ArrayBufferView[], from, (problem, count) => {
				release();
				if (problem) return finish(failureOf(problem, path));
				if (count === length) {
					this.#cached.wasRead(length);
					return finish(undefined);
				}
				this.#handles.forget(path);
				if (this.#expected[file] !== undefined) return finish(changed(path));
				finish({
					code: 'missing',
					message: `file is shorter than it was: ${path}: check the torrent, then resume`,
				});
			});
		});
	}
}

/** Somebody else wrote to a file that is whole. */
export function changed(path: string): StorageFailure {
	return {code: 'changed', message: `changed by another program: ${path}`};
}

function stampOf(stats: Stats | undefined): FileStamp | undefined {
	return stats?.isFile() ? {size: stats.size, mtime: stats.mtimeMs} : undefined;
}

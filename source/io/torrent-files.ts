import {
	constants,
	existsSync,
	fstatSync,
	mkdirSync,
	openSync,
	readSync,
	statSync,
	symlinkSync,
	unlinkSync,
	writeSync,
	writevSync,
} from 'node:fs';
import {open} from 'node:fs/promises';
import {dirname, join, relative} from 'node:path';
import type {Bytes, Millis} from '../base/units.js';
import type {Segment} from '../policy/file-map.js';
import type {FileHandles, Handle} from './file-handles.js';
import type {FileLayout} from './file-layout.js';
import {freeSpaceNow} from './free-space.js';
import {guardFolders, openForWriting} from './open-file.js';
import {failureOf, StorageError} from './storage-failure.js';
import {cut} from './views.js';

/** How long a file is believed to be still in its folder. */
const seenFor: Millis = 1000;

/**
 * The files of one torrent in one disk worker, which is the only one to write them. Bytes of files that are not
 * wanted lie in the part file, at their place in the torrent's stream. They are only ever the bytes of pieces
 * shared with a wanted file.
 *
 * What fails throws a `StorageError`.
 */
export class TorrentFiles {
	readonly layout: FileLayout;
	readonly #handles: FileHandles;
	/** By file number, and `fileCount` for the part file; files open only for reading by its complement. */
	readonly #open = new Map<number, Handle>();
	/** Files that have been there: when one of them is gone it is not silently made anew. */
	readonly #known = new Set<number>();
	/** Files written to since the last flush. */
	readonly #dirty = new Set<number>();
	/** Whether every file has its bytes itself: then the part file need not be thought of. */
	#allPlaced: boolean;

	constructor(layout: FileLayout, handles: FileHandles) {
		this.layout = layout;
		this.#handles = handles;
		this.#allPlaced = layout.placed.every(place => place !== 0);
	}

	/** Decides for every file that has no place yet: its own when it is wanted or there already. */
	place(wanted: Uint8Array): void {
		const {placed, fileCount} = this.layout;
		for (let file = 0; file < fileCount; file++) {
			if (this.layout.isPad(file)) continue;
			if (wanted[file] !== 0) {
				if (placed[file] === 0) this.#adopt(file);
			} else if (existsSync(this.layout.path(file))) placed[file] = 1;
			else placed[file] = 0;
		}

		this.#allPlaced = placed.every((place, file) => place !== 0 || this.layout.isPad(file));
		if (this.#allPlaced) this.#dropPart();
	}

	/** To be called before anything of a piece is written. */
	prepare(piece: number): void {
		if (this.#allPlaced) return;
		const {placed, map, pieceLength} = this.layout;
		const segments = map.segments(piece * pieceLength, this.layout.pieceSize(piece));
		if (segments.some(({file}) => file >= 0 && placed[file] !== 0)) return;
		// Nothing of it is wanted any more, but it was when its download began.
		for (const {file} of segments) if (file >= 0) this.#adopt(file);
	}

	/** Whether a range of the stream lies in a single file. */
	isOneFile(position: Bytes, length: Bytes): boolean {
		return this.layout.map.segments(position, length).length === 1;
	}

	/** Writes `views`, `length` bytes, one after the other from a place in the stream on: one system call a file. */
	write(position: Bytes, length: Bytes, views: readonly Uint8Array[]): void {
		const segments = this.layout.map.segments(position, length);
		if (segments.length === 1) {
			this.#writeSegment(segments[0]!, position, views);
			return;
		}

		let at = 0;
		for (const segment of segments) {
			this.#writeSegment(segment, position + at, cut(views, at, segment.length));
			at += segment.length;
		}
	}

	/**
	 * Fills `target` from a place in the stream on; pad files are zeros.
	 *
	 * @param absent files known not to be there; those found absent are added
	 * @returns false when some of it is not on disk
	 */
	read(position: Bytes, target: Uint8Array, absent?: Set<number>): boolean {
		let at = 0;
		for (const segment of this.layout.map.segments(position, target.length)) {
			const part = target.subarray(at, at + segment.length);
			if (segment.file < 0) part.fill(0);
			else if (!this.#readSegment(segment, position + at, part, absent)) return false;
			at += segment.length;
		}

		return true;
	}

	/** Forgets what was opened for reading, and files that were taken away. */
	refresh(): void {
		for (const [key, handle] of this.#open) {
			if (key < 0 || handle.closed || fstatSync(handle.descriptor).nlink === 0) this.#drop(key, handle);
		}

		this.#known.clear();
	}

	/** Makes the wanted files without data, or the symbolic links. */
	create(wanted: Uint8Array, links: boolean): void {
		const {layout} = this;
		for (let file = 0; file < layout.fileCount; file++) {
			if (wanted[file] === 0 || layout.isPad(file)) continue;
			const target = layout.links.get(file);
			if (target !== undefined) {
				if (links) this.#link(file, target);
			} else if (!links && layout.lengths[file] === 0) {
				this.#guarded(layout.path(file), () => this.#writable(file));
			}
		}
	}

	/**
	 * Puts everything written so far on the disk, without holding up the thread. Files that were taken away are found
	 * out here.
	 */
	async flush(): Promise<void> {
		const dirty = [...this.#dirty];
		this.#dirty.clear();
		let failed: StorageError | undefined;
		for (const key of dirty) {
			const path = this.#path(key);
			try {
				// Opened anew: its handle may be closed meanwhile to make room.
				const file = await open(path);
				await file.datasync().finally(() => file.close());
			} catch (error) {
				const handle = this.#open.get(key);
				if (handle) this.#drop(key, handle);
				this.#known.delete(key);
				failed ??= this.#explain(error, path);
			}
		}

		if (failed) throw failed;
	}

	close(): void {
		for (const handle of this.#open.values()) this.#handles.close(handle);
		this.#open.clear();
	}

	#writeSegment({file, offset, length}: Segment, position: Bytes, views: readonly Uint8Array[]): void {
		if (file < 0) return;
		const own = this.layout.placed[file] !== 0;
		const key = own ? file : this.layout.fileCount;
		try {
			const handle = this.#writable(key);
			this.#dirty.add(key);
			writeAll(handle.descriptor, views, length, own ? offset : position);
		} catch (error) {
			throw this.#explain(error, this.#path(key));
		}
	}

	#readSegment({file, offset}: Segment, position: Bytes, target: Uint8Array, absent?: Set<number>): boolean {
		const own = this.layout.placed[file] !== 0;
		const key = own ? file : this.layout.fileCount;
		if (absent?.has(key)) return false;
		return this.#guarded(this.#path(key), () => {
			const handle = this.#readable(key);
			if (!handle) {
				absent?.add(key);
				return false;
			}

			const from = own ? offset : position;
			let at = 0;
			while (at < target.length) {
				const count = readSync(handle.descriptor, target, at, target.length - at, from + at);
				if (count === 0) return false;
				at += count;
			}

			return true;
		});
	}

	#path(key: number): string {
		return key === this.layout.fileCount ? this.layout.partPath : this.layout.path(key);
	}

	#writable(key: number): Handle {
		const known = this.#open.get(key);
		if (known && !known.closed && this.#stillThere(key, known)) return known;
		this.#handles.makeRoom();
		const handle = this.#handles.add(this.#openForWriting(key), true);
		this.#open.set(key, handle);
		return handle;
	}

	#openForWriting(key: number): number {
		const {layout} = this;
		if (key === layout.fileCount) {
			mkdirSync(dirname(layout.partPath), {recursive: true});
			return openSync(layout.partPath, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o666);
		}

		if (this.#known.size > 0 && !existsSync(layout.dir)) {
			// A disk that was taken out, perhaps: not to be made anew on another one.
			this.#known.clear();
			throw new StorageError('missing', `folder is gone: ${layout.dir}: bring it back, then resume`);
		}

		const create = !this.#known.has(key);
		// Only the first time: whoever brings it back, or checks the torrent, may go on after that.
		this.#known.delete(key);
		const descriptor = openForWriting(layout.dir, layout.relative(key), {
			create,
			executable: layout.isExecutable(key),
			length: layout.lengths[key]!,
		});
		this.#known.add(key);
		return descriptor;
	}

	#stillThere(key: number, handle: Handle): boolean {
		this.#handles.touch(handle);
		const now = performance.now();
		if (now - handle.seen < seenFor) return true;
		handle.seen = now;
		if (fstatSync(handle.descriptor).nlink > 0) return true;
		this.#drop(key, handle);
		return false;
	}

	#readable(key: number): Handle | undefined {
		const writable = this.#open.get(key);
		if (writable && !writable.closed) {
			this.#handles.touch(writable);
			return writable;
		}

		const known = this.#open.get(~key);
		if (known && !known.closed) {
			this.#handles.touch(known);
			return known;
		}

		this.#handles.makeRoom();
		const path = this.#path(key);
		try {
			const handle = this.#handles.add(openSync(path, constants.O_RDONLY), false);
			this.#open.set(~key, handle);
			return handle;
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
			throw error;
		}
	}

	#drop(key: number, handle: Handle): void {
		this.#handles.close(handle);
		this.#open.delete(key);
	}

	/** Moves what the part file holds of a file to the file itself: its share of the pieces at its two ends. */
	#adopt(file: number): void {
		const {layout} = this;
		if (layout.placed[file] !== 0) return;
		const {pieceLength} = layout;
		const start = layout.offsets[file]!;
		const end = start + layout.lengths[file]!;
		const isLink = layout.links.has(file);
		if (!isLink && end > start && this.#readable(layout.fileCount)) {
			const headEnd = Math.min(end, (Math.floor(start / pieceLength) + 1) * pieceLength);
			const tailStart = Math.max(headEnd, Math.floor((end - 1) / pieceLength) * pieceLength);
			this.#copyFromPart(file, start, headEnd);
			this.#copyFromPart(file, tailStart, end);
		}

		// Set last: until then readers find the bytes in the part file.
		layout.placed[file] = 1;
	}

	#copyFromPart(file: number, start: Bytes, end: Bytes): void {
		const {layout} = this;
		const part = layout.fileCount;
		const chunk = new Uint8Array(Math.min(end - start, 1 << 20));
		for (let at = start; at < end; ) {
			const length = Math.min(chunk.length, end - at);
			const count = this.#guarded(layout.partPath, () => {
				const source = this.#readable(part);
				return source ? readSync(source.descriptor, chunk, 0, length, at) : 0;
			});
			if (count === 0) return;
			const view = chunk.subarray(0, count);
			// What was never written need not make a file.
			if (view.some(byte => byte !== 0)) {
				this.#guarded(layout.path(file), () => {
					const handle = this.#writable(file);
					this.#dirty.add(file);
					writeAll(handle.descriptor, [view], count, at - layout.offsets[file]!);
				});
			}

			at += count;
		}
	}

	#dropPart(): void {
		const part = this.layout.fileCount;
		for (const key of [part, ~part]) {
			const handle = this.#open.get(key);
			if (handle) this.#drop(key, handle);
		}

		this.#dirty.delete(part);
		this.#unlink(this.layout.partPath);
	}

	/** A link is relative, points below the download folder, and replaces nothing. */
	#link(file: number, target: string): void {
		const {layout} = this;
		const path = layout.path(file);
		this.#guarded(path, () => {
			const elements = layout.relative(file).split('/');
			elements.pop();
			guardFolders(layout.dir, elements, true);
			try {
				symlinkSync(relative(dirname(path), join(layout.dir, target)), path);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
			}
		});
	}

	#unlink(path: string): void {
		try {
			unlinkSync(path);
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENOTDIR') throw this.#explain(error, path);
		}
	}

	#guarded<Value>(path: string, action: () => Value): Value {
		try {
			return action();
		} catch (error) {
			throw this.#explain(error, path);
		}
	}

	#explain(error: unknown, path: string): StorageError {
		const {code, message} = failureOf(error, path, () => ({
			needed: this.#needed(),
			free: freeSpaceNow(this.layout.dir),
		}));
		return new StorageError(code, message);
	}

	/** Bytes that the files with a place of their own do not take up on the disk yet. */
	#needed(): Bytes {
		const {layout} = this;
		let needed = 0;
		for (let file = 0; file < layout.fileCount; file++) {
			if (layout.placed[file] === 0 || layout.isPad(file)) continue;
			const stats = statSync(layout.path(file), {throwIfNoEntry: false});
			needed += Math.max(0, layout.lengths[file]! - (stats ? stats.blocks * 512 : 0));
		}

		return needed;
	}
}

function writeAll(descriptor: number, views: readonly Uint8Array[], length: Bytes, position: Bytes): void {
	let done =
		views.length === 1
			? writeSync(descriptor, views[0]!, 0, length, position)
			: writevSync(descriptor, views, position);
	while (done < length) done += writevSync(descriptor, cut(views, done, length - done), position + done);
}

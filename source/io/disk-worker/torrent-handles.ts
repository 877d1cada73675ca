import {
	closeSync,
	constants,
	existsSync,
	fstatSync,
	mkdirSync,
	openSync,
	statSync,
	unlinkSync,
} from 'node:fs';
import {open} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {Bytes, Millis} from '../../base/units.js';
import {fileOwner} from '../../policy/session/file-ownership.js';
import {freeSpaceNow} from '../disk/free-space.js';
import {failureOf, StorageError} from '../disk/storage-failure.js';
import {diskPath} from '../files/disk-path.js';
import type {FileLayout} from '../files/file-layout.js';
import {type MadeFile, MadeFiles, notedIdentity} from '../ownership/made-files.js';
import type {FileHandles, Handle} from './file-handles.js';
import {inTheWay, type OpenFile, openForWriting, type WriteOptions} from './open-file.js';

/** How long after a write its file system may settle the time of a file: this thread may be held up for longer. */
const settlingTime: Millis = 50;

/** How long a file is believed to be still in its folder. */
const seenFor: Millis = 1000;

/**
 * The files one torrent has open in a disk worker. A file is known by its number, the part file by `partKey`.
 * Opens nothing for writing that is not the torrent's, and notices files that are taken away: what was there once is
 * not made anew before somebody has said whose it is.
 */
export class TorrentHandles {
	readonly partKey: number;
	readonly #layout: FileLayout;
	readonly #handles: FileHandles;
	/** By key; files open only for reading by its complement. */
	readonly #open = new Map<number, Handle>();
	/** The inode of each file that was opened for writing: when it is gone the others may be, too. */
	readonly #known = new Map<number, number>();
	/** The last of them. */
	#lastKnown: number | undefined;
	readonly #made: MadeFiles;
	/** Files of ours that were opened for writing, by what tells them apart: noted as being written to. */
	readonly #noted = new Map<number, string>();
	/** Files written to since the last flush. */
	readonly #dirty = new Set<number>();

	constructor(layout: FileLayout, handles: FileHandles) {
		this.partKey = layout.fileCount;
		this.#layout = layout;
		this.#handles = handles;
		this.#made = new MadeFiles(layout.madePath);
	}

	path(key: number): string {
		return key === this.partKey ? this.#layout.partPath : this.#layout.path(key);
	}

	/**
	 * A file open for writing, made with its folders when it is not there.
	 *
	 * @returns its descriptor, good until the next call
	 */
	writable(key: number): number {
		const known = this.#open.get(key);
		const handle = known && !known.closed && this.#stillThere(key, known) ? known : this.#reopen(key);
		this.#dirty.add(key);
		return handle.descriptor;
	}

	/** Makes a file that stays empty, with its folders; nothing of it is held open, or has to be put on the disk. */
	make(file: number): void {
		closeSync(this.#openForWriting(file));
	}

	/** What a file is right after we wrote to it: what differs from that was done by somebody else. */
	noteWritten(file: number, descriptor: number): void {
		const {written} = this.#layout;
		const {size, mtimeMs} = fstatSync(descriptor);
		written[3 * file] = size;
		written[3 * file + 1] = mtimeMs;
		written[3 * file + 2] = Math.min(Date.now(), mtimeMs + settlingTime);
	}

	/** A file open for reading; undefined when there is none. Its descriptor is good until the next call. */
	readable(key: number): number | undefined {
		for (const place of [key, ~key]) {
			const known = this.#open.get(place);
			if (!known || known.closed) continue;
			this.#handles.touch(known);
			return known.descriptor;
		}
		this.#handles.makeRoom();
		try {
			const descriptor = openForReading(this.path(key));
			if (descriptor === undefined) return undefined;
			const handle = this.#handles.add(descriptor);
			this.#open.set(~key, handle);
			return handle.descriptor;
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
			throw error;
		}
	}

	/** Forgets what was opened for reading, and files that were taken away: they may be made anew. */
	refresh(): void {
		for (const [place, handle] of this.#open) {
			if (place < 0 || handle.closed || fstatSync(handle.descriptor).nlink === 0) this.#drop(place, handle);
		}
		this.#known.clear();
		this.#lastKnown = undefined;
	}

	/** Closes a file that is to be deleted. */
	forget(key: number): void {
		for (const place of [key, ~key]) {
			const handle = this.#open.get(place);
			if (handle) this.#drop(place, handle);
		}
		this.#known.delete(key);
		// Another one will do.
		if (this.#lastKnown === key) [this.#lastKnown] = this.#known.keys();
		this.#dirty.delete(key);
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
			const path = this.path(key);
			try {
				// Opened anew: its handle may be closed meanwhile to make room. A pipe in its place is not waited for.
				const file = await open(diskPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
				await file.datasync().finally(() => file.close());
			} catch (error) {
				this.forget(key);
				failed ??= this.explain(error, path);
			}
		}
		if (failed) throw failed;
	}

	close(): void {
		for (const handle of this.#open.values()) this.#handles.close(handle);
		this.#open.clear();
		this.#handles.folders.leave();
	}

	/** Says what went wrong with a file as a person would. */
	explain(error: unknown, path: string): StorageError {
		if (error instanceof StorageError) return error;
		const {code, message} = failureOf(error, path, () => ({
			needed: this.#needed(),
			free: freeSpaceNow(this.#layout.dir),
		}));
		return new StorageError(code, message);
	}

	#reopen(key: number): Handle {
		this.#handles.makeRoom();
		const handle = this.#handles.add(this.#openForWriting(key));
		this.#open.set(key, handle);
		return handle;
	}

	#openForWriting(key: number): number {
		const layout = this.#layout;
		if (key === this.partKey) {
			mkdirSync(dirname(layout.partPath), {recursive: true, mode: 0o700});
			return openSync(layout.partPath, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o666);
		}
		const owner = layout.owners[key]!;
		const path = layout.path(key);
		const length = layout.lengths[key]!;
		if (owner === fileOwner.foreign) throw inTheWay(path, length);
		if (owner === fileOwner.shared) {
			throw new StorageError(
				'taken',
				`another torrent has this file too, and came first: ${path}: choose another folder, or remove that one`,
			);
		}
		const isThere = owner === fileOwner.made || owner === fileOwner.found || owner === fileOwner.unproven;
		if (!isThere) this.#requireOthers();
		const options: WriteOptions = {
			mode: isThere ? 'exists' : owner === fileOwner.replaceable ? 'replace' : 'make',
			executable: layout.isExecutable(key),
			length,
			mayCut: owner === fileOwner.made,
		};
		const {folders} = this.#handles;
		const {descriptor, stats, isNew} = openForWriting(layout.dir, layout.relative(key), options, folders);
		if (isNew) this.#noteNew(key, descriptor, stats);
		else if (owner === fileOwner.made) this.#noteOpened(key, descriptor, stats);
		else if (!isThere) layout.owners[key] = fileOwner.found;
		this.#known.set(key, stats.ino);
		this.#lastKnown = key;
		return descriptor;
	}

	/** A file that was made is ours only once that is noted down: it has no byte before. */
	#noteNew(key: number, descriptor: number, stats: OpenFile['stats']): void {
		const layout = this.#layout;
		try {
			this.#note(key, stats);
		} catch (error) {
			closeSync(descriptor);
			unlinkSync(diskPath(layout.path(key)));
			throw error;
		}
		layout.owners[key] = fileOwner.made;
		// An empty one is never written to.
		this.noteWritten(key, descriptor);
	}

	/** It is written to again: how it was left says nothing from now on. */
	#noteOpened(key: number, descriptor: number, stats: OpenFile['stats']): void {
		if (this.#noted.get(key) === notedIdentity(stats)) return;
		try {
			this.#note(key, stats);
		} catch (error) {
			closeSync(descriptor);
			throw error;
		}
	}

	#note(key: number, stats: OpenFile['stats']): void {
		const {madePath} = this.#layout;
		try {
			mkdirSync(dirname(madePath), {recursive: true, mode: 0o700});
			this.#made.note(key, stats);
		} catch (error) {
			const {code, message} = failureOf(error, madePath);
			throw new StorageError(code, message);
		}
		this.#noted.set(key, notedIdentity(stats));
	}

	/** Its files are let go of: whoever writes to them before they are opened again is somebody else. */
	noteLeft(): void {
		const {written} = this.#layout;
		const left = new Map<number, MadeFile>();
		for (const [key, identity] of this.#noted) {
			const [size, mtime, writtenUntil] = written.subarray(3 * key, 3 * key + 3);
			if (writtenUntil) left.set(key, {identity, left: {size: size!, mtime: mtime!, writtenUntil}});
		}
		try {
			this.#made.noteLeft(left);
		} catch {
			// It is as after a crash, then.
		}
		this.#noted.clear();
	}

	/** A disk that was taken out, or a folder that was moved away: nothing is made anew in the place of either. */
	#requireOthers(): void {
		const last = this.#lastKnown;
		if (last === undefined || this.#isAtItsPlace(last)) return;
		const {dir} = this.#layout;
		if (!existsSync(diskPath(dir)))
			throw new StorageError('missing', `folder is gone: ${dir}: bring it back, then resume`);
		throw new StorageError(
			'missing',
			`missing: ${this.path(last)}: bring it back or check the torrent, then resume`,
		);
	}

	#isAtItsPlace(key: number): boolean {
		return statSync(diskPath(this.path(key)), {throwIfNoEntry: false})?.ino === this.#known.get(key);
	}

	#stillThere(key: number, handle: Handle): boolean {
		this.#handles.touch(handle);
		const now = performance.now();
		if (now - handle.seen < seenFor) return true;
		handle.seen = now;
		if (fstatSync(handle.descriptor).nlink > 0 && (key === this.partKey || this.#isAtItsPlace(key)))
			return true;
		this.#drop(key, handle);
		return false;
	}

	#drop(place: number, handle: Handle): void {
		this.#handles.close(handle);
		this.#open.delete(place);
	}

	/** Bytes that the files with a place of their own do not take up on the disk yet. */
	#needed(): Bytes {
		const layout = this.#layout;
		let needed = 0;
		for (let file = 0; file < layout.fileCount; file++) {
			if (layout.placed[file] === 0 || layout.isPad(file)) continue;
			const stats = statSync(diskPath(layout.path(file)), {throwIfNoEntry: false});
			needed += Math.max(0, layout.lengths[file]! - (stats ? stats.blocks * 512 : 0));
		}
		return needed;
	}
}

/** Pipes are not waited for, and what is not a file is not there as far as a torrent is concerned. */
function openForReading(path: string): number | undefined {
	const descriptor = openSync(diskPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
	if (fstatSync(descriptor).isFile()) return descriptor;
	closeSync(descriptor);
	return undefined;
}

import {existsSync, readSync, statSync, unlinkSync} from 'node:fs';
import type {Bytes} from '../../base/units.js';
import {fileOwner, isOurs} from '../../policy/session/file-ownership.js';
import {diskPath} from '../files/disk-path.js';
import type {FileLayout} from '../files/file-layout.js';
import {inTheWay} from './open-file.js';
import type {TorrentHandles} from './torrent-handles.js';
import {writeAll} from './write-all.js';

const chunkLength: Bytes = 1 << 20;

/**
 * Decides where the bytes of each file are: in the file, or, while it is not wanted, in the part file, at their place in
 * the torrent's stream. The part file only ever holds bytes of pieces shared with another file, so those that change
 * places are at a file's two ends. For the one worker that writes the torrent.
 */
export class PartFile {
	readonly #layout: FileLayout;
	readonly #handles: TorrentHandles;
	/** Whether every file has its bytes itself: then the part file need not be thought of. */
	#allPlaced: boolean;

	constructor(layout: FileLayout, handles: TorrentHandles) {
		this.#layout = layout;
		this.#handles = handles;
		this.#allPlaced = this.#areAllPlaced();
	}

	/** A file's bytes are in itself when it is wanted or there already; one that becomes wanted takes over its bytes. */
	place(wanted: Uint8Array): void {
		const layout = this.#layout;
		for (let file = 0; file < layout.fileCount; file++) {
			if (layout.isPad(file)) continue;
			if (wanted[file] !== 0) this.#adopt(file);
			else layout.placed[file] = this.#isUsable(file) ? 1 : 0;
		}
		this.#allPlaced = this.#areAllPlaced();
		if (this.#allPlaced) this.#delete(this.#handles.partKey);
	}

	/** To be called before anything of a piece is written. */
	prepare(piece: number): void {
		if (this.#allPlaced) return;
		const {placed, map} = this.#layout;
		const segments = map.filesOf(piece);
		if (segments.some(({file}) => file >= 0 && placed[file] !== 0)) return;
		// It is wanted though none of its files is, or was when its download began: the part file is not for whole pieces.
		for (const {file} of segments) if (file >= 0) this.#adopt(file);
	}

	/** A file that is there though nobody wants it is made use of, unless it is somebody else's. */
	#isUsable(file: number): boolean {
		const {owners} = this.#layout;
		const owner = owners[file]!;
		return (owner === fileOwner.unknown || isOurs(owner)) && existsSync(diskPath(this.#layout.path(file)));
	}

	#areAllPlaced(): boolean {
		return this.#layout.placed.every((place, file) => place !== 0 || this.#layout.isPad(file));
	}

	#adopt(file: number): void {
		const layout = this.#layout;
		if (layout.placed[file] !== 0) return;
		const owner = layout.owners[file];
		// What the part file holds of it must not be looked for in a file of somebody else's.
		if (owner === fileOwner.foreign || (owner === fileOwner.absent && this.#size(file) > 0))
			throw inTheWay(layout.path(file), layout.lengths[file]!);
		// One that is there took them over in an earlier session, and knows better by now.
		const isThere = owner !== fileOwner.replaceable && existsSync(diskPath(layout.path(file)));
		if (!isThere && !layout.links.has(file)) this.#takeOver(file);
		// Set last: until then readers find the bytes in the part file.
		layout.placed[file] = 1;
	}

	/** Zero when nothing is there. */
	#size(file: number): Bytes {
		return statSync(diskPath(this.#layout.path(file)), {throwIfNoEntry: false})?.size ?? 0;
	}

	/** Copies both ends of a file out of the part file, or nothing. */
	#takeOver(file: number): void {
		const {map, offsets, lengths} = this.#layout;
		const start = offsets[file]!;
		const end = start + lengths[file]!;
		const [first, last] = map.span(start, end - start);
		const headEnd = Math.min(end, map.pieceStart(first + 1));
		const tailStart = Math.max(headEnd, map.pieceStart(last));
		try {
			this.#copy(file, start, headEnd);
			this.#copy(file, tailStart, end);
		} catch (error) {
			// Half a copy would be taken for a whole one later.
			const {owners} = this.#layout;
			if (owners[file] === fileOwner.made) this.#delete(file);
			owners[file] = fileOwner.absent;
			throw error;
		}
	}

	#copy(file: number, start: Bytes, end: Bytes): void {
		const handles = this.#handles;
		const chunk = new Uint8Array(Math.min(end - start, chunkLength));
		for (let at = start; at < end; ) {
			let path = handles.path(handles.partKey);
			try {
				const part = handles.readable(handles.partKey);
				if (part === undefined) return;
				const count = readSync(part, chunk, 0, Math.min(chunk.length, end - at), at);
				if (count === 0) return;
				path = handles.path(file);
				const descriptor = handles.writable(file);
				writeAll(descriptor, [chunk.subarray(0, count)], count, at - this.#layout.offsets[file]!);
				handles.noteWritten(file, descriptor);
				at += count;
			} catch (error) {
				throw handles.explain(error, path);
			}
		}
	}

	#delete(key: number): void {
		const handles = this.#handles;
		const path = handles.path(key);
		handles.forget(key);
		try {
			unlinkSync(diskPath(path));
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENOTDIR') throw handles.explain(error, path);
		}
	}
}

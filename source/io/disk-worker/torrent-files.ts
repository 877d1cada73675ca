import {fstatSync, readSync, statSync, symlinkSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import type {Bytes} from '../../base/units.js';
import type {Segment} from '../../policy/pieces/file-map.js';
import {fileOwner, isOurs} from '../../policy/session/file-ownership.js';
import {cut} from '../disk/slice-views.js';
import {diskPath} from '../files/disk-path.js';
import type {FileLayout} from '../files/file-layout.js';
import {guardFolders} from '../files/held-folder.js';
import type {FileHandles} from './file-handles.js';
import {foreignFile} from './open-file.js';
import {PartFile} from './part-file.js';
import {type PieceHashes, type PieceVerifier, verifierOf} from './piece-verifier.js';
import {TorrentHandles} from './torrent-handles.js';
import {writeAll} from './write-all.js';

const zeros = new Uint8Array(1 << 20);

/**
 * The stream of one torrent in one disk worker, as it lies in its files and the part file. Only one worker writes it.
 * What fails throws a `StorageError`.
 */
export class TorrentFiles {
	readonly layout: FileLayout;
	readonly partFile: PartFile;
	readonly handles: TorrentHandles;
	readonly verifier: PieceVerifier;

	constructor(layout: FileLayout, hashes: PieceHashes, handles: FileHandles) {
		this.layout = layout;
		this.handles = new TorrentHandles(layout, handles);
		this.partFile = new PartFile(layout, this.handles);
		this.verifier = verifierOf(hashes, layout.map);
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

	/** Makes the wanted files without data, or the symbolic links. */
	create(wanted: Uint8Array, links: boolean): void {
		const {layout, handles} = this;
		for (let file = 0; file < layout.fileCount; file++) {
			if (wanted[file] === 0 || layout.isPad(file)) continue;
			const target = layout.links.get(file);
			try {
				if (target === undefined) {
					// One that is there already may lie where nobody may write.
					if (!links && layout.lengths[file] === 0 && !isOurs(layout.owners[file])) handles.make(file);
				} else if (links) this.#link(file, target);
			} catch (error) {
				throw handles.explain(error, layout.path(file));
			}
		}
	}

	/**
	 * Takes up room for a file: writes zeros where it ends, at most `length` of them.
	 *
	 * @returns how much room is still to be taken up
	 */
	allocate(file: number, length: Bytes): Bytes {
		const {layout, handles} = this;
		// One that is as long as it will be may lie where nobody may write.
		if (isOurs(layout.owners[file]) && this.#size(file) === layout.lengths[file]) return 0;
		try {
			const descriptor = handles.writable(file);
			const {size} = fstatSync(descriptor);
			const end = Math.min(layout.lengths[file]!, size + length);
			for (let at = size; at < end; at += zeros.length) {
				const count = Math.min(zeros.length, end - at);
				writeAll(descriptor, [zeros.subarray(0, count)], count, at);
			}
			handles.noteWritten(file, descriptor);
			return layout.lengths[file]! - end;
		} catch (error) {
			throw handles.explain(error, layout.path(file));
		}
	}

	#size(file: number): Bytes | undefined {
		return statSync(diskPath(this.layout.path(file)), {throwIfNoEntry: false})?.size;
	}

	#writeSegment({file, offset, length}: Segment, position: Bytes, views: readonly Uint8Array[]): void {
		if (file < 0) return;
		const {handles} = this;
		const own = this.layout.placed[file] !== 0;
		const key = own ? file : handles.partKey;
		if (own && this.layout.owners[file] === fileOwner.unproven) return this.#compare(file, offset, views);
		try {
			const descriptor = handles.writable(key);
			writeAll(descriptor, views, length, own ? offset : position);
			if (own) handles.noteWritten(file, descriptor);
		} catch (error) {
			// A piece that two files share is written to both, also where one of them is right and may not be written to.
			if (own && this.#hasSurely(file, offset, views)) return;
			throw handles.explain(error, handles.path(key));
		}
	}

	/** Nothing is written to a file that may be somebody else's: it has the very bytes already, or it is. */
	#compare(file: number, offset: Bytes, views: readonly Uint8Array[]): void {
		const {layout} = this;
		if (!this.#has(file, offset, views))
			throw foreignFile(layout.path(file), layout.lengths[file]!, layout.lengths[file]!);
	}

	#hasSurely(file: number, offset: Bytes, views: readonly Uint8Array[]): boolean {
		try {
			return this.#has(file, offset, views);
		} catch {
			return false;
		}
	}

	/** Whether a file has these very bytes. */
	#has(file: number, offset: Bytes, views: readonly Uint8Array[]): boolean {
		const descriptor = this.handles.readable(file);
		if (descriptor === undefined) return false;
		let at = offset;
		for (const view of views) {
			const found = new Uint8Array(view.length);
			const count = readSync(descriptor, found, 0, found.length, at);
			if (count < view.length || Buffer.compare(found, view) !== 0) return false;
			at += view.length;
		}
		return true;
	}

	#readSegment({file, offset}: Segment, position: Bytes, target: Uint8Array, absent?: Set<number>): boolean {
		const {handles} = this;
		const own = this.layout.placed[file] !== 0;
		const key = own ? file : handles.partKey;
		if (absent?.has(key)) return false;
		try {
			const descriptor = handles.readable(key);
			if (descriptor === undefined) {
				absent?.add(key);
				return false;
			}
			const from = own ? offset : position;
			let at = 0;
			while (at < target.length) {
				const count = readSync(descriptor, target, at, target.length - at, from + at);
				if (count === 0) return false;
				at += count;
			}
			return true;
		} catch (error) {
			throw handles.explain(error, handles.path(key));
		}
	}

	/** A link is relative, points below the download folder, and replaces nothing. */
	#link(file: number, target: string): void {
		const {layout} = this;
		const path = layout.path(file);
		const elements = layout.relative(file).split('/');
		elements.pop();
		guardFolders(layout.dir, elements, true);
		try {
			symlinkSync(diskPath(relative(dirname(path), join(layout.dir, target))), diskPath(path));
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
	}
}

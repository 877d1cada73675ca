import {join} from 'node:path';
import {type GeometryData, PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {fileOwner} from '../../policy/session/file-ownership.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';

/** The flags of `LayoutData.flags`. */
const padFlag = 1;
const executableFlag = 2;

/** What a worker must know of where files are, but for their paths; what is large is in shared memory. */
export interface LayoutData {
	/** Absolute. */
	readonly dir: string;
	readonly partPath: string;
	/** Where it is noted which files were made. */
	readonly madePath: string;
	readonly offsets: Float64Array;
	readonly lengths: Float64Array;
	readonly flags: Uint8Array;
	/** Targets of symbolic links, one for each file that is one: its index and the target below `dir`. */
	readonly links: ReadonlyArray<readonly [file: number, target: string]>;
	readonly geometry: GeometryData;
	/** One byte a file, shared by all threads: 1 where its bytes are in the file itself, 0 where in the part file. */
	readonly placed: Uint8Array;
	/** One `fileOwner` a file, shared by all threads. */
	readonly owners: Uint8Array;
	/**
	 * Three numbers a file, shared by all threads: its size and time just after it was written to last, and when that was;
	 * zeros before.
	 */
	readonly written: Float64Array;
}

/** Answers the path of a file below the download folder, `/` between elements. */
export type PathOf = (file: number) => string;

/** By file, other paths than those. */
type OtherPaths = ReadonlyMap<number, string>;

/** Where the files of one torrent are on disk. */
export class FileLayout {
	readonly data: LayoutData;
	readonly map: PieceGeometry;
	readonly dir: string;
	readonly partPath: string;
	readonly madePath: string;
	readonly lengths: Float64Array;
	readonly offsets: Float64Array;
	readonly placed: Uint8Array;
	readonly owners: Uint8Array;
	readonly written: Float64Array;
	readonly fileCount: number;
	readonly links: ReadonlyMap<number, string>;
	readonly #flags: Uint8Array;
	readonly #pathOf: PathOf;
	readonly #renamed: OtherPaths;

	constructor(
		data: LayoutData,
		pathOf: PathOf,
		renamed: OtherPaths = new Map(),
		map = PieceGeometry.from(data.geometry),
	) {
		this.data = data;
		this.map = map;
		this.dir = data.dir;
		this.partPath = data.partPath;
		this.madePath = data.madePath;
		this.lengths = data.lengths;
		this.offsets = data.offsets;
		this.placed = data.placed;
		this.owners = data.owners;
		this.written = data.written;
		this.fileCount = data.lengths.length;
		this.links = new Map(data.links);
		this.#flags = data.flags;
		this.#pathOf = pathOf;
		this.#renamed = renamed;
	}

	/** As a torrent says, but for files under another path. Nothing is `placed`, and nobody knows whose the files are. */
	static of(
		{files}: Metainfo,
		map: PieceGeometry,
		{dir, partPath}: {readonly dir: string; readonly partPath: string},
		renamed?: ReadonlyMap<number, readonly string[]>,
	): FileLayout {
		const count = files.length;
		const [offsets, lengths, flags] = [
			new Float64Array(count),
			new Float64Array(count),
			new Uint8Array(count),
		];
		const links: Array<readonly [number, string]> = [];
		for (let file = 0; file < count; file++) {
			const {offset, length, pad, executable, symlink} = files[file]!;
			offsets[file] = offset;
			lengths[file] = length;
			flags[file] = (pad ? padFlag : 0) | (executable ? executableFlag : 0);
			if (symlink) links.push([file, checkPath(symlink).join('/')]);
		}
		const data: LayoutData = {
			dir,
			partPath,
			madePath: partPath.replace(/\.part$/, '.made'),
			offsets,
			lengths,
			flags,
			links,
			geometry: map.data,
			placed: new Uint8Array(new SharedArrayBuffer(count)),
			owners: new Uint8Array(new SharedArrayBuffer(count)).fill(fileOwner.unknown),
			written: new Float64Array(new SharedArrayBuffer(count * 24)),
		};
		const others = new Map<number, string>();
		for (const [file, path] of renamed ?? []) others.set(file, checkPath(path).join('/'));
		return new FileLayout(data, file => checkPath(files[file]!.path).join('/'), others, map);
	}

	/** The same in another folder. */
	in(dir: string): FileLayout {
		return new FileLayout({...this.data, dir}, this.#pathOf, this.#renamed, this.map);
	}

	/** The same with a file under another path. */
	withPath(file: number, path: readonly string[]): FileLayout {
		const renamed = new Map(this.#renamed).set(file, checkPath(path).join('/'));
		return new FileLayout(this.data, this.#pathOf, renamed, this.map);
	}

	/** Below `dir`, `/` between elements. */
	relative(file: number): string {
		return this.#renamed.get(file) ?? this.#pathOf(file);
	}

	path(file: number): string {
		return join(this.dir, this.relative(file));
	}

	/** The paths of some files below `dir`, NUL between them: what costs least to send to a worker. */
	packPaths(from: number, to: number): string {
		const paths: string[] = [];
		for (let file = from; file < to; file++) paths.push(this.relative(file));
		return paths.join('\0');
	}

	isPad(file: number): boolean {
		return (this.#flags[file]! & padFlag) !== 0;
	}

	isExecutable(file: number): boolean {
		return (this.#flags[file]! & executableFlag) !== 0;
	}
}

/**
 * Answers the elements of a path as they are. The sanitiser sees to this; whoever forgets it must not be able to write
 * outside the folder.
 *
 * @throws {TypeError} for one that was not sanitised
 */
export function checkPath(path: readonly string[]): readonly string[] {
	for (const element of path) {
		if (
			element === '' ||
			element === '.' ||
			element === '..' ||
			element.includes('/') ||
			element.includes('\0')
		)
			throw new TypeError(`not a sanitised path: ${JSON.stringify(path)}`);
	}
	if (path.length === 0) throw new TypeError('a path without elements');
	return path;
}

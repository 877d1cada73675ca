import {join} from 'node:path';
import {type GeometryData, PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {fileOwner} from '../../policy/session/file-ownership.js';
import {executableFlag, isPad} from '../../protocol/metainfo/file-columns.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {ColumnPaths, detached, type PathColumns} from '../../protocol/metainfo/path-columns.js';

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

const usual = new Map<number, string>();

/**
 * The paths of all files below the download folder as a worker takes them: one after the other with NUL between them; or
 * as columns, which cost nothing to put together, and what is under another path.
 */
export type SentPaths =
	| string
	| {readonly columns: PathColumns; readonly renamed: ReadonlyArray<readonly [file: number, path: string]>};

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
	readonly #columns: PathColumns | undefined;

	/** @param columns where the paths that `pathOf` answers are, if they are in columns */
	constructor(
		data: LayoutData,
		pathOf: PathOf,
		renamed: OtherPaths = usual,
		map = PieceGeometry.from(data.geometry),
		columns?: PathColumns,
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
		this.links = data.links.length === 0 ? usual : new Map(data.links);
		this.#flags = data.flags;
		this.#pathOf = pathOf;
		this.#renamed = renamed;
		this.#columns = columns;
	}

	/** What was sent to a worker. A NUL in a path would name other files than those that were meant: undefined then. */
	static sent(data: LayoutData, paths: SentPaths): FileLayout | undefined {
		if (typeof paths === 'string') {
			const each = paths.split('\0');
			return each.length === data.lengths.length ? new FileLayout(data, file => each[file]!) : undefined;
		}
		const {columns, renamed} = paths;
		const named = new ColumnPaths(columns);
		const pathOf = (file: number): string => checkPath(named.path(file)).join('/');
		return new FileLayout(data, pathOf, new Map(renamed), undefined, columns);
	}

	/** As a torrent says, but for files under another path. Nothing is `placed`, and nobody knows whose the files are. */
	static of(
		metainfo: Metainfo,
		map: PieceGeometry,
		{dir, partPath}: {readonly dir: string; readonly partPath: string},
		renamed?: ReadonlyMap<number, readonly string[]>,
	): FileLayout {
		const table = fileTable(metainfo);
		const {count, offsets, lengths, flags, pathColumns} = table;
		const links: Array<readonly [number, string]> = [];
		for (let file = 0; pathColumns === undefined && file < count; file++) {
			const symlink = table.symlink(file);
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
		const others = renamed?.size ? new Map<number, string>() : usual;
		for (const [file, path] of renamed ?? []) others.set(file, checkPath(path).join('/'));
		return new FileLayout(data, file => checkPath(table.path(file)).join('/'), others, map, pathColumns);
	}

	/** The same in another folder. */
	in(dir: string): FileLayout {
		return new FileLayout({...this.data, dir}, this.#pathOf, this.#renamed, this.map, this.#columns);
	}

	/** The same with a file under another path. */
	withPath(file: number, path: readonly string[]): FileLayout {
		const renamed = new Map(this.#renamed).set(file, checkPath(path).join('/'));
		return new FileLayout(this.data, this.#pathOf, renamed, this.map, this.#columns);
	}

	/** Below `dir`, `/` between elements. */
	relative(file: number): string {
		return this.#renamed.get(file) ?? this.#pathOf(file);
	}

	path(file: number): string {
		return join(this.dir, this.relative(file));
	}

	/** All paths, where they are in columns. */
	get sentPaths(): SentPaths | undefined {
		return this.#columns && {columns: detached(this.#columns), renamed: [...this.#renamed]};
	}

	/** The paths of some files below `dir`, NUL between them: what costs least to send to a worker otherwise. */
	packPaths(from: number, to: number): string {
		const paths: string[] = [];
		for (let file = from; file < to; file++) paths.push(this.relative(file));
		return paths.join('\0');
	}

	isPad(file: number): boolean {
		return isPad(this.#flags[file]!);
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

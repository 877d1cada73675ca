import {join} from 'node:path';
import {type GeometryData, PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {fileOwner} from '../../policy/session/file-ownership.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';

/** The flags of `LayoutData.flags`. */
const padFlag = 1;
const executableFlag = 2;

/** A layout in a form that costs little to send to a worker; what is large is in shared memory. */
export interface LayoutData {
	readonly dir: string;
	readonly partPath: string;
	/** Paths below `dir`, `/` between elements, NUL between paths. */
	readonly paths: string;
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
	/** Where it is noted which files were made. */
	readonly madePath: string;
}

/** Packs what a worker must know of a torrent. `placed` is all zeros, and nobody knows whose the files are. */
export function packLayout(
	metainfo: Metainfo,
	map: PieceGeometry,
	dir: string,
	partPath: string,
	renamed?: ReadonlyMap<number, readonly string[]>,
): LayoutData {
	const {files} = metainfo;
	const paths = files.map((file, index) => renamed?.get(index) ?? file.path);
	for (const path of paths) checkPath(path);
	for (const {symlink} of files) if (symlink) checkPath(symlink);
	const flags = files.map(file => (file.pad ? padFlag : 0) | (file.executable ? executableFlag : 0));
	return {
		dir,
		partPath,
		paths: paths.map(path => path.join('/')).join('\0'),
		offsets: Float64Array.from(files, file => file.offset),
		lengths: Float64Array.from(files, file => file.length),
		flags: Uint8Array.from(flags),
		links: [...files.entries()].flatMap(([index, {symlink}]) =>
			symlink ? [[index, symlink.join('/')] as const] : [],
		),
		geometry: map.data,
		placed: new Uint8Array(new SharedArrayBuffer(files.length)),
		owners: new Uint8Array(new SharedArrayBuffer(files.length)).fill(fileOwner.unknown),
		written: new Float64Array(new SharedArrayBuffer(files.length * 24)),
		madePath: partPath.replace(/\.part$/, '.made'),
	};
}

/** The same with a file under another path. */
export function withPath(data: LayoutData, file: number, path: readonly string[]): LayoutData {
	checkPath(path);
	const paths = data.paths.split('\0');
	paths[file] = path.join('/');
	return {...data, paths: paths.join('\0')};
}

/** The sanitiser sees to this; whoever forgets it must not be able to write outside the folder. */
function checkPath(path: readonly string[]): void {
	for (const element of path) {
		if (element === '' || element === '.' || element === '..' || /[/\0]/.test(element)) {
			throw new TypeError(`not a sanitised path: ${JSON.stringify(path)}`);
		}
	}
	if (path.length === 0) throw new TypeError('a path without elements');
}

/** Where the files of one torrent are on disk. */
export class FileLayout {
	readonly map: PieceGeometry;
	readonly placed: Uint8Array;
	readonly owners: Uint8Array;
	readonly written: Float64Array;
	readonly partPath: string;
	readonly madePath: string;
	readonly lengths: Float64Array;
	readonly offsets: Float64Array;
	readonly fileCount: number;
	readonly links: ReadonlyMap<number, string>;
	readonly dir: string;
	readonly #paths: string[];
	readonly #flags: Uint8Array;

	constructor(data: LayoutData) {
		this.dir = data.dir;
		this.#paths = data.paths.split('\0');
		this.#flags = data.flags;
		this.partPath = data.partPath;
		this.lengths = data.lengths;
		this.offsets = data.offsets;
		this.fileCount = data.lengths.length;
		this.placed = data.placed;
		this.owners = data.owners;
		this.written = data.written;
		this.madePath = data.madePath;
		this.links = new Map(data.links);
		this.map = PieceGeometry.from(data.geometry);
	}

	/** Below `dir`, `/` between elements. */
	relative(file: number): string {
		return this.#paths[file]!;
	}

	path(file: number): string {
		return join(this.dir, this.#paths[file]!);
	}

	isPad(file: number): boolean {
		return (this.#flags[file]! & padFlag) !== 0;
	}

	isExecutable(file: number): boolean {
		return (this.#flags[file]! & executableFlag) !== 0;
	}
}

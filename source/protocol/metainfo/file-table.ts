import {columnsOf, executableFlag, type FileColumns, isPad} from './file-columns.js';
import type {ListedColumns} from './list-columns.js';
import type {Metainfo, MetainfoFile} from './metainfo.js';
import {ColumnPaths, type PathColumns} from './path-columns.js';

/** The files of a torrent as columns; one by one only when somebody asks for them so. */
export class FileTable implements FileColumns {
	readonly offsets: Float64Array;
	readonly lengths: Float64Array;
	readonly flags: Uint8Array;
	readonly count: number;
	readonly #paths: ColumnPaths | undefined;
	#list: readonly MetainfoFile[] | undefined;

	private constructor(columns: FileColumns, from: ColumnPaths | readonly MetainfoFile[]) {
		this.offsets = columns.offsets;
		this.lengths = columns.lengths;
		this.flags = columns.flags;
		this.count = columns.lengths.length;
		if (from instanceof ColumnPaths) this.#paths = from;
		else this.#list = from;
	}

	/** Of what was read as columns: none of the files is a link, or has a root of its own. */
	static read(columns: FileColumns & Pick<ListedColumns, 'paths'>): FileTable {
		return new FileTable(columns, new ColumnPaths(columns.paths));
	}

	static of(files: readonly MetainfoFile[]): FileTable {
		return new FileTable(columnsOf(files), files);
	}

	/** All of them, one by one: made when it is asked for first. */
	get list(): readonly MetainfoFile[] {
		this.#list ??= Array.from(this.lengths, (length, file) => ({
			path: this.path(file),
			length,
			offset: this.offsets[file]!,
			pad: this.isPad(file),
			executable: (this.flags[file]! & executableFlag) !== 0,
			symlink: undefined,
			piecesRoot: undefined,
		}));
		return this.#list;
	}

	/** Undefined where paths are not in columns. */
	get pathColumns(): PathColumns | undefined {
		return this.#paths?.columns;
	}

	/** The paths of all folders with files in them, from the download folder; undefined where paths are not in columns. */
	get folders(): readonly string[] | undefined {
		const paths = this.#paths;
		return paths && Array.from({length: paths.folderCount}, (_, folder) => paths.folder(folder));
	}

	isPad(file: number): boolean {
		return isPad(this.flags[file]!);
	}

	/** The sanitised elements of a file's path, from the download folder. */
	path(file: number): readonly string[] {
		return this.#list?.[file]?.path ?? this.#paths!.path(file);
	}

	/** Where a link leads; undefined for what is none. */
	symlink(file: number): readonly string[] | undefined {
		return this.#paths === undefined ? this.#list![file]!.symlink : undefined;
	}
}

const tables = new WeakMap<object, FileTable>();

/** The files of a torrent as columns. */
export function fileTable(metainfo: Pick<Metainfo, 'files'>): FileTable {
	let table = tables.get(metainfo);
	if (table === undefined) {
		table = FileTable.of(metainfo.files);
		tables.set(metainfo, table);
	}
	return table;
}

/** The same torrent without its files, which are not made for that. */
export function withoutFiles<Torrent extends Pick<Metainfo, 'files'>>(
	torrent: Torrent,
): Omit<Torrent, 'files'> {
	const keys = Object.keys(torrent).filter(key => key !== 'files') as Array<keyof Torrent>;
	return Object.fromEntries(keys.map(key => [key, torrent[key]])) as Omit<Torrent, 'files'>;
}

/** The same torrent with files that are made one by one when somebody asks for `files`. */
export function withFiles<Torrent extends object>(
	torrent: Torrent,
	table: FileTable,
): Torrent & Pick<Metainfo, 'files'> {
	const whole = Object.defineProperty(torrent, 'files', {
		enumerable: true,
		configurable: true,
		get: () => table.list,
	}) as Torrent & Pick<Metainfo, 'files'>;
	tables.set(whole, table);
	return whole;
}

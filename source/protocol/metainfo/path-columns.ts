import {nameFromBytes} from './name-bytes.js';

/**
 * The paths of very many files as columns, which cost little to make, to keep and to send to another thread: names are
 * bytes one after the other, and a folder is named once, however much is in it.
 */
export interface PathColumns {
	/** The name of the torrent's own folder. */
	readonly root: string;
	/** All names, sanitised, as `nameToBytes` writes them, and whatever else; it may be a view. */
	readonly names: Uint8Array;
	/** Where in `names` the name of each file begins, and its bytes. */
	readonly starts: Uint32Array;
	readonly sizes: Uint8Array;
	/** The folder of each file: 0 is the torrent's own. */
	readonly folders: Uint32Array;
	/** The same of folders: their names, and the folder that each is in. The first is the torrent's own, whose name is `root`. */
	readonly folderStarts: Uint32Array;
	readonly folderSizes: Uint8Array;
	readonly folderParents: Uint32Array;
	/** Whether every byte of every name is of ASCII. */
	readonly isAscii: boolean;
	/** Whether it is known that no two are one on any disk: they differ in more than case, or in how letters are composed. */
	readonly staysApart: boolean;
}

/** The same to be sent to another thread: of a view all that is behind it would go along. */
export function detached(columns: PathColumns): PathColumns {
	const {names} = columns;
	return names.byteLength === names.buffer.byteLength ? columns : {...columns, names: names.slice()};
}

const ascii = new TextDecoder('latin1');

/** Reads paths out of columns. */
export class ColumnPaths {
	readonly columns: PathColumns;
	/** Of folders that were asked for. */
	readonly #folders: Array<readonly string[] | undefined> = [];
	readonly #joined: Array<string | undefined> = [];
	#text: string | undefined;

	constructor(columns: PathColumns) {
		this.columns = columns;
	}

	get folderCount(): number {
		return this.columns.folderStarts.length;
	}

	/** The elements of a file's path, from the download folder. */
	path(file: number): readonly string[] {
		return [...this.#folder(this.columns.folders[file]!), this.#fileName(file)];
	}

	/** The same in one, `/` between elements. */
	joined(file: number): string {
		return `${this.folder(this.columns.folders[file]!)}/${this.#fileName(file)}`;
	}

	/** The path of a folder, `/` between elements. */
	folder(folder: number): string {
		this.#joined[folder] ??= this.#folder(folder).join('/');
		return this.#joined[folder];
	}

	#folder(folder: number): readonly string[] {
		const {root, folderStarts, folderSizes, folderParents} = this.columns;
		const known = this.#folders[folder];
		if (known !== undefined) return known;
		const path =
			folder === 0
				? [root]
				: [...this.#folder(folderParents[folder]!), this.#name(folderStarts[folder]!, folderSizes[folder]!)];
		this.#folders[folder] = path;
		return path;
	}

	#fileName(file: number): string {
		const {starts, sizes} = this.columns;
		return this.#name(starts[file]!, sizes[file]!);
	}

	#name(start: number, size: number): string {
		const {names, isAscii} = this.columns;
		if (!isAscii) return nameFromBytes(names.subarray(start, start + size));
		this.#text ??= ascii.decode(names);
		return this.#text.slice(start, start + size);
	}
}

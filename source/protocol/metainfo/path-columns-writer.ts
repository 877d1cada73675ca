import {nameToBytes} from './name-bytes.js';
import type {PathColumns} from './path-columns.js';
import {isOddName, sanitizePathElement} from './sanitize-path.js';

/** No more folders are told apart here, nor more names looked at for one: others have ceilings of their own. */
const maximumFolders = 50_000;
const looksPerName = 16;
/** Of more bytes a name is looked at as text. */
const plainLength = 240;
/** How the names begin of what clients before BEP 47 made for padding. */
const padName = new TextEncoder().encode('_____padding_file_');

/** Each byte of ASCII that stands in a name as it is, in lower case; 0 for the others. */
const plain = Uint8Array.from({length: 256}, (_, byte) =>
	byte < 0x20 || byte > 0x7e || byte === 0x2f || byte === 0x5c ? 0 : lowerCase(byte),
);

/**
 * Writes the paths of files as columns, and sees to it that each is of one file: two names in a folder that are the
 * same are not told apart here. Names that are to be on a disk as they came are left where they are.
 */
export class PathColumnsWriter {
	/** Whether some of its names could be other ones on a disk: see `isOddName`. */
	oddNames = false;
	readonly #root: string;
	readonly #starts: Uint32Array;
	readonly #sizes: Uint8Array;
	readonly #folders: Uint32Array;
	readonly #folderStarts = [0];
	readonly #folderSizes = [0];
	readonly #folderParents = [0];
	/** What came, and behind it the names that are to be others. */
	#names: Uint8Array;
	#end: number;
	/** Where the name is that was looked at last, its bytes and its hash, which is the same whatever its case. */
	#start = 0;
	#size = 0;
	#hash = 0;
	#isAscii: boolean;
	/** Whether two names in a folder differ in nothing but case. */
	#hasTwins = false;
	/** Names by what they are made of: 0 for nothing, n + 1 for folder n, -1 - n for file n. */
	readonly #table: Int32Array;
	#entries = 0;
	#pads = 0;
	#looks = 0;

	/**
	 * @param root the name of the torrent's own folder, sanitised
	 * @param files how many there are
	 * @param came the bytes that names are in, which are looked into and not written to
	 */
	constructor(root: string, files: number, came: Uint8Array) {
		this.#root = root;
		this.#starts = new Uint32Array(files);
		this.#sizes = new Uint8Array(files);
		this.#folders = new Uint32Array(files);
		this.#names = came;
		this.#end = came.length;
		this.#table = new Int32Array(powerOfTwo(3 * files + 64));
		this.#isAscii = !nameToBytes(root).some(byte => byte > 0x7f);
	}

	/** The number of a folder below another one; undefined where that name is a file's, or there are too many. */
	folder(at: number, length: number, parent: number): number | undefined {
		this.#look(at, length, parent);
		const slot = this.#find(parent);
		const known = this.#table[slot]!;
		if (known !== 0) {
			// What was written of it is there already.
			if (this.#start + this.#size === this.#end) this.#end = this.#start;
			return known > 0 && this.#isQuick ? known - 1 : undefined;
		}
		const folder = this.#folderStarts.push(this.#start) - 1;
		this.#folderSizes.push(this.#size);
		this.#folderParents.push(parent);
		return folder <= maximumFolders && this.#enter(slot, folder + 1) ? folder : undefined;
	}

	/**
	 * Names a file. Answers 1 when that name is its own, 2 when it is padding, which is on no disk, so that others may have
	 * its name, and 0 when the name is somebody else's too.
	 *
	 * @param isPad whether it is padding whatever its name says
	 */
	file(file: number, at: number, length: number, folder: number, isPad: boolean): 0 | 1 | 2 {
		this.#look(at, length, folder);
		this.#starts[file] = this.#start;
		this.#sizes[file] = this.#size;
		this.#folders[file] = folder;
		if (isPad || (this.#names[this.#start] === 0x5f && this.#isPadName())) {
			this.#pads++;
			return 2;
		}
		const slot = this.#find(folder);
		return this.#table[slot] === 0 && this.#enter(slot, -1 - file) ? 1 : 0;
	}

	finish(): PathColumns {
		return {
			root: this.#root,
			names: this.#names.subarray(0, this.#end),
			starts: this.#starts,
			sizes: this.#sizes,
			folders: this.#folders,
			folderStarts: Uint32Array.from(this.#folderStarts),
			folderSizes: Uint8Array.from(this.#folderSizes),
			folderParents: Uint32Array.from(this.#folderParents),
			isAscii: this.#isAscii,
			staysApart: this.#isAscii && !this.#hasTwins,
		};
	}

	#isPadName(): boolean {
		if (this.#size < padName.length) return false;
		for (let n = 0; n < padName.length; n++) if (this.#names[this.#start + n] !== padName[n]) return false;
		return true;
	}

	/** Looks at a name: where it is as it is to be on a disk. */
	#look(at: number, length: number, folder: number): void {
		const names = this.#names;
		const end = at + length;
		let hash = Math.imul(folder + 1, 0x9e3779b1);
		let from = length <= plainLength && names[at] !== 0x2e ? at : end + 1;
		for (; from < end; from++) {
			const lower = plain[names[from]!]!;
			if (lower === 0) break;
			hash = Math.imul(hash ^ lower, 0x01000193);
		}
		if (from !== end || length === 0) return this.#lookAsText(names.subarray(at, end), folder);
		this.#start = at;
		this.#size = length;
		this.#hash = hash;
	}

	#lookAsText(element: Uint8Array, folder: number): void {
		this.oddNames ||= isOddName(element);
		const name = nameToBytes(sanitizePathElement(element));
		let hash = Math.imul(folder + 1, 0x9e3779b1);
		for (const byte of name) {
			hash = Math.imul(hash ^ lowerCase(byte), 0x01000193);
			if (byte > 0x7f) this.#isAscii = false;
		}
		if (this.#names.length - this.#end < name.length) {
			const larger = new Uint8Array(2 * this.#names.length + name.length);
			larger.set(this.#names.subarray(0, this.#end));
			this.#names = larger;
		}
		this.#names.set(name, this.#end);
		this.#start = this.#end;
		this.#size = name.length;
		this.#hash = hash;
		this.#end += name.length;
	}

	/** Where in the table the name that was looked at last is, or would be. */
	#find(parent: number): number {
		const table = this.#table;
		const mask = table.length - 1;
		// The low bits of the hash are of the last bytes alone: the others are to count too.
		for (let slot = (this.#hash ^ (this.#hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
			const entry = table[slot]!;
			if (entry === 0) return slot;
			this.#looks++;
			if (this.#isSame(entry, parent)) return slot;
		}
	}

	#isSame(entry: number, parent: number): boolean {
		const isFolder = entry > 0;
		const number = isFolder ? entry - 1 : -1 - entry;
		if ((isFolder ? this.#folderParents[number] : this.#folders[number]) !== parent) return false;
		if ((isFolder ? this.#folderSizes[number] : this.#sizes[number]) !== this.#size) return false;
		const start = isFolder ? this.#folderStarts[number]! : this.#starts[number]!;
		const names = this.#names;
		let isTwin = false;
		for (let n = 0; n < this.#size; n++) {
			const byte = names[start + n]!;
			const other = names[this.#start + n]!;
			if (byte === other) continue;
			if (lowerCase(byte) !== lowerCase(other)) return false;
			isTwin = true;
		}
		this.#hasTwins ||= isTwin;
		return !isTwin;
	}

	/** Answers whether there is room for more, and names are still found quickly. */
	#enter(slot: number, entry: number): boolean {
		this.#table[slot] = entry;
		this.#entries++;
		return 2 * this.#entries < this.#table.length && this.#isQuick;
	}

	/** Whether names are found as quickly as they are to be: somebody may have made them not to be. */
	get #isQuick(): boolean {
		return this.#looks < looksPerName * (this.#entries + this.#pads + 64);
	}
}

function lowerCase(byte: number): number {
	return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function powerOfTwo(least: number): number {
	let size = 64;
	while (size < least) size *= 2;
	return size;
}

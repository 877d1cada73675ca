import {nameToBytes} from './name-bytes.js';
import type {PathColumns} from './path-columns.js';
import {isOddName, sanitizePathElement} from './sanitize-path.js';

/** No more folders are told apart here, nor more names looked at for one: others have ceilings of their own. */
const maximumFolders = 50_000;
const looksPerName = 16;
/** Of more bytes a name is looked at as text. */
const plainLength = 240;
const noName = -1;
/** How the names begin of what clients before BEP 47 made for padding. */
const padName = new TextEncoder().encode('_____padding_file_');

/** Each byte of ASCII that stands in a name as it is, in lower case; 0 for the others. */
const plain = Uint8Array.from({length: 256}, (_, byte) =>
	byte < 0x20 || byte > 0x7e || byte === 0x2f || byte === 0x5c ? 0 : lowerCase(byte),
);

/**
 * Writes the paths of files as columns, and sees to it that each is of one file: two names in a folder that are the
 * same are not told apart here.
 */
export class PathColumnsWriter {
	/** Whether some of its names could be other ones on a disk: see `isOddName`. */
	oddNames = false;
	readonly #starts: Uint32Array;
	readonly #sizes: Uint8Array;
	readonly #folders: Uint32Array;
	readonly #folderStarts: number[] = [];
	readonly #folderSizes: number[] = [];
	readonly #folderParents: number[] = [];
	#names: Uint8Array;
	#end = 0;
	#isAscii = true;
	/** Whether two names in a folder differ in nothing but case. */
	#hasTwins = false;
	/** Names by what they are made of: 0 for nothing, n + 1 for folder n, -1 - n for file n. */
	#table: Int32Array;
	#entries = 0;
	#looks = 0;
	/** Of the name that was written last. */
	#hash = 0;

	/**
	 * @param root the name of the torrent's own folder, sanitised
	 * @param files how many there are
	 * @param room for the bytes of names
	 */
	constructor(root: string, files: number, room: number) {
		this.#starts = new Uint32Array(files);
		this.#sizes = new Uint8Array(files);
		this.#folders = new Uint32Array(files);
		const name = nameToBytes(root);
		this.#names = new Uint8Array(room + name.length);
		this.#table = new Int32Array(powerOfTwo(3 * files + 64));
		this.#isAscii = name.every(byte => byte < 0x80);
		this.#names.set(name);
		this.#end = name.length;
		this.#folderStarts.push(0);
		this.#folderSizes.push(name.length);
		this.#folderParents.push(0);
	}

	/** The number of a folder below another one; undefined where that name is a file's, or there are too many. */
	folder(bytes: Uint8Array, at: number, length: number, parent: number): number | undefined {
		const start = this.#end;
		const size = this.#write(bytes, at, length, parent);
		if (size === noName) return undefined;
		const slot = this.#find(start, size, parent);
		const known = this.#table[slot]!;
		if (known !== 0) {
			// It is written already.
			this.#end = start;
			return known > 0 ? known - 1 : undefined;
		}
		const folder = this.#folderStarts.push(start) - 1;
		this.#folderSizes.push(size);
		this.#folderParents.push(parent);
		return folder <= maximumFolders && this.#enter(slot, folder + 1) ? folder : undefined;
	}

	/**
	 * Names a file. Answers 1 when that name is its own, 2 when it is padding, which is on no disk, so that others may have
	 * its name, and 0 when the name is somebody else's too.
	 *
	 * @param isPad whether it is padding whatever its name says
	 */
	file(
		file: number,
		bytes: Uint8Array,
		at: number,
		length: number,
		folder: number,
		isPad: boolean,
	): 0 | 1 | 2 {
		const start = this.#end;
		const size = this.#write(bytes, at, length, folder);
		if (size === noName) return 0;
		this.#starts[file] = start;
		this.#sizes[file] = size;
		this.#folders[file] = folder;
		if (isPad || (this.#names[start] === 0x5f && this.#isPadName(start, size))) return 2;
		const slot = this.#find(start, size, folder);
		return this.#table[slot] === 0 && this.#enter(slot, -1 - file) ? 1 : 0;
	}

	#isPadName(start: number, size: number): boolean {
		if (size < padName.length) return false;
		for (let n = 0; n < padName.length; n++) if (this.#names[start + n] !== padName[n]) return false;
		return true;
	}

	finish(): PathColumns {
		return {
			names: this.#names.slice(0, this.#end),
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

	/** Writes a name as it is to be on a disk to the end of the others; answers its bytes. */
	#write(bytes: Uint8Array, at: number, length: number, folder: number): number {
		const names = this.#names;
		if (length > 0 && length <= plainLength && names.length - this.#end >= length) {
			const end = at + length;
			let to = this.#end;
			let hash = Math.imul(folder + 1, 0x9e3779b1);
			let other = 0;
			let from = at;
			for (; from < end; from++) {
				const byte = bytes[from]!;
				const lower = plain[byte]!;
				if (lower === 0) break;
				names[to++] = byte;
				other |= byte ^ 0x2e;
				hash = Math.imul(hash ^ lower, 0x01000193);
			}
			if (from === end && other !== 0) {
				this.#end = to;
				this.#hash = hash;
				return length;
			}
		}
		return this.#writeAsText(bytes.subarray(at, at + length), folder);
	}

	#writeAsText(element: Uint8Array, folder: number): number {
		this.oddNames ||= isOddName(element);
		const name = nameToBytes(sanitizePathElement(element));
		if (name.length > this.#names.length - this.#end) return noName;
		let hash = Math.imul(folder + 1, 0x9e3779b1);
		for (const byte of name) {
			hash = Math.imul(hash ^ lowerCase(byte), 0x01000193);
			if (byte > 0x7f) this.#isAscii = false;
		}
		this.#names.set(name, this.#end);
		this.#end += name.length;
		this.#hash = hash;
		return name.length;
	}

	/** Where in the table a name is, or would be. */
	#find(start: number, size: number, parent: number): number {
		const table = this.#table;
		const mask = table.length - 1;
		for (let slot = mix(this.#hash) & mask; ; slot = (slot + 1) & mask) {
			const entry = table[slot]!;
			if (entry === 0) return slot;
			this.#looks++;
			const isFolder = entry > 0;
			const number = isFolder ? entry - 1 : -1 - entry;
			const itsParent = isFolder ? this.#folderParents[number] : this.#folders[number];
			if (itsParent !== parent) continue;
			const itsSize = isFolder ? this.#folderSizes[number] : this.#sizes[number];
			if (itsSize !== size) continue;
			if (this.#isSame(isFolder ? this.#folderStarts[number]! : this.#starts[number]!, start, size))
				return slot;
		}
	}

	#isSame(one: number, other: number, size: number): boolean {
		const names = this.#names;
		let isTwin = false;
		for (let n = 0; n < size; n++) {
			const byte = names[one + n]!;
			if (byte === names[other + n]) continue;
			if (lowerCase(byte) !== lowerCase(names[other + n]!)) return false;
			isTwin = true;
		}
		this.#hasTwins ||= isTwin;
		return !isTwin;
	}

	/** Answers whether names are found as quickly as they are to be: somebody may have made them not to be. */
	#enter(slot: number, entry: number): boolean {
		this.#table[slot] = entry;
		this.#entries++;
		return 2 * this.#entries < this.#table.length && this.#looks < looksPerName * (this.#entries + 64);
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

/** The low bits of the hash are of the last bytes alone: the others are to count too. */
function mix(hash: number): number {
	return hash ^ (hash >>> 15);
}

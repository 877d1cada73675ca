import type {Bytes} from '../../base/units.js';
import type {BencodeNode} from '../bencode/bencode.js';
import type {TokenTable} from '../bencode/bencode-scanner.js';
import {executableFlag, type FileColumns, isPad, padFlag} from './file-columns.js';
import type {PathColumns} from './path-columns.js';
import {PathColumnsWriter} from './path-columns-writer.js';

/** The files of a torrent, read at one go. */
export interface ListedColumns extends FileColumns {
	readonly paths: PathColumns;
	/** The length of the stream. */
	readonly length: Bytes;
	/** Whether some of their names could be other ones on a disk. */
	readonly oddNames: boolean;
}

const maximumDepth = 100;
/** Longer ones no file has; and of so many digits nothing is rounded. */
const maximumDigits = 14;
const [dictionary, list, integer, end, colon, zero, nine] = [0x64, 0x6c, 0x69, 0x65, 0x3a, 0x30, 0x39];
const attributes = {executable: 0x78, link: 0x6c, pad: 0x70};
const none = -1;

/** Where a byte string's content begins. */
function contentAt(bytes: Uint8Array, start: number): number {
	let at = start;
	while (bytes[at] !== colon) at++;
	return at + 1;
}

/** The bytes of a byte string, by where it and its content begin. */
function sizeOf(bytes: Uint8Array, start: number, content: number): number {
	let size = 0;
	for (let at = start; at < content - 1; at++) size = size * 10 + bytes[at]! - zero;
	return size;
}

function isString(byte: number | undefined): boolean {
	return byte !== undefined && byte >= zero && byte <= nine;
}

/** A length that a file can have; `none` for whatever else. */
function lengthAt(bytes: Uint8Array, start: number): number {
	if (bytes[start] !== integer) return none;
	let length = 0;
	let at = start + 1;
	for (; bytes[at] !== end; at++) {
		const byte = bytes[at]!;
		if (byte < zero || at - start > maximumDigits) return none;
		length = length * 10 + byte - zero;
	}
	return length;
}

/** Reads the entries of the list of files of a v1 torrent, one after the other. */
class EntryReader {
	readonly #table: TokenTable;
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	readonly #base: number;
	readonly #paths: PathColumnsWriter;
	/** The folders that the file before is in: the bytes of each name, and its number. */
	readonly #contents: number[] = [];
	readonly #sizes: number[] = [];
	readonly #folders: number[] = [];
	// What the entry at hand has, as the places of its values; the first of each counts.
	#length = none;
	#path = none;
	#pathUtf8 = none;
	#attr = none;

	/** @param base where the list begins */
	constructor(table: TokenTable, paths: PathColumnsWriter, base: number) {
		const {bytes} = table;
		this.#table = table;
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		this.#paths = paths;
		this.#base = base;
	}

	/** Answers the length of a file and notes its path and flags; `none` when it is not as nearly all files are. */
	read(token: number, file: number, flags: Uint8Array): number {
		const bytes = this.#bytes;
		const {starts} = this.#table;
		if (bytes[starts[token]!] !== dictionary) return none;
		this.#look(token);
		const path = this.#pathUtf8 === none ? this.#path : this.#pathUtf8;
		if (path === none || this.#length === none || bytes[starts[path]!] !== list) return none;
		if (this.#attr !== none) {
			const flag = this.#flagOf(starts[this.#attr]!);
			if (flag === none) return none;
			flags[file] = flag;
		}
		const length = lengthAt(bytes, starts[this.#length]!);
		return length !== none && this.#name(path, file, flags) ? length : none;
	}

	/** Finds the values of an entry that count. */
	#look(token: number): void {
		const {starts, nexts} = this.#table;
		const view = this.#view;
		this.#length = none;
		this.#path = none;
		this.#pathUtf8 = none;
		this.#attr = none;
		const last = nexts[token]! - 1;
		for (let key = token + 1; key < last; ) {
			const value = key + 1;
			// Of nearly all files these two are all there is: "6:length" and "4:path". Behind each there is its value.
			const head = view.getUint32(starts[key]!);
			if (head === 0x363a_6c65 && view.getUint32(starts[key]! + 4) === 0x6e67_7468) {
				if (this.#length === none) this.#length = value;
			} else if (head === 0x343a_7061 && view.getUint16(starts[key]! + 4) === 0x7468) {
				if (this.#path === none) this.#path = value;
			} else this.#unusual(key, value);
			key = nexts[value]!;
		}
	}

	/** Another key, or one of those with zeros before its length, as some have it. */
	#unusual(key: number, value: number): void {
		const table = this.#table;
		if (this.#pathUtf8 === none && table.equals(key, 'path.utf-8')) this.#pathUtf8 = value;
		else if (this.#length === none && table.equals(key, 'length')) this.#length = value;
		else if (this.#path === none && table.equals(key, 'path')) this.#path = value;
		else if (this.#attr === none && table.equals(key, 'attr')) this.#attr = value;
	}

	/** The flags of a file; `none` for a link, of which more is to be read. BEP 47. */
	#flagOf(start: number): number {
		const bytes = this.#bytes;
		if (!isString(bytes[start])) return 0;
		const content = contentAt(bytes, start);
		const attr = bytes.subarray(content, content + sizeOf(bytes, start, content));
		if (attr.includes(attributes.link)) return none;
		return (
			(attr.includes(attributes.pad) ? padFlag : 0) |
			(attr.includes(attributes.executable) ? executableFlag : 0)
		);
	}

	/** Notes the path of a file; answers whether it is one, and nobody else's. */
	#name(path: number, file: number, flags: Uint8Array): boolean {
		const {starts, nexts} = this.#table;
		const bytes = this.#bytes;
		const last = nexts[path]! - 1;
		let folder = 0;
		let isKnown = true;
		let depth = 0;
		for (let element = path + 1; element < last; element++, depth++) {
			const start = starts[element]!;
			if (!isString(bytes[start]) || depth >= maximumDepth) return false;
			const content = contentAt(bytes, start);
			const size = sizeOf(bytes, start, content);
			if (element === last - 1) return this.#file(file, content, size, folder, flags);
			// Neighbours share most of their folders.
			isKnown &&= this.#sizes[depth] === size && this.#isSame(this.#contents[depth]!, content, size);
			if (!isKnown) {
				const found = this.#paths.folder(content - this.#base, size, folder);
				if (found === undefined) return false;
				this.#contents[depth] = content;
				this.#sizes[depth] = size;
				this.#folders[depth] = found;
				// What is further down was in another folder.
				this.#sizes.length = depth + 1;
			}
			folder = this.#folders[depth]!;
		}
		return false;
	}

	#file(file: number, content: number, size: number, folder: number, flags: Uint8Array): boolean {
		const kind = this.#paths.file(file, content - this.#base, size, folder, isPad(flags[file]!));
		if (kind === 2) flags[file]! |= padFlag;
		return kind !== 0;
	}

	#isSame(one: number, other: number, size: number): boolean {
		const bytes = this.#bytes;
		for (let n = 0; n < size; n++) if (bytes[one + n] !== bytes[other + n]) return false;
		return true;
	}
}

/**
 * Reads the list of files of a v1 torrent at one go, without an object for each: in a start of 10,000 files those took
 * longer than all else. Undefined when anything in it is not as it is in nearly all torrents, such as a link, a length
 * that no file has, or a name that two have: then it is to be read file by file, which says what is wrong or finds the
 * names. BEP 3, 47.
 *
 * @param files the list of files
 * @param name the sanitised name of the torrent
 */
export function readListColumns(files: BencodeNode, name: string): ListedColumns | undefined {
	const {table, index} = files.place;
	const {starts, nexts} = table;
	if (table.bytes[starts[index]!] !== list) return undefined;
	const last = nexts[index]! - 1;
	const count = files.size;
	const paths = new PathColumnsWriter(name, count, files.raw);
	const reader = new EntryReader(table, paths, files.start);
	const offsets = new Float64Array(count);
	const lengths = new Float64Array(count);
	const flags = new Uint8Array(count);
	let [file, length] = [0, 0];
	for (let token = index + 1; token < last; token = nexts[token]!, file++) {
		const its = reader.read(token, file, flags);
		if (its === none) return undefined;
		offsets[file] = length;
		lengths[file] = its;
		length += its;
	}
	return {offsets, lengths, flags, paths: paths.finish(), length, oddNames: paths.oddNames};
}

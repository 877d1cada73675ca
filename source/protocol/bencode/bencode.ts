import bencode from 'bencode';
import {ProtocolError} from '../../base/errors.js';
import {scanBencode, type TokenTable} from './bencode-scanner.js';

export type BencodeType = 'dictionary' | 'list' | 'bytes' | 'integer';

/**
 * What `encodeBencode` takes. Entries that are undefined are left out; booleans become 0 and 1; text becomes UTF-8.
 * Keys of plain objects are ASCII; any other keys, binary ones too, need a map.
 */
export type Bencodable =
	| string
	| number
	| boolean
	| Uint8Array
	| ReadonlyArray<Bencodable>
	| ReadonlyMap<Uint8Array | string, Bencodable>
	| {readonly [key: string]: Bencodable | undefined};

export interface BencodeLimits {
	/** Dictionaries and lists inside each other. */
	readonly depth?: number;
	/** Values, keys and ends of containers together; bounds memory at about 16 bytes each. */
	readonly tokens?: number;
	/** Refuses unsorted or repeated keys and leading zeros, which are otherwise only told in `deviation`. */
	readonly strict?: boolean;
}

const text = new TextDecoder('utf-8', {ignoreBOM: true});
const utf8 = new TextEncoder();
const maximumSafe = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Reads one bencoded value from bytes that nobody has checked. BEP 3.
 * Bytes after it are left alone: `node.end` says where it ended. The answer looks into `bytes`, which must not change.
 *
 * @throws {ProtocolError} for anything that is not bencode, or is beyond the limits
 */
export function decodeBencode(bytes: Uint8Array, limits: BencodeLimits = {}): BencodeNode {
	return new BencodeNode(
		scanBencode(bytes, limits.depth ?? 100, limits.tokens ?? 3_000_000, limits.strict ?? false),
		0,
	);
}

/** Writes a value of ours in canonical form: keys are sorted as bytes, whatever order they came in. BEP 3. */
export function encodeBencode(value: Bencodable): Uint8Array {
	if (!needsCare(value)) return bencode.encode(value);
	const writer = new ByteWriter();
	compose(writer, value);
	return writer.taken();
}

/** Bytes written one after the other: many small ones, without an array for each. */
class ByteWriter {
	#bytes = new Uint8Array(4096);
	#length = 0;

	#room(more: number): void {
		const needed = this.#length + more;
		if (needed <= this.#bytes.length) return;
		const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
		larger.set(this.#bytes.subarray(0, this.#length));
		this.#bytes = larger;
	}

	byte(value: number): void {
		this.#room(1);
		this.#bytes[this.#length++] = value;
	}

	/** Of ASCII. */
	ascii(value: string): void {
		this.#room(value.length);
		for (let at = 0; at < value.length; at++) this.#bytes[this.#length++] = value.charCodeAt(at);
	}

	bytes(value: Uint8Array): void {
		this.#room(value.length);
		this.#bytes.set(value, this.#length);
		this.#length += value.length;
	}

	/** A string of bencode. */
	string(value: string | Uint8Array): void {
		if (typeof value === 'string' && isAscii(value)) {
			this.ascii(`${value.length}:`);
			this.ascii(value);
			return;
		}
		const bytes = typeof value === 'string' ? utf8.encode(value) : value;
		this.ascii(`${bytes.length}:`);
		this.bytes(bytes);
	}

	taken(): Uint8Array {
		return this.#bytes.slice(0, this.#length);
	}
}

function isAscii(text: string): boolean {
	for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
	return true;
}

function isList(value: Bencodable): value is readonly Bencodable[] {
	return Array.isArray(value);
}

function isMap(value: Bencodable): value is ReadonlyMap<Uint8Array | string, Bencodable> {
	return value instanceof Map;
}

function isLeaf(value: Bencodable): value is string | number | boolean | Uint8Array {
	return typeof value !== 'object' || value instanceof Uint8Array;
}

/** The package sorts the keys of maps wrongly and complains aloud about booleans. */
function needsCare(value: Bencodable): boolean {
	if (typeof value === 'boolean') return true;
	if (isLeaf(value)) return false;
	if (isList(value)) return value.some(needsCare);
	return isMap(value) || Object.values(value).some(entry => entry !== undefined && needsCare(entry));
}

// The package sorts a map's keys by their text form, which is not the order of bytes outside ASCII.
function compose(writer: ByteWriter, value: Bencodable): void {
	if (isLeaf(value)) {
		if (typeof value === 'string' || value instanceof Uint8Array) writer.string(value);
		else if (Number.isSafeInteger(Number(value))) writer.ascii(`i${Number(value)}e`);
		else writer.bytes(bencode.encode(value));
		return;
	}

	if (isList(value)) {
		writer.byte(0x6c);
		for (const item of value) compose(writer, item);
	} else {
		writer.byte(0x64);
		const entries: Array<readonly [key: string | Uint8Array, entry: Bencodable]> = [];
		for (const [key, entry] of isMap(value) ? value : Object.entries(value)) {
			if (entry !== undefined) entries.push([key, entry]);
		}

		entries.sort(([a], [b]) => compareKeys(a, b));
		for (const [key, entry] of entries) {
			writer.string(key);
			compose(writer, entry);
		}
	}

	writer.byte(0x65);
}

function compareKeys(a: string | Uint8Array, b: string | Uint8Array): number {
	if (typeof a === 'string' && typeof b === 'string' && isAscii(a) && isAscii(b))
		return a < b ? -1 : a > b ? 1 : 0;
	return compareBytes(typeof a === 'string' ? utf8.encode(a) : a, typeof b === 'string' ? utf8.encode(b) : b);
}

/** Below zero, zero or above: how `a` sorts beside `b` as raw bytes. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
	const common = Math.min(a.length, b.length);
	for (let n = 0; n < common; n++) {
		const difference = a[n]! - b[n]!;
		if (difference !== 0) return difference;
	}

	return a.length - b.length;
}

/**
 * One value inside decoded bytes. Every accessor answers undefined when the value is of another type, so that
 * reading what a stranger sent is a chain of `?.` without a cast.
 */
export class BencodeNode {
	readonly #table: TokenTable;
	readonly #index: number;

	constructor(table: TokenTable, index: number) {
		this.#table = table;
		this.#index = index;
	}

	/** Where the value is among all: for whoever reads very many of them, without an object for each. */
	get place(): {readonly table: TokenTable; readonly index: number} {
		return {table: this.#table, index: this.#index};
	}

	get type(): BencodeType {
		switch (this.#table.bytes[this.start]) {
			case 0x64:
				return 'dictionary';
			case 0x6c:
				return 'list';
			case 0x69:
				return 'integer';
			default:
				return 'bytes';
		}
	}

	/** Where the value begins, prefix included. */
	get start(): number {
		return this.#table.starts[this.#index]!;
	}

	/** Where the first byte after the value is. */
	get end(): number {
		const {starts, nexts} = this.#table;
		const last = nexts[this.#index]! - 1;
		// A container's last token is its `e`.
		if (last > this.#index) return starts[last]! + 1;
		return this.#table.endOf(this.#index);
	}

	/** The value's own bytes as they arrived, prefix and end included: a view. */
	get raw(): Uint8Array {
		const {bytes} = this.#table;
		return new Uint8Array(bytes.buffer, bytes.byteOffset + this.start, this.end - this.start);
	}

	/** The first breach of canonical form anywhere in the decoded bytes that was let pass, in words. */
	get deviation(): string | undefined {
		return this.#table.deviation;
	}

	/** The value under a key (of characters up to U+00FF, one a byte); the first one when a key is repeated. */
	get(key: string): BencodeNode | undefined {
		const table = this.#table;
		if (table.bytes[this.start] !== 0x64) return undefined;
		const end = table.nexts[this.#index]! - 1;
		for (let index = this.#index + 1; index < end; ) {
			const value = index + 1;
			if (table.equals(index, key)) return new BencodeNode(table, value);
			index = table.nexts[value]!;
		}

		return undefined;
	}

	/** Whether the dictionary has a key. */
	has(key: string): boolean {
		return this.get(key) !== undefined;
	}

	/** The keys and values of a dictionary as they arrived; nothing for other types. */
	*entries(): Generator<readonly [key: Uint8Array, value: BencodeNode], void, undefined> {
		const table = this.#table;
		if (table.bytes[this.start] !== 0x64) return;
		const end = table.nexts[this.#index]! - 1;
		for (let index = this.#index + 1; index < end; ) {
			yield [table.bytesOf(index), new BencodeNode(table, index + 1)];
			index = table.nexts[index + 1]!;
		}
	}

	/** The values of a list; nothing for other types. */
	*items(): Generator<BencodeNode, void, undefined> {
		const table = this.#table;
		if (table.bytes[this.start] !== 0x6c) return;
		const end = table.nexts[this.#index]! - 1;
		for (let index = this.#index + 1; index < end; index = table.nexts[index]!) {
			yield new BencodeNode(table, index);
		}
	}

	/** How many values a list has, how many entries a dictionary; 0 for other types. */
	get size(): number {
		const table = this.#table;
		const {type} = this;
		if (type !== 'list' && type !== 'dictionary') return 0;
		const end = table.nexts[this.#index]! - 1;
		let count = 0;
		for (let index = this.#index + 1; index < end; index = table.nexts[index]!) count++;
		return type === 'dictionary' ? count / 2 : count;
	}

	/** The content of a byte string: a view. */
	bytes(): Uint8Array | undefined {
		const first = this.#table.bytes[this.start]!;
		return first >= 0x30 && first <= 0x39 ? this.#table.bytesOf(this.#index) : undefined;
	}

	/** Whether both are byte strings with the same content. */
	equals(other: BencodeNode): boolean {
		const ours = this.#table;
		const theirs = other.#table;
		let a = this.start;
		let b = other.start;
		const length = this.end - a;
		if (other.end - b !== length || this.type !== 'bytes') return false;
		const end = a + length;
		while (a < end) if (ours.bytes[a++] !== theirs.bytes[b++]) return false;
		return true;
	}

	/** A byte string read as UTF-8; what is not UTF-8 becomes U+FFFD. Not made safe for a terminal. */
	text(): string | undefined {
		const bytes = this.bytes();
		return bytes && text.decode(bytes);
	}

	/** An integer, exactly: a bigint where a number would round. */
	integer(): number | bigint | undefined {
		const start = this.start;
		const {bytes} = this.#table;
		if (bytes[start] !== 0x69) return undefined;
		const negative = bytes[start + 1] === 0x2d;
		let first = negative ? start + 2 : start + 1;
		while (bytes[first] === 0x30) first++;
		let value = 0;
		let at = first;
		for (; bytes[at] !== 0x65; at++) value = value * 10 + (bytes[at]! - 0x30);
		if (value <= Number.MAX_SAFE_INTEGER) return negative && value !== 0 ? -value : value;
		const exact = BigInt(text.decode(bytes.subarray(first, at)));
		if (exact <= maximumSafe) return negative ? -Number(exact) : Number(exact);
		return negative ? -exact : exact;
	}

	/** An integer that a number holds exactly; undefined for larger ones. */
	number(): number | undefined {
		const value = this.integer();
		return typeof value === 'number' ? value : undefined;
	}
}

/** As `decodeBencode`, for values that must be a dictionary. `what` begins the error: `the extension handshake`. */
export function decodeDictionary(bytes: Uint8Array, what: string, limits?: BencodeLimits): BencodeNode {
	// Answers of the wrong kind (HTML, text) are told as such rather than as a bad length prefix.
	if (bytes[0] !== 0x64)
		throw new ProtocolError('not-a-dictionary', `${what} is not a bencoded dictionary`, 3);
	return decodeBencode(bytes, limits);
}

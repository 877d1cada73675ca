import {ProtocolError} from '../../base/errors.js';

const dictionary = 0x64;
const list = 0x6c;
const integer = 0x69;
const end = 0x65;
const colon = 0x3a;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;

/** Bytes with so many values in them that tables of numbers, each an object's size, would grow again and again. */
const large = 65_536;

function malformed(what: string, at: number): ProtocolError {
	return new ProtocolError('malformed-bencode', `${what} at byte ${at}`, 3);
}

/**
 * Where the values in some bencoded bytes are, in order of their first byte; a container's children follow it, then
 * its end. Two small integers a token, whatever the bytes say.
 */
export class TokenTable {
	readonly bytes: Uint8Array;
	/** The position of each token's first byte. */
	starts: number[] | Uint32Array = [];
	/** The token that follows, a container's children skipped. */
	nexts: number[] | Uint32Array = [];
	deviation: string | undefined;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
		if (bytes.length < large) return;
		this.starts = new Uint32Array(bytes.length >> 4);
		this.nexts = new Uint32Array(bytes.length >> 4);
	}

	/** Makes room for more tokens than there is room for; of what grows by itself there always is. */
	grow(): void {
		const {starts, nexts} = this;
		if (!(starts instanceof Uint32Array)) return;
		this.starts = new Uint32Array(2 * starts.length);
		this.starts.set(starts);
		this.nexts = new Uint32Array(2 * starts.length);
		this.nexts.set(nexts);
	}

	/** The position after a byte string or integer. */
	endOf(index: number): number {
		const {bytes} = this;
		let at = this.starts[index]!;
		if (bytes[at] === integer) {
			while (bytes[at] !== end) at++;
			return at + 1;
		}

		let length = 0;
		for (; bytes[at] !== colon; at++) length = length * 10 + bytes[at]! - zero;
		return at + 1 + length;
	}

	/** The content of a byte string: a view. */
	bytesOf(index: number): Uint8Array {
		const {bytes} = this;
		let at = this.starts[index]!;
		let length = 0;
		for (; bytes[at] !== colon; at++) length = length * 10 + bytes[at]! - zero;
		return new Uint8Array(bytes.buffer, bytes.byteOffset + at + 1, length);
	}

	/** Whether a byte string is `key`, one character a byte. */
	equals(index: number, key: string): boolean {
		const {bytes} = this;
		let at = this.starts[index]!;
		let length = 0;
		for (; bytes[at] !== colon; at++) length = length * 10 + bytes[at]! - zero;
		if (length !== key.length) return false;
		at++;
		for (let n = 0; n < length; n++) if (bytes[at + n] !== key.charCodeAt(n)) return false;
		return true;
	}
}

/** Below zero, zero or above: how one key sorts beside another. */
function compare(bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): number {
	const common = Math.min(aEnd - a, bEnd - b);
	for (let n = 0; n < common; n++) {
		const difference = bytes[a + n]! - bytes[b + n]!;
		if (difference !== 0) return difference;
	}

	return aEnd - a - (bEnd - b);
}

/** Checks an integer from behind its `i` and answers the position of its `e`. */
function scanInteger(bytes: Uint8Array, table: TokenTable, start: number): number {
	let at = start;
	const negative = bytes[at] === minus;
	if (negative) at++;
	const first = at;
	let byte = bytes[at];
	while (byte !== undefined && byte >= zero && byte <= nine) byte = bytes[++at];
	if (byte === undefined) throw malformed('the data ends inside an integer', at);
	if (byte !== end || at === first) throw malformed('an integer is malformed', start);
	let significant = first;
	while (significant < at - 1 && bytes[significant] === zero) significant++;
	if (significant > first || (negative && bytes[first] === zero)) {
		table.deviation ??= `an integer has leading zeros at byte ${start}`;
	}

	if (at - significant > 19) throw malformed('an integer does not fit in 64 bits', start);
	if (at - significant === 19) {
		let value = 0n;
		for (let n = significant; n < at; n++) value = value * 10n + BigInt(bytes[n]! - zero);
		if (value > 0x7fff_ffff_ffff_ffffn + (negative ? 1n : 0n)) {
			throw malformed('an integer does not fit in 64 bits', start);
		}
	}

	return at;
}

/**
 * Walks once over one bencoded value without recursion and without trusting a length. BEP 3.
 *
 * @throws {ProtocolError} at the first byte that breaks a rule or a limit
 */
export function scanBencode(
	bytes: Uint8Array,
	maximumDepth: number,
	maximumTokens: number,
	strict: boolean,
): TokenTable {
	const table = new TokenTable(bytes);
	let {starts, nexts} = table;
	let room = starts instanceof Uint32Array ? starts.length : maximumTokens;
	let count = 0;
	const size = bytes.length;
	// One entry an open container: its token, and where the dictionary's previous key is (-1: none yet, -2: a list).
	const open: number[] = [];
	const keyStarts: number[] = [];
	const keyEnds: number[] = [];
	let depth = 0;
	let wantsKey = false;
	let at = 0;
	do {
		if (at >= size) throw malformed('the data ends too soon', at);
		if (count >= maximumTokens) {
			throw new ProtocolError('too-many-tokens', `there are more than ${maximumTokens} values in it`, 3);
		}
		if (count === room) {
			table.grow();
			({starts, nexts} = table);
			room = starts.length;
		}

		const start = at;
		const byte = bytes[at]!;
		const token = count++;
		starts[token] = start;
		nexts[token] = token + 1;
		let isKey = false;
		if (byte >= zero && byte <= nine) {
			let length = byte - zero;
			let next = bytes[++at];
			while (next !== undefined && next >= zero && next <= nine) {
				length = length * 10 + next - zero;
				if (length > size) throw malformed('a string is longer than the data', start);
				next = bytes[++at];
			}

			if (next !== colon) {
				throw malformed(next === undefined ? 'the data ends too soon' : 'a string is malformed', at);
			}

			if (byte === zero && at > start + 1) table.deviation ??= `a length has leading zeros at byte ${start}`;
			at++;
			if (length > size - at) throw malformed('a string is longer than the data', start);
			if (wantsKey) {
				isKey = true;
				const previous = keyStarts[depth - 1]!;
				if (previous >= 0) {
					const order = compare(bytes, previous, keyEnds[depth - 1]!, at, at + length);
					if (order === 0) table.deviation ??= `a key is repeated at byte ${start}`;
					else if (order > 0) table.deviation ??= `the keys are not sorted at byte ${start}`;
				}

				keyStarts[depth - 1] = at;
				keyEnds[depth - 1] = at + length;
			}

			at += length;
		} else if (byte === end) {
			if (depth === 0) throw malformed('an end without a beginning', start);
			if (keyStarts[depth - 1] !== -2 && !wantsKey) throw malformed('a key has no value', start);
			depth--;
			nexts[open[depth]!] = token + 1;
			at++;
		} else if (wantsKey) {
			throw malformed('a key is not a string', start);
		} else if (byte === integer) {
			at = scanInteger(bytes, table, start + 1) + 1;
		} else if (byte === dictionary || byte === list) {
			if (depth >= maximumDepth) {
				throw new ProtocolError('too-deep', `values are nested more than ${maximumDepth} deep`, 3);
			}

			open[depth] = token;
			keyStarts[depth] = byte === dictionary ? -1 : -2;
			depth++;
			at++;
		} else throw malformed('a value of an unknown kind begins', start);

		wantsKey = depth > 0 && keyStarts[depth - 1] !== -2 && !isKey;
		if (strict && table.deviation !== undefined) {
			throw new ProtocolError('not-canonical', table.deviation, 3);
		}
	} while (depth > 0);

	return table;
}

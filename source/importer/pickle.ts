import {ProtocolError} from '../base/errors.js';

/** A value of a pickle: plain data, and instances of classes that were allowed, as their fields. */
export type PickleValue =
	| string
	| number
	| bigint
	| boolean
	| null
	| Uint8Array
	| PickleValue[]
	| PickleDictionary
	| PickleInstance
	| PickleClass;

/** By key; keys are texts and numbers, others are left out. */
export type PickleDictionary = Map<string | number, PickleValue>;

/** A class or function that is named, and never called. */
export class PickleClass {
	/** `module name` */
	readonly name: string;

	constructor(name: string) {
		this.name = name;
	}
}

/** What is left of an object: the name of its class, and its fields. */
export class PickleInstance {
	readonly className: string;
	readonly fields: PickleDictionary = new Map();

	constructor(className: string) {
		this.className = className;
	}
}

const mark = Symbol('mark');
type Item = PickleValue | typeof mark;

/** What makes an instance of old objects; it is never called. */
const makers: ReadonlySet<string> = new Set(['copy_reg _reconstructor', 'copyreg _reconstructor']);
/** What an instance may be said to derive from. */
const bases: ReadonlySet<string> = new Set(['__builtin__ object', 'builtins object']);

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

function fail(what: string): never {
	throw new ProtocolError('bad-pickle', `not a pickle of plain data: ${what}`);
}

/**
 * Reads a pickle of Python, protocols 0 to 5, without executing anything: classes are names, objects are their fields, and
 * whatever asks for any other class, or for a call, is refused. Values may be shared and may hold themselves: whoever walks
 * through them bounds how far.
 *
 * @param classes `module name` of those of which there may be instances
 * @throws {ProtocolError} `bad-pickle`
 */
export function readPickle(bytes: Uint8Array, classes: ReadonlySet<string>): PickleValue {
	return new PickleReader(bytes, classes).read();
}

class PickleReader {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	readonly #classes: ReadonlySet<string>;
	readonly #stack: Item[] = [];
	readonly #memo = new Map<number, PickleValue>();
	#at = 0;

	constructor(bytes: Uint8Array, classes: ReadonlySet<string>) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		this.#classes = classes;
	}

	read(): PickleValue {
		for (;;) {
			const code = String.fromCharCode(this.#byte());
			if (code === '.') return this.#pop();
			this.#step(code);
		}
	}

	#step(code: string): void {
		switch (code) {
			case '\x80':
				if (this.#byte() > 5) fail('it is of a later protocol');
				return;
			case '\x95':
				return void this.#take(8);
			case '(':
				return void this.#stack.push(mark);
			case '0':
				return void this.#stack.pop();
			case '1':
				return void this.#since();
			case '2':
				return this.#push(this.#top());
			case 'N':
				return this.#push(null);
			case '\x88':
				return this.#push(true);
			case '\x89':
				return this.#push(false);
			case ']':
			case ')':
			case '\x8f':
				return this.#push([]);
			case '}':
				return this.#push(new Map());
			case 'l':
			case 't':
			case '\x91':
				return this.#push(this.#since());
			case '\x85':
			case '\x86':
			case '\x87':
				return this.#push(this.#popMany(code.charCodeAt(0) - 0x84));
			case 'd': {
				const pairs = this.#since();
				return this.#push(setAll(new Map(), pairs));
			}
			case 'a': {
				const value = this.#pop();
				return void this.#list().push(value);
			}
			case 'e':
			case '\x90': {
				const values = this.#since();
				const list = this.#list();
				for (const value of values) list.push(value);
				return;
			}
			case 's': {
				const [key, value] = this.#popMany(2);
				return void setAll(this.#dictionary(), [key!, value!]);
			}
			case 'u': {
				const pairs = this.#since();
				return void setAll(this.#dictionary(), pairs);
			}
			default:
				return this.#stepLeaf(code);
		}
	}

	/** Numbers and texts. */
	#stepLeaf(code: string): void {
		switch (code) {
			case 'K':
				return this.#push(this.#byte());
			case 'M':
				return this.#push(this.#view.getUint16(this.#skip(2), true));
			case 'J':
				return this.#push(this.#view.getInt32(this.#skip(4), true));
			case 'I':
			case 'L':
				return this.#push(wholeNumber(this.#line()));
			case '\x8a':
				return this.#push(longNumber(this.#take(this.#byte())));
			case '\x8b':
				return this.#push(longNumber(this.#take(this.#size(4))));
			case 'G':
				return this.#push(this.#view.getFloat64(this.#skip(8)));
			case 'F':
				return this.#push(Number(this.#line()));
			case 'X':
				return this.#push(this.#text(this.#size(4)));
			case '\x8c':
				return this.#push(this.#text(this.#byte()));
			case '\x8d':
				return this.#push(this.#text(this.#size(8)));
			// Of Python 2: bytes, that were texts mostly.
			case 'T':
				return this.#push(latin(this.#take(this.#size(4))));
			case 'U':
				return this.#push(latin(this.#take(this.#byte())));
			case 'S':
				return this.#push(quoted(this.#line()));
			case 'V':
				return this.#push(unescaped(this.#line()));
			case 'B':
				return this.#push(this.#take(this.#size(4)));
			case 'C':
				return this.#push(this.#take(this.#byte()));
			case '\x8e':
			case '\x96':
				return this.#push(this.#take(this.#size(8)));
			default:
				return this.#stepObject(code);
		}
	}

	/** Shared values, classes and objects. */
	#stepObject(code: string): void {
		switch (code) {
			case 'q':
				return void this.#memo.set(this.#byte(), this.#top());
			case 'r':
				return void this.#memo.set(this.#size(4), this.#top());
			case 'p':
				return void this.#memo.set(Number(this.#line()), this.#top());
			case '\x94':
				return void this.#memo.set(this.#memo.size, this.#top());
			case 'h':
				return this.#recall(this.#byte());
			case 'j':
				return this.#recall(this.#size(4));
			case 'g':
				return this.#recall(Number(this.#line()));
			case 'c':
				return this.#push(this.#class(`${this.#line()} ${this.#line()}`));
			case '\x93': {
				const [module, name] = this.#popMany(2);
				return this.#push(this.#class(`${String(module)} ${String(name)}`));
			}
			case 'i': {
				const name = this.#class(`${this.#line()} ${this.#line()}`);
				this.#since();
				return this.#push(this.#instance(name));
			}
			case 'o': {
				const [name] = this.#since();
				return this.#push(this.#instance(name));
			}
			case '\x81': {
				const [name] = this.#popMany(2);
				return this.#push(this.#instance(name));
			}
			case 'R': {
				const [maker, given] = this.#popMany(2);
				if (!(maker instanceof PickleClass) || !makers.has(maker.name) || !Array.isArray(given))
					fail('it asks for a call');
				return this.#push(this.#instance(given[0]));
			}
			case 'b': {
				const state = this.#pop();
				const instance = this.#top();
				if (!(instance instanceof PickleInstance)) fail('it builds what is no object');
				for (const [key, value] of state instanceof Map ? state : []) instance.fields.set(key, value);
				return;
			}
			default:
				return fail(`it has an instruction ${JSON.stringify(code)} at ${this.#at - 1}`);
		}
	}

	#class(name: string): PickleClass {
		if (!this.#classes.has(name) && !makers.has(name) && !bases.has(name))
			fail(`it asks for ${JSON.stringify(name.slice(0, 100))}`);
		return new PickleClass(name);
	}

	#instance(of: PickleValue | undefined): PickleInstance {
		if (!(of instanceof PickleClass) || !this.#classes.has(of.name)) fail('it makes an object of no class');
		return new PickleInstance(of.name);
	}

	#recall(key: number): void {
		const value = this.#memo.get(key);
		if (value === undefined) fail('it recalls what it did not say');
		this.#push(value);
	}

	#push(value: PickleValue): void {
		this.#stack.push(value);
	}

	#pop(): PickleValue {
		const value = this.#stack.pop();
		if (value === undefined || value === mark) fail('it takes more than there is');
		return value;
	}

	#top(): PickleValue {
		const value = this.#stack.at(-1);
		if (value === undefined || value === mark) fail('it takes more than there is');
		return value;
	}

	#popMany(count: number): PickleValue[] {
		return Array.from({length: count}, () => this.#pop()).reverse();
	}

	/** What was said since the last mark. */
	#since(): PickleValue[] {
		const at = this.#stack.lastIndexOf(mark);
		if (at < 0) fail('it ends what it did not begin');
		return this.#stack.splice(at).slice(1) as PickleValue[];
	}

	#list(): PickleValue[] {
		const list = this.#top();
		return Array.isArray(list) ? list : fail('it adds to what is no list');
	}

	#dictionary(): PickleDictionary {
		const dictionary = this.#top();
		return dictionary instanceof Map ? dictionary : fail('it adds to what is no dictionary');
	}

	#byte(): number {
		return this.#bytes[this.#skip(1)]!;
	}

	#size(bytes: 4 | 8): number {
		const at = this.#skip(bytes);
		return bytes === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
	}

	/** Answers where it was before. */
	#skip(count: number): number {
		const at = this.#at;
		if (count > this.#bytes.length - at) fail('it is cut short');
		this.#at += count;
		return at;
	}

	#take(count: number): Uint8Array {
		const at = this.#skip(count);
		return this.#bytes.slice(at, at + count);
	}

	#text(length: number): string {
		const bytes = this.#take(length);
		try {
			return utf8.decode(bytes);
		} catch {
			return latin(bytes);
		}
	}

	#line(): string {
		const end = this.#bytes.indexOf(0x0a, this.#at);
		if (end < 0) fail('it is cut short');
		const line = latin(this.#bytes.subarray(this.#at, end));
		this.#at = end + 1;
		return line.replace(/\r$/, '');
	}
}

function setAll(dictionary: PickleDictionary, pairs: readonly PickleValue[]): PickleDictionary {
	if (pairs.length % 2 !== 0) fail('a key has no value');
	for (let at = 0; at < pairs.length; at += 2) {
		const key = pairs[at];
		if (typeof key === 'string' || typeof key === 'number') dictionary.set(key, pairs[at + 1]!);
	}
	return dictionary;
}

/** As UTF-8 where it is; else each byte a character. */
function latin(bytes: Uint8Array): string {
	try {
		return utf8.decode(bytes);
	} catch {
		return Array.from(bytes, byte => String.fromCharCode(byte)).join('');
	}
}

function wholeNumber(line: string): PickleValue {
	if (line === '00') return false;
	if (line === '01') return true;
	const digits = line.replace(/L$/, '');
	if (!/^-?\d{1,40}$/.test(digits)) fail('it has a number that is none');
	const value = Number(digits);
	return Number.isSafeInteger(value) ? value : BigInt(digits);
}

/** Little-endian, with a sign. */
function longNumber(bytes: Uint8Array): PickleValue {
	if (bytes.length > 16) fail('it has a number with too many digits');
	let value = 0n;
	for (const [at, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * at);
	const signed = BigInt.asIntN(8 * bytes.length, value);
	const plain = Number(signed);
	return Number.isSafeInteger(plain) ? plain : signed;
}

/** A text in the quotes of Python 2. */
function quoted(line: string): string {
	const inner =
		/^'(.*)'$/.exec(line)?.[1] ?? /^"(.*)"$/.exec(line)?.[1] ?? fail('it has a text without quotes');
	const plain = inner.replace(/\\(x[0-9a-fA-F]{2}|.)/g, (_, code: string) => {
		if (code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
		return {n: '\n', r: '\r', t: '\t'}[code] ?? code;
	});
	const isBytes = [...plain].every(sign => sign.charCodeAt(0) < 256);
	return isBytes ? latin(Uint8Array.from(plain, sign => sign.charCodeAt(0))) : plain;
}

function unescaped(line: string): string {
	return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, short?: string, long?: string) => {
		const code = Number.parseInt(short ?? long ?? '', 16);
		return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
	});
}

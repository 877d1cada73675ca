import {RpcError} from './rpc-error.js';
import {todaysName} from './rpc-names.js';

const longestList = 100_000;

/**
 * What a method was called with. Clients differ in how they write a value: numbers where a switch is meant, texts where a
 * number is. What cannot be meant is an `RpcError` that names it; null is as good as nothing.
 */
export class RpcArguments {
	readonly #values: ReadonlyMap<string, unknown>;

	/** @param params anything; what is no object has nothing in it */
	constructor(params: unknown) {
		const isObject = typeof params === 'object' && params !== null && !Array.isArray(params);
		this.#values = new Map(
			isObject ? Object.entries(params).map(([name, value]) => [todaysName(name), value]) : [],
		);
	}

	/** The names that were given, as they are called today. */
	get names(): string[] {
		return [...this.#values.keys()].filter(name => this.raw(name) !== undefined);
	}

	/** As it came; undefined for null, too. */
	raw(name: string): unknown {
		return this.#values.get(name) ?? undefined;
	}

	/** Which torrents are meant: undefined, when nothing is said of it, for all. Null is no way to mean all. */
	get ids(): unknown {
		if (this.#values.get('ids') === null) throw wrong('ids', 'numbers or hashes');
		return this.#values.get('ids');
	}

	flag(name: string): boolean | undefined {
		const value = this.raw(name);
		if (value === undefined || typeof value === 'boolean') return value;
		if (value === 1 || value === 'true') return true;
		if (value === 0 || value === 'false') return false;
		throw wrong(name, 'true or false');
	}

	/** Any number. */
	number(name: string): number | undefined {
		const value = this.raw(name);
		if (value === undefined) return undefined;
		const number = typeof value === 'string' && /^-?\d{1,15}(?:\.\d+)?$/.test(value) ? Number(value) : value;
		if (typeof number === 'number' && Number.isFinite(number)) return number;
		throw wrong(name, 'a number');
	}

	/** A whole number; a part of one is left out. */
	integer(name: string): number | undefined {
		const value = this.number(name);
		if (value === undefined) return undefined;
		const whole = Math.trunc(value);
		if (Number.isSafeInteger(whole)) return whole;
		throw wrong(name, 'a number');
	}

	/** A whole number of 0 or more. */
	count(name: string, most = Number.MAX_SAFE_INTEGER): number | undefined {
		const value = this.integer(name);
		if (value === undefined || (value >= 0 && value <= most)) return value;
		throw wrong(name, most === Number.MAX_SAFE_INTEGER ? '0 or more' : `0 to ${most}`);
	}

	text(name: string): string | undefined {
		const value = this.raw(name);
		if (value === undefined || typeof value === 'string') return value;
		throw wrong(name, 'a text');
	}

	texts(name: string): string[] | undefined {
		return this.#list(name, 'texts', (entry): entry is string => typeof entry === 'string');
	}

	/** Whole numbers of 0 or more. */
	counts(name: string): number[] | undefined {
		return this.#list(
			name,
			'numbers',
			(entry): entry is number => Number.isSafeInteger(entry) && (entry as number) >= 0,
		);
	}

	/** A path in full. */
	path(name: string, what: string): string | undefined {
		const path = this.text(name);
		if (path === undefined || path.startsWith('/')) return path;
		throw new RpcError('relativePath', `${what} is not absolute`);
	}

	#list<Entry>(name: string, what: string, is: (entry: unknown) => entry is Entry): Entry[] | undefined {
		const value = this.raw(name);
		if (value === undefined) return undefined;
		if (Array.isArray(value) && value.length <= longestList && value.every(is)) return value;
		throw wrong(name, `a list of ${what}`);
	}
}

function wrong(name: string, what: string): RpcError {
	return new RpcError('params', `${name}: must be ${what}`);
}

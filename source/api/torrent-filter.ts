import {UserError} from '../base/errors.js';
import {nearest} from '../base/nearest.js';
import type {Millis} from '../base/units.js';
import {compileGlob} from './glob.js';
import {type FilteredTorrent, type FilterField, numberKinds, torrentFields} from './torrent-fields.js';
import {torrentStates as states} from './torrent-standing.js';

type Test = (view: FilteredTorrent, now: Millis) => boolean;

/** Whether a torrent is one of those that are meant. */
export interface TorrentFilter {
	/** @param now in ms since 1970 */
	(view: FilteredTorrent, now: Millis): boolean;
	/** Whether it asks for trackers: they are not in every view. */
	readonly asksTrackers: boolean;
}

/** Deeper than anybody writes by hand. */
const mostNested = 100;

function wrong(message: string): UserError {
	return new UserError('bad-filter', message, 2);
}

const operator = /^(?:!~|!=|==|<=|>=|=|<|>|~)/;
const expression = /^\/((?:[^/\\]|\\.)+)\/(i?)(?=[\s)]|$)/;

/** Reads a filter from its beginning on. */
class FilterReader {
	readonly #where: string;
	#rest: string;
	#depth = 0;
	asksTrackers = false;

	constructor(text: string, where: string) {
		this.#rest = text.trim();
		this.#where = where;
	}

	read(): Test {
		if (this.#rest === '')
			throw wrong(`${this.#where} needs a condition such as "state=seeding and ratio > 2"`);
		const filter = this.#or();
		if (this.#rest !== '')
			throw wrong(`${this.#where}: ${JSON.stringify(this.#rest)}: expected and, or, or the end before it`);
		return filter;
	}

	#or(): Test {
		const parts = [this.#and()];
		while (this.#takes(/^(?:or\b|\|\||\|)/i)) parts.push(this.#and());
		return parts.length === 1 ? parts[0]! : (view, now) => parts.some(part => part(view, now));
	}

	#and(): Test {
		const parts = [this.#not()];
		while (this.#takes(/^(?:and\b|&&|&)/i)) parts.push(this.#not());
		return parts.length === 1 ? parts[0]! : (view, now) => parts.every(part => part(view, now));
	}

	#not(): Test {
		if (++this.#depth > mostNested) throw wrong(`${this.#where}: too many conditions within each other`);
		try {
			if (this.#takes(/^(?:not\b|!(?![=~]))/i)) {
				const part = this.#not();
				return (view, now) => !part(view, now);
			}
			if (!this.#takes(/^\(/)) return this.#comparison();
			const inner = this.#or();
			if (!this.#takes(/^\)/)) throw wrong(`${this.#where}: a ( has no ) behind it`);
			return inner;
		} finally {
			this.#depth--;
		}
	}

	#comparison(): Test {
		const [name = ''] = /^[a-z][\w-]*/i.exec(this.#rest) ?? [];
		if (name === '') {
			const found = this.#rest === '' ? 'the end' : JSON.stringify(this.#rest.slice(0, 20));
			throw wrong(`${this.#where}: expected the name of a field, not ${found}`);
		}
		const key = name.toLowerCase();
		const field = Object.hasOwn(torrentFields, key) ? torrentFields[key] : undefined;
		if (field === undefined) {
			const guess = nearest(key, Object.keys(torrentFields));
			throw wrong(
				`${this.#where}: no field ${JSON.stringify(name)}${guess ? `; did you mean ${guess}?` : ' (see: tortui list --help)'}`,
			);
		}
		if (key === 'tracker') this.asksTrackers = true;
		this.#advance(name.length);
		const [sign = ''] = operator.exec(this.#rest) ?? [];
		this.#advance(sign.length);
		if (sign === '') {
			if (field.kind !== 'flag')
				throw wrong(`${this.#where}: ${name} is to be compared: = != < <= > >= ~ !~`);
			return field.of;
		}
		return this.#compare(key, field, sign === '==' ? '=' : sign);
	}

	#compare(name: string, field: FilterField, sign: string): Test {
		const {where, text} = this.#value(sign);
		const isTest = sign === '~' || sign === '!~';
		const isOrder = /[<>]/.test(sign);
		const negated = sign.startsWith('!');
		switch (field.kind) {
			case 'flag': {
				const on = /^(?:yes|true|on|1)$/i.test(text)
					? true
					: /^(?:no|false|off|0)$/i.test(text)
						? false
						: undefined;
				if (on === undefined || isOrder || isTest)
					throw wrong(`${this.#where}: ${name} is yes or no: ${name}, or not ${name}`);
				return view => field.of(view) === (on !== negated);
			}
			case 'text':
			case 'state': {
				if (isOrder) throw wrong(`${this.#where}: ${name} is a text: = != ~ !~`);
				if (
					field.kind === 'state' &&
					!isTest &&
					!(states as readonly string[]).includes(text.toLowerCase())
				) {
					const guess = nearest(text, states);
					throw wrong(
						`${this.#where}: no state ${JSON.stringify(text)}; ${guess ? `did you mean ${guess}?` : `there are ${states.join(', ')}`}`,
					);
				}
				const wanted = text.toLowerCase();
				const fits = isTest ? this.#test(where) : (value: string) => value.toLowerCase() === wanted;
				return view => field.of(view).some(fits) !== negated;
			}
			default: {
				if (isTest) throw wrong(`${this.#where}: ${name} is a number: = != < <= > >=`);
				const [read, like] = numberKinds[field.kind];
				const number = read(text);
				if (number === undefined)
					throw wrong(`${this.#where}: ${name}: ${JSON.stringify(text)} is not ${like}`);
				const holds = orders[sign as keyof typeof orders];
				return (view, now) => {
					const value = field.of(view, now);
					return value === undefined ? sign === '!=' : holds(value, number);
				};
			}
		}
	}

	/** A part of a text, a pattern where it has `*` or `?`, or a regular expression between `/`; case does not matter. */
	#test(text: string): (value: string) => boolean {
		const found = expression.exec(text);
		if (found?.[0] === text) {
			try {
				const tested = new RegExp(found[1]!, found[2]);
				return value => tested.test(value);
			} catch {
				throw wrong(`${this.#where}: ${text} is not a valid regular expression`);
			}
		}
		const plain = text.replace(/^(["'])(.*)\1$/s, '$2');
		if (/[*?]/.test(text) && plain === text) {
			const glob = compileGlob(text);
			if (glob === undefined) throw wrong(`${this.#where}: ${text}: too many alternatives in { }`);
			const isPath = text.includes('/');
			return value => glob(isPath ? value.split('/') : [value]);
		}
		return value => value.toLowerCase().includes(plain.toLowerCase());
	}

	/** The value behind an operator: as it stands, and without quotes. */
	#value(sign: string): {readonly where: string; readonly text: string} {
		const found =
			/^"((?:[^"\\]|\\.)*)"/s.exec(this.#rest) ??
			/^'((?:[^'\\]|\\.)*)'/s.exec(this.#rest) ??
			(sign.endsWith('~') ? expression.exec(this.#rest) : undefined) ??
			/^[^\s()&|"'][^\s()&|]*/.exec(this.#rest);
		if (/^["']/.test(this.#rest) && !found)
			throw wrong(`${this.#where}: a ${this.#rest[0]} has no other behind it`);
		if (!found) throw wrong(`${this.#where}: a value is missing behind ${sign}`);
		const [where] = found;
		this.#advance(where.length);
		return {where, text: /^["']/.test(where) ? found[1]!.replace(/\\(.)/gs, '$1') : where};
	}

	#takes(pattern: RegExp): boolean {
		const found = pattern.exec(this.#rest);
		if (found) this.#advance(found[0].length);
		return found !== null;
	}

	#advance(length: number): void {
		this.#rest = this.#rest.slice(length).trimStart();
	}
}

const orders = {
	'=': (one: number, other: number) => one === other,
	'!=': (one: number, other: number) => one !== other,
	'<': (one: number, other: number) => one < other,
	'<=': (one: number, other: number) => one <= other,
	'>': (one: number, other: number) => one > other,
	'>=': (one: number, other: number) => one >= other,
} as const;

/**
 * Reads a filter: `label=iso and state=seeding`, `(ratio > 2 or age > 30d) and not private`, `name ~ debian`. A `UserError`
 * that names the nearest field when it cannot be read.
 *
 * @param where for the error: `--filter`
 */
export function readFilter(text: string, where: string): TorrentFilter {
	const reader = new FilterReader(text, where);
	const test = reader.read();
	return Object.assign((...args: Parameters<Test>) => test(...args), {asksTrackers: reader.asksTrackers});
}

/** The same for those who look at torrents again and again, where nobody asks for trackers. */
export function readLiveFilter(text: string, where: string): TorrentFilter {
	const filter = readFilter(text, where);
	if (filter.asksTrackers) throw wrong(`${where}: tracker is for: tortui list --filter`);
	return filter;
}

/** What a filter understands, for the help of the commands that have one. One line each. */
export const filterNotes = [
	'FILTER compares fields with = != < <= > >=, and texts also with ~ and !~: a part, a',
	'pattern with * and ?, /a regular expression/i. and, or, not and ( ) join that.',
	'  label=iso and state=seeding      (ratio > 2 or age > 30d) and not private',
	'  texts     name label dir reason comment hash; tracker, of list alone',
	'  sizes     size length left completed downloaded uploaded wasted: 10M 1.5G',
	'  rates     down up max-download max-upload: 500K',
	'  times     eta age done-age: 90s 2h 7d',
	'  numbers   done (50%) goal (50%) ratio availability peers seeds known files',
	'            queue',
	'  yes or no complete active choosing private sequential super-seeding',
	'            published stalled error trouble',
	`  state     ${states.slice(0, 5).join(' ')}`,
	`            ${states.slice(5).join(' ')}; each is a yes or no, too`,
] as const;

import {parseDuration, parseRate} from './quantities.js';
import type {BytesPerSecond, Seconds} from './units.js';

/** What happens at the goal: it stops, it goes (its own files, too), or is slowed to so many bytes a second. */
export type AtGoal = 'stop' | 'remove' | 'remove-with-data' | BytesPerSecond;

/** When a torrent was seeded enough. What is left out is said elsewhere, or not at all; `none` is said. */
export interface SeedGoal {
	/** What was sent of it, by what was received; by its size when nothing was. */
	readonly ratio?: number | 'none';
	/** It has been seeded for so long. */
	readonly time?: Seconds | 'none';
	/** It has been seeded for so long and nobody took anything. */
	readonly idle?: Seconds | 'none';
	/** Whether one of them is enough, as it is when nothing is said, or all must hold. */
	readonly match?: 'any' | 'all';
	readonly atGoal?: AtGoal;
	/** It goes on while no other seed is known. */
	readonly keepLast?: boolean;
}

/** A goal's parts that are to be others; null: not said here any more. */
export type SeedGoalChange = {readonly [Part in keyof SeedGoal]?: SeedGoal[Part] | null};

/** Nothing is said of a torrent itself. */
export const nothingSaid: SeedGoalChange = {
	ratio: null,
	time: null,
	idle: null,
	match: null,
	atGoal: null,
	keepLast: null,
};

/** A goal for the torrents of a label, or of a tracker. */
export interface SeedRule {
	readonly of: 'label' | 'tracker';
	/** The label; or the tracker's host, which also names all hosts below it: `example.org`. */
	readonly name: string;
	readonly goal: SeedGoal;
}

/** The goals an engine has for its torrents, beside their own. */
export interface SeedRules {
	readonly all: SeedGoal;
	/** Of several that fit the first holds. */
	readonly rules: readonly SeedRule[];
}

/** Who says a part of a goal. */
export type GoalOrigin = 'torrent' | 'label' | 'tracker' | 'all';

const most = 1e9;
const amount = (value: unknown): boolean =>
	typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER;

const checks: {readonly [Part in keyof SeedGoal]-?: (value: unknown) => boolean} = {
	ratio: value => value === 'none' || amount(value),
	time: value => value === 'none' || amount(value),
	idle: value => value === 'none' || amount(value),
	match: value => value === 'any' || value === 'all',
	atGoal: value =>
		value === 'stop' ||
		value === 'remove' ||
		value === 'remove-with-data' ||
		(amount(value) && (value as number) >= 1),
	keepLast: value => typeof value === 'boolean',
};

/** Whether something is a goal; with `nulls` a change of one. */
export function isSeedGoal(value: unknown, nulls = false): value is SeedGoal {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	return Object.entries(value).every(
		([part, said]) =>
			said === undefined ||
			(nulls && said === null) ||
			(Object.hasOwn(checks, part) && checks[part as keyof SeedGoal](said)),
	);
}

/** Whether something is what an engine wants of its torrents; at most 1,000 rules. */
export function isSeedRules(value: unknown): value is SeedRules {
	const {all, rules} = (value ?? {}) as Partial<Record<keyof SeedRules, unknown>>;
	return (
		isSeedGoal(all) &&
		Array.isArray(rules) &&
		rules.length <= 1000 &&
		rules.every(
			(rule: Partial<Record<keyof SeedRule, unknown>> | null) =>
				(rule?.of === 'label' || rule?.of === 'tracker') &&
				typeof rule.name === 'string' &&
				isSeedGoal(rule.goal),
		)
	);
}

/** `stop`, `remove`, `remove-with-data`, or a rate to be slowed to, such as `50K`. Undefined for anything else. */
export function parseAtGoal(text: string): AtGoal | undefined {
	const word = text.trim().toLowerCase();
	if (word === 'stop' || word === 'remove' || word === 'remove-with-data') return word;
	const rate = parseRate(word);
	return rate !== undefined && rate >= 1 ? rate : undefined;
}

function number(text: string): number | undefined {
	return /^(?:\d{1,9}(?:\.\d*)?|\.\d+)$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

const orNone =
	<Value>(read: (text: string) => Value | undefined) =>
	(text: string): Value | 'none' | undefined =>
		text === 'none' ? 'none' : read(text);

const words = {
	ratio: ['ratio', orNone(number), 'a number such as 1.5, or none'],
	time: ['time', orNone(parseDuration), 'a time such as 30m, 2h or 7d, or none'],
	idle: ['idle', orNone(parseDuration), 'a time such as 30m, 2h or 7d, or none'],
	match: ['match', (text: string) => (text === 'any' || text === 'all' ? text : undefined), 'any or all'],
	'at-goal': ['atGoal', parseAtGoal, 'stop, remove, remove-with-data, or a rate such as 50K'],
	'keep-last': [
		'keepLast',
		(text: string) => (text === 'yes' ? true : text === 'no' ? false : undefined),
		'yes or no',
	],
} as const;

/**
 * Reads a rule: `label=linux ratio=2 time=7d`, `tracker=example.org keep-last=yes`; what has spaces stands in quotes:
 * `label="my films"`. Answers what is wrong, in words, for anything else.
 */
export function parseSeedRule(text: string): SeedRule | string {
	const parts = [...text.matchAll(/\s*([a-z-]+)=("[^"]*"|[^\s"]+)(?=\s|$)/gi)];
	if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trimEnd())
		return 'is no rule such as label=linux ratio=2 time=7d';
	const goal: Record<string, unknown> = {};
	let where: Pick<SeedRule, 'of' | 'name'> | undefined;
	for (const [, key = '', quoted = ''] of parts) {
		const value = quoted.replace(/^"(.*)"$/, '$1');
		const name = key.toLowerCase();
		if (name === 'label' || name === 'tracker') {
			if (where !== undefined) return 'names more than one label or tracker: write a rule for each';
			if (value.trim() === '') return `has an empty ${name}`;
			where = {of: name, name: name === 'tracker' ? value.toLowerCase() : value};
			continue;
		}
		if (!Object.hasOwn(words, name))
			return `has no ${key}=: it may have label or tracker, and ${Object.keys(words).join(', ')}`;
		const [part, read, what] = words[name as keyof typeof words];
		const said = read(value.toLowerCase());
		if (said === undefined) return `: ${key}=${value} is not ${what}`;
		goal[part] = said;
	}
	if (where === undefined) return 'names no label=… and no tracker=…';
	if (Object.keys(goal).length === 0) return 'says nothing of its torrents: add ratio=, time= or idle=';
	return {...where, goal};
}

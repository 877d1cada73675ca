import {UserError} from '../base/errors.js';
import {isSeedGoal, type SeedGoal} from '../base/seed-goal.js';
import type {Bytes, BytesPerSecond} from '../base/units.js';
import {checkSelection, expressionParts, sizeTest, splitRules, unquote} from './file-rules.js';
import {compileGlob, fold} from './glob.js';
import {compileLinear, ExpressionFault} from './linear-expression.js';

/** What is taken of a feed by itself, and how it is added. */
export interface FeedRule {
	/** What it is called; unlike the others of its feed. */
	readonly name: string;
	/**
	 * Which titles, in the language of file rules: `*amd64*.iso,!*beta*`, `/s01e\d+/i`, or a part of the title. A list
	 * has a rule each, with commas as they are. All when left out.
	 */
	readonly title?: string | readonly string[];
	/** Which sizes, all of it: `>100M`, `>100M,<5G`. What does not tell its size does not fit then. */
	readonly size?: string | readonly string[];
	/** Which of its files, as for `AddOptions.select`. */
	readonly select?: string | readonly string[];
	readonly label?: string;
	/** Absolute. */
	readonly dir?: string;
	/** It waits until somebody resumes it when false. */
	readonly start?: boolean;
	readonly sequential?: boolean;
	readonly goal?: SeedGoal;
	readonly maxDownload?: BytesPerSecond;
	readonly maxUpload?: BytesPerSecond;
}

/** What of an item a rule looks at. */
export interface RuledItem {
	readonly title: string;
	readonly size?: Bytes | undefined;
}

/** Whether an item fits a rule; `size-unknown`: it would, if it told its size. */
export type Verdict = 'fits' | 'other' | 'size-unknown';

const mostRules = 100;
const mostLength = 2000;

function wrong(detail: string): UserError {
	return new UserError('bad-rule', detail, 2);
}

const quote = (text: string): string => JSON.stringify(text);

function listOf(rules: string | readonly string[]): string[] {
	const list = typeof rules === 'string' ? splitRules(rules) : rules.map(rule => rule.trim());
	if (list.length > mostRules || list.some(rule => rule.length > mostLength))
		throw wrong('it has too many rules, or too long ones');
	return list.filter(rule => rule !== '');
}

// A slash in a title leads into no folder.
const flat = (text: string): string => text.replaceAll('/', '\u2215');

function titleTest(body: string, text: string): (title: string) => boolean {
	const quoted = unquote(body);
	if (quoted !== undefined) {
		const part = fold(quoted);
		return title => fold(title).includes(part);
	}
	if (/^[<>=]/.test(body)) throw wrong(`title ${quote(text)}: a size belongs to "size"`);
	if (body.startsWith('/')) {
		const parts = expressionParts(body);
		if (parts === undefined || !/^i?$/.test(parts.flags))
			throw wrong(`title ${quote(text)}: write a regular expression as in /s01e\\d+/i`);
		try {
			return compileLinear(parts.source, parts.flags === 'i');
		} catch (error) {
			if (error instanceof ExpressionFault) throw wrong(`title ${quote(text)}: ${error.message}`);
			throw error;
		}
	}
	if (!/[*?]/.test(body.replace(/\\./g, ''))) {
		const part = fold(body.replace(/\\(.)/g, '$1'));
		return title => fold(title).includes(part);
	}
	const glob = compileGlob(flat(body));
	if (glob === undefined) throw wrong(`title ${quote(text)}: too many alternatives in { }`);
	return title => glob([flat(title)]);
}

function compileTitle(rules: string | readonly string[]): (title: string) => boolean {
	const wanted: Array<(title: string) => boolean> = [];
	const unwanted: Array<(title: string) => boolean> = [];
	for (const text of listOf(rules)) {
		const isNegated = text.startsWith('!');
		const body = isNegated ? text.slice(1).trim() : text;
		if (body === '') throw wrong(`title ${quote(text)}: nothing behind the !`);
		(isNegated ? unwanted : wanted).push(titleTest(body, text));
	}
	return title =>
		(wanted.length === 0 || wanted.some(fits => fits(title))) && !unwanted.some(fits => fits(title));
}

function compileSize(rules: string | readonly string[]): (size: Bytes) => boolean {
	const tests = listOf(rules).map(text => {
		const test = sizeTest(text);
		if (test === undefined) throw wrong(`size ${quote(text)}: not a size: write >100M or <=1.5G`);
		return test;
	});
	return size => tests.every(fits => fits(size));
}

/**
 * A test for items. A title fits when one of its rules does and none that begins with `!`; upper and lower case are the
 * same but in expressions. No title can hold it up. Throws a `UserError` (exit status 2) for what is not understood.
 */
export function compileFeedRule(rule: FeedRule): (item: RuledItem) => Verdict {
	if (rule.name.trim() === '') throw wrong('a rule needs a name');
	if (rule.select !== undefined) checkSelection(rule.select);
	const title = compileTitle(rule.title ?? []);
	const size = rule.size === undefined ? undefined : compileSize(rule.size);
	return item => {
		if (!title(item.title)) return 'other';
		if (size === undefined) return 'fits';
		if (item.size === undefined) return 'size-unknown';
		return size(item.size) ? 'fits' : 'other';
	};
}

const text = (value: unknown): boolean => typeof value === 'string' && value.length <= mostLength;
const texts = (value: unknown): boolean =>
	text(value) || (Array.isArray(value) && value.length <= mostRules && value.every(text));
const flag = (value: unknown): boolean => typeof value === 'boolean';
const rate = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;

const checks: {readonly [Field in keyof FeedRule]-?: (value: unknown) => boolean} = {
	name: text,
	title: texts,
	size: texts,
	select: texts,
	label: text,
	dir: text,
	start: flag,
	sequential: flag,
	goal: value => isSeedGoal(value),
	maxDownload: rate,
	maxUpload: rate,
};

/** Whether something is a rule by the kinds of its fields; whether it makes sense `compileFeedRule` says. */
export function isFeedRule(value: unknown): value is FeedRule {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	const fields = value as Readonly<Record<string, unknown>>;
	return (
		typeof fields['name'] === 'string' &&
		Object.entries(fields).every(
			([name, said]) =>
				said === undefined || (Object.hasOwn(checks, name) && checks[name as keyof FeedRule](said)),
		)
	);
}

/** What counts up from one item to the next: a season's episode, a version, a date; in brackets a checksum. */
const counting =
	/\[[\da-f]{8}\]|(?<=\bs\d{1,3}e)\d{1,4}\b|(?<![\da-z])(?:v(?=\d))?\d+(?:[._-]\d+)*(?![\da-z])/gi;

/** Proposes which titles are meant by somebody who points at one: all that differ in nothing but what counts up. */
export function proposeTitle(title: string): string {
	const parts = title.split(/(?<=\S)\s+(?=\S)/);
	let isFound = false;
	const pattern = parts
		.map(part => {
			let at = 0;
			let out = '';
			for (const match of part.matchAll(counting)) {
				out += escapeGlob(part.slice(at, match.index));
				// A year, or a resolution, stays what it is.
				const isMeant = /^(?:19|20)\d\d$/.test(match[0]) || /^(?:264|265|480|720|1080|2160)$/.test(match[0]);
				out += isMeant ? match[0] : '*';
				isFound ||= !isMeant;
				at = match.index + match[0].length;
			}
			return out + escapeGlob(part.slice(at));
		})
		.join(' ');
	return isFound ? pattern.replace(/\*+/g, '*') : `*${pattern}*`;
}

function escapeGlob(plain: string): string {
	return plain.replace(/[\\*?[\]{},]/g, '\\$&').replace(/^[!"'/<>=]/, '\\$&');
}

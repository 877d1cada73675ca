import {UserError} from '../base/errors.js';
import type {Bytes} from '../base/units.js';
import {compileGlob} from './glob.js';

/** What a rule may look at. */
export interface SelectableFile {
	/** Path elements below the download folder. */
	readonly path: readonly string[];
	readonly length: Bytes;
}

interface Rule {
	readonly text: string;
	readonly negated: boolean;
	/** The highest file number it names. */
	readonly highest: number;
	readonly fits: (file: SelectableFile, number: number) => boolean;
}

const multipliers: Readonly<Record<string, number>> = {
	'': 1,
	k: 1024,
	m: 1024 ** 2,
	g: 1024 ** 3,
	t: 1024 ** 4,
};

function wrong(detail: string): UserError {
	return new UserError('bad-selection', detail, 2);
}

/** Throws a `UserError` (exit status 2) when rules are not understood; for links whose files are not known yet. */
export function checkSelection(rules: string | readonly string[]): void {
	parse(rules);
}

/**
 * Which files are wanted: one answer for each of `files`. Rules are joined by commas or come one by one:
 * `3`, `1-5`, `7-` (numbers from 1), `*.mkv`, `subs/**` (see `compileGlob`), `>100M`, `<=1.5G` (K, M, G, T count by 1024),
 * `/regular expression/i` over the path. A file is wanted when one of them fits and none that begins with `!` does;
 * where all begin with `!`, everything else is wanted.
 * Throws a `UserError` (exit status 2) for a rule that is not understood and when nothing is left.
 */
export function selectFiles(rules: string | readonly string[], files: readonly SelectableFile[]): boolean[] {
	const parsed = parse(rules);
	for (const {text, highest} of parsed) {
		if (highest <= files.length) continue;
		throw wrong(
			`selection ${quote(text)}: the torrent has only ${files.length} file${files.length === 1 ? '' : 's'}`,
		);
	}
	const wanted = parsed.filter(rule => !rule.negated);
	const unwanted = parsed.filter(rule => rule.negated);
	const selected = files.map((file, index) => {
		const fits = (rule: Rule): boolean => rule.fits(file, index + 1);
		return (wanted.length === 0 || wanted.some(fits)) && !unwanted.some(fits);
	});
	if (!selected.includes(true)) {
		throw wrong(
			`selection ${quote(parsed.map(rule => rule.text).join(','))} matches none of the ${files.length} files`,
		);
	}
	return selected;
}

function parse(rules: string | readonly string[]): Rule[] {
	const parsed = [rules].flat().flatMap(split).map(parseRule);
	if (parsed.length === 0) throw wrong('the selection is empty: name files as in 1,3-5 or *.mkv or >100M');
	return parsed;
}

function parseRule(text: string): Rule {
	const negated = text.startsWith('!');
	const body = (negated ? text.slice(1) : text).trim();
	const rule = (fits: Rule['fits'], highest = 0): Rule => ({text, negated, highest, fits});
	if (body === '') throw wrong(`selection ${quote(text)}: nothing behind the !`);

	const numbers = /^(\d+)(?:\s*(-)\s*(\d*))?$/.exec(body);
	if (numbers) {
		const from = Number(numbers[1]);
		const to = numbers[2] ? Number(numbers[3] || Infinity) : from;
		if (from < 1) throw wrong(`selection ${quote(text)}: file numbers begin at 1`);
		if (to < from) throw wrong(`selection ${quote(text)}: write the lower number first`);
		return rule((_, number) => number >= from && number <= to, to === Infinity ? from : to);
	}
	if (/^[<>=]/.test(body)) return rule(parseSize(body, text));
	if (body.startsWith('/')) {
		const expression = parseExpression(body, text);
		return rule(({path}) => expression.test(path.join('/')));
	}
	const glob = compileGlob(body);
	if (!glob) throw wrong(`selection ${quote(text)}: too many alternatives in { }`);
	return rule(({path}) => glob(path));
}

function parseSize(body: string, text: string): Rule['fits'] {
	const match = /^(>=|<=|=|>|<)\s*(\d{1,15}(?:\.\d{1,9})?)\s*([kmgt]?)(?:i?b)?$/i.exec(body);
	if (!match) throw wrong(`selection ${quote(text)}: write a size as in >100M or <=1.5G`);
	const size = Math.round(Number(match[2]) * multipliers[match[3]!.toLowerCase()]!);
	switch (match[1]) {
		case '>':
			return ({length}) => length > size;
		case '>=':
			return ({length}) => length >= size;
		case '<':
			return ({length}) => length < size;
		case '<=':
			return ({length}) => length <= size;
		default:
			return ({length}) => length === size;
	}
}

function parseExpression(body: string, text: string): RegExp {
	const end = endOfExpression(body);
	const flags = body.slice(end + 1);
	if (end === -1 || !/^i?$/.test(flags)) {
		throw wrong(`selection ${quote(text)}: write a regular expression as in /s01e0[1-5]/i`);
	}
	try {
		return new RegExp(body.slice(1, end), flags);
	} catch {
		throw wrong(`selection ${quote(text)}: not a valid regular expression`);
	}
}

/** Where the second `/` of an expression stands, which is not escaped and in no class; -1 when there is none. */
function endOfExpression(text: string): number {
	let inClass = false;
	for (let at = 1; at < text.length; at++) {
		const char = text[at];
		if (char === '\\') at++;
		else if (char === '[') inClass = true;
		else if (char === ']') inClass = false;
		else if (char === '/' && !inClass) return at;
	}
	return -1;
}

/** Splits at commas, but not in expressions, in braces or behind a backslash. */
function split(text: string): string[] {
	const rules: string[] = [];
	let from = 0;
	let depth = 0;
	for (let at = 0; at <= text.length; at++) {
		const char = text[at];
		if (char === '/' && /^\s*!?\s*$/.test(text.slice(from, at))) {
			const end = endOfExpression(text.slice(at));
			if (end !== -1) at += end;
		} else if (char === '\\') at++;
		else if (char === '{' && text.includes('}', at)) depth++;
		else if (char === '}') depth = Math.max(0, depth - 1);
		else if (char === undefined || (char === ',' && depth === 0)) {
			const rule = text.slice(from, at).trim();
			if (rule !== '') rules.push(rule);
			from = at + 1;
		}
	}
	// A backslash at the very end jumps over the end.
	const rest = text.slice(from).trim();
	if (text.endsWith('\\') && rest !== '') rules.push(rest);
	return rules;
}

function quote(text: string): string {
	return JSON.stringify(text);
}

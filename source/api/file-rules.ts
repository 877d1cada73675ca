import {UserError} from '../base/errors.js';
import {parseSize} from '../base/quantities.js';
import type {Bytes} from '../base/units.js';
import {compileGlob, fold} from './glob.js';

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

function wrong(detail: string): UserError {
	return new UserError('bad-selection', detail, 2);
}

/** How many pieces between commas are tried as one name that has commas in it. */
const mostCommas = 16;

/** The names that files and folders have, so that a rule that is one of them can be told from a pattern. */
class Names {
	readonly #files: readonly SelectableFile[];
	#known: Set<string> | undefined;

	get count(): number {
		return this.#files.length;
	}

	constructor(files: readonly SelectableFile[]) {
		this.#files = files;
	}

	/** Whether some file or folder has this name or path; letter case does not matter. */
	has(text: string): boolean {
		this.#known ??= this.#collect();
		return this.#known.has(asName(text).name);
	}

	/** Whether this stands anywhere in a path. */
	holds(text: string): boolean {
		const part = fold(text);
		return this.#files.some(({path}) => fold(path.join('/')).includes(part));
	}

	/** Whether a test fits any file. */
	some(fits: (path: readonly string[]) => boolean): boolean {
		return this.#files.some(({path}) => fits(path));
	}

	#collect(): Set<string> {
		const known = new Set<string>();
		for (const {path} of this.#files) {
			const folded = path.map(fold);
			for (let end = 1; end <= folded.length; end++) {
				known.add(folded[end - 1]!);
				known.add(folded.slice(0, end).join('/'));
				known.add(folded.slice(1, end).join('/'));
			}
		}
		known.delete('');
		return known;
	}
}

/** Throws a `UserError` (exit status 2) when rules are not understood; for links whose files are not known yet. */
export function checkSelection(rules: string | readonly string[]): void {
	parse(rules, new Names([]));
}

/**
 * Which files are wanted: one answer for each of `files`. Rules are joined by commas or come one by one:
 * `3`, `1-5`, `7-` (numbers from 1), `>100M`, `<=1.5G` (K, M, G, T count by 1024), `/regular expression/i` over the path,
 * a name or path of a file or of a folder (with or without `/` behind it), `*.mkv`, `subs/**` (see `compileGlob`), or a
 * part of a path where no file or folder has that name. What is exactly the name of something is that, whatever
 * characters are in it; in `"` or `'` everything is a name. A file is wanted when one of the rules fits and none that
 * begins with `!` does; where all begin with `!`, everything else is wanted.
 * Throws a `UserError` (exit status 2) for a rule that is not understood and when nothing is left.
 */
export function selectFiles(rules: string | readonly string[], files: readonly SelectableFile[]): boolean[] {
	const parsed = parse(rules, new Names(files));
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

function parse(rules: string | readonly string[], names: Names): Rule[] {
	const parsed = [rules]
		.flat()
		.flatMap(text => joinNames(text, split(text), names))
		.map(text => parseRule(text, names));
	if (parsed.length === 0) throw wrong('the selection is empty: name files as in 1,3-5 or *.mkv or >100M');
	return parsed;
}

/** Puts together again what was cut at the commas of a name. */
function joinNames(text: string, pieces: readonly Piece[], names: Names): string[] {
	const rules: string[] = [];
	const join = (from: number, to: number): string => text.slice(pieces[from]!.from, pieces[to]!.to).trim();
	for (let at = 0; at < pieces.length; at++) {
		let last = at;
		for (let to = Math.min(pieces.length - 1, at + mostCommas); to > at; to--) {
			const joined = join(at, to);
			if (/^[\d\s,-]+$/.test(joined) || !names.has(joined.replace(/^!\s*/, ''))) continue;
			last = to;
			break;
		}
		const rule = join(at, last);
		if (rule !== '') rules.push(last > at ? asQuoted(rule) : rule);
		at = last;
	}
	return rules;
}

/** A name with commas in it, so that it is read as nothing else. */
function asQuoted(rule: string): string {
	const [, negation = '', name = ''] = /^(!?\s*)(.*)$/s.exec(rule) ?? [];
	return `${negation}"${name.replace(/["\\]/g, '\\$&')}"`;
}

function parseRule(text: string, names: Names): Rule {
	const behind = text.slice(1).trim();
	const negated = text.startsWith('!') && (names.has(behind) || !names.has(text));
	const body = negated ? behind : text.trim();
	const rule = (fits: Rule['fits'], highest = 0): Rule => ({text, negated, highest, fits});
	const named = (name: string): Rule => {
		const fits = isNamed(name);
		return rule(({path}) => fits(path));
	};
	if (body === '') throw wrong(`selection ${quote(text)}: nothing behind the !`);

	const isName = names.has(body);
	const numbers = /^(\d+)(?:\s*(-)\s*(\d*))?$/.exec(body);
	if (numbers) {
		const from = Number(numbers[1]);
		const to = numbers[2] ? Number(numbers[3] || Infinity) : from;
		const isWrong = from < 1 || to < from;
		const highest = to === Infinity ? from : to;
		if (!isName || (!isWrong && highest <= names.count)) {
			if (from < 1) throw wrong(`selection ${quote(text)}: file numbers begin at 1`);
			if (to < from) throw wrong(`selection ${quote(text)}: write the lower number first`);
			return rule((_, number) => number >= from && number <= to, highest);
		}
	}
	if (isName) return named(body);
	const quoted = unquote(body);
	if (quoted !== undefined) {
		if (asName(quoted).name === '') throw wrong(`selection ${quote(text)}: no name between the quotes`);
		return named(quoted);
	}
	if (/^[<>=]/.test(body)) return rule(sizeRule(body, text));
	if (body.startsWith('/')) {
		const expression = parseExpression(body, text);
		return rule(({path}) => expression.test(path.join('/')));
	}
	const glob = compileGlob(body);
	if (!glob) throw wrong(`selection ${quote(text)}: too many alternatives in { }`);
	const part = fold(body);
	if (!/[*?]/.test(body) && !names.some(glob) && names.holds(part)) {
		return rule(({path}) => fold(path.join('/')).includes(part));
	}
	return rule(({path}) => glob(path));
}

/** A name without what says that it is a folder's. */
function asName(text: string): {readonly name: string; readonly folder: boolean} {
	const name = fold(text.trim()).replace(/^\.\//, '');
	return {name: name.replace(/\/+$/, ''), folder: name.endsWith('/')};
}

/** A test for the files that have this name or path, with or without the first folder, or lie in a folder that does. */
function isNamed(text: string): (path: readonly string[]) => boolean {
	const {name, folder} = asName(text);
	return path => {
		const folded = path.map(fold);
		const last = folded.length - (folder ? 1 : 0);
		for (let end = 1; end <= last; end++) {
			if (folded[end - 1] === name) return true;
			if (folded.slice(0, end).join('/') === name || folded.slice(1, end).join('/') === name) return true;
		}
		return false;
	};
}

/** What stands between quotes, where a backslash takes the next quote or backslash as it is. */
export function unquote(text: string): string | undefined {
	return endOfQuotes(text) === text.length - 1 ? text.slice(1, -1).replace(/\\(["'\\])/g, '$1') : undefined;
}

/** Where the quotes that a text begins with end; -1 when it begins with none, or they do not end. */
function endOfQuotes(text: string): number {
	const mark = text[0];
	if (mark !== '"' && mark !== "'") return -1;
	for (let at = 1; at < text.length; at++) {
		if (text[at] === '\\') at++;
		else if (text[at] === mark) return at;
	}
	return -1;
}

function sizeRule(body: string, text: string): Rule['fits'] {
	const fits = sizeTest(body);
	if (fits === undefined) throw wrong(`selection ${quote(text)}: not a size: write >100M or <=1.5G`);
	return ({length}) => fits(length);
}

/** A test for sizes from `>100M`, `<=1.5G`, `=4096`; undefined when that is none. */
export function sizeTest(rule: string): ((length: Bytes) => boolean) | undefined {
	const match = /^\s*(>=|<=|=|>|<)(.*)$/.exec(rule);
	const size = match ? parseSize(match[2]!) : undefined;
	if (!match || size === undefined) return undefined;
	switch (match[1]) {
		case '>':
			return length => length > size;
		case '>=':
			return length => length >= size;
		case '<':
			return length => length < size;
		case '<=':
			return length => length <= size;
		default:
			return length => length === size;
	}
}

function parseExpression(body: string, text: string): RegExp {
	const parts = expressionParts(body);
	if (parts === undefined || !/^i?$/.test(parts.flags)) {
		throw wrong(`selection ${quote(text)}: cannot be read: write a regular expression as in /s01e0[1-5]/i`);
	}
	try {
		return new RegExp(parts.source, parts.flags);
	} catch {
		throw wrong(`selection ${quote(text)}: cannot be read: not a valid regular expression`);
	}
}

/** The rules between the commas of a text, each as it is written. */
export function splitRules(text: string): string[] {
	return split(text).map(({from, to}) => text.slice(from, to).trim());
}

/** What stands in an expression such as `/s01e0[1-5]/i`, and what behind it; undefined when it does not end. */
export function expressionParts(rule: string): {readonly source: string; readonly flags: string} | undefined {
	const end = endOfExpression(rule);
	return end === -1 ? undefined : {source: rule.slice(1, end), flags: rule.slice(end + 1)};
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

/** Where a piece of the text stands. */
interface Piece {
	readonly from: number;
	readonly to: number;
}

/** Splits at commas, but not in expressions, quotes or braces, or behind a backslash. */
function split(text: string): Piece[] {
	const pieces: Piece[] = [];
	let from = 0;
	let depth = 0;
	for (let at = 0; at <= text.length; at++) {
		const char = text[at];
		if ((char === '/' || char === '"' || char === "'") && /^\s*!?\s*$/.test(text.slice(from, at))) {
			const rest = text.slice(at);
			const end = char === '/' ? endOfExpression(rest) : endOfQuotes(rest);
			if (end !== -1) at += end;
		} else if (char === '\\') at++;
		else if (char === '{' && text.includes('}', at)) depth++;
		else if (char === '}') depth = Math.max(0, depth - 1);
		else if (char === undefined || (char === ',' && depth === 0)) {
			pieces.push({from, to: at});
			from = at + 1;
		}
	}
	// A backslash at the very end jumps over the end.
	if (text.endsWith('\\') && from < text.length) pieces.push({from, to: text.length});
	return pieces.filter(piece => text.slice(piece.from, piece.to).trim() !== '');
}

function quote(text: string): string {
	return JSON.stringify(text);
}

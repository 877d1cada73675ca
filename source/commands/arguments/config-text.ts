import {type Node, type ParseError, parse, parseTree, printParseErrorCode, visit} from 'jsonc-parser';

/** What is wrong with a text that cannot be read, by the name that its reader has for it. */
const reasons: Readonly<Record<string, string>> = {
	InvalidSymbol: 'a word that is no value; texts stand in quotation marks',
	InvalidNumberFormat: 'a number that is none',
	PropertyNameExpected: 'a name in quotation marks is missing',
	ValueExpected: 'a value is missing',
	ColonExpected: 'a colon is missing after the name',
	CommaExpected: 'a comma is missing before it',
	CloseBraceExpected: 'a } is missing',
	CloseBracketExpected: 'a ] is missing',
	EndOfFileExpected: 'something stands after the end',
	UnexpectedEndOfComment: 'a comment has no end',
	UnexpectedEndOfString: 'a text has no end',
	UnexpectedEndOfNumber: 'a number has no end',
	InvalidUnicode: 'a \\u without its four digits',
	InvalidEscapeCharacter: 'a backslash before what needs none; write \\\\ for one',
	InvalidCharacter: 'a control character within a text; write \\n or \\t',
};

/** What a config file holds, or why it cannot be read and on which line, from 1 on. */
export type ReadText =
	| {readonly value: unknown; readonly fault?: undefined}
	| {readonly fault: string; readonly line: number};

/** Reads JSON, in which there may be comments, and a comma after the last of a list. */
export function readConfigText(text: string): ReadText {
	const errors: ParseError[] = [];
	try {
		const value: unknown = parse(text, errors, {allowTrailingComma: true});
		const first = errors[0];
		if (first === undefined) return {value};
		// What is missing is missing where the text before it ends, not where the next one begins.
		const isMissing = /^(?:Close|Value|Colon)/.test(printParseErrorCode(first.error));
		const before = text.slice(0, first.offset);
		const line = (isMissing ? before.trimEnd() : before).split('\n').length;
		return {fault: reasons[printParseErrorCode(first.error)] ?? 'it cannot be read', line};
	} catch (error) {
		if (error instanceof RangeError) return {fault: 'too many things within each other', line: 1};
		throw error;
	}
}

/** The lines, from 1 on, on which the names of the object stand; a name that is there twice has two. The text can be read. */
export function linesOfNames(text: string): ReadonlyMap<string, readonly number[]> {
	const lines = new Map<string, number[]>();
	visit(text, {
		onObjectProperty(name, _offset, _length, line, _character, path) {
			if (path().length === 0) lines.set(name, [...(lines.get(name) ?? []), line + 1]);
		},
	});
	return lines;
}

/** The places of a name and its value; the last is the one that holds. */
function propertiesOf(text: string, name: string): Node[] {
	const root = parseTree(text, [], {allowTrailingComma: true});
	return root?.children?.filter(({children}) => children?.[0]?.value === name) ?? [];
}

/** `text` without what stands from `begin` to `end`, and `put` in its place. */
function splice(text: string, begin: number, end: number, put = ''): string {
	return text.slice(0, begin) + put + text.slice(end);
}

const comments = /\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** Where the comma after a property stands, if there is one; comments hold none. */
function commaAfter(text: string, end: number): number | undefined {
	const rest = text.slice(end).replace(comments, comment => ' '.repeat(comment.length));
	const found = /^\s*,/.exec(rest);
	return found ? end + found[0].length - 1 : undefined;
}

/** Takes a property out, with the comma that belongs to it, and with its line when nothing else is there. */
function without(text: string, {offset, length}: Node): string {
	const comma = commaAfter(text, offset + length);
	let begin = offset;
	let end = (comma ?? offset + length - 1) + 1;
	const isLineBegin = /(?:^|\n)[ \t]*$/.exec(text.slice(0, begin));
	const isLineEnd = /^[ \t]*\r?\n/.exec(text.slice(end));
	if (isLineBegin && isLineEnd) {
		begin -= isLineBegin[0].replace('\n', '').length;
		end += isLineEnd[0].length;
	} else if (comma !== undefined && !isLineEnd) {
		end += /^[ \t]*/.exec(text.slice(end))![0].length;
	} else begin -= /[ \t]*$/.exec(text.slice(0, begin))![0].length;
	const rest = splice(text, begin, end);
	// Behind the last there was no comma, and is none then.
	const before = parseTree(text, [], {allowTrailingComma: true})
		?.children?.filter(other => other.offset < offset)
		.at(-1);
	const spare = comma === undefined && before ? commaAfter(rest, before.offset + before.length) : undefined;
	return spare === undefined ? rest : splice(rest, spare, spare + 1);
}

/** How a value is written within a file that is indented so. */
function written(value: unknown, indent: string, newline: string): string {
	return JSON.stringify(value, undefined, indent).replaceAll('\n', newline + indent);
}

/** Adds a property behind the others: on a line of its own, if they stand on lines of their own. */
function withNew(text: string, name: string, value: unknown, indent: string, newline: string): string {
	const root = parseTree(text, [], {allowTrailingComma: true})!;
	const last = root.children?.at(-1);
	const close = root.offset + root.length - 1;
	const isOneLine = last !== undefined && !text.slice(root.offset, close).includes('\n');
	const property = `${JSON.stringify(name)}: ${written(value, indent, newline)}`;
	if (last === undefined) {
		const before = text.slice(0, close).trimEnd();
		return `${before}${newline}${indent}${property}${newline}${text.slice(close)}`;
	}
	const end = last.offset + last.length;
	const comma = commaAfter(text, end);
	if (isOneLine) return splice(text, end, end, `, ${property}`);
	const before = text.slice(0, close).trimEnd();
	const line = `${newline}${indent}${property}${comma === undefined ? '' : ','}${newline}`;
	const rest = text.slice(close);
	if (comma !== undefined) return `${before}${line}${rest}`;
	return `${before.slice(0, end)},${before.slice(end)}${line}${rest}`;
}

/**
 * A config file with settings changed; undefined takes one out. All else stays as it is written, comments and order
 * too.
 *
 * @param text one that can be read, and holds an object; undefined when there is no file yet
 */
export function changeConfigText(
	text: string | undefined,
	changes: Readonly<Record<string, unknown>>,
): string {
	let now = text === undefined || text.trim() === '' ? '{\n}\n' : text;
	const newline = now.includes('\r\n') ? '\r\n' : '\n';
	const indent = /^([ \t]+)"/m.exec(now)?.[1] ?? '\t';
	for (const [name, value] of Object.entries(changes)) {
		const kept = value === undefined ? 0 : 1;
		for (let places = propertiesOf(now, name); places.length > kept; places = propertiesOf(now, name))
			now = without(now, places[0]!);
		if (value === undefined) continue;
		const place = propertiesOf(now, name)[0]?.children?.[1];
		now = place
			? splice(now, place.offset, place.offset + place.length, written(value, indent, newline))
			: withNew(now, name, value, indent, newline);
	}
	return now;
}

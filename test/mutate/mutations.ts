import {type Token, tokenise} from './tokens.ts';

/** One small fault: these characters of a file are others. */
export interface Mutation {
	/** UTF-16 units from the beginning of the file. */
	readonly at: number;
	readonly before: string;
	readonly after: string;
	/** Counted from 1. */
	readonly line: number;
	/** The line it is in, without what is at its ends. */
	readonly context: string;
}

const operators: ReadonlyMap<string, readonly string[]> = new Map(
	Object.entries({
		'<': ['<=', '>='],
		'<=': ['<', '>'],
		'>': ['>=', '<='],
		'>=': ['>', '<'],
		'===': ['!=='],
		'!==': ['==='],
		'&&': ['||'],
		'||': ['&&'],
		'+': ['-'],
		'-': ['+'],
		'*': ['/'],
		'/': ['*'],
		'%': ['*'],
		'+=': ['-='],
		'-=': ['+='],
		'<<': ['>>'],
		'>>': ['<<'],
		'>>>': ['<<'],
		'&': ['|'],
		'||=': ['&&='],
	}),
);
const words: ReadonlyMap<string, string> = new Map(
	Object.entries({
		true: 'false',
		false: 'true',
		min: 'max',
		max: 'min',
		every: 'some',
		some: 'every',
		floor: 'ceil',
		ceil: 'floor',
	}),
);

/** From this on one more is no other behaviour anybody chose: it is twice as much. */
const large = 20;

/** Every small fault that can be made in a source file, in the order of their places. */
export function mutationsOf(source: string): Mutation[] {
	const tokens = tokenise(source);
	const types = typePlaces(tokens);
	const found: Mutation[] = [];
	const put = (at: number, before: string, after: string): void => {
		const start = source.lastIndexOf('\n', at - 1) + 1;
		const end = source.indexOf('\n', at);
		const context = source.slice(start, end < 0 ? undefined : end).trim();
		found.push({at, before, after, line: source.slice(0, at).split('\n').length, context});
	};
	for (const [index, token] of tokens.entries()) {
		if (types.has(index)) continue;
		mutateToken(source, tokens, index, put);
		if (beginsStatement(tokens, index)) mutateStatement(source, tokens, index, put);
		if (token.text === 'if' && tokens[index + 1]?.text === '(') {
			const close = closing(tokens, index + 1);
			const from = tokens[index + 1]!.at + 1;
			const condition = source.slice(from, tokens[close]?.at);
			put(from, condition, 'true');
			put(from, condition, 'false');
		}
	}
	return found.sort((one, other) => one.at - other.at);
}

function mutateToken(
	source: string,
	tokens: readonly Token[],
	index: number,
	put: (at: number, before: string, after: string) => void,
): void {
	const {kind, text, at} = tokens[index]!;
	// The formatter puts spaces around what takes two sides, and none around what encloses types.
	const isBinary = source[at - 1] === ' ' && /\s/.test(source[at + text.length] ?? '');
	// Two types that are to hold both.
	const joinsTypes = text === '&' && tokens[index + 1]?.text === '{';
	if (kind === 'sign' && isBinary && !joinsTypes)
		for (const other of operators.get(text) ?? []) put(at, text, other);
	if (text === '!' && !isPostfix(tokens, index)) put(at, text, '');
	if (text === '++') put(at, text, '--');
	if (text === '--') put(at, text, '++');
	if (kind === 'word') {
		const isMethod = tokens[index - 1]?.text === '.' && tokens[index + 1]?.text === '(';
		const other = words.get(text);
		if (other !== undefined && (isMethod || text === 'true' || text === 'false')) put(at, text, other);
	}
	if (kind === 'number' && /^[\d_.e]+$/.test(text)) {
		const value = Number(text.replaceAll('_', ''));
		put(at, text, String(value < large ? value + 1 : value * 2));
	}
}

/** `!` after a value only says that it is there. */
function isPostfix(tokens: readonly Token[], index: number): boolean {
	const before = tokens[index - 1];
	if (before === undefined || before.at + before.text.length !== tokens[index]!.at) return false;
	return before.kind === 'word' || before.text === ')' || before.text === ']';
}

function beginsStatement(tokens: readonly Token[], index: number): boolean {
	const before = tokens[index - 1]?.text;
	if (before === ';' || before === '{' || before === '}' || before === 'else') return true;
	return before === ')' && endsHead(tokens, index - 1);
}

/** Whether the bracket ends what `if`, `for` or `while` look at. */
function endsHead(tokens: readonly Token[], close: number): boolean {
	let depth = 0;
	for (let at = close; at >= 0; at--) {
		const {text} = tokens[at]!;
		if (text === ')') depth++;
		if (text === '(' && --depth === 0) return /^(?:if|for|while)$/.test(tokens[at - 1]?.text ?? '');
	}
	return false;
}

const declares =
	/^(?:const|let|var|type|interface|class|function|import|export|async|static|readonly|declare)$/;
const previewPieces = /^(?:if|for|while|switch|do|try|else|case|default|get|set|constructor|catch|finally)$/;

/** Statements of one line that do something are left out; what is answered is nothing. */
function mutateStatement(
	source: string,
	tokens: readonly Token[],
	index: number,
	put: (at: number, before: string, after: string) => void,
): void {
	const {kind, text, at} = tokens[index]!;
	if (declares.test(text) || previewPieces.test(text) || text === 'throw') return;
	if (kind !== 'word' && text !== '++' && text !== '--') return;
	const end = source.indexOf('\n', at);
	const line = source.slice(at, end < 0 ? undefined : end);
	if (!line.endsWith(';') || !isWhole(line)) return;
	if (text === 'return') {
		if (line !== 'return;' && !/^return (?:undefined|-?\d+|true|false);$/.test(line))
			put(at, line, 'return;');
		return;
	}
	if (text === 'break' || text === 'continue') return put(at, line, ';');
	// What is no call and no assignment declares a field or a type.
	const isCall = /^(?:await |void )?[\w$#.?![\]()]+(?:\(|\?\.\().*\);$/.test(line);
	const isStep = /^[\w$#.?![\]\s]+(?:\+\+|--);$/.test(line);
	const isAssignment = /^[\w$#.?![\]()\s+\-*,>&]+ (?:[+\-*/|&^]|\|\||&&|\?\?|<<|>>)?= .+;$/.test(line);
	if (isStep || isCall || (isAssignment && isInFunction(tokens, index))) put(at, line, ';');
}

/** A field of a class begins as an assignment does. */
function isInFunction(tokens: readonly Token[], index: number): boolean {
	let depth = 0;
	for (let at = index - 1; at >= 0; at--) {
		const {text} = tokens[at]!;
		if (text === '}') depth++;
		if (text !== '{') continue;
		if (depth-- > 0) continue;
		// The brace that is open here: that of a class comes after its name, or what it extends or implements.
		for (let back = at - 1; back >= 0; back--) {
			const word = tokens[back]!.text;
			if (word === 'class') return false;
			if (word === ')' || word === ';' || word === '}' || word === '=>' || word === '{') return true;
		}
		return true;
	}
	return false;
}

function isWhole(line: string): boolean {
	let depth = 0;
	try {
		for (const {text} of tokenise(line)) {
			if (/^[([{]$/.test(text)) depth++;
			if (/^[)\]}]$/.test(text) && --depth < 0) return false;
		}
	} catch {
		return false;
	}
	return depth === 0;
}

/** The number of the token that closes the bracket at `open`. */
function closing(tokens: readonly Token[], open: number): number {
	let depth = 0;
	for (let at = open; at < tokens.length; at++) {
		const {text} = tokens[at]!;
		if (/^[([{]$/.test(text)) depth++;
		if (/^[)\]}]$/.test(text) && --depth === 0) return at;
	}
	return tokens.length - 1;
}

/** The tokens of imports, interfaces and types: nothing happens there. */
function typePlaces(tokens: readonly Token[]): Set<number> {
	const places = new Set<number>();
	for (let at = 0; at < tokens.length; at++) {
		const {text} = tokens[at]!;
		const next = tokens[at + 1];
		const before = tokens[at - 1]?.text;
		const begins = before === undefined || before === ';' || before === '}' || before === 'export';
		if (begins && (text === 'import' || (text === 'type' && next?.kind === 'word'))) {
			for (let depth = 0; at < tokens.length; at++) {
				places.add(at);
				const sign = tokens[at]!.text;
				if (/^[([{]$/.test(sign)) depth++;
				if (/^[)\]}]$/.test(sign)) depth--;
				if (depth === 0 && sign === ';') break;
			}
		} else if (begins && text === 'interface' && next?.kind === 'word') {
			while (tokens[at]?.text !== '{') places.add(at++);
			const close = closing(tokens, at);
			for (; at < close; at++) places.add(at);
			places.add(at);
		}
		// A literal that is a type: one of several, or beside a name.
		const after = tokens[at + 1]?.text;
		const sign = before === '-' ? tokens[at - 2]?.text : before;
		if (tokens[at]?.kind === 'number' && (sign === '|' || after === '|')) places.add(at);
		if (/^(?:true|false)$/.test(text) && (before === '|' || after === '|')) places.add(at);
	}
	return places;
}

/** The source with the fault in it. */
export function mutated(source: string, {at, before, after}: Mutation): string {
	return source.slice(0, at) + after + source.slice(at + before.length);
}

/** A piece of a source file, and where it begins. White space and comments are none. */
export interface Token {
	readonly kind: 'word' | 'number' | 'text' | 'sign';
	readonly text: string;
	/** UTF-16 units from the beginning of the file. */
	readonly at: number;
}

const space = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const word = /#?[\p{L}_$][\p{L}\p{N}_$]*/uy;
const number = /0[xob][\da-fA-F_]+n?|(?:\d[\d_]*(?:\.[\d_]+)?|\.\d+)(?:e[+-]?\d+)?n?/y;
const quoted = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y;
const pattern = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const sign =
	/>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|>>|\*\*|[{}()[\];,<>+\-*/%&|^!~?:=.@]/y;
/** After these a slash begins a regular expression. */
const beforePattern = /^(?:return|case|typeof|in|of|=>|&&|\|\||\?\?|[({[,;=:!&|?+\-*%<>~])$/;

/**
 * Takes TypeScript without JSX apart, as far as finding its operators, constants and statements needs.
 *
 * @throws {SyntaxError} at a character that begins no token
 */
export function tokenise(source: string): Token[] {
	const tokens: Token[] = [];
	let at = 0;
	const match = (expression: RegExp): string | undefined => {
		expression.lastIndex = at;
		return expression.exec(source)?.[0];
	};
	/** How many braces are open in each template that is. */
	const templates: number[] = [];
	const readTemplate = (): string => {
		let end = at + 1;
		while (end < source.length) {
			if (source[end] === '\\') end++;
			else if (source[end] === '`') return source.slice(at, end + 1);
			else if (source.startsWith('${', end)) {
				templates.push(0);
				return source.slice(at, end + 2);
			}
			end++;
		}
		throw new SyntaxError('a template does not end');
	};
	const put = (kind: Token['kind'], text: string): void => {
		tokens.push({kind, text, at});
		at += text.length;
	};
	while (at < source.length) {
		const gap = match(space);
		if (gap !== undefined) {
			at += gap.length;
			continue;
		}
		if (source[at] === '`') {
			put('text', readTemplate());
			continue;
		}
		const depth = templates.length - 1;
		if (depth >= 0 && source[at] === '}' && templates[depth] === 0) {
			templates.pop();
			put('text', readTemplate());
			continue;
		}
		if (depth >= 0 && source[at] === '{') templates[depth]!++;
		if (depth >= 0 && source[at] === '}') templates[depth]!--;
		const before = tokens.at(-1);
		const mayBePattern = before === undefined || beforePattern.test(before.text);
		const text = match(quoted) ?? (mayBePattern ? match(pattern) : undefined);
		const digits = text === undefined ? match(number) : undefined;
		const name = text === undefined && digits === undefined ? match(word) : undefined;
		if (text !== undefined) put('text', text);
		else if (digits !== undefined) put('number', digits);
		else if (name !== undefined) put('word', name);
		else {
			const found = match(sign);
			if (found === undefined) throw new SyntaxError(`nothing begins with ${source[at]} at ${at}`);
			put('sign', found);
		}
	}
	return tokens;
}

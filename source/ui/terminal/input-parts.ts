/** A colour of 24 bits as a terminal names it: red, green, blue, 0 to 255 each. */
export type TerminalColour = readonly [red: number, green: number, blue: number];

/** What somebody does with a mouse, at a cell counted from the top left one. */
export interface MouseEvent {
	readonly kind: 'mouse';
	/** A button goes down or up, the pointer moves while one is down, or the wheel turns. */
	readonly act: 'press' | 'release' | 'drag' | 'wheel-up' | 'wheel-down';
	readonly button: 'left' | 'middle' | 'right';
	readonly x: number;
	readonly y: number;
	readonly ctrl: boolean;
}

/** What a terminal says besides keys that are characters or whole sequences of their own. */
export type InputEvent =
	| MouseEvent
	| {readonly kind: 'focus'; readonly focused: boolean}
	| {readonly kind: 'key'; readonly key: string}
	| {readonly kind: 'paste'; readonly text: string}
	| {readonly kind: 'background'; readonly colour: TerminalColour}
	/** Its colours have turned light, or dark: which they are has to be asked. */
	| {readonly kind: 'scheme'};

/** A piece of what came in, in order: keys for those who read keys, or an event. */
export type InputPart = {readonly kind: 'keys'; readonly text: string} | InputEvent;

/** What the end of the input so far may still become: nothing, a key or a sequence, a sequence's rest, a paste's rest. */
export type Unfinished = 'nothing' | 'escape' | 'sequence' | 'paste';

const esc = '\u001B';
const pasteEnd = '\u001B[201~';
/** What follows the Esc of a key's sequence, in one piece. */
const lateRest = /^(?:\[[0-?]*[ -/]*[@-~]?|O[0-9;]*[@-~]?)$/;
const longestSequence = 256;
/** Characters of one paste; a megabyte is no link, and no list of links. */
const longestPaste = 1_048_576;

const keyEvents: Readonly<Record<string, InputEvent>> = {
	'\u001B[I': {kind: 'focus', focused: true},
	'\u001B[O': {kind: 'focus', focused: false},
	'\u001B[?997;1n': {kind: 'scheme'},
	'\u001B[?997;2n': {kind: 'scheme'},
	'\u001BOP': {kind: 'key', key: 'f1'},
	'\u001B[11~': {kind: 'key', key: 'f1'},
	'\u001B[[A': {kind: 'key', key: 'f1'},
};

// A mouse as xterm's mode 1006 tells of it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const mouse = /^\u001B\[<(\d{1,4});(\d{1,5});(\d{1,5})([Mm])$/;
/** Before that mode three characters told it, which are no keys; so a terminal that knows the old way only does. */
const oldMouse = '\u001B[M';

// CSI with its parameters, the console's `[[A`, rxvt's `[2$`, SS3: one whole sequence.
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const whole = /\u001B(?:\[\[[ -~]|\[[235678]\$|\[[0-?]*[ -/]*[@-Z\\-~]|O[0-9;]*[@-~])/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const begun = /\u001B(?:\[\[?|\[[0-?]*[ -/]*|O[0-9;]*)$/y;
// What a terminal answers: it ends with BEL or ST.
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const answer = /\u001B\](\d[^\u0007\u001B\u009C]*)(?:\u0007|\u001B\\|\u009C)/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const answerBegun = /\u001B\](?:\d[^\u0007\u001B\u009C]*\u001B?)?$/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}

/** Reads the background of an OSC 11 answer: `11;rgb:ffff/ffff/ffff`, one to four digits a colour. */
export function parseBackground(text: string): TerminalColour | undefined {
	const match = /^11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})(?:\/[\da-f]{1,4})?$/i.exec(text);
	if (!match) return undefined;
	const value = (digits = '') => Math.round((Number.parseInt(digits, 16) / (16 ** digits.length - 1)) * 255);
	return [value(match[1]), value(match[2]), value(match[3])];
}

/** Reads the report of a mouse; undefined for what nobody waits for, such as the wheel turned sideways. */
function parseMouse(code: number, column: number, row: number, isUp: boolean): MouseEvent | undefined {
	const isWheel = (code & 64) !== 0;
	const button = code & 3;
	if (column < 1 || row < 1 || code > 127 || (isWheel && button > 1)) return undefined;
	const isMove = (code & 32) !== 0;
	// With 3 nothing is held; in the old reports a button that goes up has no name.
	if (button === 3 && (isMove || isWheel)) return undefined;
	const wheel = button === 0 ? 'wheel-up' : 'wheel-down';
	return {
		kind: 'mouse',
		act: isWheel ? wheel : isUp || button === 3 ? 'release' : isMove ? 'drag' : 'press',
		button: (['left', 'middle', 'right'] as const)[isWheel ? 0 : button] ?? 'left',
		x: column - 1,
		y: row - 1,
		ctrl: (code & 16) !== 0,
	};
}

/**
 * Takes what a terminal sends apart, however a line has cut it into pieces. What may still become something else is
 * kept until more comes, or until `expire` says that nothing will: the caller has the clock.
 */
export class InputParts {
	#text = '';
	#paste: string | undefined;
	/** An Esc was taken for a key a moment ago: what looks like the rest of a sequence is that. */
	#isLate = false;
	/** What is kept began with an Esc that has been told of already. */
	#hasLateStart = false;

	/** What is kept, for the caller to know how long to wait. */
	get unfinished(): Unfinished {
		if (this.#paste !== undefined) return 'paste';
		if (this.#text === '') return 'nothing';
		return this.#text === esc ? 'escape' : 'sequence';
	}

	/** Takes what came in one piece. */
	push(chunk: string): InputPart[] {
		const parts: InputPart[] = [];
		if (this.#paste !== undefined && chunk === '\u0003') {
			// Ctrl-C alone: somebody waits for keys to work again, so the end of this paste was lost.
			this.#endPaste(parts);
			return parts;
		}
		// A line may be slower than anybody waits: nobody types a bracket and its letter in one piece.
		if (this.#isLate && this.#text === '' && lateRest.test(chunk)) {
			this.#text = esc;
			this.#hasLateStart = true;
		}
		this.#isLate = false;
		this.#text += chunk;
		this.#take(parts);
		return parts;
	}

	/** Nothing more has come in time: what was kept is what it is. The rest of a sequence never was a key. */
	expire(): InputPart[] {
		const parts: InputPart[] = [];
		if (this.#paste !== undefined) this.#endPaste(parts);
		else if (this.#text === esc) {
			parts.push({kind: 'key', key: 'esc'});
			this.#isLate = true;
		}
		// The bracket was a key after all.
		else if (this.#hasLateStart && this.#text.length === 2)
			parts.push({kind: 'key', key: this.#text[1] ?? ''});
		this.#text = '';
		this.#hasLateStart = false;
		return parts;
	}

	/** The rest of a sequence whose Esc was taken for a key will not come any more. */
	settle(): void {
		this.#isLate = false;
	}

	#endPaste(parts: InputPart[]): void {
		const text = (this.#paste ?? '') + this.#text;
		this.#paste = undefined;
		this.#text = '';
		parts.push({kind: 'paste', text});
	}

	#keys(parts: InputPart[], text: string): void {
		if (text === '') return;
		const last = parts.at(-1);
		if (last?.kind === 'keys') parts[parts.length - 1] = {kind: 'keys', text: last.text + text};
		else parts.push({kind: 'keys', text});
	}

	#take(parts: InputPart[]): void {
		while (this.#text !== '') {
			if (this.#paste !== undefined) {
				if (!this.#takePaste(parts)) return;
				continue;
			}
			const at = this.#text.indexOf(esc);
			this.#keys(parts, at < 0 ? this.#text : this.#text.slice(0, at));
			this.#text = at < 0 ? '' : this.#text.slice(at);
			if (at < 0 || !this.#takeEscape(parts)) return;
			this.#hasLateStart = false;
		}
	}

	/** Takes what begins with Esc; answers false when it has to wait. */
	#takeEscape(parts: InputPart[]): boolean {
		const text = this.#text;
		if (text === esc) return false;
		if (text.startsWith(oldMouse)) return this.#takeOldMouse(parts);
		const sequence = matchAt(whole, text, 0)?.[0];
		if (sequence !== undefined) {
			this.#text = text.slice(sequence.length);
			const [, code, column, row, end] = mouse.exec(sequence) ?? [];
			if (code !== undefined) {
				const event = parseMouse(Number(code), Number(column), Number(row), end === 'm');
				if (event) parts.push(event);
				return true;
			}
			const event = keyEvents[sequence];
			if (sequence === '\u001B[200~') this.#paste = '';
			else if (event) parts.push(event);
			// The end of a paste that was given up is no key.
			else if (sequence !== pasteEnd) this.#keys(parts, sequence);
			return true;
		}
		const told = matchAt(answer, text, 0);
		if (told) {
			this.#text = text.slice(told[0].length);
			const colour = parseBackground(told[1] ?? '');
			if (colour) parts.push({kind: 'background', colour});
			return true;
		}
		const isBegun = matchAt(begun, text, 0) ?? matchAt(answerBegun, text, 0);
		if (isBegun && text.length <= longestSequence) return false;
		if (isBegun || text[1] === '[' || text[1] === ']') {
			// Damaged: what follows is not typed by anybody, up to the next Esc.
			const next = text.indexOf(esc, 1);
			this.#text = next < 0 ? '' : text.slice(next);
			return true;
		}
		// Esc and a key that came in one piece are two keys: a slow line joins them, and no key here is called Alt.
		if (!this.#hasLateStart) parts.push({kind: 'key', key: 'esc'});
		this.#text = text.slice(1);
		return true;
	}

	/** Takes a mouse's report of three characters; answers false when they have not all come. */
	#takeOldMouse(parts: InputPart[]): boolean {
		const [code, column, row] = [...this.#text.slice(oldMouse.length)];
		if (row === undefined || column === undefined || code === undefined) return false;
		const report = code + column + row;
		this.#text = this.#text.slice(oldMouse.length + report.length);
		const value = (character: string) => (character.codePointAt(0) ?? 0) - 32;
		const event = parseMouse(value(code), value(column), value(row), false);
		if (event) parts.push(event);
		return true;
	}

	/** Takes what belongs to a paste; answers false when its end has not come. */
	#takePaste(parts: InputPart[]): boolean {
		const text = (this.#paste ?? '') + this.#text;
		const end = text.indexOf(pasteEnd);
		if (end < 0) {
			// Its end may come in pieces: some of what was taken may belong to it.
			const isLong = text.length > longestPaste + pasteEnd.length;
			this.#paste = isLong ? text.slice(0, longestPaste) + text.slice(-pasteEnd.length) : text;
			this.#text = '';
			return false;
		}
		parts.push({kind: 'paste', text: text.slice(0, Math.min(end, longestPaste))});
		this.#paste = undefined;
		this.#text = text.slice(end + pasteEnd.length);
		return true;
	}
}

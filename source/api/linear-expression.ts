/** One step of a compiled expression. */
type Step =
	| {readonly kind: 'char'; readonly fits: (char: string) => boolean}
	| {readonly kind: 'split'; readonly to: readonly [number, number]}
	| {readonly kind: 'jump'; readonly to: number}
	| {readonly kind: 'at'; readonly where: 'start' | 'end' | 'word' | 'inside'}
	| {readonly kind: 'found'};

type CharTest = (char: string) => boolean;

/** A part of an expression. */
type Part =
	| {readonly kind: 'char'; readonly fits: CharTest}
	| {readonly kind: 'at'; readonly where: 'start' | 'end' | 'word' | 'inside'}
	| {readonly kind: 'all'; readonly parts: readonly Part[]}
	| {readonly kind: 'any'; readonly parts: readonly Part[]}
	| {readonly kind: 'repeat'; readonly part: Part; readonly least: number; readonly most: number};

const mostSteps = 5000;
const mostRepeats = 1000;
const deepest = 100;

/** What is wrong with an expression, in words. */
export class ExpressionFault extends Error {}

const isDigit: CharTest = char => char >= '0' && char <= '9';
const isWord: CharTest = char => /^\w$/.test(char);
const isSpace: CharTest = char => /^\s$/.test(char);
const not =
	(test: CharTest): CharTest =>
	char =>
		!test(char);
const classes: Readonly<Record<string, CharTest>> = {
	d: isDigit,
	D: not(isDigit),
	w: isWord,
	W: not(isWord),
	s: isSpace,
	S: not(isSpace),
};
const controls: Readonly<Record<string, string>> = {n: '\n', r: '\r', t: '\t', f: '\f', v: '\v'};

class Reader {
	readonly #chars: readonly string[];
	readonly #isFolded: boolean;
	#at = 0;
	#depth = 0;

	constructor(source: string, isFolded: boolean) {
		this.#chars = [...source];
		this.#isFolded = isFolded;
	}

	read(): Part {
		const part = this.#any();
		if (this.#at < this.#chars.length) throw new ExpressionFault('a ) that closes nothing');
		return part;
	}

	get #char(): string | undefined {
		return this.#chars[this.#at];
	}

	#takes(text: string): boolean {
		const is = [...text].every((char, index) => this.#chars[this.#at + index] === char);
		if (is) this.#at += text.length;
		return is;
	}

	#any(): Part {
		if (++this.#depth > deepest) throw new ExpressionFault('too many ( in each other');
		const parts = [this.#all()];
		while (this.#takes('|')) parts.push(this.#all());
		this.#depth--;
		return parts.length === 1 ? parts[0]! : {kind: 'any', parts};
	}

	#all(): Part {
		const parts: Part[] = [];
		while (this.#char !== undefined && this.#char !== '|' && this.#char !== ')') parts.push(this.#repeated());
		return parts.length === 1 ? parts[0]! : {kind: 'all', parts};
	}

	#repeated(): Part {
		const part = this.#one();
		const [least, most] = this.#times() ?? [1, 1];
		if (least === 1 && most === 1) return part;
		// Whether it takes much or little does not matter to who only asks whether it fits.
		this.#takes('?');
		if (this.#times() !== undefined) throw new ExpressionFault('nothing to repeat');
		return {kind: 'repeat', part, least, most};
	}

	#times(): [number, number] | undefined {
		if (this.#takes('*')) return [0, Infinity];
		if (this.#takes('+')) return [1, Infinity];
		if (this.#takes('?')) return [0, 1];
		const [whole, from, comma, to] =
			/^\{(\d{1,6})(?:(,)(\d{0,6}))?\}/.exec(this.#chars.slice(this.#at, this.#at + 16).join('')) ?? [];
		if (whole === undefined) return undefined;
		this.#at += whole.length;
		const least = Number(from);
		const most = comma === undefined ? least : to === '' ? Infinity : Number(to);
		if (most < least) throw new ExpressionFault(`${whole}: write the lower number first`);
		if (least > mostRepeats || (most > mostRepeats && most !== Infinity))
			throw new ExpressionFault(`${whole}: at most ${mostRepeats} times`);
		return [least, most];
	}

	#one(): Part {
		const char = this.#chars[this.#at++]!;
		switch (char) {
			case '(':
				return this.#group();
			case '[':
				return {kind: 'char', fits: this.#class()};
			case '.':
				return {kind: 'char', fits: other => !/^[\n\r\u2028\u2029]$/.test(other)};
			case '^':
				return {kind: 'at', where: 'start'};
			case '$':
				return {kind: 'at', where: 'end'};
			case '*':
			case '+':
			case '?':
				throw new ExpressionFault('nothing to repeat');
			case '\\':
				return this.#escape();
			default:
				return {kind: 'char', fits: this.#literal(char)};
		}
	}

	#group(): Part {
		if (this.#takes('?')) {
			const named = /^<[A-Za-z_]\w{0,50}>/.exec(this.#chars.slice(this.#at, this.#at + 60).join(''))?.[0];
			if (named !== undefined) this.#at += named.length;
			else if (!this.#takes(':'))
				throw new ExpressionFault('(?= (?! (?< look around, which rules cannot: write a rule with ! instead');
		}
		const part = this.#any();
		if (!this.#takes(')')) throw new ExpressionFault('a ( that is not closed');
		return part;
	}

	#escape(): Part {
		const char = this.#chars[this.#at];
		if (char === 'b' || char === 'B') {
			this.#at++;
			return {kind: 'at', where: char === 'b' ? 'word' : 'inside'};
		}
		return {kind: 'char', fits: this.#escaped().fits};
	}

	#escaped(): {readonly fits: CharTest; readonly char?: string} {
		const char = this.#chars[this.#at++];
		if (char === undefined) throw new ExpressionFault('a \\ at the end');
		const known = classes[char];
		if (known !== undefined) return {fits: known};
		const literal = (text: string) => ({fits: this.#literal(text), char: text});
		if (controls[char] !== undefined) return literal(controls[char]);
		const digits = char === 'x' ? 2 : char === 'u' ? 4 : 0;
		const hex = this.#chars.slice(this.#at, this.#at + digits).join('');
		if (digits > 0 && new RegExp(`^[\\da-f]{${digits}}$`, 'i').test(hex)) {
			this.#at += digits;
			return literal(String.fromCharCode(Number.parseInt(hex, 16)));
		}
		if (/^[1-9k]$/.test(char)) throw new ExpressionFault(`\\${char} refers back, which rules cannot`);
		if (/^[pPcuxa-zA-Z]$/.test(char)) throw new ExpressionFault(`\\${char} is not known here`);
		return literal(char === '0' ? '\0' : char);
	}

	#literal(char: string): CharTest {
		if (!this.#isFolded) return other => other === char;
		const [lower, upper] = [char.toLowerCase(), char.toUpperCase()];
		return other => other === char || other.toLowerCase() === lower || other.toUpperCase() === upper;
	}

	#class(): CharTest {
		const isNegated = this.#takes('^');
		const tests: CharTest[] = [];
		for (;;) {
			if (this.#char === undefined) throw new ExpressionFault('a [ that is not closed');
			if (this.#takes(']')) break;
			const low = this.#classItem();
			const isRange =
				this.#char === '-' && this.#chars[this.#at + 1] !== ']' && this.#at + 1 < this.#chars.length;
			if (!isRange) {
				tests.push(low.fits);
				continue;
			}
			this.#at++;
			const high = this.#classItem();
			if (low.char === undefined || high.char === undefined)
				tests.push(low.fits, high.fits, other => other === '-');
			else tests.push(this.#range(low.char, high.char));
		}
		return char => tests.some(test => test(char)) !== isNegated;
	}

	#classItem(): {readonly fits: CharTest; readonly char?: string} {
		const char = this.#chars[this.#at++]!;
		if (char !== '\\') return {fits: this.#literal(char), char};
		if (this.#takes('b')) return {fits: other => other === '\b', char: '\b'};
		return this.#escaped();
	}

	#range(low: string, high: string): CharTest {
		const [from, to] = [low.codePointAt(0)!, high.codePointAt(0)!];
		if (to < from) throw new ExpressionFault(`[${low}-${high}]: write the lower one first`);
		const isIn: CharTest = char => {
			const point = char.codePointAt(0)!;
			return point >= from && point <= to;
		};
		return this.#isFolded ? char => isIn(char) || isIn(char.toLowerCase()) || isIn(char.toUpperCase()) : isIn;
	}
}

/** Writes the steps of a part behind those that are there. */
function write(steps: Step[], part: Part): void {
	if (steps.length > mostSteps) throw new ExpressionFault('it is too long, with all that is repeated in it');
	switch (part.kind) {
		case 'char':
		case 'at':
			steps.push(part);
			break;
		case 'all':
			for (const each of part.parts) write(steps, each);
			break;
		case 'any':
			writeAny(steps, part.parts);
			break;
		case 'repeat':
			writeRepeat(steps, part);
			break;
		default:
			part satisfies never;
	}
}

function writeAny(steps: Step[], parts: readonly Part[]): void {
	const ends: number[] = [];
	for (const [index, part] of parts.entries()) {
		if (index === parts.length - 1) {
			write(steps, part);
			break;
		}
		const split = steps.push({kind: 'jump', to: 0}) - 1;
		write(steps, part);
		ends.push(steps.push({kind: 'jump', to: 0}) - 1);
		steps[split] = {kind: 'split', to: [split + 1, steps.length]};
	}
	for (const end of ends) steps[end] = {kind: 'jump', to: steps.length};
}

function writeRepeat(steps: Step[], {part, least, most}: Extract<Part, {kind: 'repeat'}>): void {
	for (let time = 0; time < least; time++) write(steps, part);
	if (most === Infinity) {
		const split = steps.push({kind: 'jump', to: 0}) - 1;
		write(steps, part);
		steps.push({kind: 'jump', to: split});
		steps[split] = {kind: 'split', to: [split + 1, steps.length]};
		return;
	}
	const splits: number[] = [];
	for (let time = least; time < most; time++) {
		splits.push(steps.push({kind: 'jump', to: 0}) - 1);
		write(steps, part);
	}
	for (const split of splits) steps[split] = {kind: 'split', to: [split + 1, steps.length]};
}

function stands(where: 'start' | 'end' | 'word' | 'inside', chars: readonly string[], at: number): boolean {
	if (where === 'start') return at === 0;
	if (where === 'end') return at === chars.length;
	const isBefore = at > 0 && isWord(chars[at - 1]!);
	const isAfter = at < chars.length && isWord(chars[at]!);
	return (isBefore !== isAfter) === (where === 'word');
}

/** Where one may be in an expression at one place of a text; each step once. */
class Places {
	readonly list: number[] = [];
	readonly #seen: Uint32Array;
	#round = 1;

	constructor(steps: number) {
		this.#seen = new Uint32Array(steps);
	}

	/** Takes a step, and all that it leads to without a character. */
	add(steps: readonly Step[], first: number, chars: readonly string[], at: number): void {
		const open = [first];
		for (let next = open.pop(); next !== undefined; next = open.pop()) {
			if (this.#seen[next] === this.#round) continue;
			this.#seen[next] = this.#round;
			const step = steps[next]!;
			if (step.kind === 'split') open.push(step.to[1], step.to[0]);
			else if (step.kind === 'jump') open.push(step.to);
			else if (step.kind === 'at') {
				if (stands(step.where, chars, at)) open.push(next + 1);
			} else this.list.push(next);
		}
	}

	clear(): void {
		this.list.length = 0;
		this.#round++;
	}
}

/**
 * A test for texts from a regular expression, as JavaScript has them but for what looks around or refers back. It takes
 * at most the expression's length times the text's, whatever both are: nobody's text can hold it up.
 *
 * @param isFolded whether upper and lower case are the same
 * @throws {ExpressionFault} that says in a few words what is wrong
 */
export function compileLinear(source: string, isFolded = false): (text: string) => boolean {
	const steps: Step[] = [];
	write(steps, new Reader(source, isFolded).read());
	steps.push({kind: 'found'});
	if (steps.length > mostSteps) throw new ExpressionFault('it is too long, with all that is repeated in it');
	let [here, next] = [new Places(steps.length), new Places(steps.length)];
	return text => {
		const chars = [...text];
		here.clear();
		for (let at = 0; at <= chars.length; at++) {
			here.add(steps, 0, chars, at);
			next.clear();
			for (const place of here.list) {
				const step = steps[place]!;
				if (step.kind === 'found') return true;
				if (step.kind === 'char' && at < chars.length && step.fits(chars[at]!))
					next.add(steps, place + 1, chars, at + 1);
			}
			[here, next] = [next, here];
		}
		return false;
	};
}

import type {Row} from '../present/row.js';
import type {TerminalColour} from '../terminal/input-parts.js';
import type {NotificationWay} from '../terminal/modes.js';
import {cellWidth, graphemes} from '../text/text.js';
import {type FittedTheme, fitTheme, fitToBoth, usualGrounds} from './contrast.js';
import {type Colour, defaultTheme, type Theme, type Tone, themes} from './themes.js';

/** Colours a terminal can show: none, 16, 256 or 16 million. */
export type ColourDepth = 0 | 16 | 256 | 16_777_216;

interface Code {
	readonly on: string;
	readonly off: string;
}

const none: readonly Code[] = [];
const codes = new Map<string, Code>();

/** One object for equal codes, so that codes compare by identity. */
function code(on: string, off: string): Code {
	let found = codes.get(on);
	if (!found) {
		found = {on: `\u001B[${on}m`, off: `\u001B[${off}m`};
		codes.set(on, found);
	}
	return found;
}

function nearest256(red: number, green: number, blue: number): number {
	const steps = [0, 95, 135, 175, 215, 255];
	const nearest = (value: number) => {
		let best = 0;
		for (let index = 1; index < steps.length; index++) {
			if (Math.abs((steps[index] ?? 0) - value) < Math.abs((steps[best] ?? 0) - value)) best = index;
		}
		return best;
	};
	const [r, g, b] = [nearest(red), nearest(green), nearest(blue)];
	const grey = Math.max(0, Math.min(23, Math.round(((red + green + blue) / 3 - 8) / 10)));
	const distance = (x: number, y: number, z: number) => (x - red) ** 2 + (y - green) ** 2 + (z - blue) ** 2;
	const level = 8 + grey * 10;
	return distance(level, level, level) < distance(steps[r] ?? 0, steps[g] ?? 0, steps[b] ?? 0)
		? 232 + grey
		: 16 + 36 * r + 6 * g + b;
}

const cubeSteps = [0, 95, 135, 175, 215, 255] as const;

/** What a terminal of 256 colours makes of a colour. */
export function shown256(colour: TerminalColour): TerminalColour {
	const code = nearest256(...colour);
	if (code >= 232) {
		const level = 8 + (code - 232) * 10;
		return [level, level, level];
	}
	const at = code - 16;
	const step = (index: number) => cubeSteps[index] ?? 0;
	return [step(Math.floor(at / 36)), step(Math.floor(at / 6) % 6), step(at % 6)];
}

/** SGR parameters of a colour, as foreground or background; empty when the terminal's own colour is meant. */
function parameters([hex, ansi]: Colour, depth: ColourDepth, background: boolean): string {
	if (depth === 0) return '';
	if (depth === 16) return ansi === 39 ? '' : String(background ? ansi + 10 : ansi);
	if (hex === '') return '';
	const value = Number.parseInt(hex, 16);
	const [red, green, blue] = [value >> 16, (value >> 8) & 255, value & 255];
	const lead = background ? '48' : '38';
	return depth === 256 ? `${lead};5;${nearest256(red, green, blue)}` : `${lead};2;${red};${green};${blue}`;
}

const asciiOf: Readonly<Record<string, string>> = {
	'…': '~',
	'’': "'",
	'“': '"',
	'”': '"',
	'–': '-',
	'·': '.',
	'↑': '^',
	'↓': 'v',
	'←': '<',
	'→': '>',
	'▼': 'v',
	'▲': '^',
	'›': '>',
	'∞': '-',
	é: 'e',
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is looked for
const onlyAscii = /^[\u0000-\u007F]*$/;

/** The same text in ASCII, taking the same cells. */
export function asciiText(text: string): string {
	if (onlyAscii.test(text)) return text;
	return graphemes(text)
		.map(part => (onlyAscii.test(part) ? part : (asciiOf[part] ?? '?'.repeat(cellWidth(part)))))
		.join('');
}

/** Turns rows of toned text into strings for a terminal: one theme at one colour depth. */
export class Painter {
	readonly depth: ColourDepth;
	readonly theme: FittedTheme;
	readonly #ascii: boolean;
	readonly #codes = new Map<string, readonly Code[]>();

	/**
	 * `ascii`: characters beyond ASCII, also those in names, are replaced by ones that any terminal has. `ground`: the
	 * terminal's background, where it is known; `unknown` where it was asked for and not said.
	 */
	constructor(themeName: string, depth: ColourDepth, ascii: boolean, ground?: TerminalColour | 'unknown') {
		this.depth = depth;
		this.#ascii = ascii;
		const theme = themes[themeName] ?? (themes[defaultTheme] as Theme);
		this.theme =
			ground === 'unknown' && theme.either && depth > 16
				? fitToBoth(theme)
				: fitTheme(theme, ground === 'unknown' ? undefined : ground, depth === 256 ? shown256 : undefined);
	}

	/** The codes of a tone: what turns each on, and what turns it off. */
	#codesOf(tone: Tone, selected: boolean, inverse: boolean, behind: Tone | undefined): readonly Code[] {
		const key = `${tone}${selected ? '+' : ''}${inverse ? '~' : ''}${behind ?? ''}`;
		let codes = this.#codes.get(key);
		if (codes === undefined) {
			const colour = (selected ? this.theme.selected : this.theme.tones)[tone];
			// Without colours weight is all there is; NO_COLOR leaves bold and inverse alone.
			const bold = colour[2] === 'bold' || (this.depth === 0 && tone === 'accent');
			// What the 16 colours look like nobody knows: the terminal's own two, swapped, can be read on any.
			const swaps = selected && (this.depth === 16 || this.theme.swaps === true) && behind === undefined;
			const foreground = swaps ? '' : parameters(colour, this.depth, false);
			const background =
				behind !== undefined
					? parameters(this.theme.tones[behind], this.depth, true)
					: selected && !swaps
						? parameters(this.theme.selection, this.depth, true)
						: '';
			codes = [
				bold ? code('1', '22') : undefined,
				foreground === '' ? undefined : code(foreground, '39'),
				background === '' ? undefined : code(background, '49'),
				inverse !== swaps ? code('7', '27') : undefined,
			].filter(part => part !== undefined);
			this.#codes.set(key, codes);
		}
		return codes;
	}

	/**
	 * One row as a string with SGR. A `selected` row gets the theme's selection behind it. No more
	 * codes than it takes: what changes between two spans is turned off and on, the rest stays.
	 */
	row(row: Row, selected = false): string {
		let result = '';
		let on: readonly Code[] = [];
		const change = (codes: readonly Code[]) => {
			if (codes === on) return;
			const kept = on.filter(({off}) => codes.some(other => other.off === off));
			for (let index = on.length - 1; index >= 0; index--) {
				const old = on[index] as Code;
				if (!kept.includes(old)) result += old.off;
			}
			on = kept;
			for (const next of codes) {
				if (on.includes(next)) continue;
				result += next.on;
				on = [...on.filter(({off}) => off !== next.off), next];
			}
		};
		for (const [given, tone = 'text', inverse = false, , behind] of row) {
			if (given === '') continue;
			change(this.#codesOf(tone, selected, inverse, behind));
			result += this.#ascii ? asciiText(given) : given;
		}
		change(none);
		return result;
	}
}

/** What the environment says about a terminal, handed in as values. */
export interface TerminalEnvironment {
	readonly term?: string | undefined;
	readonly colorTerm?: string | undefined;
	readonly noColor?: boolean | undefined;
	/** COLORFGBG, where a terminal says its colours. */
	readonly colorFgBg?: string | undefined;
	/** How its desktop is notified; in iTerm2's way when left out. */
	readonly notifies?: NotificationWay | undefined;
	/** Whether it shows progress outside of the screen. */
	readonly showsProgress?: boolean | undefined;
	/** The name of this machine, for links to its folders; without one there are none. */
	readonly host?: string | undefined;
	/** The value that decides among LC_ALL, LC_CTYPE and LANG. */
	readonly locale?: string | undefined;
}

/**
 * The kind of background that COLORFGBG names: `15;0`, or `0;default;15`, in the 16 usual colours, the background last.
 * Undefined where it says nothing of use.
 */
export function groundOf(colorFgBg: string | undefined): TerminalColour | undefined {
	const behind = /^[\d;a-z]*;(\d{1,2})$/i.exec(colorFgBg ?? '')?.[1];
	if (behind === undefined || Number(behind) > 15) return undefined;
	const light = Number(behind) === 7 || Number(behind) > 8;
	return light ? usualGrounds.light : usualGrounds.dark;
}

/** Terminals that have no colours: those of DEC's up to the VT420, and what is called monochrome. */
const isColourless = /^(?:dumb|vt(?:52|[124]\d\d|320|330)\b)|-(?:m|mono)$/;

/** How many colours to use. `always` beats NO_COLOR and a dumb terminal. */
export function colourDepth(
	mode: 'auto' | 'always' | 'never',
	environment: TerminalEnvironment,
): ColourDepth {
	const {term = '', colorTerm = '', noColor = false} = environment;
	if (mode === 'never' || (mode === 'auto' && (noColor || isColourless.test(term)))) return 0;
	if (
		/^(?:truecolor|24bit)$/i.test(colorTerm) ||
		/-direct$|kitty|alacritty|ghostty|wezterm|foot/.test(term)
	) {
		return 16_777_216;
	}
	return /256/.test(term) || (mode === 'always' && !/^(?:linux|ansi|vt\d+|dumb|xterm-16color)/.test(term))
		? 256
		: 16;
}

/** Whether a locale can show UTF-8. An unset one is taken for one that can: most that say nothing do. */
export function showsUtf8(locale: string | undefined): boolean {
	return locale === undefined || locale === '' || /utf-?8/i.test(locale);
}

/** Whether a terminal has ASCII alone: one with another locale, and the console of Linux, whose fonts have 256 characters. */
export function hasAsciiOnly({locale, term}: Pick<TerminalEnvironment, 'locale' | 'term'>): boolean {
	return !showsUtf8(locale) || term === 'linux';
}

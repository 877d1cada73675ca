import type {TerminalColour} from '../terminal/input-parts.js';
import {type ColourDepth, Painter} from './paint.js';

/** The painters of one terminal: one a theme, made when it is first asked for. */
export class Painters {
	readonly #ascii: boolean;
	readonly #made = new Map<string, Painter>();
	#depth: ColourDepth;
	#ground: TerminalColour | 'unknown' | undefined;

	/** `ground`: the terminal's background, as far as its environment says it. */
	constructor(depth: ColourDepth, ascii: boolean, ground: TerminalColour | undefined) {
		this.#depth = depth;
		this.#ascii = ascii;
		this.#ground = ground;
	}

	/** The painter of a theme; the same one for the same name until something else is known of the terminal. */
	readonly of = (theme: string): Painter => {
		let painter = this.#made.get(theme);
		if (!painter) {
			painter = new Painter(theme, this.#depth, this.#ascii, this.#ground);
			this.#made.set(theme, painter);
		}
		return painter;
	};

	/** Fits the themes to the terminal's background from now on. Answers whether that is news. */
	setGround(colour: TerminalColour): boolean {
		if (String(this.#ground) === String(colour)) return false;
		this.#ground = colour;
		this.#made.clear();
		return true;
	}

	/** The terminal was asked for its background and says nothing. Answers whether that is news. */
	setUnknown(): boolean {
		if (this.#ground !== undefined) return false;
		this.#ground = 'unknown';
		this.#made.clear();
		return true;
	}

	/** The terminal has so many colours, as it turned out. */
	setDepth(depth: ColourDepth): void {
		this.#depth = depth;
		this.#made.clear();
	}
}

import type {TerminalColour} from '../terminal/input-parts.js';
import {type ColourDepth, Painter} from './paint.js';

/** The painters of one terminal: one a theme, made when it is first asked for. */
export class Painters {
	readonly #depth: ColourDepth;
	readonly #ascii: boolean;
	readonly #fixed: string | undefined;
	readonly #made = new Map<string, Painter>();
	#ground: TerminalColour | undefined;

	/** `fixed`: the theme that is never fitted to the terminal's background. */
	constructor(depth: ColourDepth, ascii: boolean, fixed: string | undefined) {
		this.#depth = depth;
		this.#ascii = ascii;
		this.#fixed = fixed;
	}

	/** The painter of a theme; the same one for the same name until the background is said. */
	readonly of = (theme: string): Painter => {
		let painter = this.#made.get(theme);
		if (!painter) {
			painter = new Painter(
				theme,
				this.#depth,
				this.#ascii,
				theme === this.#fixed ? undefined : this.#ground,
			);
			this.#made.set(theme, painter);
		}
		return painter;
	};

	/** Fits the themes to the terminal's background from now on. */
	setGround(colour: TerminalColour): void {
		this.#ground = colour;
		this.#made.clear();
	}
}

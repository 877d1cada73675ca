import type {Millis} from '../../base/units.js';

/** A warning that comes and goes is told again after this time, and wrong pieces are counted for as long. */
const again: Millis = 30_000;
const wrongPeriod: Millis = 10_000;

interface Told {
	at: Millis;
	/** How often it came since. */
	more: number;
}

/** The same sentence with other figures in it is the same warning: a countdown, a number of pieces. */
export function kindOf(text: string): string {
	return text.replaceAll(/\d[\d.,]*(?: (?:s|min|h|[KMGT]i?B|B)\b)?/g, '#');
}

/** What a transfer warns of, told no more often than somebody can read. */
export class TransferWarnings {
	readonly #tell: (text: string) => void;
	readonly #told = new Map<string, Told>();
	#current: string | undefined;
	#wrong = 0;
	#wrongTold = 0;
	#wrongAt: Millis = Number.NEGATIVE_INFINITY;

	constructor(tell: (text: string) => void) {
		this.#tell = tell;
	}

	/** What holds the transfer up now; undefined when nothing does that is worth a warning. */
	holdUp(text: string | undefined, now: Millis): void {
		const kind = text === undefined ? undefined : kindOf(text);
		if (kind === this.#current) return;
		this.#current = kind;
		if (text === undefined || kind === undefined) return;
		const told = this.#told.get(kind);
		if (told && now - told.at < again) {
			told.more++;
			return;
		}
		this.#tell(told && told.more > 0 ? `${text} (and ${told.more} times since it was told last)` : text);
		this.#told.set(kind, {at: now, more: 0});
	}

	/** @param total pieces that were wrong so far */
	wrongPieces(total: number, now: Millis): void {
		this.#wrong = total;
		if (now - this.#wrongAt >= wrongPeriod) this.#tellWrong(now);
	}

	/** Tells what was counted and not told yet. */
	end(now: Millis): void {
		this.#tellWrong(now);
	}

	#tellWrong(now: Millis): void {
		const count = this.#wrong - this.#wrongTold;
		if (count <= 0) return;
		this.#wrongTold = this.#wrong;
		this.#wrongAt = now;
		this.#tell(
			count === 1 ? 'a piece was wrong: fetched again' : `${count} pieces were wrong: fetched again`,
		);
	}
}

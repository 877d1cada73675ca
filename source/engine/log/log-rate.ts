import type {Log, LogLevel} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** Lines of one level in one period: more are counted, not written. */
const period: Millis = 10_000;
const most: Readonly<Record<LogLevel, number>> = {debug: 500, info: 200, warn: 100, error: 100};

interface Level {
	since: Millis;
	lines: number;
	left: number;
}

/** Passes log lines on, but no more than a log can bear, whatever strangers do; says how many it left out. */
export class LogRate {
	readonly #log: Log;
	readonly #now: () => Millis;
	readonly #levels = new Map<LogLevel, Level>();

	/** @param now ms of a monotonic clock */
	constructor(log: Log, now: () => Millis) {
		this.#log = log;
		this.#now = now;
	}

	write(level: LogLevel, text: string, torrent?: string): void {
		const state = this.#level(level);
		if (state.lines < most[level]) {
			state.lines++;
			this.#log(level, text, torrent);
		} else state.left++;
	}

	/** Says what was left out when its time is over; now and then. */
	tick(): void {
		for (const level of this.#levels.keys()) this.#level(level);
	}

	#level(level: LogLevel): Level {
		const now = this.#now();
		const state = this.#levels.get(level) ?? {since: now, lines: 0, left: 0};
		this.#levels.set(level, state);
		if (now - state.since >= period) {
			if (state.left > 0) this.#log(level, `${state.left} more lines like these were left out`);
			state.since = now;
			state.lines = 0;
			state.left = 0;
		}
		return state;
	}
}

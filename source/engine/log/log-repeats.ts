import type {Log, LogLevel} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** Lines that are equal to one told less than this ago are counted: long enough for a burst, short enough to be news. */
const period: Millis = 30_000;

interface Told {
	readonly since: Millis;
	readonly level: LogLevel;
	readonly text: string;
	readonly torrent: string | undefined;
	readonly name: string | undefined;
	times: number;
}

/** Passes log lines on; those that are equal to one of a moment ago are counted, and told once: `… (12 times)`. */
export class LogRepeats {
	readonly #log: Log;
	readonly #now: () => Millis;
	readonly #told = new Map<string, Told>();

	/** @param now ms of a monotonic clock */
	constructor(log: Log, now: () => Millis) {
		this.#log = log;
		this.#now = now;
	}

	write(level: LogLevel, text: string, torrent?: string, name?: string): void {
		this.tick();
		const key = `${level} ${torrent ?? ''} ${text}`;
		const told = this.#told.get(key);
		if (told !== undefined) {
			told.times++;
			return;
		}
		this.#told.set(key, {since: this.#now(), level, text, torrent, name, times: 1});
		this.#log(level, text, torrent, name);
	}

	/** Tells what was counted when its time is over; now and then. */
	tick(): void {
		const now = this.#now();
		for (const [key, told] of this.#told) {
			if (now - told.since < period) return;
			this.#told.delete(key);
			this.#tell(told);
		}
	}

	/** Tells everything that was counted: no more lines come. */
	end(): void {
		for (const told of this.#told.values()) this.#tell(told);
		this.#told.clear();
	}

	#tell({level, text, torrent, name, times}: Told): void {
		if (times > 1) this.#log(level, `${text} (${times} times)`, torrent, name);
	}
}

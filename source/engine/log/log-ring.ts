import type {LogView} from '../../api/snapshot.js';
import {type LogLevel, levelRanks as ranks} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';

const capacity = 1000;
/** A line that is equal to one of so many before it, said no longer ago than this, takes its place and counts it. */
const fewLines = 20;
const equalWithin: Millis = 3_600_000;

/** The newest lines of what happened, for whoever looks. Details never push anything else out. */
export class LogRing {
	#lines: LogView[] = [];
	/** How many lines of each level there were. */
	readonly #counts = [0, 0, 0, 0];

	add(at: Millis, level: LogLevel, text: string, torrent?: string, name?: string): void {
		const line = {at, level, text: safeText(text, 500), torrent, name: name && safeText(name, 100)};
		const times = this.#takeEqual(line) + 1;
		this.#lines.push(times > 1 ? {...line, times} : line);
		if (this.#lines.length >= 3 * capacity) this.#trim();
		this.#counts[ranks[level]]!++;
	}

	/** Rises with every line of this level or above. */
	revision(from: LogLevel = 'debug'): number {
		return this.#counts.reduce((sum, count, rank) => (rank < ranks[from] ? sum : sum + count), 1);
	}

	/** Up to `count` lines of level `from` or above, oldest first: those of one torrent and of none, or all. */
	newest(count: number, torrent?: string, from: LogLevel = 'debug'): LogView[] {
		const found: LogView[] = [];
		for (let at = this.#lines.length - 1; at >= 0 && found.length < Math.min(count, capacity); at--) {
			const line = this.#lines[at]!;
			if (ranks[line.level] < ranks[from]) continue;
			if (torrent === undefined || line.torrent === undefined || line.torrent === torrent) found.push(line);
		}
		return found.reverse();
	}

	/** Takes out a line of the last few that says the same; answers how often it was said. */
	#takeEqual({at, level, text, torrent}: LogView): number {
		const end = Math.max(0, this.#lines.length - fewLines);
		for (let index = this.#lines.length - 1; index >= end; index--) {
			const other = this.#lines[index]!;
			if (at - other.at > equalWithin) return 0;
			if (other.text !== text || other.level !== level || other.torrent !== torrent) continue;
			this.#lines.splice(index, 1);
			return other.times ?? 1;
		}
		return 0;
	}

	/** Keeps the newest details, and the newest of all else. */
	#trim(): void {
		const left = {details: capacity, rest: capacity};
		const kept: LogView[] = [];
		for (const line of this.#lines.toReversed()) {
			if (left[line.level === 'debug' ? 'details' : 'rest']-- > 0) kept.push(line);
		}
		this.#lines = kept.reverse();
	}
}

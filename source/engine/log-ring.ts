import type {LogView} from '../api/snapshot.js';
import type {LogLevel} from '../base/ports.js';
import type {Millis} from '../base/units.js';
import {safeText} from '../protocol/safe-text.js';

const capacity = 1000;

/** The newest lines of what happened, for whoever looks. */
export class LogRing {
	#lines: LogView[] = [];
	/** Rises with every line. */
	revision = 1;

	add(at: Millis, level: LogLevel, text: string, torrent?: string): void {
		this.#lines.push({at, level, text: safeText(text, 500), torrent});
		if (this.#lines.length >= 2 * capacity) this.#lines = this.#lines.slice(-capacity);
		this.revision++;
	}

	/** Up to `count` lines, oldest first: those of one torrent and of none, or all. */
	newest(count: number, torrent?: string): LogView[] {
		const found: LogView[] = [];
		for (let at = this.#lines.length - 1; at >= 0 && found.length < Math.min(count, capacity); at--) {
			const line = this.#lines[at]!;
			if (torrent === undefined || line.torrent === undefined || line.torrent === torrent) found.push(line);
		}
		return found.reverse();
	}
}

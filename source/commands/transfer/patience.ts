import type {TorrentView} from '../../api/snapshot.js';
import type {Millis, Seconds} from '../../base/units.js';
import {duration} from '../../ui/text/format.js';
import {isComplete} from './plain-line.js';

/** How long a download is waited for; undefined: as long as it takes. */
export interface Waiting {
	/** `--stop-timeout`: given up when not a byte came for so long. */
	readonly stopTimeout: Seconds | undefined;
	/** `--timeout`: given up when it is not complete so long after the start of the process. */
	readonly timeout: Seconds | undefined;
}

/** Says when one torrent is waited for no longer. */
export class Patience {
	readonly #waiting: Waiting;
	#bytes = -1;
	#movedAt: Millis = 0;

	constructor(waiting: Waiting) {
		this.#waiting = waiting;
	}

	/**
	 * Why it is given up, for a person; undefined while it is not.
	 *
	 * @param now ms since the start of the process
	 */
	end(view: TorrentView, now: Millis): string | undefined {
		const {stopTimeout, timeout} = this.#waiting;
		if (isComplete(view)) return undefined;
		const bytes = view.downloaded + view.wasted;
		if (bytes !== this.#bytes || view.state === 'checking') {
			this.#bytes = bytes;
			this.#movedAt = now;
		}
		const why = view.reason?.text ?? 'it is not complete';
		if (timeout !== undefined && now >= timeout * 1000) return `${why} (given up after ${time(timeout)})`;
		if (stopTimeout === undefined || now - this.#movedAt < stopTimeout * 1000) return undefined;
		return `${why} (given up: not a byte came in ${time(stopTimeout)})`;
	}
}

function time(seconds: Seconds): string {
	return seconds < 120 ? `${seconds} s` : duration(seconds);
}

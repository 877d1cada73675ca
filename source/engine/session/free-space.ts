import type {SessionView} from '../../api/snapshot.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {Disk} from '../../io/disk/disk.js';
import type {SessionService} from './session-service.js';

const askTime: Millis = 30_000;

/** Asks now and then how much room there is where downloads go. */
export class FreeSpace implements SessionService {
	readonly #disk: Pick<Disk, 'freeSpace'>;
	readonly #dir: () => string;
	/** Not at the start itself, where everything else waits for its turn: with the first tick. */
	#askedAt: Millis = -Infinity;
	/** The folder that was asked for last. */
	#askedFor: string | undefined;
	#isAsking = false;
	/** Undefined while nobody knows. */
	#bytes: Bytes | undefined;

	/** @param dir absolute; asked anew each time */
	constructor(disk: Pick<Disk, 'freeSpace'>, dir: () => string) {
		this.#disk = disk;
		this.#dir = dir;
	}

	/** Once a second. A disk that hangs is not asked again before it has answered. */
	tick(now: Millis): void {
		const dir = this.#dir();
		const isDue = now - this.#askedAt >= askTime || dir !== this.#askedFor;
		if (!isDue || this.#isAsking) return;
		this.#askedAt = now;
		this.#askedFor = dir;
		this.#isAsking = true;
		void this.#disk.freeSpace(dir).then(bytes => {
			this.#isAsking = false;
			this.#bytes = bytes;
		});
	}

	view(): Partial<SessionView> {
		return {freeSpace: this.#bytes};
	}
}

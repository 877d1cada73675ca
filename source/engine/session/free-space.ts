import type {SessionView} from '../../api/snapshot.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {Disk} from '../../io/disk/disk.js';
import type {SessionService} from './session-service.js';

const askTime: Millis = 30_000;

/** Asks now and then how much room there is where downloads go. */
export class FreeSpace implements SessionService {
	readonly #disk: Pick<Disk, 'freeSpace'>;
	readonly #dir: () => string;
	#askedAt: Millis;
	/** Undefined while nobody knows. */
	#bytes: Bytes | undefined;

	/** @param dir absolute; asked anew each time */
	constructor(disk: Pick<Disk, 'freeSpace'>, dir: () => string, now: Millis) {
		this.#disk = disk;
		this.#dir = dir;
		this.#askedAt = now;
	}

	tick(now: Millis): void {
		if (now - this.#askedAt < askTime) return;
		this.#askedAt = now;
		void this.#disk.freeSpace(this.#dir()).then(bytes => {
			this.#bytes = bytes;
		});
	}

	view(): Partial<SessionView> {
		return {freeSpace: this.#bytes};
	}
}

import type {Clock, Log, LogLevel} from '../../base/ports.js';
import type {SessionService} from '../session/session-service.js';
import type {Torrent} from '../torrent/torrent.js';
import {LogRate} from './log-rate.js';
import {LogRepeats} from './log-repeats.js';
import {LogRing} from './log-ring.js';

/** Takes the lines of the session and its torrents: the newest for screens, and no more than a file can bear. */
export class SessionLog implements SessionService {
	readonly lines = new LogRing();
	readonly #torrents: ReadonlyMap<string, Torrent>;
	readonly #clock: Clock;
	readonly #rate: LogRate;
	readonly #repeats: LogRepeats;

	constructor(log: Log, torrents: ReadonlyMap<string, Torrent>, clock: Clock) {
		this.#torrents = torrents;
		this.#clock = clock;
		this.#rate = new LogRate(
			(level, text, torrent) => this.#pass(level, text, torrent),
			() => clock.now(),
		);
		this.#repeats = new LogRepeats(log, () => clock.now());
	}

	/** Says what happened; more than anybody could read is left out. */
	write(level: LogLevel, text: string, torrent?: string): void {
		this.#rate.write(level, text, torrent);
	}

	#pass(level: LogLevel, text: string, torrent?: string): void {
		const name = torrent === undefined ? undefined : this.#torrents.get(torrent)?.name;
		this.lines.add(this.#clock.wall(), level, text, torrent, name);
		this.#repeats.write(level, text, torrent, name);
	}

	tick(): void {
		this.#rate.tick();
		this.#repeats.tick();
	}

	/** Tells what was counted; no more lines come. */
	end(): void {
		this.#repeats.end();
	}
}

import type {LogLevel} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {PortFileText} from '../../io/files/port-file.js';
import type {SessionService} from './session-service.js';

/** Who has written a part of a number has written the rest of it by then. */
const lookTime: Millis = 1000;
/** A port that could not be had is tried again. */
const tryTime: Millis = 15_000;

/** What following a file stands on. */
export interface FollowedPort {
	/** As its owner wrote it. */
	readonly path: string;
	read(): Promise<PortFileText>;
	/** The port that we listen on. */
	port(): number;
	/** Listens on another one. Rejects when it cannot be had. */
	moveTo(port: number): Promise<void>;
	readonly log: (level: LogLevel, text: string) => void;
}

/**
 * Listens on the port that stands in a file, which whoever forwards a port to us writes: read once a second, and gone by when
 * it was the same two times, so that no half of a number counts. 0 and what is no port change nothing.
 */
export class PortFollower implements SessionService {
	readonly #followed: FollowedPort;
	#lookedAt: Millis = -Infinity;
	#seen: number | undefined;
	#triedAt: Millis = -Infinity;
	#tried: number | undefined;
	#isBusy = false;
	/** What was wrong has been told. */
	#told: string | undefined;

	constructor(followed: FollowedPort) {
		this.#followed = followed;
	}

	tick(now: Millis): void {
		if (this.#isBusy || now - this.#lookedAt < lookTime) return;
		this.#lookedAt = now;
		this.#isBusy = true;
		void this.#look(now).finally(() => {
			this.#isBusy = false;
		});
	}

	async #look(now: Millis): Promise<void> {
		const {path, read, port: current, moveTo, log} = this.#followed;
		const found = await read();
		const before = this.#seen;
		this.#seen = found.kind === 'port' ? found.port : undefined;
		if (found.kind === 'wrong')
			return this.#tell(`the port file ${path} is of no use: ${found.why}; port ${current()} stays`);
		if (found.kind === 'none' || found.port !== before) return;
		const {port} = found;
		if (port === current()) {
			this.#told = undefined;
			return;
		}
		if (port === this.#tried && now - this.#triedAt < tryTime) return;
		this.#tried = port;
		this.#triedAt = now;
		try {
			await moveTo(port);
			this.#told = undefined;
			log('info', `port ${port} is listened on: the port file says so`);
		} catch (error) {
			this.#tell(`the port file says ${port}, but ${(error as Error).message}; it is tried again`);
		}
	}

	#tell(text: string): void {
		if (text === this.#told) return;
		this.#told = text;
		this.#followed.log('warn', text);
	}
}

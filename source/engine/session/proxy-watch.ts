import type {SessionView} from '../../api/snapshot.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {ProxyInUse} from '../../io/net/sockets.js';
import type {SessionService} from './session-service.js';

const firstPause: Millis = 2000;
const longestPause: Millis = 30_000;
/** Peers come and go: no more often than this is it seen whether it was the proxy that went. */
const doubtGap: Millis = 5000;
/** When nobody has used it for so long it is seen whether it still is there: what is shown of it is to be true. */
const oldAge: Millis = 60_000;

/** What is watched over. */
export interface ProxyWatchOptions {
	readonly proxy: ProxyInUse;
	readonly clock: Clock;
	/** Told each time when there is a way to others again. */
	isBack(): void;
}

/**
 * Sees whether a proxy that lets nobody through does so again: who is told to wait would not find out. Nothing goes around
 * it meanwhile.
 */
export class ProxyWatch implements SessionService {
	readonly #options: ProxyWatchOptions;
	#probe: AbortController | undefined;
	#pause: Millis = firstPause;
	#nextAt: Millis | undefined;
	#triedAt: Millis = -Infinity;
	#isStopped = false;

	constructor(options: ProxyWatchOptions) {
		this.#options = options;
		options.proxy.way.onBack(() => {
			if (!this.#isStopped) options.isBack();
		});
	}

	/** Why nobody gets through, in words; undefined when somebody may. */
	get cutOff(): string | undefined {
		const {way} = this.#options.proxy;
		const {state, why} = way.condition;
		return state === 'down' ? `the proxy ${way.label} lets nobody through: ${why}` : undefined;
	}

	/** Sees at once whether the proxy is there. */
	start(): void {
		this.#try();
	}

	/** Once a second. */
	tick(now: Millis): void {
		const {way} = this.#options.proxy;
		if (way.condition.state !== 'down') {
			this.#pause = firstPause;
			this.#nextAt = undefined;
			const isOld = now - Math.max(way.workedAt, this.#triedAt) >= oldAge;
			const isDue = isOld || (way.isDoubted && now - this.#triedAt >= doubtGap);
			if (isDue && this.#probe === undefined) this.#try();
			return;
		}
		this.#nextAt ??= now + this.#pause;
		if (this.#probe !== undefined || now < this.#nextAt) return;
		this.#pause = Math.min(longestPause, this.#pause * 2);
		this.#nextAt = undefined;
		this.#try();
	}

	#try(): void {
		this.#triedAt = this.#options.clock.now();
		const probe = new AbortController();
		this.#probe = probe;
		// What comes of it the way itself knows.
		this.#options.proxy.way
			.probe(probe.signal)
			.catch(() => {})
			.finally(() => {
				this.#probe = undefined;
			});
	}

	stop(): void {
		this.#isStopped = true;
		this.#probe?.abort(new Error('closed'));
	}

	view(): Partial<SessionView> {
		const {way, udp} = this.#options.proxy;
		return {proxy: {url: way.label, ...way.condition, udp: udp().state}};
	}
}

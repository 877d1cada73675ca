import type {SessionView} from '../../api/snapshot.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {SessionService} from './session-service.js';

/**
 * A service that begins some time after the session does: what the first torrents need to begin goes before it. What it knows
 * before it has begun is what it knows of itself.
 */
export class LateService implements SessionService {
	readonly #service: SessionService;
	readonly #clock: Clock;
	readonly #wait: Millis;
	readonly #failed: (error: Error) => void;
	#timer: Timer | undefined;
	#hasBegun = false;

	/** @param failed hears why it could not begin */
	constructor(service: SessionService, clock: Clock, wait: Millis, failed: (error: Error) => void) {
		this.#service = service;
		this.#clock = clock;
		this.#wait = wait;
		this.#failed = failed;
	}

	start(): void {
		this.#timer = this.#clock.after(this.#wait, () => void this.#begin());
	}

	async #begin(): Promise<void> {
		this.#hasBegun = true;
		try {
			await this.#service.start?.();
		} catch (error) {
			this.#failed(error as Error);
		}
	}

	tick(now: Millis): void {
		if (this.#hasBegun) this.#service.tick?.(now);
	}

	async leave(): Promise<void> {
		this.#timer?.clear();
		if (this.#hasBegun) await this.#service.leave?.();
	}

	async stop(): Promise<void> {
		this.#timer?.clear();
		if (this.#hasBegun) await this.#service.stop?.();
	}

	view(): Partial<SessionView> {
		return this.#service.view?.() ?? {};
	}
}

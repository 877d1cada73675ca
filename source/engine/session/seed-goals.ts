import type {SeedRules} from '../../base/seed-goal.js';
import type {Torrent} from '../torrent/torrent.js';
import type {QueueManager} from './queue-manager.js';
import type {SeedRulesHolder} from './seed-rules-holder.js';
import type {SessionService} from './session-service.js';
import type {SessionServices} from './session-services.js';

/** What it works on. */
export interface SeedGoalPlaces {
	readonly holder: SeedRulesHolder & {rules: SeedRules};
	readonly torrents: ReadonlyMap<string, Torrent>;
	readonly queue: Pick<QueueManager, 'start'>;
	/** `made`: with the files that it has made itself. */
	remove(torrent: Torrent, withData: false | 'made'): Promise<unknown>;
	readonly log: SessionServices['log'];
}

/** Lets go of torrents that are to be removed at their goal, and has them all go by other rules when these change. */
export class SeedGoals implements SessionService {
	readonly #places: SeedGoalPlaces;
	readonly #going = new Set<Torrent>();
	readonly #reached = new WeakSet<Torrent>();

	constructor(places: SeedGoalPlaces) {
		this.#places = places;
	}

	get rules(): SeedRules {
		return this.#places.holder.rules;
	}

	/** Goes by other rules from now on; who is not at the goal any more goes on. */
	apply(rules: SeedRules): void {
		const {holder, torrents, queue} = this.#places;
		holder.rules = rules;
		for (const torrent of torrents.values()) {
			const wasReached = torrent.goal.reached;
			torrent.post({type: 'set', settings: {}});
			if (wasReached && torrent.runs) queue.start(torrent, 'quick');
		}
	}

	tick(): void {
		const {torrents, remove, log} = this.#places;
		for (const torrent of torrents.values()) {
			const {leaving} = torrent;
			if (leaving === undefined || this.#going.has(torrent)) continue;
			// Whoever watches sees that it has reached its goal before it is gone.
			if (!this.#reached.has(torrent)) {
				this.#reached.add(torrent);
				continue;
			}
			this.#going.add(torrent);
			void remove(torrent, leaving === 'remove-with-data' && 'made')
				.catch((error: Error) => log('error', error.message, torrent.id))
				.finally(() => this.#going.delete(torrent));
		}
	}
}

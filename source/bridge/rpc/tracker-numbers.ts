import type {TorrentDetails} from '../../api/torrent-details.js';
import type {NumberedTracker} from './detail-fields.js';

/** By which numbers remotes call a torrent's trackers: as long as this process runs, a tracker keeps its own. */
export class TrackerNumbers {
	readonly #numbers = new Map<string, Map<string, number>>();

	/** Its trackers, tier by tier, in the order of their numbers: what is tried first may change at any time. */
	numbered({id, trackers = []}: TorrentDetails): NumberedTracker[] {
		const numbers = this.#numbers.get(id) ?? new Map<string, number>();
		this.#numbers.set(id, numbers);
		const own = trackers.filter(({kind}) => kind === 'tracker');
		for (const {url} of own) if (!numbers.has(url)) numbers.set(url, numbers.size);
		return own
			.map(tracker => ({number: numbers.get(tracker.url)!, tracker}))
			.sort((one, other) => one.tracker.tier - other.tracker.tier || one.number - other.number);
	}

	forget(id: string): void {
		this.#numbers.delete(id);
	}
}

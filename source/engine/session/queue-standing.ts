import type {Torrent} from '../torrent/torrent.js';

/** What is asked of one that stands in the queue. */
type Standing = Pick<Torrent, 'hasAllWanted'> & {readonly settings: {readonly queue: number}};

interface Places {
	readonly download: readonly number[];
	readonly seed: readonly number[];
}

/** How many stand before whom, as of one moment: what is known of all of them is looked up once, when first asked. */
export class QueueStanding {
	readonly #find: () => readonly Standing[];
	/** The places of those that want to download, and of those that want to seed, in order. */
	#places: Places | undefined;

	/** @param find those that run or want to, and wait for nothing else */
	constructor(find: () => readonly Standing[]) {
		this.#find = find;
	}

	/** How many that want to do the same, download or seed, stand before this one. */
	before({hasAllWanted, settings: {queue}}: Standing): number {
		this.#places ??= this.#look();
		const places = hasAllWanted ? this.#places.seed : this.#places.download;
		let low = 0;
		let high = places.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (places[middle]! < queue) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	#look(): Places {
		const all = this.#find();
		const placesOf = (seeds: boolean) =>
			all
				.filter(({hasAllWanted}) => hasAllWanted === seeds)
				.map(({settings}) => settings.queue)
				.sort((one, other) => one - other);
		return {download: placesOf(false), seed: placesOf(true)};
	}
}

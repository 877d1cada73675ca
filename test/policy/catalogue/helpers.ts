import {CatalogueIndex, type CatalogueLimits} from '../../../source/policy/catalogue/catalogue-index.js';
import type {CatalogueEvent} from '../../../source/protocol/catalogue/answers.js';
import type {Publication} from '../../../source/protocol/catalogue/publication.js';

export const wall = 1_700_000_000_000;

/** The info-hash, or peer id, of this number. */
export function hexOf(number: number, digits = 40): string {
	return number.toString(16).padStart(digits, '0');
}

export function publication(number: number, more: Partial<Publication> = {}): Publication {
	return {
		infoHash: hexOf(number) as Publication['infoHash'],
		name: `Thing number ${number}`,
		size: 1000 + number,
		files: 1,
		listHash: hexOf(number),
		peerId: hexOf(1),
		nick: 'ada',
		...more,
	};
}

/** An index above swarms that a test writes down: `INFOHASH PEERID`. */
export class Ground {
	readonly standing = new Set<string>();
	readonly seeders = new Map<string, number>();
	readonly events: CatalogueEvent[] = [];
	readonly index: CatalogueIndex;
	/** Who is in every swarm. */
	everywhere = new Set<string>([hexOf(1), hexOf(2), hexOf(3)]);

	constructor(limits: Partial<CatalogueLimits> = {}) {
		this.index = new CatalogueIndex(
			{
				stands: (infoHash, peerId) =>
					this.everywhere.has(peerId) || this.standing.has(`${infoHash} ${peerId}`),
				counts: infoHash => ({seeders: this.seeders.get(infoHash) ?? 0, leechers: 0}),
			},
			{limits, tell: event => void this.events.push(event)},
		);
	}

	publish(key: string, publications: readonly Publication[], now = 0) {
		return this.index.publish(key, publications, now, wall + now);
	}

	names(words: string): string[] {
		return this.index.search({words}).torrents.map(({name}) => name);
	}

	get said(): string[] {
		return this.events.splice(0).map(event => `${event.type} ${event.type === 'many' ? '' : event.nick}`);
	}
}

import type {Millis} from '../../base/units.js';
import type {CatalogueEntry} from '../../protocol/catalogue/publication.js';

/** Somebody who publishes: whoever has the key. */
export interface Publisher {
	/** What the key is known by: its hash. */
	readonly key: string;
	nick: string;
	readonly shares: Map<Listing, Share>;
	/** Bytes of all it shares. */
	size: number;
	/** When it came, in ms since 1970. */
	since: Millis;
	/** When it published last. */
	seenAt: Millis;
	/** Whether others can connect to it; undefined while nobody has tried. */
	reachable: boolean | undefined;
}

/** That somebody shares something. */
export interface Share {
	/** 40 hex digits: who it is in the swarm. */
	peerId: string;
	/** When it was seen there last. */
	standsAt: Millis;
}

/** One torrent as one or several publishers describe it alike. */
export interface Listing extends CatalogueEntry {
	/** Another one for each listing there is. */
	readonly slot: number;
	/** A space before each word of the name, in the form in which words are compared. */
	readonly text: string;
	readonly publishers: Map<Publisher, Share>;
	/** When it was published first, in ms since 1970. */
	readonly since: Millis;
	/** As they were when they were looked at last. */
	seeders: number;
	leechers: number;
}

/** How the swarm of an info-hash is called: v2 hashes are cut to 20 bytes there. BEP 52. */
export function swarmKey(infoHash: string): string {
	return infoHash.slice(0, 40);
}

/** Whether two people say the same of a torrent. */
export function isSameEntry(a: CatalogueEntry, b: CatalogueEntry): boolean {
	return (
		a.infoHash === b.infoHash &&
		a.name === b.name &&
		a.size === b.size &&
		a.files === b.files &&
		a.listHash === b.listHash &&
		// Who does not name the other hash does not deny it.
		(a.infoHashV2 === undefined || b.infoHashV2 === undefined || a.infoHashV2 === b.infoHashV2)
	);
}

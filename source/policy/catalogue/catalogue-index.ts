import type {Millis} from '../../base/units.js';
import {
	type CatalogueEvent,
	type CataloguePage,
	type CataloguePerson,
	type CatalogueShelf,
	type CatalogueTorrent,
	mostNicks,
	mostOfOne,
	mostPeople,
	type PublishAnswer,
	pageLength,
} from '../../protocol/catalogue/answers.js';
import type {CatalogueEntry, Publication} from '../../protocol/catalogue/publication.js';
import type {SearchQuery} from '../../protocol/catalogue/search-query.js';
import {FirstFew} from './first-few.js';
import {isSameEntry, type Listing, type Publisher, type Share, swarmKey} from './listing.js';
import {ListingTable} from './listing-table.js';
import {People} from './people.js';

export interface CatalogueLimits {
	/** What all publishers together may share. */
	readonly entries: number;
	/** One of them. */
	readonly entriesPerPublisher: number;
	readonly publishers: number;
	/** How differently one torrent may be described. */
	readonly entriesPerTorrent: number;
	/** How long an entry stays when its publisher is not seen in the swarm any more. */
	readonly grace: Millis;
	/** How long a nickname is kept for somebody who shares nothing. */
	readonly nickLife: Millis;
}

export const catalogueLimits: CatalogueLimits = {
	entries: 100_000,
	entriesPerPublisher: 25_000,
	publishers: 20_000,
	entriesPerTorrent: 20,
	grace: 600_000,
	nickLife: 86_400_000,
};

/** What a catalogue asks its tracker. Swarms are called by 40 hex digits. */
export interface CatalogueSwarms {
	/** Whether somebody with this peer id, in hex, is in the swarm. */
	stands(infoHash: string, peerId: string): boolean;
	counts(infoHash: string): {readonly seeders: number; readonly leechers: number};
}

/** Why publishing came to nothing. */
export type PublishFailure = 'nick-taken' | 'full';

/** In so many steps, a second each, all entries are looked at. */
const sweepSteps = 30;
const leastStep = 500;

/**
 * Who shares what, as far as its tracker knows them. An entry is a publisher's who has a key, and lives while the
 * publisher is in the torrent's swarm. Memory is bounded by the limits: about 1 KiB an entry. Times are in ms of the same
 * clock throughout, `wall` in ms since 1970.
 */
export class CatalogueIndex {
	readonly #limits: CatalogueLimits;
	readonly #swarms: CatalogueSwarms;
	readonly #table = new ListingTable();
	readonly #people: People;
	readonly #tell: (event: CatalogueEvent) => void;
	readonly #hasTorrent: (infoHash: string) => boolean;
	#entries = 0;
	#here = 0;
	#place = 0;
	#revision = 0;

	/** @param hasTorrent whether the .torrent itself can be had */
	constructor(
		swarms: CatalogueSwarms,
		{
			limits = {},
			tell = () => {},
			hasTorrent = () => false,
		}: {
			readonly limits?: Partial<CatalogueLimits>;
			readonly tell?: (event: CatalogueEvent) => void;
			readonly hasTorrent?: (infoHash: string) => boolean;
		} = {},
	) {
		this.#limits = {...catalogueLimits, ...limits};
		this.#swarms = swarms;
		this.#people = new People(this.#limits.publishers, this.#limits.nickLife);
		this.#tell = tell;
		this.#hasTorrent = hasTorrent;
	}

	/** Grows with whatever is worth keeping. */
	get revision(): number {
		return this.#revision;
	}

	/** How much there is. */
	get totals(): {readonly people: number; readonly torrents: number; readonly size: number} {
		return {people: this.#here, torrents: this.#table.count, size: this.#table.size};
	}

	/**
	 * Takes a batch of entries of whoever has the key; all have the same nickname. What its publisher said of the same
	 * torrents before is replaced. Answers what became of them, or why nothing did.
	 */
	publish(
		key: string,
		publications: readonly Publication[],
		now: Millis,
		wall: Millis,
	): (PublishAnswer & {readonly failure?: undefined}) | {readonly failure: PublishFailure} {
		const refused: Array<PublishAnswer['refused'][number]> = [];
		const [first] = publications;
		if (first === undefined) return {published: this.#people.find(key)?.shares.size ?? 0, refused};
		if (!this.#people.mayHave(key, first.nick)) return {failure: 'nick-taken'};
		const standing = publications.filter(({infoHash, peerId}) => {
			const stands = this.#swarms.stands(swarmKey(infoHash), peerId);
			if (!stands) refused.push({infoHash, why: 'not-announced'});
			return stands;
		});
		// A name is not taken by who shares nothing.
		if (standing.length === 0) return {published: this.#people.find(key)?.shares.size ?? 0, refused};
		const publisher = this.#people.admit(key, first.nick, now, wall);
		if (publisher === undefined) return {failure: 'full'};
		publisher.seenAt = now;
		for (const publication of standing) {
			const why = this.#share(publisher, publication, now, wall);
			if (why !== undefined) refused.push({infoHash: publication.infoHash, why});
		}
		return {published: publisher.shares.size, refused};
	}

	#share(publisher: Publisher, publication: Publication, now: Millis, wall: Millis): string | undefined {
		const {peerId, nick, ...entry} = publication;
		const former = this.#sharesOf(publisher, entry.infoHash);
		const same = former.find(listing => isSameEntry(listing, entry));
		if (same !== undefined) {
			const share = publisher.shares.get(same)!;
			share.standsAt = now;
			if (share.peerId !== peerId) this.#revision++;
			share.peerId = peerId;
			return undefined;
		}
		const {entries, entriesPerPublisher} = this.#limits;
		const full =
			this.#entries - former.length >= entries ||
			publisher.shares.size - former.length >= entriesPerPublisher;
		if (full) return 'full';
		let listing = this.#table.find(entry);
		if (listing === undefined) {
			if (this.#table.inSwarm(entry.infoHash).length >= this.#limits.entriesPerTorrent) return 'full';
			listing = this.#table.add(entry, wall);
			this.#count(listing);
		}
		this.#join(publisher, listing, {peerId, standsAt: now}, wall);
		for (const other of former) this.#drop(publisher, other);
		this.#tell({type: 'published', infoHash: entry.infoHash, nick});
		return undefined;
	}

	#join(publisher: Publisher, listing: Listing, share: Share, wall: Millis): void {
		listing.publishers.set(publisher, share);
		publisher.shares.set(listing, share);
		publisher.size += listing.size;
		this.#entries++;
		this.#revision++;
		if (publisher.shares.size > 1) return;
		this.#here++;
		publisher.since = wall;
		this.#tell({type: 'came', nick: publisher.nick});
	}

	/** Takes back what the publisher with this key said of a torrent. Answers whether that was anything. */
	withdraw(key: string, infoHash: string): boolean {
		const publisher = this.#people.find(key);
		if (publisher === undefined) return false;
		const shares = this.#sharesOf(publisher, infoHash);
		for (const listing of shares) this.#drop(publisher, listing);
		return shares.length > 0;
	}

	/** Takes back everything. Answers how much that was. */
	goodbye(key: string): number {
		const publisher = this.#people.find(key);
		const listings = [...(publisher?.shares.keys() ?? [])];
		for (const listing of listings) this.#drop(publisher!, listing);
		return listings.length;
	}

	/** How many entries the publisher with this key has; undefined when nobody has it. */
	entriesOf(key: string): {readonly nick: string; readonly torrents: number} | undefined {
		const publisher = this.#people.find(key);
		return publisher && {nick: publisher.nick, torrents: publisher.shares.size};
	}

	/** Somebody has said to the tracker that they leave a swarm: they share nothing there any more. */
	stopped(infoHash: string, peerId: string): void {
		for (const listing of [...this.#table.inSwarm(infoHash)])
			for (const [publisher, share] of [...listing.publishers])
				if (share.peerId === peerId) this.#drop(publisher, listing);
	}

	/** Once a second: looks at a part of the entries, so that within half a minute all were seen. */
	sweep(now: Millis): void {
		const {listings, next} = this.#table.from(
			this.#place,
			Math.max(leastStep, Math.ceil(this.#table.count / sweepSteps)),
		);
		this.#place = next;
		for (const listing of listings) {
			this.#count(listing);
			for (const [publisher, share] of [...listing.publishers]) {
				if (this.#stands(listing, share.peerId)) share.standsAt = now;
				else if (now - share.standsAt >= this.#limits.grace) this.#drop(publisher, listing);
			}
		}
		this.#people.expire(now);
	}

	/** One page of what fits. */
	search(query: SearchQuery): CataloguePage {
		const {found, next} = this.#table.search(query, pageLength);
		return {torrents: found.map(listing => this.#tellOf(listing)), ...(next !== undefined && {next})};
	}

	/** Every entry of a torrent: one for each way in which it is described. */
	entries(infoHash: string): CatalogueTorrent[] {
		return this.#table
			.inSwarm(infoHash)
			.filter(listing => listing.infoHash === infoHash || listing.infoHashV2 === infoHash)
			.map(listing => this.#tellOf(listing));
	}

	/** Whether the publisher with this key has an entry of the torrent. */
	shares(key: string, infoHash: string): boolean {
		const publisher = this.#people.find(key);
		return publisher !== undefined && this.#sharesOf(publisher, infoHash).length > 0;
	}

	/** Who is here, by nickname. */
	people(): CataloguePerson[] {
		const first = new FirstFew<Publisher>(mostPeople, (a, b) => a.nick < b.nick);
		for (const publisher of this.#people.all()) if (publisher.shares.size > 0) first.offer(publisher);
		return first.items.map(tellOfPerson);
	}

	/** Who has this nickname, and what they share, by name; undefined when nobody is here under it. */
	person(nick: string): CatalogueShelf | undefined {
		const publisher = this.#people.named(nick);
		if (publisher === undefined || publisher.shares.size === 0) return undefined;
		const first = new FirstFew<Listing>(mostOfOne, (a, b) =>
			a.text === b.text ? a.slot < b.slot : a.text < b.text,
		);
		for (const listing of publisher.shares.keys()) first.offer(listing);
		return {...tellOfPerson(publisher), torrents: first.items.map(listing => this.#tellOf(listing))};
	}

	/** Those of whom nobody knows whether others reach them, each with a swarm it is in and its peer id there. */
	*unprobed(): Generator<
		{readonly publisher: Publisher; readonly infoHash: string; readonly peerId: string},
		void,
		undefined
	> {
		for (const publisher of this.#people.all()) {
			if (publisher.reachable !== undefined) continue;
			const [first] = publisher.shares;
			if (first !== undefined)
				yield {publisher, infoHash: swarmKey(first[0].infoHash), peerId: first[1].peerId};
		}
	}

	/** All that is worth keeping, a line of JSON at a time. */
	*lines(): Generator<string, void, undefined> {
		for (const {key, nick, since} of this.#people.all()) yield JSON.stringify(['p', key, nick, since]);
		for (const {infoHash, infoHashV2, name, size, files, listHash, since, publishers} of this.#table.all()) {
			const shares = [...publishers].map(([{key}, {peerId}]) => [key, peerId]);
			yield JSON.stringify([
				'e',
				{infoHash, infoHashV2, name, size, files, listHash} satisfies CatalogueEntry,
				since,
				shares,
			]);
		}
	}

	/** Takes up somebody of an earlier run. */
	restorePerson(key: string, nick: string, since: Millis, now: Millis): void {
		if (this.#people.mayHave(key, nick)) this.#people.admit(key, nick, now, since);
	}

	/** Takes up an entry of an earlier run, of people that were taken up; its publishers have the grace to come again. */
	restoreEntry(
		entry: CatalogueEntry,
		since: Millis,
		shares: ReadonlyArray<readonly [key: string, peerId: string]>,
		now: Millis,
	): void {
		let listing = this.#table.find(entry);
		for (const [key, peerId] of shares) {
			const publisher = this.#people.find(key);
			if (publisher === undefined || this.#entries >= this.#limits.entries) continue;
			listing ??= this.#table.add(entry, since);
			if (!publisher.shares.has(listing))
				this.#join(publisher, listing, {peerId, standsAt: now}, publisher.since);
		}
		if (listing !== undefined) this.#count(listing);
	}

	#sharesOf(publisher: Publisher, infoHash: string): Listing[] {
		return this.#table
			.inSwarm(infoHash)
			.filter(
				listing =>
					(listing.infoHash === infoHash || listing.infoHashV2 === infoHash) && publisher.shares.has(listing),
			);
	}

	#drop(publisher: Publisher, listing: Listing): void {
		if (!publisher.shares.delete(listing)) return;
		listing.publishers.delete(publisher);
		publisher.size -= listing.size;
		this.#entries--;
		this.#revision++;
		if (listing.publishers.size === 0) this.#table.remove(listing);
		this.#tell({type: 'withdrawn', infoHash: listing.infoHash, nick: publisher.nick});
		if (publisher.shares.size > 0) return;
		this.#here--;
		publisher.reachable = undefined;
		this.#tell({type: 'left', nick: publisher.nick});
	}

	#stands({infoHash, infoHashV2}: Listing, peerId: string): boolean {
		return (
			this.#swarms.stands(swarmKey(infoHash), peerId) ||
			(infoHashV2 !== undefined && this.#swarms.stands(swarmKey(infoHashV2), peerId))
		);
	}

	#count(listing: Listing): void {
		const {seeders, leechers} = this.#swarms.counts(swarmKey(listing.infoHash));
		listing.seeders = seeders;
		listing.leechers = leechers;
		this.#table.counted(listing);
	}

	#tellOf(listing: Listing): CatalogueTorrent {
		this.#count(listing);
		const {infoHash, infoHashV2, name, size, files, listHash, seeders, leechers, since} = listing;
		const nicks: string[] = [];
		for (const {nick} of listing.publishers.keys()) if (nicks.push(nick) === mostNicks) break;
		return {
			infoHash,
			...(infoHashV2 !== undefined && {infoHashV2}),
			name,
			size,
			files,
			listHash,
			nicks,
			seeders,
			leechers,
			since,
			...(this.#hasTorrent(infoHash) && {torrent: true}),
		};
	}
}

function tellOfPerson({nick, shares, size, since, reachable}: Publisher): CataloguePerson {
	return {nick, torrents: shares.size, size, since, ...(reachable !== undefined && {reachable})};
}

import type {FoundTorrent, NetworkView, PersonView, SharedTorrentView} from '../../api/network-view.js';
import {UserError} from '../../base/errors.js';
import {toHex} from '../../base/hex.js';
import type {Clock, LogLevel} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import type {HttpClient} from '../../io/net/http/http-client.js';
import {type CatalogueAddress, catalogueAddress} from '../../protocol/catalogue/catalogue-url.js';
import {nickKey} from '../../protocol/catalogue/nick.js';
import type {SessionService} from '../session/session-service.js';
import type {Torrent} from '../torrent/torrent.js';
import {CatalogueClient} from './catalogue-client.js';
import {CatalogueLink} from './catalogue-link.js';
import type {Shared} from './catalogue-publisher.js';
import {lookAround} from './find-torrents.js';
import type {Nickname} from './nickname.js';
import {addressOf, entryOf, publicationOf, trackerIn, whyUnshared} from './shared-torrents.js';

/** With more of them nobody looks through. */
const mostLinks = 20;
/** Somebody who looks looks again within this time. */
const lookTime: Millis = 15_000;
const mostShown = 2000;

/** What the service stands on. */
export interface CatalogueGround {
	readonly clock: Clock;
	readonly http: HttpClient;
	readonly torrents: ReadonlyMap<string, Torrent>;
	readonly peerId: Uint8Array;
	readonly nickname: Nickname;
	/** URLs of trackers with a catalogue that a person named. */
	readonly catalogues: readonly string[];
	/** Whether trackers are asked at all. */
	readonly trackers: boolean;
	/** Whether the same person's other engines publish with the same key. */
	readonly isAlone: boolean;
	/** The .torrent of one, without its trackers. */
	metainfo(torrent: Torrent): Promise<Uint8Array>;
	readonly log: (level: LogLevel, text: string) => void;
}

/**
 * Tells trackers with a catalogue what is marked to be published, and asks them what others share. Only those are asked
 * that a person has named, and the trackers of torrents that are to be published.
 */
export class CatalogueService implements SessionService {
	readonly #ground: CatalogueGround;
	/** By the address of the catalogue; those that a person named first. */
	readonly #links = new Map<string, CatalogueLink>();
	readonly #named = new Set<string>();
	#lookedAt: Millis = Number.NEGATIVE_INFINITY;

	constructor(ground: CatalogueGround) {
		this.#ground = ground;
	}

	async start(): Promise<void> {
		const {catalogues, nickname, log} = this.#ground;
		await nickname.load();
		for (const url of catalogues) {
			const address = catalogueAddress(url);
			if (address === undefined) log('warn', `${safeText(url)} is left out: it cannot be a catalogue’s`);
			else if (this.#link(address) !== undefined) this.#named.add(address.base);
		}
	}

	/** Once a second. */
	tick(now: Millis): void {
		const published = [...this.#ground.torrents.values()].filter(({settings}) => settings.publish);
		for (const torrent of published)
			for (const {url} of torrent.sources.trackers.list.schedule.trackers) {
				const address = addressOf(url);
				if (address !== undefined && !this.#links.has(address.base)) this.#link(address);
			}
		for (const torrent of published) this.#announceTo(torrent);
		const watched = now - this.#lookedAt < lookTime;
		for (const link of this.#links.values())
			link.tick(now, this.#wantedIn(link, published), watched, this.#ground.isAlone);
	}

	/** Sees that what is to be published is announced where the catalogues are that a person named. */
	#announceTo(torrent: Torrent): void {
		if (torrent.content === undefined) return;
		for (const [base, {address, state}] of this.#links) {
			if (state === 'none') continue;
			const tracker = trackerIn(torrent, base);
			// What is private is for those whom its own trackers know.
			const isOurs = this.#named.has(base) && !torrent.sources.isPrivate && this.#ground.trackers;
			if (tracker === undefined && isOurs) torrent.post({type: 'addTracker', url: address.announce});
			const url = tracker?.url ?? (isOurs ? address.announce : undefined);
			if (url !== undefined && (isOurs || state === 'open')) torrent.post({type: 'alwaysTracker', url});
		}
	}

	#wantedIn({address}: CatalogueLink, published: readonly Torrent[]): Map<string, Shared> {
		const {nickname, peerId, metainfo} = this.#ground;
		const {nick} = nickname;
		const id = toHex(peerId);
		const wanted = new Map<string, Shared>();
		for (const torrent of published) {
			if (whyUnshared(torrent) !== undefined || !isKnown(torrent, address.base)) continue;
			const publication = publicationOf(torrent.content!.metainfo, id, nick);
			wanted.set(publication.infoHash, {publication, metainfo: () => metainfo(torrent)});
		}
		if (wanted.size > 0) this.#keepIdentity();
		return wanted;
	}

	#isKept = false;

	/** Who publishes is to be the same next time. */
	#keepIdentity(): void {
		if (this.#isKept) return;
		this.#isKept = true;
		void this.#ground.nickname.keep();
	}

	/** The link to a catalogue, made when there is none; undefined when there are too many. */
	#link(address: CatalogueAddress): CatalogueLink | undefined {
		const known = this.#links.get(address.base);
		if (known !== undefined) return known;
		if (this.#links.size >= mostLinks) return undefined;
		const {clock, log} = this.#ground;
		const link = new CatalogueLink(this.#client(address), clock, log);
		this.#links.set(address.base, link);
		return link;
	}

	#client(address: CatalogueAddress): CatalogueClient {
		return new CatalogueClient(this.#ground.http, address, this.#ground.nickname.keyFor(address.base));
	}

	/**
	 * Those that are asked what others share.
	 *
	 * @param tracker one of them alone, which may be one that nobody knew
	 * @throws {UserError} when there is none
	 */
	clients(tracker?: string): CatalogueClient[] {
		if (tracker !== undefined) {
			const address = catalogueAddress(tracker);
			if (address === undefined)
				throw new UserError(
					'bad-tracker',
					`${safeText(tracker)} is no tracker’s URL: give http://HOST:PORT or udp://HOST:PORT`,
					2,
				);
			const known = this.#links.get(address.base)?.client;
			return [address.token === undefined && known !== undefined ? known : this.#client(address)];
		}
		const links = [...this.#links.values()].filter(({state}) => state !== 'none');
		if (links.length > 0) return links.map(({client}) => client);
		const [none] = this.#links.values();
		throw new UserError(
			'no-catalogue',
			none === undefined
				? 'no tracker with a catalogue is known: name one with --tracker URL, or set "catalogue" in the config file'
				: `tracker ${safeText(none.address.name)} has no catalogue: name another one with --tracker URL`,
		);
	}

	/**
	 * Asks all of them anew. One that is named for a look alone is told nothing of what one shares.
	 *
	 * @throws {UserError} when there is none
	 */
	async look(tracker?: string): Promise<NetworkView> {
		if (tracker !== undefined) {
			const {nick, isChosen} = this.#ground.nickname;
			return {...(await lookAround(this.clients(tracker))), nick, nickChosen: isChosen};
		}
		if (this.#links.size === 0) this.clients();
		await Promise.all([...this.#links.values()].map(link => link.look()));
		return this.#view(false);
	}

	/**
	 * Asks the catalogue of a tracker from now on, and tells it what is published.
	 *
	 * @throws {UserError} when it has none, or does not answer: then nothing of it is kept
	 */
	async use(tracker: string): Promise<NetworkView> {
		const [client] = this.clients(tracker);
		const {address} = client!;
		const known = this.#links.get(address.base);
		// A token that is named now goes before the one that was, or was not, there.
		const isAnother = address.token !== undefined && address.token !== known?.address.token;
		if (isAnother) this.#links.delete(address.base);
		const link = this.#link(address);
		if (link === undefined)
			throw new UserError(
				'too-many-catalogues',
				`no more than ${mostLinks} trackers are asked who shares what`,
			);
		await link.look();
		const {state, error} = link.view();
		if (state === 'open') {
			this.#named.add(address.base);
			return this.#view(true);
		}
		if (known === undefined) this.#links.delete(address.base);
		else this.#links.set(address.base, known);
		throw new UserError('no-catalogue', `${safeText(address.name)}: ${error ?? 'it does not answer'}`);
	}

	/** From now on one is called this. @throws {UserError} */
	rename(nick: string): void {
		this.#ground.nickname.choose(nick);
		this.#isKept = true;
	}

	/** Who is here, what they share, what I share: while somebody looks, all catalogues are asked. */
	network(): NetworkView {
		return this.#view(true);
	}

	#view(watched: boolean): NetworkView {
		if (watched) this.#lookedAt = this.#ground.clock.now();
		const {nickname} = this.#ground;
		const links = [...this.#links.values()];
		const catalogues = links.map(link => link.view());
		const open = catalogues.filter(({state}) => state === 'open');
		return {
			nick: nickname.nick,
			nickChosen: nickname.isChosen,
			catalogues,
			people: this.#people(links),
			shared: this.#shared(links),
			totals: {
				people: sum(open.map(({people}) => people)),
				torrents: sum(open.map(({torrents}) => torrents)),
				size: sum(open.map(({size}) => size)),
			},
			news: sum(links.map(({news}) => news)),
			errors: catalogues.flatMap(({name, error}) => (error === undefined ? [] : [`${name}: ${error}`])),
		};
	}

	#people(links: readonly CatalogueLink[]): PersonView[] {
		const mine = nickKey(this.#ground.nickname.nick);
		return links
			.flatMap(link =>
				link.people.map(person => ({
					...person,
					catalogue: safeText(link.address.name),
					...(nickKey(person.nick) === mine && link.publisher.count > 0 && {you: true}),
				})),
			)
			.sort((a, b) => (a.nick < b.nick ? -1 : a.nick > b.nick ? 1 : 0))
			.slice(0, mostShown);
	}

	#shared(links: readonly CatalogueLink[]): SharedTorrentView[] {
		const shared = [...this.#ground.torrents.values()].filter(({settings}) => settings.publish);
		return shared
			.map(torrent => this.#sharedView(torrent, links))
			.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
			.slice(0, mostShown);
	}

	#sharedView(torrent: Torrent, links: readonly CatalogueLink[]): SharedTorrentView {
		const {content, id} = torrent;
		const infoHash = content === undefined ? id : entryOf(content.metainfo).infoHash;
		const there = links.filter(({publisher}) => publisher.has(infoHash));
		const mayBe = links.filter(({state}) => state !== 'none');
		const why = whyUnshared(torrent) ?? whyNowhere(torrent, mayBe, infoHash);
		return {
			id,
			name: safeText(torrent.name),
			size: content === undefined ? 0 : entryOf(content.metainfo).size,
			catalogues: there.map(({address}) => safeText(address.name)),
			...(why !== undefined && {why}),
		};
	}

	/** Whether the engine has what was found. */
	has({infoHash, infoHashV2}: Pick<FoundTorrent, 'infoHash' | 'infoHashV2'>): boolean {
		const {torrents} = this.#ground;
		return torrents.has(infoHash) || (infoHashV2 !== undefined && torrents.has(infoHashV2));
	}

	/** Takes back everything that is published. */
	async leave(): Promise<void> {
		await Promise.all([...this.#links.values()].map(link => link.leave(this.#ground.isAlone)));
	}
}

/** Whether the tracker of this catalogue knows that we have the torrent. */
function isKnown(torrent: Torrent, base: string): boolean {
	const tracker = trackerIn(torrent, base);
	return tracker?.registered === true && tracker.fails === 0;
}

function whyNowhere(torrent: Torrent, links: readonly CatalogueLink[], infoHash: string): string | undefined {
	if (links.length === 0) return 'no tracker with a catalogue is known';
	for (const {address, publisher, state} of links) {
		if (publisher.has(infoHash)) continue;
		const tracker = trackerIn(torrent, address.base);
		if (tracker === undefined && torrent.sources.isPrivate) return 'it is private, and of another tracker';
		if (state === 'failed') return `${safeText(address.name)} does not answer as it should`;
		if (!isKnown(torrent, address.base)) return `${safeText(address.name)} has not heard of it yet`;
		return publisher.whyNot(infoHash) ?? `${safeText(address.name)} is being told`;
	}
	return undefined;
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}

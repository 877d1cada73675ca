import type {FoundTorrent, FoundTorrents, NetworkView} from '../../api/network-view.js';
import {UserError} from '../../base/errors.js';
import {safeText} from '../../base/safe-text.js';
import {asInfoHash} from '../../base/units.js';
import {readMetainfoAside} from '../../io/metainfo/thread.js';
import type {CatalogueAbout, CataloguePage, CatalogueTorrent} from '../../protocol/catalogue/answers.js';
import {asSearchOrder, type SearchOrder, type SearchQuery} from '../../protocol/catalogue/search-query.js';
import {formatMagnet} from '../../protocol/metainfo/magnet.js';
import type {CatalogueClient} from './catalogue-client.js';

/** What follows in each catalogue, by its place in the list of those that are asked. */
const longestCursor = 10_000;

/** Looks in all catalogues for what people share. Rejects with a `UserError` when none of them answers. */
export async function searchCatalogues(
	clients: readonly CatalogueClient[],
	query: Omit<SearchQuery, 'sort'> & {readonly sort?: string | undefined},
	has?: (torrent: CatalogueTorrent) => boolean,
): Promise<FoundTorrents> {
	const sort = asSearchOrder(query.sort) ?? 'seeds';
	const behind = readCursor(query.after);
	const asked = behind === undefined ? clients : clients.filter(({address}) => behind.has(address.base));
	const {pages, errors} = await askAll(asked, client =>
		client.search({...query, sort, after: behind?.get(client.address.base)}),
	);
	const next = pages.flatMap(([{address}, page]) =>
		page?.next === undefined ? [] : [[address.base, page.next] as const],
	);
	return {
		torrents: merged(pages, has).sort(orders[sort]),
		...(next.length > 0 && {next: JSON.stringify(next)}),
		errors,
	};
}

/** What somebody shares in any of the catalogues. Rejects with a `UserError` when nobody of that name is there. */
export async function browsePerson(
	clients: readonly CatalogueClient[],
	nick: string,
	has?: (torrent: CatalogueTorrent) => boolean,
): Promise<FoundTorrents> {
	const {pages, errors} = await askAll(clients, client => client.shelf(nick));
	if (pages.every(([, page]) => page === undefined))
		throw new UserError('no-such-person', `nobody called ${safeText(nick, 40)} shares anything now`);
	return {torrents: merged(pages, has).sort(orders.name), errors};
}

/** Who is in the catalogues, seen without sharing anything oneself. Rejects with a `UserError` when none answers. */
export async function lookAround(clients: readonly CatalogueClient[]): Promise<NetworkView> {
	const {pages, errors} = await askAll(clients, async client => {
		const about = await client.about();
		return {about, people: await client.people()};
	});
	const abouts = pages.map(([, {about}]) => about);
	const sum = (of: (about: CatalogueAbout) => number) =>
		abouts.reduce((total, about) => total + of(about), 0);
	return {
		nick: '',
		nickChosen: false,
		catalogues: pages.map(([{address}, {about}]) => ({
			name: safeText(address.name),
			tracker: safeText(address.announce, 2048),
			state: 'open',
			live: false,
			people: about.people,
			torrents: about.torrents,
			size: about.size,
			published: 0,
		})),
		people: pages
			.flatMap(([{address}, {people}]) =>
				people.map(person => ({...person, catalogue: safeText(address.name)})),
			)
			.sort((a, b) => (a.nick < b.nick ? -1 : a.nick > b.nick ? 1 : 0)),
		shared: [],
		totals: {
			people: sum(({people}) => people),
			torrents: sum(({torrents}) => torrents),
			size: sum(({size}) => size),
		},
		news: 0,
		errors,
	};
}

/** Where a torrent comes from that somebody shares. */
export interface SharedSource {
	/** Its .torrent, seen to be of the torrent; undefined when no catalogue has it. */
	readonly bytes: Uint8Array | undefined;
	/** For asking peers. */
	readonly magnet: string;
	/** The announce URLs of the trackers in whose catalogues it is. */
	readonly trackers: readonly string[];
}

/** Finds where to have a torrent from. Rejects with a `UserError` when nobody shares it. */
export async function findSource(
	clients: readonly CatalogueClient[],
	infoHash: string,
): Promise<SharedSource> {
	const hash = asInfoHash(infoHash);
	if (hash === undefined)
		throw new UserError('bad-hash', `${safeText(infoHash, 70)} is no info-hash: 40 or 64 hex digits`, 2);
	const {pages} = await askAll(clients, async client => client.entries(hash).catch(unless404));
	const [first] = merged(pages);
	if (first === undefined) throw new UserError('not-shared', `nobody shares ${hash} now`);
	for (const [client, page] of pages) {
		if (!page?.torrents.some(({torrent}) => torrent)) continue;
		const bytes = await client.torrent(hash).catch(() => undefined);
		if (bytes !== undefined && (await isOf(bytes, hash)))
			return {bytes, magnet: first.magnet, trackers: first.trackers};
	}
	return {bytes: undefined, magnet: first.magnet, trackers: first.trackers};
}

async function isOf(bytes: Uint8Array, hash: string): Promise<boolean> {
	try {
		const {infoHash, infoHashV2} = await readMetainfoAside(bytes);
		return infoHash === hash || infoHashV2 === hash;
	} catch {
		return false;
	}
}

function unless404(error: Error & {readonly status?: number}): undefined {
	if (error.status !== 404) throw error;
}

type Answers<Value> = ReadonlyArray<readonly [client: CatalogueClient, answer: Value]>;

/** Asks them all at once; rejects with a `UserError` when none answers. */
async function askAll<Value>(
	clients: readonly CatalogueClient[],
	ask: (client: CatalogueClient) => Promise<Value>,
): Promise<{readonly pages: Answers<Value>; readonly errors: string[]}> {
	const settled = await Promise.allSettled(clients.map(ask));
	const pages: Array<readonly [CatalogueClient, Value]> = [];
	const errors: string[] = [];
	for (const [index, outcome] of settled.entries()) {
		const client = clients[index]!;
		if (outcome.status === 'fulfilled') pages.push([client, outcome.value]);
		else errors.push(trouble(client, outcome.reason as Error & {readonly status?: number}));
	}
	if (pages.length === 0 && errors.length > 0) throw new UserError('no-catalogue', errors.join('; '));
	return {pages, errors};
}

function trouble({address}: CatalogueClient, {message, status}: Error & {readonly status?: number}): string {
	const name = `the catalogue of ${safeText(address.name)}`;
	if (status === 404) return `tracker ${safeText(address.name)} has no catalogue`;
	if (status === 401 || status === 403)
		return `${name} wants a token: give it before the host, http://TOKEN@${safeText(address.name)}`;
	return `${name}: ${safeText(message)}`;
}

/** The torrents of several catalogues: what they tell alike once. */
function merged(
	pages: Answers<CataloguePage | undefined>,
	has?: (torrent: CatalogueTorrent) => boolean,
): FoundTorrent[] {
	const found = new Map<string, FoundTorrent>();
	for (const [{address}, page] of pages) {
		for (const torrent of page?.torrents ?? []) {
			const {infoHash, infoHashV2, name, size, files, listHash, nicks, seeders, leechers, since} = torrent;
			const key = JSON.stringify([infoHash, name, size, files, listHash]);
			const other = found.get(key);
			const trackers = [...(other?.trackers ?? []), address.announce];
			found.set(key, {
				infoHash,
				...(infoHashV2 !== undefined && {infoHashV2}),
				name,
				size,
				files,
				nicks: [...new Set([...(other?.nicks ?? []), ...nicks])],
				seeders: Math.max(seeders, other?.seeders ?? 0),
				leechers: Math.max(leechers, other?.leechers ?? 0),
				since: Math.min(since, other?.since ?? since),
				trackers,
				magnet: magnetOf(torrent, trackers),
				...(other?.torrent === undefined
					? torrent.torrent &&
						address.token === undefined && {torrent: `${address.base}/torrents/${infoHash}/torrent`}
					: {torrent: other.torrent}),
				...(has && {already: has(torrent)}),
			});
		}
	}
	return [...found.values()];
}

function magnetOf({infoHash, infoHashV2, name}: CatalogueTorrent, trackers: readonly string[]): string {
	const isV2 = infoHash.length === 64;
	return formatMagnet({
		infoHash: isV2 ? undefined : infoHash,
		infoHashV2: isV2 ? infoHash : infoHashV2,
		name,
		trackers: [trackers],
		webSeeds: [],
	});
}

type Order = (a: FoundTorrent, b: FoundTorrent) => number;
const byName: Order = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
const orders: Readonly<Record<SearchOrder, Order>> = {
	seeds: (a, b) => b.seeders - a.seeders || b.leechers - a.leechers || byName(a, b),
	size: (a, b) => b.size - a.size || byName(a, b),
	new: (a, b) => b.since - a.since || byName(a, b),
	name: byName,
};

function readCursor(text: string | undefined): Map<string, string> | undefined {
	if (text === undefined || text.length > longestCursor) return undefined;
	try {
		const value: unknown = JSON.parse(text);
		if (!Array.isArray(value)) return undefined;
		const pairs = value.filter(
			(pair): pair is [string, string] =>
				Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string',
		);
		return new Map(pairs);
	} catch {
		return undefined;
	}
}

import {toHex} from '../../base/hex.js';
import type {InfoHash} from '../../base/units.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import {type CatalogueAddress, catalogueAddress} from '../../protocol/catalogue/catalogue-url.js';
import {type CatalogueEntry, fileListText, type Publication} from '../../protocol/catalogue/publication.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {Torrent} from '../torrent/torrent.js';

const utf8 = new TextEncoder();
const entries = new WeakMap<Metainfo, CatalogueEntry>();
const addresses = new Map<string, CatalogueAddress | undefined>();
const mostAddresses = 10_000;

/** As `catalogueAddress`, which costs more than one wants to spend on each tracker of each torrent once a second. */
export function addressOf(url: string): CatalogueAddress | undefined {
	if (addresses.has(url)) return addresses.get(url);
	if (addresses.size >= mostAddresses) addresses.clear();
	const address = catalogueAddress(url);
	addresses.set(url, address);
	return address;
}

/** What a catalogue is told of a torrent. */
export function entryOf(metainfo: Metainfo): CatalogueEntry {
	const known = entries.get(metainfo);
	if (known !== undefined) return known;
	const files = metainfo.files.filter(({pad}) => !pad);
	const {infoHash, infoHashV2, name} = metainfo;
	const entry: CatalogueEntry = {
		infoHash: (infoHash ?? infoHashV2) as InfoHash,
		...(infoHash !== undefined && infoHashV2 !== undefined && {infoHashV2}),
		name,
		size: files.reduce((sum, {length}) => sum + length, 0),
		files: Math.max(1, files.length),
		listHash: toHex(hashFunctions.sha1(utf8.encode(fileListText(files)))),
	};
	entries.set(metainfo, entry);
	return entry;
}

const publications = new WeakMap<CatalogueEntry, Publication>();

/** The same for a publisher: one object for as long as it says the same. */
export function publicationOf(metainfo: Metainfo, peerId: string, nick: string): Publication {
	const entry = entryOf(metainfo);
	const known = publications.get(entry);
	if (known?.nick === nick && known.peerId === peerId) return known;
	const publication = {...entry, peerId, nick};
	publications.set(entry, publication);
	return publication;
}

/** The tracker of a torrent that has this catalogue, as its schedule knows it; undefined when it has none such. */
export function trackerIn({sources}: Torrent, base: string) {
	const all = sources.trackers.list.schedule.trackers.filter(({url}) => addressOf(url)?.base === base);
	// It may be there over HTTP and over UDP.
	return all.find(({registered, fails}) => registered && fails === 0) ?? all[0];
}

/** Why nothing of a torrent is told to any catalogue now, in words; undefined when it may be. */
export function whyUnshared(torrent: Torrent): string | undefined {
	const {content, activity} = torrent;
	if (content === undefined) return 'nobody knows yet which files it has';
	if (activity.name === 'failed') return 'it has failed';
	if (activity.name === 'checking') return 'it is being checked';
	if (!torrent.active) return 'it does not run';
	return torrent.left === 0 ? undefined : 'not all of it is here yet';
}

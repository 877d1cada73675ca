import {sameBytes} from '../base/bytes.js';
import {ProtocolError, UserError} from '../base/errors.js';
import {readMetainfoHere} from '../io/metainfo/read-metainfo.js';
import {
	type Bencodable,
	type BencodeNode,
	compareBytes,
	decodeBencode,
	encodeBencode,
} from '../protocol/bencode/bencode.js';
import type {Metainfo} from '../protocol/metainfo/metainfo.js';
import {asTrackerUrl, asWebSeedUrl} from '../protocol/metainfo/source-urls.js';
import {changedTiers, changedUrl, type UrlChanges, type UrlCounts} from './url-changes.js';

/** What a .torrent shall say otherwise. Only what is no part of its info dictionary can. */
export interface TorrentChanges {
	readonly trackers: UrlChanges;
	readonly webSeeds: UrlChanges;
	/** Empty: none; undefined: as it is. */
	readonly comment?: string | undefined;
}

/** A .torrent after its changes. */
export interface EditedTorrent {
	/** The same as before where nothing changed. */
	readonly bytes: Uint8Array;
	readonly metainfo: Metainfo;
	readonly trackers: UrlCounts;
	readonly webSeeds: UrlCounts;
	/** Whether the comment is another one. */
	readonly comment: boolean;
	readonly changed: boolean;
}

/** One entry of the dictionary: its value as it is written. */
type Entry = readonly [key: Uint8Array, value: Uint8Array];

const ascii = new TextEncoder();
const nothing: UrlCounts = {removed: 0, replaced: 0, added: 0};

function isNothing({remove, replace, add}: UrlChanges): boolean {
	return remove.length + replace.length + add.length === 0;
}

/**
 * Changes trackers, web seeds and comment of a .torrent. Everything else stays byte for byte, in its order: the info
 * dictionary, and so the info-hash, and what nobody here knows. BEP 3, 12, 19.
 *
 * @throws {ProtocolError} when it is no torrent
 * @throws {UserError} when a replacement makes something of a URL that is none
 */
export function editTorrent(before: Uint8Array, changes: TorrentChanges): EditedTorrent {
	const old = readMetainfoHere(before);
	const root = decodeBencode(before);
	const draft = new Draft(root);
	const trackers = isNothing(changes.trackers) ? nothing : editTrackers(root, draft, changes.trackers);
	const webSeeds = isNothing(changes.webSeeds) ? nothing : editWebSeeds(root, draft, changes.webSeeds);
	const comment = changes.comment !== undefined && editComment(root, draft, changes.comment);
	// What follows the dictionary is nothing anybody reads.
	const bytes = draft.isChanged ? draft.written(before.subarray(root.end)) : before;
	const metainfo = readMetainfoHere(bytes);
	if (!sameBytes(metainfo.info, old.info))
		throw new ProtocolError('other-info', 'it cannot be changed and stay the same torrent');
	return {bytes, metainfo, trackers, webSeeds, comment, changed: draft.isChanged};
}

/** The entries of a dictionary, to be changed. */
class Draft {
	readonly #entries: Entry[];
	isChanged = false;

	constructor(root: BencodeNode) {
		this.#entries = Array.from(root.entries(), ([key, value]) => [key, value.raw] as const);
	}

	/** Gives a key a value; undefined: takes it away. Only the first of several alike stays. */
	set(name: string, value: Bencodable | undefined): void {
		const key = ascii.encode(name);
		const places = this.#entries.flatMap(([each], at) => (sameBytes(each, key) ? [at] : []));
		const written = value === undefined ? undefined : encodeBencode(value);
		const [first] = places;
		if (first === undefined ? written === undefined : written && sameBytes(this.#entries[first]![1], written))
			return;
		this.isChanged = true;
		for (const at of places.slice(written === undefined ? 0 : 1).reverse()) this.#entries.splice(at, 1);
		if (written === undefined) return;
		if (first !== undefined) this.#entries[first] = [key, written];
		else this.#entries.splice(this.#placeFor(key), 0, [key, written]);
	}

	/** Before the first key that comes after it: in its place where they are in order. */
	#placeFor(key: Uint8Array): number {
		const at = this.#entries.findIndex(([each]) => compareBytes(each, key) > 0);
		return at < 0 ? this.#entries.length : at;
	}

	written(tail: Uint8Array): Uint8Array {
		const parts = this.#entries.flatMap(([key, value]) => [encodeBencode(key), value]);
		return Buffer.concat([ascii.encode('d'), ...parts, ascii.encode('e'), tail]);
	}
}

/** The texts of a list, or of one that stands alone; what is no text is left out. */
function textsOf(node: BencodeNode): string[] {
	return [...(node.type === 'list' ? node.items() : [node])].flatMap(item => {
		const text = item.text()?.trim();
		return text ? [text] : [];
	});
}

function editTrackers(root: BencodeNode, draft: Draft, changes: UrlChanges): UrlCounts {
	const [announce] = textsOf(root.get('announce') ?? decodeBencode(ascii.encode('le')));
	const list = root.get('announce-list');
	// Some put the URLs there without tiers.
	const before = [...(list?.items() ?? [])].map(textsOf).filter(tier => tier.length > 0);
	const isListed = before.flat().length > 0;
	const {tiers, counts} = changedTiers(isListed || announce === undefined ? before : [[announce]], changes);
	if (counts.removed + counts.replaced + counts.added === 0 && !isAlone(announce, before, changes))
		return counts;
	const urls = tiers.flat();
	for (const url of urls) requireUrl(url, before, announce, asAnyTracker, 'tracker');
	const kept = announce === undefined ? undefined : changedUrl(announce, changes);
	const first = isListed && kept !== undefined ? kept : urls[0];
	draft.set('announce', first);
	draft.set('announce-list', urls.length > 0 && (urls.length > 1 || urls[0] !== first) ? tiers : undefined);
	return counts;
}

/** Trackers for browsers are not ours to judge. */
function asAnyTracker(url: string): string | undefined {
	return asTrackerUrl(url.replace(/^ws(?=s?:)/, 'http'));
}

/** Whether the first tracker is none of the list, and is to be another one. */
function isAlone(
	announce: string | undefined,
	tiers: readonly (readonly string[])[],
	changes: UrlChanges,
): boolean {
	return (
		announce !== undefined && !tiers.flat().includes(announce) && changedUrl(announce, changes) !== announce
	);
}

/** What was there before may be anything, such as a tracker for browsers. */
function requireUrl(
	url: string,
	before: readonly (readonly string[])[],
	announce: string | undefined,
	read: (url: string) => string | undefined,
	what: string,
): void {
	if (url === announce || before.some(tier => tier.includes(url)) || read(url) !== undefined) return;
	throw new UserError('bad-url', `${JSON.stringify(url)} would be no URL of a ${what}`, 2);
}

function editWebSeeds(root: BencodeNode, draft: Draft, changes: UrlChanges): UrlCounts {
	const node = root.get('url-list');
	const before = node === undefined ? [] : textsOf(node);
	const {tiers, counts} = changedTiers([before], changes);
	if (counts.removed + counts.replaced + counts.added === 0) return counts;
	const urls = tiers.flat();
	for (const url of urls) requireUrl(url, [before], undefined, asWebSeedUrl, 'web seed');
	const isText = node?.type === 'bytes' && urls.length === 1;
	draft.set('url-list', urls.length === 0 ? undefined : isText ? urls[0] : urls);
	return counts;
}

function editComment(root: BencodeNode, draft: Draft, comment: string): boolean {
	const before = (root.get('comment.utf-8') ?? root.get('comment'))?.text() ?? '';
	if (before === comment) return false;
	draft.set('comment.utf-8', undefined);
	draft.set('comment', comment === '' ? undefined : comment);
	return true;
}

import {ProtocolError} from '../../base/errors.js';
import {formatIp, parseIp} from '../../base/ip-address.js';
import {isDialable, type PeerAddress} from '../../base/peer-address.js';
import {type BencodeNode, decodeDictionary} from '../bencode/bencode.js';
import {
	type AnnounceRequest,
	type AnnounceResponse,
	maximumNamesInAnswer,
	maximumPeersInAnswer,
	type ScrapeResponse,
	type TrackerFailure,
} from './announce.js';
import {decodeCompactPeers} from './compact-peers.js';

/** No answer of an HTTP tracker may be longer, after it was inflated. */
export const maximumTrackerBody = 1 << 20;

const limits = {depth: 10, tokens: 100_000};
const longestText = 1024;
/** Labels of letters, digits and hyphens, the last of them no number. RFC 1123, section 2.1. */
const dnsName =
	/^(?=.{1,253}$)(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d])?\.)*[a-z](?:[a-z\d-]{0,61}[a-z\d])?\.?$/i;

/** Bytes as they stand in a URL's query. RFC 3986. */
function percentEncode(bytes: Uint8Array): string {
	let text = '';
	for (const byte of bytes) {
		const character = String.fromCharCode(byte);
		if (/[\w.~-]/.test(character)) text += character;
		else text += `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
	}
	return text;
}

/** The URL to fetch for an announce. What `base` has in its query stays; a fragment goes. BEP 3, 7, 23. */
export function announceUrl(base: string, request: AnnounceRequest): string {
	const parts = [
		`info_hash=${percentEncode(request.infoHash.subarray(0, 20))}`,
		`peer_id=${percentEncode(request.peerId)}`,
		`port=${request.port}`,
		`uploaded=${request.uploaded}`,
		`downloaded=${request.downloaded}`,
		`left=${request.left}`,
		'compact=1',
		'no_peer_id=1',
		`numwant=${request.numwant}`,
		`key=${request.key.toString(16).padStart(8, '0').toUpperCase()}`,
	];
	if (request.event) parts.push(`event=${request.event}`);
	if (request.supportsEncryption !== undefined) {
		parts.push(`supportcrypto=${request.supportsEncryption ? 1 : 0}`);
	}
	if (request.requiresEncryption) parts.push('requirecrypto=1');
	if (request.trackerId !== undefined)
		parts.push(`trackerid=${encodeURIComponent(request.trackerId.toWellFormed())}`);
	if (request.name !== undefined) parts.push(`name=${encodeURIComponent(request.name.toWellFormed())}`);
	return withQuery(base, parts.join('&'));
}

/** The URL to fetch for a scrape; undefined when the tracker's URL does not say where. BEP 48. */
export function scrapeUrl(base: string, infoHash: Uint8Array): string | undefined {
	const [address = '', query] = base.split('#', 1)[0]!.split(/\?(.*)/s, 2);
	const slash = address.lastIndexOf('/');
	const last = address.slice(slash + 1);
	if (slash < 8 || !last.startsWith('announce')) return undefined;
	const scrape = `${address.slice(0, slash + 1)}scrape${last.slice('announce'.length)}`;
	return withQuery(
		query ? `${scrape}?${query}` : scrape,
		`info_hash=${percentEncode(infoHash.subarray(0, 20))}`,
	);
}

function withQuery(base: string, query: string): string {
	const address = base.split('#', 1)[0]!;
	return `${address}${address.includes('?') ? '&' : '?'}${query}`;
}

/**
 * Reads what a tracker answered to an announce: compact or dictionary peers, IPv4 and IPv6. BEP 3, 7, 23, 24, 31.
 *
 * @throws {ProtocolError} when it is not a tracker's answer
 */
export function decodeAnnounceResponse(body: Uint8Array): AnnounceResponse {
	const root = decodeDictionary(body, "the tracker's answer", limits);
	const failure = failureOf(root);
	if (failure) return failure;
	const peers = readPeers(root.get('peers'));
	const names = readNames(root.get('peers'));
	const peers6 = root.get('peers6')?.bytes();
	if (peers6) append(peers, decodeCompactPeers(peers6, 'ipv6'));
	const external = root.get('external ip')?.bytes();
	const known = external?.length === 4 || external?.length === 16;
	return {
		kind: 'peers',
		peers,
		...(names.length > 0 && {names}),
		interval: count(root.get('interval')),
		minInterval: count(root.get('min interval')),
		seeders: count(root.get('complete')),
		leechers: count(root.get('incomplete')),
		completed: count(root.get('downloaded')),
		trackerId: shortText(root.get('tracker id')),
		warning: shortText(root.get('warning message')),
		externalIp: known ? formatIp(external) : undefined,
	};
}

/**
 * Reads what a tracker answered to a scrape of one torrent. BEP 48.
 *
 * @throws {ProtocolError} when it is not a tracker's answer, or holds nothing about the torrent
 */
export function decodeScrapeResponse(body: Uint8Array, infoHash: Uint8Array): ScrapeResponse {
	const root = decodeDictionary(body, "the tracker's answer", limits);
	const failure = failureOf(root);
	if (failure) return failure;
	const file = root.get('files')?.get(String.fromCharCode(...infoHash.subarray(0, 20)));
	if (file?.type !== 'dictionary') {
		throw new ProtocolError('not-scraped', 'the tracker says nothing about this torrent', 48);
	}
	return {
		kind: 'counts',
		seeders: count(file.get('complete')) ?? 0,
		leechers: count(file.get('incomplete')) ?? 0,
		completed: count(file.get('downloaded')) ?? 0,
	};
}

function failureOf(root: BencodeNode): TrackerFailure | undefined {
	const reason = shortText(root.get('failure reason'));
	if (reason === undefined) return undefined;
	const retry = root.get('retry in');
	// Minutes, as a number or as the digits a string begins with.
	const minutes = count(retry) ?? Number(retry?.text()?.match(/^\s*(\d{1,6})(?!\d)/)?.[1] ?? Number.NaN);
	const never = /^\s*never\s*$/i.test(retry?.text() ?? '');
	const retryIn = never ? 'never' : Number.isFinite(minutes) ? minutes * 60 : undefined;
	return {kind: 'failure', reason, retryIn};
}

function readPeers(node: BencodeNode | undefined): PeerAddress[] {
	const compact = node?.bytes();
	if (compact) {
		return decodeCompactPeers(compact.subarray(0, maximumPeersInAnswer * 6));
	}
	const peers: PeerAddress[] = [];
	for (const item of node?.items() ?? []) {
		if (peers.length === maximumPeersInAnswer) break;
		const port = item.get('port')?.number() ?? 0;
		const address = parseIp(item.get('ip')?.text() ?? '');
		if (address && isDialable(address, port)) append(peers, [{host: formatIp(address), port}]);
	}
	return peers;
}

/** Those peers of a list that are told by a DNS name. BEP 3. */
function readNames(node: BencodeNode | undefined): PeerAddress[] {
	const names: PeerAddress[] = [];
	if (node?.type !== 'list') return names;
	for (const item of node.items()) {
		if (names.length === maximumNamesInAnswer) break;
		const host = item.get('ip')?.text() ?? '';
		const port = item.get('port')?.number() ?? 0;
		const isPort = Number.isInteger(port) && port >= 1 && port <= 65_535;
		if (isPort && !parseIp(host) && dnsName.test(host)) names.push({host, port});
	}
	return names;
}

function append(peers: PeerAddress[], more: readonly PeerAddress[]): void {
	for (const peer of more) {
		if (peers.length < maximumPeersInAnswer * 2) peers.push(peer);
	}
}

function count(node: BencodeNode | undefined): number | undefined {
	const value = node?.number();
	return value !== undefined && value >= 0 ? value : undefined;
}

function shortText(node: BencodeNode | undefined): string | undefined {
	return node?.text()?.slice(0, longestText);
}

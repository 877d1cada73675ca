import {ProtocolError} from '../../base/errors.js';
import type {AddressFamily} from '../../base/ip-address.js';
import {
	type AnnounceEvent,
	type AnnouncePeers,
	type AnnounceRequest,
	maximumPeersInAnswer,
	type ScrapeCounts,
} from './announce.js';
import {compactPeerLength, decodeCompactPeers} from './compact-peers.js';

/** The actions of the UDP tracker protocol. BEP 15. */
const udpAction = {connect: 0, announce: 1, scrape: 2, error: 3} as const;

/** What every connection begins with. BEP 15. */
const udpProtocolId = 0x41727101980n;

/** The numbers of the events. BEP 15. */
const udpEvent = {none: 0, completed: 1, started: 2, stopped: 3} as const;

/** The fixed part of an announce request. */
const udpAnnounceLength = 98;

const utf8 = new TextDecoder();
const encoder = new TextEncoder();

function view(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A connect request. BEP 15. */
export function encodeUdpConnect(transactionId: number): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(16);
	const out = view(bytes);
	out.setBigUint64(0, udpProtocolId);
	out.setUint32(8, udpAction.connect);
	out.setUint32(12, transactionId);
	return bytes;
}

/**
 * An announce request. BEP 15.
 *
 * @param urlData path and query of the tracker's URL, sent along as BEP 41 says; empty for none
 */
export function encodeUdpAnnounce(
	connectionId: bigint,
	transactionId: number,
	request: AnnounceRequest,
	urlData = '',
): Uint8Array<ArrayBuffer> {
	const options = encodeUrlData(urlData);
	const bytes = new Uint8Array(udpAnnounceLength + options.length);
	const out = view(bytes);
	out.setBigUint64(0, connectionId);
	out.setUint32(8, udpAction.announce);
	out.setUint32(12, transactionId);
	bytes.set(request.infoHash.subarray(0, 20), 16);
	bytes.set(request.peerId.subarray(0, 20), 36);
	out.setBigInt64(56, BigInt(request.downloaded));
	out.setBigInt64(64, BigInt(request.left));
	out.setBigInt64(72, BigInt(request.uploaded));
	out.setUint32(80, udpEvent[request.event ?? 'none']);
	out.setUint32(88, request.key);
	out.setInt32(92, request.numwant);
	out.setUint16(96, request.port);
	bytes.set(options, udpAnnounceLength);
	return bytes;
}

function encodeUrlData(urlData: string): Uint8Array {
	const data = encoder.encode(urlData).subarray(0, 1024);
	const chunks = Math.ceil(data.length / 255);
	if (chunks === 0) return data;
	const bytes = new Uint8Array(data.length + chunks * 2 + 1);
	let at = 0;
	for (let from = 0; from < data.length; from += 255) {
		const chunk = data.subarray(from, from + 255);
		bytes[at] = 2;
		bytes[at + 1] = chunk.length;
		bytes.set(chunk, at + 2);
		at += chunk.length + 2;
	}
	return bytes;
}

/** A scrape request for up to 74 info-hashes of 20 bytes. BEP 15. */
export function encodeUdpScrape(
	connectionId: bigint,
	transactionId: number,
	infoHashes: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(16 + infoHashes.length * 20);
	const out = view(bytes);
	out.setBigUint64(0, connectionId);
	out.setUint32(8, udpAction.scrape);
	out.setUint32(12, transactionId);
	for (const [index, infoHash] of infoHashes.entries()) bytes.set(infoHash.subarray(0, 20), 16 + index * 20);
	return bytes;
}

/** What a UDP tracker may send. */
export type UdpResponse =
	| {readonly kind: 'connect'; readonly transactionId: number; readonly connectionId: bigint}
	| {readonly kind: 'announce'; readonly transactionId: number; readonly answer: AnnouncePeers}
	| {readonly kind: 'scrape'; readonly transactionId: number; readonly counts: readonly ScrapeCounts[]}
	| {readonly kind: 'error'; readonly transactionId: number; readonly message: string};

/** The transaction a datagram says to answer; undefined when it is too short to say. */
export function udpTransactionId(bytes: Uint8Array): number | undefined {
	return bytes.length < 8 ? undefined : view(bytes).getUint32(4);
}

/**
 * Reads a tracker's datagram. BEP 15.
 *
 * @param family of the address it came from: it tells how long a peer is
 * @throws {ProtocolError} for anything else
 */
export function decodeUdpResponse(bytes: Uint8Array, family: AddressFamily = 'ipv4'): UdpResponse {
	if (bytes.length < 8) throw malformed(`${bytes.length} bytes`);
	const input = view(bytes);
	const transactionId = input.getUint32(4);
	switch (input.getUint32(0)) {
		case udpAction.connect:
			if (bytes.length < 16) throw malformed('a short connect answer');
			return {kind: 'connect', transactionId, connectionId: input.getBigUint64(8)};
		case udpAction.announce: {
			if (bytes.length < 20) {
				// How some trackers turn away torrents that are not on their list.
				throw new ProtocolError('empty-tracker-answer', 'an empty answer: it may not serve this torrent', 15);
			}
			const stride = compactPeerLength[family];
			const end = Math.min(bytes.length, 20 + maximumPeersInAnswer * stride);
			return {
				kind: 'announce',
				transactionId,
				answer: {
					kind: 'peers',
					interval: input.getUint32(8),
					leechers: input.getUint32(12),
					seeders: input.getUint32(16),
					peers: decodeCompactPeers(bytes.subarray(20, end), family),
				},
			};
		}
		case udpAction.scrape: {
			if ((bytes.length - 8) % 12 !== 0) throw malformed('a broken scrape answer');
			const counts: ScrapeCounts[] = [];
			for (let at = 8; at < bytes.length; at += 12) {
				counts.push({
					kind: 'counts',
					seeders: input.getUint32(at),
					completed: input.getUint32(at + 4),
					leechers: input.getUint32(at + 8),
				});
			}
			return {kind: 'scrape', transactionId, counts};
		}
		case udpAction.error:
			return {kind: 'error', transactionId, message: utf8.decode(bytes.subarray(8, 8 + 512))};
		default:
			throw malformed('an unknown action');
	}
}

/** What a client may send. `infoHash` and `peerId` are copies. */
export type UdpRequest =
	| {readonly kind: 'connect'; readonly transactionId: number}
	| {
			readonly kind: 'announce';
			readonly transactionId: number;
			readonly connectionId: bigint;
			readonly request: AnnounceRequest;
			/** BEP 41. */
			readonly urlData: string;
	  }
	| {
			readonly kind: 'scrape';
			readonly transactionId: number;
			readonly connectionId: bigint;
			readonly infoHashes: readonly Uint8Array[];
	  };

/**
 * Reads a client's datagram. BEP 15, BEP 41.
 *
 * @throws {ProtocolError} for anything else
 */
export function decodeUdpRequest(bytes: Uint8Array): UdpRequest {
	if (bytes.length < 16) throw malformed(`${bytes.length} bytes`);
	const input = view(bytes);
	const connectionId = input.getBigUint64(0);
	const transactionId = input.getUint32(12);
	switch (input.getUint32(8)) {
		case udpAction.connect:
			if (connectionId !== udpProtocolId) throw malformed('a connect request without the magic number');
			return {kind: 'connect', transactionId};
		case udpAction.announce: {
			if (bytes.length < udpAnnounceLength) throw malformed('a short announce request');
			const event = input.getUint32(80);
			if (event > 3) throw malformed('an unknown event');
			return {
				kind: 'announce',
				transactionId,
				connectionId,
				urlData: decodeUrlData(bytes.subarray(udpAnnounceLength)),
				request: {
					infoHash: bytes.slice(16, 36),
					peerId: bytes.slice(36, 56),
					downloaded: count64(input, 56),
					left: count64(input, 64),
					uploaded: count64(input, 72),
					event: ([undefined, 'completed', 'started', 'stopped'] as const)[event] satisfies
						| AnnounceEvent
						| undefined,
					key: input.getUint32(88),
					numwant: input.getInt32(92),
					port: input.getUint16(96),
				},
			};
		}
		case udpAction.scrape: {
			const length = bytes.length - 16;
			if (length === 0 || length % 20 !== 0 || length > 74 * 20) throw malformed('a broken scrape request');
			const infoHashes: Uint8Array[] = [];
			for (let at = 16; at < bytes.length; at += 20) infoHashes.push(bytes.slice(at, at + 20));
			return {kind: 'scrape', transactionId, connectionId, infoHashes};
		}
		default:
			throw malformed('an unknown action');
	}
}

/** 64 bits as a number, which above 2⁵³ is not exact. */
function count64(input: DataView, at: number): number {
	return input.getUint32(at) * 2 ** 32 + input.getUint32(at + 4);
}

function decodeUrlData(bytes: Uint8Array): string {
	let urlData = '';
	for (let at = 0; at < bytes.length && bytes[at] !== 0 && urlData.length < 1024; ) {
		if (bytes[at] === 1) {
			at++;
			continue;
		}
		const length = bytes[at + 1];
		if (length === undefined || at + 2 + length > bytes.length) break;
		if (bytes[at] === 2) urlData += utf8.decode(bytes.subarray(at + 2, at + 2 + length));
		at += 2 + length;
	}
	return urlData;
}

/** A connect answer. BEP 15. */
export function encodeUdpConnected(transactionId: number, connectionId: bigint): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(16);
	const out = view(bytes);
	out.setUint32(0, udpAction.connect);
	out.setUint32(4, transactionId);
	out.setBigUint64(8, connectionId);
	return bytes;
}

/** An announce answer; `peers` in compact form. BEP 15. */
export function encodeUdpAnnounced(
	transactionId: number,
	answer: {
		readonly interval: number;
		readonly leechers: number;
		readonly seeders: number;
		readonly peers: Uint8Array;
	},
): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(20 + answer.peers.length);
	const out = view(bytes);
	out.setUint32(0, udpAction.announce);
	out.setUint32(4, transactionId);
	out.setUint32(8, answer.interval);
	out.setUint32(12, answer.leechers);
	out.setUint32(16, answer.seeders);
	bytes.set(answer.peers, 20);
	return bytes;
}

/** A scrape answer. BEP 15. */
export function encodeUdpScraped(
	transactionId: number,
	counts: ReadonlyArray<Omit<ScrapeCounts, 'kind'>>,
): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(8 + counts.length * 12);
	const out = view(bytes);
	out.setUint32(0, udpAction.scrape);
	out.setUint32(4, transactionId);
	for (const [index, {seeders, completed, leechers}] of counts.entries()) {
		out.setUint32(8 + index * 12, seeders);
		out.setUint32(12 + index * 12, completed);
		out.setUint32(16 + index * 12, leechers);
	}
	return bytes;
}

/** An error answer. BEP 15. */
export function encodeUdpError(transactionId: number, message: string): Uint8Array<ArrayBuffer> {
	const text = encoder.encode(message);
	const bytes = new Uint8Array(8 + text.length);
	const out = view(bytes);
	out.setUint32(0, udpAction.error);
	out.setUint32(4, transactionId);
	bytes.set(text, 8);
	return bytes;
}

function malformed(what: string): ProtocolError {
	return new ProtocolError('bad-tracker-datagram', `not the UDP tracker protocol: ${what}`, 15);
}

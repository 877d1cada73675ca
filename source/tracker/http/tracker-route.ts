import {ProtocolError} from '../../base/errors.js';
import {parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {CompactPeers, SwarmCounts} from '../../policy/tracker/swarm-table.js';
import {decodeCompactPeers} from '../../protocol/tracker/compact-peers.js';
import {
	encodeAnnounceAnswer,
	encodeCompactAnswer,
	encodeScrapeAnswer,
	encodeTrackerFailure,
	parseAnnounceQuery,
	parseScrapeQuery,
	percentDecode,
} from '../../protocol/tracker/query.js';
import {passkeyIn, readTrackerPath, type TrackerPath} from '../../protocol/tracker/tracker-path.js';
import type {AnnounceOrigin, TrackerService} from '../tracker-service.js';
import type {HttpAnswer, HttpRequest, HttpRoute} from './http-route.js';

const utf8 = new TextDecoder();
const nobody = new Uint8Array(20);
const text = 'text/plain; charset=utf-8';

/** Answers `/announce`, `/scrape` and `/torrents` over HTTP, with a passkey or without. BEP 3, 7, 23, 24, 48. */
export class TrackerRoute implements HttpRoute {
	readonly #service: TrackerService;

	constructor(service: TrackerService) {
		this.#service = service;
	}

	handles(path: string): boolean {
		return readTrackerPath(path) !== undefined;
	}

	handle(request: HttpRequest): HttpAnswer | Promise<HttpAnswer> {
		const {method, path, query, bodyLength} = request;
		if (method !== 'GET' && method !== 'HEAD') return {status: 405, type: text, body: 'only GET\n'};
		if (bodyLength !== 0) return {status: 413, type: text, body: 'no bodies\n'};
		const {ask} = readTrackerPath(path) as TrackerPath;
		const passkey = this.#service.isPrivate ? passkeyIn(path, query) : undefined;
		if (ask === 'torrents') return this.#list(request, passkey);
		try {
			const body = ask === 'announce' ? this.#announce(request, passkey) : this.#scrape(request, passkey);
			return body instanceof Promise ? body.then(bencoded) : bencoded(body);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#service.refused(error);
			return bencoded(encodeTrackerFailure(error.message));
		}
	}

	#announce(
		{query, host, isSecure}: HttpRequest,
		passkey: string | undefined,
	): Uint8Array | Promise<Uint8Array> {
		const announce = parseAnnounceQuery(query);
		const {interval, minInterval, isShared} = this.#service;
		const origin: AnnounceOrigin = {host, over: isSecure ? 'https' : 'http', passkey};
		if (!announce.compact && !isShared) {
			const answer = this.#service.announce(announce.request, origin, 'both');
			return encodeAnnounceAnswer({...answer, interval, minInterval, externalIp: host}, announce);
		}
		const encode = (answer: SwarmCounts & CompactPeers): Uint8Array =>
			announce.compact
				? encodeCompactAnswer({...answer, interval, minInterval, externalIp: parseIp(host)})
				: // The store knows nobody's peer id.
					encodeAnnounceAnswer(
						{...answer, interval, minInterval, externalIp: host, peers: peersIn(answer)},
						{compact: false, noPeerId: true},
					);
		const answer = this.#service.exchange(announce.request, origin, 'both');
		return answer instanceof Promise ? answer.then(encode) : encode(answer);
	}

	#scrape({query}: HttpRequest, passkey: string | undefined): Uint8Array | Promise<Uint8Array> {
		this.#service.requirePasskey(passkey);
		const infoHashes = parseScrapeQuery(query);
		this.#service.counts.scrapes += infoHashes.length;
		const encode = (counts: readonly SwarmCounts[]): Uint8Array =>
			encodeScrapeAnswer(infoHashes.map((infoHash, at) => [infoHash, counts[at]!] as const));
		const counts = this.#service.scrapeAll(infoHashes);
		return counts instanceof Promise ? counts.then(encode) : encode(counts);
	}

	#list({query, host}: HttpRequest, passkey: string | undefined): HttpAnswer {
		try {
			this.#service.requirePasskey(passkey);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#service.refused(error);
			return {status: 403, type: text, body: `${error.message}\n`};
		}
		if (!this.#service.admitsListing(host))
			return {status: 503, type: text, body: 'busy: ask again in a minute\n'};
		const values = new Map(query.split('&', 20).map(part => part.split('=', 2) as [string, string]));
		const words = utf8.decode(percentDecode(values.get('q') ?? ''));
		const limit = Number(/^\d{1,4}$/.exec(values.get('limit') ?? '')?.[0] ?? 100);
		const body = `${terminalJson({torrents: this.#service.list(words, limit)})}\n`;
		return {status: 200, type: 'application/json; charset=utf-8', body};
	}
}

function bencoded(body: Uint8Array): HttpAnswer {
	return {status: 200, type: 'text/plain', body};
}

function peersIn({peers4, peers6}: CompactPeers): Array<PeerAddress & {readonly peerId: Uint8Array}> {
	const all = [...decodeCompactPeers(peers4, 'ipv4'), ...decodeCompactPeers(peers6, 'ipv6')];
	return all.map(peer => ({...peer, peerId: nobody}));
}

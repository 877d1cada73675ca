import {ProtocolError} from '../base/errors.js';
import {parseIp} from '../base/ip-address.js';
import {terminalJson} from '../base/terminal-text.js';
import {
	encodeAnnounceAnswer,
	encodeCompactAnswer,
	encodeScrapeAnswer,
	encodeTrackerFailure,
	parseAnnounceQuery,
	parseScrapeQuery,
	percentDecode,
} from '../protocol/tracker/query.js';
import type {HttpAnswer, HttpRequest, HttpRoute} from './http-route.js';
import type {TrackerService} from './tracker-service.js';

const utf8 = new TextDecoder();
const text = 'text/plain; charset=utf-8';
const paths: ReadonlySet<string> = new Set(['/announce', '/scrape', '/torrents', '/']);

/** Answers `/announce`, `/scrape` and `/torrents` over HTTP. BEP 3, 7, 23, 24, 48. */
export class TrackerRoute implements HttpRoute {
	readonly #service: TrackerService;

	constructor(service: TrackerService) {
		this.#service = service;
	}

	handles(path: string): boolean {
		return paths.has(path);
	}

	handle(request: HttpRequest): HttpAnswer {
		const {method, path, bodyLength, host} = request;
		if (method !== 'GET' && method !== 'HEAD') return {status: 405, type: text, body: 'only GET\n'};
		if (bodyLength !== 0) return {status: 413, type: text, body: 'no bodies\n'};
		switch (path) {
			case '/announce':
				return bencoded(() => this.#announce(request));
			case '/scrape':
				return bencoded(() => this.#scrape(request));
			case '/torrents':
				if (!this.#service.admitsListing(host))
					return {status: 503, type: text, body: 'busy: ask again in a minute\n'};
				return {status: 200, type: 'application/json; charset=utf-8', body: this.#list(request)};
			default:
				return {status: 200, type: text, body: 'A BitTorrent tracker. Announce to /announce.\n'};
		}
	}

	#announce({query, host}: HttpRequest): Uint8Array {
		const announce = parseAnnounceQuery(query);
		const {interval, minInterval} = this.#service;
		if (!announce.compact) {
			const answer = this.#service.announce(announce.request, host, 'both');
			return encodeAnnounceAnswer({...answer, interval, minInterval, externalIp: host}, announce);
		}
		const answer = this.#service.announceCompact(announce.request, host, 'both');
		return encodeCompactAnswer({...answer, interval, minInterval, externalIp: parseIp(host)});
	}

	#scrape({query}: HttpRequest): Uint8Array {
		const files = parseScrapeQuery(query).map(
			infoHash => [infoHash, this.#service.scrape(infoHash)] as const,
		);
		return encodeScrapeAnswer(files);
	}

	#list({query}: HttpRequest): string {
		const values = new Map(query.split('&', 20).map(part => part.split('=', 2) as [string, string]));
		const words = utf8.decode(percentDecode(values.get('q') ?? ''));
		const limit = Number(/^\d{1,4}$/.exec(values.get('limit') ?? '')?.[0] ?? 100);
		return `${terminalJson({torrents: this.#service.list(words, limit)})}\n`;
	}
}

function bencoded(encode: () => Uint8Array): HttpAnswer {
	let body: Uint8Array;
	try {
		body = encode();
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		body = encodeTrackerFailure(error.message);
	}
	return {status: 200, type: 'text/plain', body};
}

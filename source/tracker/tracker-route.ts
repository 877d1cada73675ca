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
import {passkeyIn, readTrackerPath, type TrackerPath} from '../protocol/tracker/tracker-path.js';
import type {HttpAnswer, HttpRequest, HttpRoute} from './http-route.js';
import type {AnnounceOrigin, TrackerService} from './tracker-service.js';

const utf8 = new TextDecoder();
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

	handle(request: HttpRequest): HttpAnswer {
		const {method, path, query, bodyLength} = request;
		if (method !== 'GET' && method !== 'HEAD') return {status: 405, type: text, body: 'only GET\n'};
		if (bodyLength !== 0) return {status: 413, type: text, body: 'no bodies\n'};
		const {ask} = readTrackerPath(path) as TrackerPath;
		const passkey = this.#service.isPrivate ? passkeyIn(path, query) : undefined;
		switch (ask) {
			case 'announce':
				return this.#bencoded(() => this.#announce(request, passkey));
			case 'scrape':
				return this.#bencoded(() => this.#scrape(request, passkey));
			case 'torrents':
				return this.#list(request, passkey);
			default:
				return ask satisfies never;
		}
	}

	#announce({query, host, isSecure}: HttpRequest, passkey: string | undefined): Uint8Array {
		const announce = parseAnnounceQuery(query);
		const {interval, minInterval} = this.#service;
		const origin: AnnounceOrigin = {host, over: isSecure ? 'https' : 'http', passkey};
		if (!announce.compact) {
			const answer = this.#service.announce(announce.request, origin, 'both');
			return encodeAnnounceAnswer({...answer, interval, minInterval, externalIp: host}, announce);
		}
		const answer = this.#service.announceCompact(announce.request, origin, 'both');
		return encodeCompactAnswer({...answer, interval, minInterval, externalIp: parseIp(host)});
	}

	#scrape({query}: HttpRequest, passkey: string | undefined): Uint8Array {
		this.#service.requirePasskey(passkey);
		const files = parseScrapeQuery(query).map(
			infoHash => [infoHash, this.#service.scrape(infoHash)] as const,
		);
		this.#service.counts.scrapes += files.length;
		return encodeScrapeAnswer(files);
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

	#bencoded(encode: () => Uint8Array): HttpAnswer {
		let body: Uint8Array;
		try {
			body = encode();
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#service.refused(error);
			body = encodeTrackerFailure(error.message);
		}
		return {status: 200, type: 'text/plain', body};
	}
}

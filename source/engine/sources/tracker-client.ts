import {ProtocolError} from '../../base/errors.js';
import type {HttpClient, HttpResponse} from '../../io/net/http/http-client.js';
import type {UdpTrackers} from '../../io/net/udp-tracker-client.js';
import type {AnnounceRequest, AnnounceResponse, ScrapeResponse} from '../../protocol/tracker/announce.js';
import {
	announceUrl,
	decodeAnnounceResponse,
	decodeScrapeResponse,
	maximumTrackerBody,
	scrapeUrl,
} from '../../protocol/tracker/http.js';

/** What asking trackers takes. */
export interface TrackerClientOptions {
	readonly http: HttpClient;
	readonly udpTrackers: UdpTrackers;
	/** Whether HTTP trackers on loopback and LAN addresses may have any path, whoever named them. */
	readonly localTrackers?: boolean | undefined;
}

/** A tracker answered with an HTTP status that is not 200 and a body that is no answer. */
export class HttpStatusError extends Error {
	override readonly name = 'HttpStatusError';
	readonly status: number;

	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

/** Paths that no router's or printer's door has: `/announce`, `/announce.php`, `/announce/KEY`, `/KEY/announce`. */
const announcePath = /\/announce/;
const scrapePath = /\/scrape/;
const anyPath = /^/;
/** Asks trackers, whatever they speak. Rejections tell in a few words what went wrong. */
export class TrackerClient {
	readonly #options: TrackerClientOptions;

	constructor(options: TrackerClientOptions) {
		this.#options = options;
	}

	/**
	 * @param named a person named this tracker: on loopback and LAN addresses, too, any path of it is asked
	 * @param onSlow called once when the next tracker should be tried though this one may answer yet
	 */
	async announce(
		url: string,
		request: AnnounceRequest,
		signal: AbortSignal,
		named: boolean,
		onSlow?: () => void,
	): Promise<AnnounceResponse> {
		if (url.startsWith('udp:')) return this.#options.udpTrackers.announce(url, request, {signal, onSlow});
		return this.#fetch(
			announceUrl(url, request),
			named ? anyPath : announcePath,
			signal,
			decodeAnnounceResponse,
		);
	}

	/** Undefined when the tracker has no scrape. */
	async scrape(
		url: string,
		infoHash: Uint8Array,
		signal: AbortSignal,
		named: boolean,
	): Promise<ScrapeResponse | undefined> {
		if (url.startsWith('udp:')) return this.#options.udpTrackers.scrape(url, infoHash, {signal});
		const address = scrapeUrl(url, infoHash);
		if (address === undefined) return undefined;
		return this.#fetch(address, named ? anyPath : scrapePath, signal, body =>
			decodeScrapeResponse(body, infoHash),
		);
	}

	async #fetch<Answer>(
		url: string,
		localPath: RegExp,
		signal: AbortSignal,
		decode: (body: Uint8Array) => Answer,
	): Promise<Answer> {
		const {http, localTrackers} = this.#options;
		const response = await http.get(url, {
			maximumBody: maximumTrackerBody,
			signal,
			...(!localTrackers && {localPath: path => localPath.test(path)}),
		});
		try {
			return decode(response.body);
		} catch (error) {
			if (response.status === 200 || !(error instanceof ProtocolError)) throw error;
			throw new HttpStatusError(response.status, statusInWords(response));
		}
	}
}

function statusInWords({status}: HttpResponse): string {
	switch (status) {
		case 401:
		case 403:
			return `HTTP ${status}: not permitted`;
		case 404:
		case 410:
			return `HTTP ${status}: no tracker at this address`;
		case 429:
			return 'HTTP 429: asked too often';
		default:
			return status >= 500 ? `HTTP ${status}: the tracker is in trouble` : `HTTP ${status}`;
	}
}

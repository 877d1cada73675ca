import {ProtocolError} from '../../base/errors.js';
import type {HttpClient, HttpResponse} from '../../io/net/http/http-client.js';
import type {IpFamily} from '../../io/net/local-addresses.js';
import type {UdpTrackers} from '../../io/net/udp-tracker-client.js';
import {unlessAborted} from '../../io/net/unless-aborted.js';
import type {
	AnnouncePeers,
	AnnounceRequest,
	AnnounceResponse,
	ScrapeResponse,
} from '../../protocol/tracker/announce.js';
import {
	announceUrl,
	decodeAnnounceResponse,
	decodeScrapeResponse,
	maximumTrackerBody,
	scrapeUrl,
} from '../../protocol/tracker/http.js';
import {trackerHost} from './tracker-url.js';

/** What asking trackers takes. */
export interface TrackerClientOptions {
	readonly http: HttpClient;
	readonly udpTrackers: UdpTrackers;
	/** In which families a host is reached: rejects when in none. Left out, it is asked in whichever is first. */
	readonly hostFamilies?: ((host: string) => Promise<readonly IpFamily[]>) | undefined;
	/** The port by which somebody at this address reaches us: gateways may map another a family. */
	portFor(host: string, transport: 'tcp'): number;
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
/** Whoever is in the internet over IPv6. */
const anybodyOverIpv6 = '2000::1';

/** Asks trackers, whatever they speak. Rejections tell in a few words what went wrong. */
export class TrackerClient {
	readonly #options: TrackerClientOptions;

	constructor(options: TrackerClientOptions) {
		this.#options = options;
	}

	/**
	 * Announces in each family in which the tracker is reached, as it names peers of the one by which it is asked and
	 * tells others of us as it sees us. BEP 7. Answers with the first that names peers.
	 *
	 * @param named a person named this tracker: on loopback and LAN addresses, too, any path of it is asked
	 * @param onSlow called once when the next tracker should be tried though this one may answer yet
	 * @param more told what it says in the other family, when that is later
	 */
	async announce(
		url: string,
		request: AnnounceRequest,
		signal: AbortSignal,
		named: boolean,
		onSlow?: () => void,
		more?: (answer: AnnouncePeers) => void,
	): Promise<AnnounceResponse> {
		const families = await this.#families(url, signal);
		if (families.length < 2) return this.#announce(url, request, {signal, named, onSlow});
		let isOver = false;
		// Slow is who has answered in neither.
		const slow = () => {
			if (!isOver) onSlow?.();
			isOver = true;
		};
		const answers = families.map(family => {
			const port = family === 6 ? this.#options.portFor(anybodyOverIpv6, 'tcp') : undefined;
			const told = port === undefined ? request : {...request, port};
			return this.#announce(url, told, {signal, named, onSlow: slow, family});
		});
		// Who is told that we go has to hear it in both.
		if (request.event === 'stopped') await Promise.allSettled(answers);
		try {
			return await firstPeers(answers, more);
		} finally {
			isOver = true;
		}
	}

	/** None when it does not matter, or cannot be told: then asking says what is wrong. */
	async #families(url: string, signal: AbortSignal): Promise<readonly IpFamily[]> {
		const {hostFamilies} = this.#options;
		if (hostFamilies === undefined) return [];
		try {
			return await unlessAborted(hostFamilies(trackerHost(url)), signal);
		} catch {
			return [];
		}
	}

	#announce(
		url: string,
		request: AnnounceRequest,
		how: {
			readonly signal: AbortSignal;
			readonly named: boolean;
			readonly onSlow?: (() => void) | undefined;
			readonly family?: IpFamily | undefined;
		},
	): Promise<AnnounceResponse> {
		const {signal, named, onSlow, family} = how;
		if (url.startsWith('udp:'))
			return this.#options.udpTrackers.announce(url, request, {signal, onSlow, family});
		return this.#fetch(
			announceUrl(url, request),
			named ? anyPath : announcePath,
			signal,
			decodeAnnounceResponse,
			family,
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
		family?: IpFamily,
	): Promise<Answer> {
		const {http, localTrackers} = this.#options;
		const response = await http.get(url, {
			maximumBody: maximumTrackerBody,
			signal,
			...(family !== undefined && {family}),
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

/** The first answer that names peers; without one what the first to be asked said. */
function firstPeers(
	answers: ReadonlyArray<Promise<AnnounceResponse>>,
	more: ((answer: AnnouncePeers) => void) | undefined,
): Promise<AnnounceResponse> {
	return new Promise((resolve, reject) => {
		let isAnswered = false;
		const asked = answers.map(async answer => {
			const response = await answer;
			if (response.kind !== 'peers') return;
			if (isAnswered) return more?.(response);
			isAnswered = true;
			resolve(response);
		});
		void Promise.allSettled(asked).then(() => {
			if (!isAnswered) answers[0]!.then(resolve, reject);
		});
	});
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

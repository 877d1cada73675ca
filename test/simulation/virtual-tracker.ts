import type {HttpClient} from '../../source/io/net/http/http-client.js';
import {
	encodeAnnounceAnswer,
	encodeScrapeAnswer,
	parseAnnounceQuery,
	parseScrapeQuery,
} from '../../source/protocol/tracker/query.js';
import {TrackerService} from '../../source/tracker/tracker-service.js';
import type {VirtualClock} from './virtual-clock.js';
import type {VirtualHost} from './virtual-network.js';

/** Our own tracker, asked over no network at all. */
export class VirtualTracker {
	readonly url = 'http://tracker.example/announce';
	readonly service: TrackerService;
	readonly #clock: VirtualClock;

	constructor(clock: VirtualClock, random: () => number, interval: number) {
		this.#clock = clock;
		this.service = new TrackerService({
			clock,
			random: {next: random, bytes: length => new Uint8Array(length)},
			interval,
		});
	}

	/** What a machine fetches by. */
	client(machine: VirtualHost): HttpClient {
		return {
			get: (url, {signal}) =>
				new Promise((resolve, reject) => {
					this.#clock.after(50, () => {
						if (signal?.aborted || machine.gone) reject(new Error('no answer'));
						else resolve({status: 200, body: this.#answer(url, machine.host), url});
					});
				}),
		};
	}

	#answer(url: string, host: string): Uint8Array {
		const [path = '', query = ''] = url.split(/\?(.*)/s, 2);
		if (path.endsWith('/scrape'))
			return encodeScrapeAnswer(
				parseScrapeQuery(query).map(hash => [hash, this.service.scrape(hash)] as const),
			);
		const announce = parseAnnounceQuery(query);
		const {interval, minInterval} = this.service;
		const answer = this.service.announce(announce.request, {host, over: 'http'}, 'ipv4');
		return encodeAnnounceAnswer({...answer, interval, minInterval, externalIp: host}, announce);
	}
}

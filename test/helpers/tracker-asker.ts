import {decodeAnnounceResponse} from '../../source/protocol/tracker/http.js';
import {
	decodeUdpResponse,
	encodeUdpAnnounce,
	encodeUdpConnect,
	encodeUdpScrape,
	type UdpResponse,
} from '../../source/protocol/tracker/udp.js';
import type {TrackerUdpServer} from '../../source/tracker/udp/udp-listener.js';

/** An announce as the tests make it. */
export function announceOf(
	infoHash: Uint8Array,
	more: {port?: number; left?: number; id?: string; event?: 'stopped'} = {},
) {
	return {
		infoHash,
		peerId: Buffer.from((more.id ?? '-XX0001-abcdefghijkl').padEnd(20, '.'), 'latin1'),
		port: more.port ?? 7001,
		uploaded: 0,
		downloaded: 0,
		left: more.left ?? 1,
		event: more.event,
		key: 0,
		numwant: 50,
	};
}

/** Speaks UDP to a server in this process, from any address. */
export class UdpAsker {
	readonly #server: TrackerUdpServer;
	readonly #host: string;

	constructor(server: TrackerUdpServer, host: string) {
		this.#server = server;
		this.#host = host;
	}

	#ask(datagram: Uint8Array): UdpResponse | undefined {
		const answer = this.#server.answer(datagram, this.#host);
		if (answer instanceof Promise) throw new Error('not at once');
		return answer && decodeUdpResponse(answer, this.#host.includes(':') ? 'ipv6' : 'ipv4');
	}

	connect(): bigint {
		const answer = this.#ask(encodeUdpConnect(1));
		if (answer?.kind !== 'connect') throw new Error('no connection id');
		return answer.connectionId;
	}

	announce(
		request: ReturnType<typeof announceOf>,
		urlData = '',
		id = this.connect(),
	): UdpResponse | undefined {
		return this.#ask(encodeUdpAnnounce(id, 2, request, urlData));
	}

	scrape(infoHashes: readonly Uint8Array[], id = this.connect()): UdpResponse | undefined {
		return this.#ask(encodeUdpScrape(id, 3, infoHashes));
	}
}

/** The query of an announce. */
export function queryOf({infoHash, peerId, port, left, event}: ReturnType<typeof announceOf>): string {
	const encoded = (bytes: Uint8Array): string =>
		[...bytes].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
	return `info_hash=${encoded(infoHash)}&peer_id=${encoded(peerId)}&port=${port}&uploaded=0&downloaded=0&left=${left}${event ? `&event=${event}` : ''}`;
}

/** What an HTTP tracker answers to this path and query. */
export async function announceTo(url: string): Promise<ReturnType<typeof decodeAnnounceResponse>> {
	const answer = await fetch(url, {signal: AbortSignal.timeout(10_000)});
	return decodeAnnounceResponse(new Uint8Array(await answer.arrayBuffer()));
}

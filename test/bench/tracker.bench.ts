import {machineClock} from '../../source/io/machine/clock.ts';
import {machineRandom} from '../../source/io/machine/random.ts';
import {encodeCompactAnswer, parseAnnounceQuery} from '../../source/protocol/tracker/query.ts';
import {decodeUdpResponse, encodeUdpAnnounce, encodeUdpConnect} from '../../source/protocol/tracker/udp.ts';
import {TrackerService} from '../../source/tracker/tracker-service.ts';
import {TrackerUdpServer} from '../../source/tracker/udp/udp-listener.ts';
import {secondsEach, tell} from './measure.ts';

const peers = 100_000;
const torrents = 10_000;
const hosts = 200;

function infoHashOf(torrent: number): Uint8Array {
	const infoHash = new Uint8Array(20);
	new DataView(infoHash.buffer).setUint32(16, Math.imul(torrent + 1, 0x9e3779b1));
	return infoHash;
}

/** What our tracker needs for 100,000 peers in 10,000 torrents, and for an announce without the network. */
export function benchTracker(): void {
	globalThis.gc?.();
	const before = process.memoryUsage().rss;
	const service = new TrackerService({clock: machineClock, random: machineRandom});
	const udp = new TrackerUdpServer(service, machineClock);
	const host = (n: number): string => `127.1.${n % hosts}.1`;
	const ids = Array.from({length: hosts}, (_, n) => {
		const answer = decodeUdpResponse(udp.answer(encodeUdpConnect(1), host(n))!);
		return answer.kind === 'connect' ? answer.connectionId : 0n;
	});
	const datagram = (n: number): Uint8Array =>
		encodeUdpAnnounce(ids[n % hosts]!, n, {
			infoHash: infoHashOf(n % torrents),
			peerId: new Uint8Array(20).fill(n & 255),
			port: 1000 + Math.floor(n / hosts),
			uploaded: 0,
			downloaded: 0,
			left: 1,
			key: 0,
			numwant: 50,
		});
	for (let n = 0; n < peers; n++) udp.answer(datagram(n), host(n));
	globalThis.gc?.();
	const grown = process.memoryUsage().rss - before;
	const found = service.size;
	tell(
		`tracker: memory of ${found.peers} peers in ${found.torrents} torrents`,
		`${Math.round(grown / 2 ** 20)} MiB`,
		'< 130 MiB',
	);
	const datagrams = Array.from({length: 1000}, (_, n) => datagram(n * 97));
	let at = 0;
	const byUdp = secondsEach(() => {
		at = (at + 1) % datagrams.length;
		udp.answer(datagrams[at]!, host(at * 97));
	});
	tell('tracker: an announce over UDP, without the network', `${(byUdp * 1e6).toFixed(1)} µs`);
	const encoded = (bytes: Uint8Array): string =>
		[...bytes].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
	const query = `info_hash=${encoded(infoHashOf(5))}&peer_id=-XX0001-abcdefghijkl&port=1000&left=1&compact=1&numwant=50`;
	const byHttp = secondsEach(() => {
		const {request} = parseAnnounceQuery(query);
		const answer = service.announceCompact(request, {host: '127.1.5.1', over: 'http'}, 'both');
		encodeCompactAnswer({...answer, interval: 1800, minInterval: 450, externalIp: undefined});
	});
	tell('tracker: an announce over HTTP, without the network', `${(byHttp * 1e6).toFixed(1)} µs`);
}

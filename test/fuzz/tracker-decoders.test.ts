import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.js';
import {formatIp, parseIp} from '../../source/base/ip-address.js';
import {safeText} from '../../source/base/safe-text.js';
import {encodeBencode} from '../../source/protocol/bencode/bencode.js';
import {encodeCompactPeers} from '../../source/protocol/tracker/compact-peers.js';
import {
	announceUrl,
	decodeAnnounceResponse,
	decodeScrapeResponse,
	scrapeUrl,
} from '../../source/protocol/tracker/http.js';
import {parseAnnounceQuery, parseScrapeQuery} from '../../source/protocol/tracker/query.js';
import {
	decodeUdpRequest,
	decodeUdpResponse,
	encodeUdpAnnounce,
	encodeUdpAnnounced,
	encodeUdpConnect,
	encodeUdpScrape,
	encodeUdpScraped,
} from '../../source/protocol/tracker/udp.js';
import {seeded} from '../policy/seeded.ts';

const {FUZZ_SEED, FUZZ_ROUNDS} = process.env;
const seed = Number(FUZZ_SEED ?? 1);
const rounds = Number(FUZZ_ROUNDS ?? 20_000);
const infoHash = new Uint8Array(20).fill(7);
const request = {
	infoHash,
	peerId: infoHash,
	port: 1,
	uploaded: 1,
	downloaded: 1,
	left: 1,
	event: 'started',
	key: 1,
	numwant: 1,
} as const;
const peers = encodeCompactPeers([{host: '192.0.2.1', port: 1}]);

const samples: readonly Uint8Array[] = [
	encodeBencode({
		interval: 900,
		'min interval': 5,
		complete: 1,
		peers,
		peers6: new Uint8Array(18),
		'tracker id': 'x',
	}),
	encodeBencode({peers: [{ip: '192.0.2.1', port: 6881, 'peer id': infoHash}], 'warning message': 'w'}),
	encodeBencode({'failure reason': 'no', 'retry in': 'never'}),
	encodeBencode({files: new Map([[infoHash, {complete: 1, incomplete: 2, downloaded: 3}]])}),
	encodeUdpConnect(1),
	encodeUdpAnnounce(1n, 2, request, '/announce?name=x'),
	encodeUdpScrape(1n, 2, [infoHash]),
	encodeUdpAnnounced(1, {interval: 1, seeders: 1, leechers: 1, peers}),
	encodeUdpScraped(1, [{seeders: 1, leechers: 1, completed: 1}]),
	new TextEncoder().encode(announceUrl('http://x/announce', {...request, name: 'ü'}).split('?')[1]),
	new TextEncoder().encode('2001:db8::192.0.2.1%eth0'),
];

/** A sample with a few bytes changed, cut, doubled or put in. */
function mutate(random: () => number): Uint8Array {
	const bytes = [...samples[Math.floor(random() * samples.length)]!];
	for (let change = Math.floor(random() * 6); change >= 0; change--) {
		const at = Math.floor(random() * (bytes.length + 1));
		const kind = random();
		if (kind < 0.4) bytes[Math.min(at, bytes.length - 1)] = Math.floor(random() * 256);
		else if (kind < 0.6) bytes.splice(at, Math.floor(random() * 8));
		else if (kind < 0.8) bytes.splice(at, 0, ...bytes.slice(at, at + Math.floor(random() * 20)));
		else bytes.splice(at, 0, ...Array.from({length: 4}, () => Math.floor(random() * 256)));
	}
	return Uint8Array.from(bytes);
}

test(`any bytes give a tracker's message or a ProtocolError (seed ${seed}, ${rounds} inputs)`, () => {
	const random = seeded(seed);
	const decoders: ReadonlyArray<(bytes: Uint8Array) => unknown> = [
		decodeAnnounceResponse,
		bytes => decodeScrapeResponse(bytes, infoHash),
		bytes => decodeUdpResponse(bytes, 'ipv4'),
		bytes => decodeUdpResponse(bytes, 'ipv6'),
		decodeUdpRequest,
		bytes => parseAnnounceQuery(Buffer.from(bytes).toString('latin1')),
		bytes => parseScrapeQuery(Buffer.from(bytes).toString('latin1')),
	];
	for (let round = 0; round < rounds; round++) {
		const bytes = mutate(random);
		for (const decode of decoders) {
			try {
				decode(bytes);
			} catch (error) {
				assert.ok(error instanceof ProtocolError, `round ${round}: ${String(error)}`);
			}
		}
		const text = Buffer.from(bytes).toString('utf8');
		assert.doesNotMatch(safeText(text), /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
		const address = parseIp(text);
		if (address) assert.deepEqual(parseIp(formatIp(address)), address);
		scrapeUrl(text, infoHash);
	}
});

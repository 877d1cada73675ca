import assert from 'node:assert/strict';
import {test} from 'node:test';
import {HttpConnectHandshake} from '../../source/protocol/transport/http-connect.js';
import type {ProxyHandshake} from '../../source/protocol/transport/proxy-handshake.js';
import {ProxyRefusal} from '../../source/protocol/transport/proxy-handshake.js';
import {
	decodeSocksDatagram,
	encodeSocksDatagram,
	Socks5Handshake,
} from '../../source/protocol/transport/socks5.js';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(1);
const rounds = fuzzRounds(4000);
const target = {host: 'tracker.example', port: 6969};
const credentials = {user: 'ann', password: 'secret'};

/** Says it all in portions, until the way is open or refused. */
function tell(handshake: ProxyHandshake, bytes: Uint8Array, random: () => number, what: string): void {
	try {
		for (let at = 0; at < bytes.length; ) {
			const part = bytes.subarray(at, at + 1 + Math.floor(random() * 20));
			at += part.length;
			const step = handshake.push(part, part.length);
			if (step.kind !== 'open') continue;
			assert.ok(step.used > 0 && step.used <= part.length, what);
			return;
		}
	} catch (error) {
		assert.ok(error instanceof ProxyRefusal, `${what}: ${String(error)}`);
	}
}

const socks = [
	Uint8Array.of(5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 4, 56, 1, 2, 3),
	Uint8Array.of(5, 2, 1, 0, 5, 0, 0, 3, 3, 97, 98, 99, 4, 56),
	Uint8Array.of(5, 0, 5, 0, 0, 4, ...new Uint8Array(16), 4, 56),
];
const heads = [
	'HTTP/1.1 200 OK\r\n\r\n',
	'HTTP/1.0 407 x\r\nProxy-Authenticate: Basic\r\n\r\n',
	'HTTP/1.1 502 x\r\n\r\nbody',
];

test(`whatever a proxy says opens the way or is refused (seed ${seed}, ${rounds} inputs)`, () => {
	const random = seeded(seed);
	for (let round = 0; round < rounds; round++) {
		const pick = Math.floor(random() * 3);
		for (const command of ['connect', 'associate'] as const)
			tell(
				new Socks5Handshake(command, target, credentials),
				mutate(socks[pick]!, random),
				random,
				`round ${round}`,
			);
		const head = mutate(Buffer.from(heads[pick]!), random);
		tell(new HttpConnectHandshake(target, credentials), head, random, `round ${round}`);
	}
});

test(`any datagram is one that was passed on, or none (seed ${seed}, ${rounds} inputs)`, () => {
	const random = seeded(seed);
	const hosts = ['192.0.2.1', '2001:db8::1', 'tracker.example'];
	const samples = hosts.map(host => encodeSocksDatagram({host, port: 6969}, Uint8Array.of(1, 2, 3)));
	for (let round = 0; round < rounds; round++) {
		const bytes = mutate(samples[round % samples.length]!, random);
		const found = decodeSocksDatagram(bytes);
		if (found === undefined) continue;
		assert.ok(found.payload.length <= bytes.length - 7, `round ${round}`);
		assert.ok(found.from.port >= 0 && found.from.port <= 65_535, `round ${round}`);
	}
});

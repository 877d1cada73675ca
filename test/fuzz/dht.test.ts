import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formatAddress, type PeerAddress} from '../../source/base/peer-address.js';
import {DhtNode} from '../../source/engine/dht/dht-node.js';
import {
	decodeKrpc,
	encodeError,
	encodeQuery,
	encodeResponse,
	type KrpcAsking,
	type KrpcQuery,
	longestKrpcMessage,
} from '../../source/protocol/dht/krpc.js';
import {seededRandom} from '../helpers/seeded-random.js';
import {sha1} from '../simulation/dht-world.js';
import {VirtualClock} from '../simulation/virtual-clock.js';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(51);
const rounds = fuzzRounds(20_000);
const client = Uint8Array.of(84, 84, 0, 1);

for (const family of ['ipv4', 'ipv6'] as const) {
	test(`whatever comes to a DHT node over ${family}, it answers or not, and its table keeps its promises (seed ${seed})`, async t => {
		const random = seededRandom(seed);
		const below = (limit: number): number => Math.floor(random.next() * limit);
		const clock = new VirtualClock(1e9);
		const hosts = Array.from({length: 300}, (_, n) =>
			family === 'ipv4' ? `20.${n >> 4}.${n & 15}.1` : `2a00:${n + 1}::1`,
		);
		const somebody = (): PeerAddress => ({host: hosts[below(hosts.length)]!, port: 1 + below(3)});
		const open: Array<{query: KrpcQuery; to: PeerAddress}> = [];
		const asked = new Set<string>();
		/** Bytes that were sent to who asked, and that they sent. */
		let [sent, received] = [0, 0];
		const node = new DhtNode({
			family,
			clock,
			random,
			sha1,
			client,
			readOnly: false,
			send: (bytes, to) => {
				// Whatever is said to us, what we say makes sense.
				const message = decodeKrpc(bytes);
				if (message.kind === 'query') {
					asked.add(formatAddress(to));
					open.push({query: message, to});
					if (open.length > 40) open.shift();
				} else sent += bytes.length;
				assert.ok(bytes.length <= 1024, `${bytes.length} bytes`);
			},
			seenAs: ({port}) => assert.ok(port > 0 && port < 65_536),
			others: nodes => assert.ok(nodes.length <= 128),
			closestOther: () => [],
		});
		node.start();
		const token: Uint8Array = Uint8Array.of(1);
		const contacts = () => Array.from({length: below(12)}, () => ({id: random.bytes(20), ...somebody()}));
		const question = (): KrpcAsking => {
			const target = random.bytes(20);
			switch (below(5)) {
				case 0:
					return {name: 'ping'};
				case 1:
					return {name: 'find_node', target, want: ['ipv4', 'ipv6']};
				case 2:
					return {name: 'get_peers', target, scrape: true, noSeed: below(2) === 0};
				case 3:
					return {name: 'sample_infohashes', target};
				default:
					return {name: 'announce_peer', target, token, port: below(70_000), localPort: 1, seed: true};
			}
		};
		const sender = () => ({id: random.bytes(20), client, readOnly: below(9) === 0});
		let taken = 0;
		for (let round = 0; round < rounds; round++) {
			let bytes: Uint8Array;
			let from = somebody();
			const pending = open[below(open.length)];
			if (pending !== undefined && below(2) === 0) {
				if (below(10) > 0) from = pending.to;
				const {transaction} = pending.query;
				bytes =
					below(12) === 0
						? encodeError({client}, transaction, below(400), 'no')
						: encodeResponse(sender(), transaction, random.bytes(family === 'ipv4' ? 6 : 18), {
								nodes: {[family]: contacts()},
								values: Array.from({length: below(9)}, () => random.bytes(family === 'ipv4' ? 6 : 18)),
								token: random.bytes(below(20)),
								samples: random.bytes(below(60)),
								interval: below(99),
								num: below(99),
								seeds: random.bytes(256),
							});
			} else bytes = encodeQuery(sender(), random.bytes(1 + below(8)), question());
			if (below(4) > 0) bytes = mutate(bytes, () => random.next());
			if (below(500) === 0) bytes = random.bytes(longestKrpcMessage + 1);
			received += bytes.length;
			try {
				node.received(bytes, from);
			} catch (error) {
				t.diagnostic(`round ${round} of seed ${seed}: ${Buffer.from(bytes).toString('latin1')}`);
				throw error;
			}
			if (below(300) === 0) {
				const target = random.bytes(20);
				node.findPeers(
					target,
					{},
					found => (taken += found.length),
					({stores}) => node.announce(target, stores, {given: 1 + below(9), local: 1}, false),
				);
			}
			if (below(200) === 0) node.bootstrap(contacts(), () => {});
			if (below(2000) === 0) node.addressIs(random.bytes(family === 'ipv4' ? 4 : 16));
			if (below(4) === 0) await clock.pass(below(400));
			if (round % 500 !== 0) continue;
			const known = node.nodesToKeep(1000);
			assert.ok(
				known.every(address => asked.has(formatAddress(address))),
				'nobody is known who was not asked',
			);
			assert.equal(new Set(known.map(({host}) => host)).size, known.length);
			assert.ok(node.buckets.every(({nodes, spares, most}) => nodes <= most && spares <= 8));
			assert.ok(node.pending <= 2000);
		}
		const {traffic} = node;
		assert.ok(
			traffic.answersIn > rounds / 100 && node.size > 8,
			`${traffic.answersIn} answers, ${node.size} nodes`,
		);
		assert.ok(taken > 0);
		t.diagnostic(
			`${node.size} nodes, ${traffic.answersIn} answers and ${traffic.invalid} senseless ones in, ` +
				`${received} bytes in and ${sent} to those who asked`,
		);
		node.stop();
		assert.equal(clock.pending, 0, 'no timer is left');
	});
}

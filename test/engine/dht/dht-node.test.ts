import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {AddressFamily} from '../../../source/base/ip-address.js';
import type {PeerAddress} from '../../../source/base/peer-address.js';
import {DhtNode} from '../../../source/engine/dht/dht-node.js';
import {estimateCount} from '../../../source/policy/dht/scrape-filter.js';
import {type Bencodable, encodeBencode} from '../../../source/protocol/bencode/bencode.js';
import type {NodeContact} from '../../../source/protocol/dht/compact-nodes.js';
import {
	decodeKrpc,
	encodeError,
	encodeResponse,
	type KrpcError,
	type KrpcMessage,
	type KrpcQuery,
	type KrpcResponse,
} from '../../../source/protocol/dht/krpc.js';
import {idFitsAddress} from '../../../source/protocol/dht/node-id.js';
import {HandClock} from '../../helpers/hand-clock.js';
import {seededRandom} from '../../helpers/seeded-random.js';
import {sha1} from '../../simulation/dht-world.js';

const theirId = new Uint8Array(20).fill(0x55);
const target = new Uint8Array(20).fill(0x77);
const stranger: PeerAddress = {host: '203.0.113.9', port: 4000};
const client = Uint8Array.of(84, 84, 0, 1);

/** A node alone, and what it sends. */
class Bench {
	readonly clock = new HandClock();
	readonly sent: Array<{message: KrpcMessage; to: PeerAddress; bytes: Uint8Array}> = [];
	readonly seen: PeerAddress[] = [];
	readonly others: NodeContact[] = [];
	readonly node: DhtNode;

	constructor(
		more: {family?: AddressFamily; readOnly?: boolean; other?: readonly NodeContact[]; id?: Uint8Array} = {},
	) {
		this.node = new DhtNode({
			family: more.family ?? 'ipv4',
			clock: this.clock,
			random: seededRandom(3),
			sha1,
			client,
			readOnly: more.readOnly ?? false,
			id: more.id ?? new Uint8Array(20),
			send: (bytes, to) => this.sent.push({message: decodeKrpc(bytes), to, bytes}),
			seenAs: address => this.seen.push(address),
			others: nodes => this.others.push(...nodes),
			closestOther: () => more.other ?? [],
		});
		this.node.start();
	}

	/** Somebody asks. Answers what it is told. */
	ask(
		name: string,
		body: Record<string, Bencodable>,
		from = stranger,
		more: Record<string, Bencodable> = {},
	): KrpcMessage | undefined {
		this.sent.length = 0;
		const bytes = encodeBencode({a: {id: theirId, ...body}, q: name, t: 'tt', y: 'q', ...more});
		this.node.received(bytes, from);
		return this.sent.find(({message}) => message.kind !== 'query')?.message;
	}

	/** The questions of the node since the last look. */
	questions(): Array<{query: KrpcQuery; to: PeerAddress}> {
		const found = this.sent.flatMap(({message, to}) =>
			message.kind === 'query' ? [{query: message, to}] : [],
		);
		this.sent.length = 0;
		return found;
	}

	/** Somebody answers a question of the node. */
	answer(
		query: KrpcQuery,
		from: PeerAddress,
		answer: Parameters<typeof encodeResponse>[3] = {},
		id: Uint8Array = theirId,
		transaction: Uint8Array = query.transaction,
	): void {
		const sender = {id, client, readOnly: false};
		this.node.received(
			encodeResponse(sender, transaction, Uint8Array.of(198, 51, 100, 77, 26, 225), answer),
			from,
		);
	}

	/** Has somebody taken into the table. */
	meet(from: PeerAddress, id: Uint8Array): void {
		this.node.ping(from, id);
		for (const {query, to} of this.questions())
			if (to.host === from.host && to.port === from.port) this.answer(query, from, {}, id);
	}
}

test('a ping is answered with our id, and with where it came from', () => {
	const bench = new Bench();
	const reply = bench.ask('ping', {}) as KrpcResponse;
	assert.equal(reply.kind, 'response');
	assert.deepEqual(reply.id, new Uint8Array(20));
	assert.deepEqual(reply.ourAddress, stranger);
});

test('what makes no sense is told so with a code, once it is a question; what is no message at all is not answered', () => {
	const bench = new Bench();
	const refused = bench.ask('find_node', {target: 'short'}) as KrpcError;
	assert.deepEqual([refused.kind, refused.code], ['error', 203]);
	assert.equal((bench.ask('vote', {}) as KrpcError).code, 204);
	bench.sent.length = 0;
	for (const bytes of ['d1:t2:tt1:y1:re', 'd1:y1:qe', 'garbage', 'd1:ad2:id3:abce1:q4:ping1:y1:qe'])
		bench.node.received(Buffer.from(bytes), stranger);
	assert.deepEqual(bench.sent, []);
	assert.equal(bench.node.traffic.invalid, 5);
});

test('who asks for peers is given nodes and a token, with which it may announce itself; then it is given to others', () => {
	const bench = new Bench();
	const first = bench.ask('get_peers', {info_hash: target}) as KrpcResponse;
	assert.deepEqual([first.values, first.nodes], [[], []]);
	assert.equal(first.token?.length, 8);
	const announced = bench.ask('announce_peer', {info_hash: target, port: 6999, token: first.token!});
	assert.equal(announced?.kind, 'response');
	const again = bench.ask('get_peers', {info_hash: target}, {host: '198.51.100.1', port: 1}) as KrpcResponse;
	assert.deepEqual(again.values, [{host: stranger.host, port: 6999}]);
	bench.ask('announce_peer', {info_hash: target, port: 6999, implied_port: 1, token: first.token!, seed: 1});
	const implied = bench.ask('get_peers', {info_hash: target}) as KrpcResponse;
	const both = [stranger, {host: stranger.host, port: 6999}];
	assert.deepEqual(
		implied.values.toSorted((a, b) => a.port - b.port),
		both,
		'also the port the question came from',
	);
	assert.deepEqual(
		(bench.ask('get_peers', {info_hash: target, noseed: 1}) as KrpcResponse).values,
		both.slice(1),
	);
});

test('a token of another, of another torrent, of an hour ago or none stores nobody', async () => {
	const bench = new Bench();
	const {token} = bench.ask('get_peers', {info_hash: target}) as KrpcResponse;
	const body = {info_hash: target, port: 6999, token: token!};
	assert.equal((bench.ask('announce_peer', body, {host: '198.51.100.1', port: 1}) as KrpcError).code, 203);
	assert.equal((bench.ask('announce_peer', {...body, info_hash: theirId}) as KrpcError).code, 203);
	assert.equal((bench.ask('announce_peer', {info_hash: target, port: 1}) as KrpcError).code, 203);
	assert.equal((bench.ask('announce_peer', {...body, port: 0}) as KrpcError).code, 203);
	assert.equal((bench.ask('announce_peer', {...body, port: 70_000}) as KrpcError).code, 203);
	await bench.clock.pass(3_600_000);
	assert.equal((bench.ask('announce_peer', body) as KrpcError).code, 203);
	assert.deepEqual(bench.node.stored, {hashes: 0, peers: 0});
});

test('an answer fills one datagram of 1,024 bytes and no more', async () => {
	const bench = new Bench();
	for (let n = 0; n < 300; n++) {
		const from = {host: `20.${n >> 8}.${n & 255}.1`, port: 1000 + n};
		const {token} = bench.ask('get_peers', {info_hash: target}, from) as KrpcResponse;
		bench.ask('announce_peer', {info_hash: target, port: from.port, token: token!}, from);
		await bench.clock.pass(1000);
	}
	const reply = bench.ask('get_peers', {info_hash: target}) as KrpcResponse;
	const {bytes} = bench.sent.find(({message}) => message.kind === 'response')!;
	assert.ok(bytes.length <= 1024 && bytes.length > 980, `${bytes.length} bytes`);
	assert.ok(reply.values.length >= 80, `${reply.values.length} peers`);
	bench.ask('get_peers', {info_hash: target, scrape: 1});
	const scraped = bench.sent.find(({message}) => message.kind === 'response')!;
	assert.ok(scraped.bytes.length <= 1024, `${scraped.bytes.length} bytes`);
	assert.ok(Math.abs(estimateCount((scraped.message as KrpcResponse).peers!) - 300) < 30);
});

test('who is near is named, in the families that are wanted', async () => {
	const six = {id: target, host: '2001:db8::9', port: 9};
	const bench = new Bench({other: [six]});
	for (let n = 0; n < 12; n++) {
		bench.meet({host: `20.0.${n}.1`, port: 1}, new Uint8Array(20).fill(n + 1));
		await bench.clock.pass(100);
	}
	const four = bench.ask('find_node', {target}) as KrpcResponse;
	assert.equal(four.nodes.length, 8);
	assert.ok(four.nodes.every(({host}) => !host.includes(':')));
	const both = bench.ask('get_peers', {info_hash: target, want: ['n4', 'n6', 'n9']}) as KrpcResponse;
	assert.deepEqual(
		both.nodes.filter(({host}) => host.includes(':')).map(({host}) => host),
		['2001:db8::9'],
	);
	assert.equal(both.nodes.length, 9);
	assert.equal(
		(bench.ask('mutate', {target}) as KrpcResponse).nodes.length,
		8,
		'new questions are answered so',
	);
});

test('nobody in the internet is named an address of our own network', async () => {
	const bench = new Bench();
	bench.meet({host: '192.168.1.4', port: 1}, new Uint8Array(20).fill(1));
	bench.meet({host: '127.0.0.1', port: 1}, new Uint8Array(20).fill(2));
	bench.meet({host: '20.0.0.1', port: 1}, new Uint8Array(20).fill(3));
	const hosts = (from: string) =>
		(bench.ask('find_node', {target}, {host: from, port: 5}) as KrpcResponse).nodes
			.map(({host}) => host)
			.sort();
	assert.deepEqual(hosts('203.0.113.9'), ['20.0.0.1']);
	assert.deepEqual(hosts('192.168.1.9'), ['192.168.1.4', '20.0.0.1']);
});

test('an answer counts only from the host and port that were asked, and by its transaction', () => {
	const bench = new Bench();
	bench.node.ping(stranger, theirId);
	const [{query}] = bench.questions() as [{query: KrpcQuery; to: PeerAddress}];
	bench.answer(query, {host: stranger.host, port: 4001});
	bench.answer(query, {host: '203.0.113.10', port: 4000});
	bench.answer(query, stranger, {}, theirId, Uint8Array.of(1, 2, 3, 4));
	assert.equal(bench.node.size, 0);
	assert.equal(bench.node.traffic.unsolicited, 3);
	bench.answer(query, stranger);
	assert.equal(bench.node.size, 1);
	bench.answer(query, stranger);
	assert.equal(bench.node.traffic.unsolicited, 4, 'a second answer is none');
});

test('who asks us is asked back before it is a node to us, and who is read-only is not', async () => {
	const bench = new Bench();
	bench.ask('ping', {}, {host: '20.0.0.5', port: 5}, {ro: 1});
	await bench.clock.pass(20_000);
	assert.deepEqual(bench.questions(), []);
	bench.ask('ping', {});
	const [asked] = bench.questions();
	assert.deepEqual(
		[asked?.query.name, asked?.to.host, asked?.to.port],
		['ping', stranger.host, stranger.port],
	);
	assert.equal(bench.node.size, 0);
	bench.answer(asked!.query, stranger);
	assert.equal(bench.node.size, 1);
});

test('a read-only node says so in its questions and answers none', () => {
	const bench = new Bench({readOnly: true});
	assert.equal(bench.ask('ping', {}), undefined);
	bench.node.ping(stranger);
	assert.equal(bench.questions()[0]!.query.readOnly, true);
});

test('who answers in the name of another is not that other', () => {
	const bench = new Bench();
	bench.node.ping(stranger, new Uint8Array(20).fill(9));
	bench.answer(bench.questions()[0]!.query, stranger);
	assert.deepEqual(
		bench.node.nodesToKeep(9).map(({id}) => id),
		[theirId],
	);
});

test('our address as others see it is handed on, and an id that does not fit it is changed, keeping who is known', () => {
	const bench = new Bench({id: new Uint8Array(20).fill(0xaa)});
	bench.meet(stranger, theirId);
	assert.deepEqual(bench.seen, [{host: '198.51.100.77', port: 6881}]);
	const ip = Uint8Array.of(198, 51, 100, 77);
	bench.node.addressIs(ip);
	assert.ok(idFitsAddress(bench.node.id, ip));
	assert.equal(bench.node.size, 1);
	const {id} = bench.node;
	bench.node.addressIs(ip);
	assert.equal(bench.node.id, id, 'one that fits stays');
});

test('samples of info-hashes are given to who indexes the DHT', () => {
	const bench = new Bench();
	assert.deepEqual((bench.ask('sample_infohashes', {target}) as KrpcResponse).samples, []);
	for (let n = 0; n < 30; n++) {
		const info_hash = new Uint8Array(20).fill(n);
		const from = {host: `20.0.${n}.1`, port: 1};
		const {token} = bench.ask('get_peers', {info_hash}, from) as KrpcResponse;
		bench.ask('announce_peer', {info_hash, port: 1, token: token!}, from);
	}
	const reply = bench.ask('sample_infohashes', {target}) as KrpcResponse;
	assert.equal(reply.samples!.length, 20);
	assert.deepEqual([reply.num, reply.interval], [30, 21_600]);
});

test('of 50 packets in 10 s every one is heard, of more none for five minutes', async () => {
	const bench = new Bench();
	const answered = () => bench.ask('ping', {}) !== undefined;
	let count = 0;
	for (let n = 0; n < 60; n++) if (answered()) count++;
	assert.equal(count, 50);
	await bench.clock.pass(200_000);
	assert.equal(answered(), false);
	await bench.clock.pass(301_000);
	assert.equal(answered(), true);
});

test('we are no amplifier: whoever asks, answers stay within 8,000 bytes a second', async () => {
	const bench = new Bench();
	for (let n = 0; n < 8; n++) bench.meet({host: `20.0.${n}.1`, port: 1}, new Uint8Array(20).fill(n));
	let bytes = 0;
	for (let second = 0; second < 20; second++) {
		for (let n = 0; n < 500; n++) {
			bench.ask('find_node', {target}, {host: `30.${second}.${n >> 8}.${n & 255}`, port: 9});
			for (const {message, bytes: sent} of bench.sent) if (message.kind === 'response') bytes += sent.length;
		}
		await bench.clock.pass(1000);
	}
	assert.ok(bytes <= 8000 * 23 + 500, `${bytes} bytes in 20 s`);
	assert.ok(bytes >= 8000 * 20);
});

test('who is silent is passed over after a second, and given up after fifteen', async () => {
	const bench = new Bench();
	for (let n = 0; n < 9; n++) bench.meet({host: `20.0.${n}.1`, port: 1}, new Uint8Array(20).fill(n + 1));
	bench.sent.length = 0;
	let ended: number | undefined;
	bench.node.findPeers(
		target,
		{},
		() => {},
		({responses}) => {
			ended = bench.clock.now();
			assert.equal(responses, 0);
		},
	);
	assert.equal(bench.questions().length, 5);
	await bench.clock.pass(1000);
	assert.equal(bench.questions().length, 3, 'the table names eight');
	await bench.clock.pass(16_000);
	assert.ok(ended !== undefined && ended >= 15_000 && ended <= 16_100, `${ended}`);
});

test('peers are told as they come, those that are no business of the teller not at all', () => {
	const bench = new Bench();
	bench.meet(stranger, theirId);
	bench.sent.length = 0;
	const found: string[] = [];
	let stores = 0;
	bench.node.findPeers(
		target,
		{},
		peers => found.push(...peers.map(({host}) => host)),
		result => {
			stores = result.stores.length;
			bench.node.announce(target, result.stores, {given: undefined, local: 6881}, false);
		},
	);
	const values = [
		[192, 0, 2, 4],
		[192, 168, 1, 1],
		[127, 0, 0, 1],
	].map(ip => Uint8Array.of(...ip, 26, 225));
	bench.answer(bench.questions()[0]!.query, stranger, {values, token: Uint8Array.of(7)});
	assert.deepEqual([found, stores], [['192.0.2.4'], 1]);
	const [announce] = bench.questions();
	assert.deepEqual([announce!.query.name, announce!.query.token], ['announce_peer', Uint8Array.of(7)]);
	assert.equal(announce!.query.port, undefined, 'the port is the one it comes from');
});

test('nodes of the other family help it to begin', () => {
	const bench = new Bench();
	bench.node.bootstrap([stranger], () => {});
	const [{query}] = bench.questions() as [{query: KrpcQuery; to: PeerAddress}];
	assert.deepEqual([...query.want!], ['ipv4', 'ipv6']);
	bench.answer(query, stranger, {nodes: {ipv6: [{id: target, host: '2001:db8::9', port: 9}]}});
	assert.deepEqual(
		bench.others.map(({host}) => host),
		['2001:db8::9'],
	);
});

test('a router is asked the way in and never becomes a node; who is named by address does', () => {
	const bench = new Bench();
	bench.node.bootstrap(
		[
			{...stranger, isRouter: true},
			{host: '20.0.0.1', port: 7},
		],
		() => {},
	);
	for (const {query, to} of bench.questions()) bench.answer(query, to, {}, new Uint8Array(20).fill(to.port));
	assert.deepEqual(
		bench.node.nodesToKeep(9).map(({host}) => host),
		['20.0.0.1'],
	);
});

test('an idle node asks next to nothing: whom it has not heard from for five minutes, one in five seconds', async () => {
	const bench = new Bench();
	for (let n = 0; n < 200; n++) {
		bench.meet({host: `20.${n}.0.1`, port: 1}, seededRandom(n).bytes(20));
		if (n % 50 === 0) await bench.clock.pass(1000);
	}
	bench.sent.length = 0;
	await bench.clock.pass(290_000);
	assert.deepEqual(bench.questions(), []);
	await bench.clock.pass(300_000);
	const asked = bench.questions();
	assert.ok(asked.length >= 40 && asked.length <= 60, `${asked.length} questions in five minutes`);
	assert.equal(new Set(asked.map(({to}) => to.host)).size, asked.length);
});

test('a node that is stopped neither asks nor answers, and its look-ups tell nothing more', async () => {
	const bench = new Bench();
	bench.meet(stranger, theirId);
	bench.node.findPeers(
		target,
		{},
		() => assert.fail(),
		() => assert.fail(),
	);
	const [{query}] = bench.questions() as [{query: KrpcQuery; to: PeerAddress}];
	bench.node.stop();
	bench.answer(query, stranger, {values: [Uint8Array.of(192, 0, 2, 4, 26, 225)]});
	assert.equal(bench.ask('ping', {}), undefined);
	await bench.clock.pass(600_000);
	assert.deepEqual(bench.sent, []);
	assert.equal(bench.clock.next, undefined, 'no timer is left');
});

test('who is silent is passed over after a second also while another has been silent for longer', async () => {
	const bench = new Bench();
	for (let n = 0; n < 9; n++) bench.meet({host: `20.0.${n}.1`, port: 1}, new Uint8Array(20).fill(n + 1));
	bench.node.ping({host: '66.6.6.6', port: 1});
	await bench.clock.pass(3000);
	bench.sent.length = 0;
	bench.node.findPeers(
		target,
		{},
		() => {},
		() => {},
	);
	assert.equal(bench.questions().length, 5);
	await bench.clock.pass(1000);
	assert.equal(bench.questions().length, 3);
});

test('who refuses is there: it stays as good as one that answers, and is of no use for the look-up', async () => {
	const bench = new Bench();
	bench.meet(stranger, theirId);
	bench.node.ping(stranger, theirId);
	await bench.clock.pass(16_000);
	assert.equal(bench.node.good, 0);
	bench.sent.length = 0;
	let responses: number | undefined;
	bench.node.findPeers(
		target,
		{},
		() => {},
		result => (responses = result.responses),
	);
	const [{query}] = bench.questions() as [{query: KrpcQuery; to: PeerAddress}];
	bench.node.received(encodeError({client}, query.transaction, 202, 'busy'), stranger);
	assert.deepEqual([bench.node.good, responses, bench.node.traffic.errorsIn], [1, 0, 1]);
});

test('that the system cannot send is no fault of those who would have been asked', async () => {
	const bench = new Bench();
	bench.meet(stranger, theirId);
	for (let n = 0; n < 30; n++) {
		bench.node.ping(stranger, theirId);
		bench.node.unreachable(stranger);
	}
	assert.deepEqual([bench.node.good, bench.node.isSilent], [1, true]);
	bench.meet(stranger, theirId);
	assert.equal(bench.node.isSilent, false);
});

test('however many make themselves known, those who are known are asked in turn whether they are still there', async () => {
	const bench = new Bench();
	for (let n = 0; n < 20; n++) bench.meet({host: `20.0.${n}.1`, port: 1}, seededRandom(n).bytes(20));
	bench.sent.length = 0;
	await bench.clock.pass(300_000);
	const asked = new Set<string>();
	for (let n = 0; n < 120; n++) {
		bench.ask('ping', {id: seededRandom(900 + n).bytes(20)}, {host: `30.${n}.0.1`, port: 1});
		await bench.clock.pass(5000);
		for (const {to} of bench.questions()) asked.add(to.host);
	}
	assert.equal([...asked].filter(host => host.startsWith('20.0.')).length, 20);
	assert.ok(asked.size > 40, 'and newcomers too');
});

test('who answers under our own id is no other: an address of ours that is remembered elsewhere', () => {
	const bench = new Bench();
	bench.meet(stranger, theirId);
	bench.sent.length = 0;
	let stores: readonly unknown[] | undefined;
	bench.node.findPeers(
		target,
		{},
		() => {},
		result => (stores = result.stores),
	);
	const [first] = bench.questions() as [{query: KrpcQuery; to: PeerAddress}];
	const mirror = {host: '198.51.100.77', port: 6881};
	bench.answer(first.query, stranger, {nodes: {ipv4: [{id: target, ...mirror}]}, token: Uint8Array.of(1)});
	const [second] = bench.questions() as [{query: KrpcQuery; to: PeerAddress}];
	assert.deepEqual(second.to.host, mirror.host);
	bench.answer(second.query, mirror, {token: Uint8Array.of(2)}, bench.node.id);
	assert.equal(stores?.length, 1);
});

test('of IPv6 who has one address has a network of them: their packets are counted together', () => {
	const bench = new Bench({family: 'ipv6'});
	let answered = 0;
	for (let n = 0; n < 200; n++)
		if (bench.ask('ping', {}, {host: `2001:db8:1:2::${n.toString(16)}`, port: 9}) !== undefined) answered++;
	assert.equal(answered, 50);
	assert.notEqual(bench.ask('ping', {}, {host: '2001:db8:1:3::1', port: 9}), undefined);
});

test('over IPv6 the peers, seeds and counts are those of IPv6', async () => {
	const bench = new Bench({family: 'ipv6'});
	for (let n = 1; n < 60; n++) {
		const from = {host: `2001:db8:${n.toString(16)}::1`, port: 1000 + n};
		const {token} = bench.ask('get_peers', {info_hash: target}, from) as KrpcResponse;
		bench.ask('announce_peer', {info_hash: target, port: 7, token: token!, seed: n % 3 === 0 ? 1 : 0}, from);
		await bench.clock.pass(1000);
	}
	const asker = {host: '2001:db8:ffff::1', port: 1};
	const plain = bench.ask('get_peers', {info_hash: target}, asker) as KrpcResponse;
	assert.ok(
		plain.values.length >= 20 && plain.values.every(({host, port}) => host.includes(':') && port === 7),
	);
	const scraped = bench.ask('get_peers', {info_hash: target, scrape: 1}, asker) as KrpcResponse;
	assert.ok(Math.abs(estimateCount(scraped.seeds!) - 19) < 4);
	assert.ok(Math.abs(estimateCount(scraped.peers!) - 40) < 6);
});

test('nodes that are cut short are left out, the whole ones before them are heard, in whatever order they come', () => {
	const bench = new Bench();
	bench.meet(stranger, theirId);
	bench.sent.length = 0;
	bench.node.findPeers(
		target,
		{},
		() => {},
		() => {},
	);
	const [{query}] = bench.questions() as [{query: KrpcQuery; to: PeerAddress}];
	const near = (n: number): Uint8Array => target.map((byte, at) => (at === 10 ? byte ^ n : byte));
	const nodes = Buffer.concat(
		[9, 1, 5]
			.map(n => Buffer.concat([near(n), Uint8Array.of(20, 0, n, 1, 26, 225)]))
			.concat(Buffer.from('short')),
	);
	const answer = encodeBencode({r: {id: theirId, nodes}, t: query.transaction, y: 'r'});
	bench.node.received(answer, stranger);
	assert.deepEqual(
		bench.questions().map(({to}) => to.host),
		['20.0.1.1', '20.0.5.1', '20.0.9.1'],
	);
});

test('a refusal that makes no sense is a refusal all the same', () => {
	for (const e of [undefined, 'no', [], ['x', 5], [203], {code: 1}]) {
		const bench = new Bench();
		bench.meet(stranger, theirId);
		bench.sent.length = 0;
		let ended = false;
		bench.node.findPeers(
			target,
			{},
			() => {},
			() => {
				ended = true;
			},
		);
		const [{query}] = bench.questions() as [{query: KrpcQuery; to: PeerAddress}];
		const fields = {...(e !== undefined && {e}), t: query.transaction, y: 'e'} as Record<string, Bencodable>;
		bench.node.received(encodeBencode(fields), stranger);
		assert.deepEqual([ended, bench.node.traffic.errorsIn], [true, 1]);
	}
});

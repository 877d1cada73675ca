import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {InfoHash} from '../../../source/base/units.js';
import type {SwarmHashes} from '../../../source/protocol/metainfo/swarm-hashes.js';
import {decodeHandshake, encodeHandshake, type Handshake} from '../../../source/protocol/wire/handshake.js';
import {type FakeConnection, LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

const v1 = Buffer.alloc(20, 0x11);
const v2 = Buffer.alloc(20, 0x22);
const hashes = {infoHash: v1.toString('hex') as InfoHash, infoHashV2: '22'.repeat(32) as InfoHash};
const kinds = {
	v1: {infoHash: hashes.infoHash, infoHashV2: undefined},
	hybrid: hashes,
	v2: {infoHash: undefined, infoHashV2: hashes.infoHashV2},
} satisfies Record<string, SwarmHashes>;

const greeting = (infoHash: Uint8Array, knowsV2: boolean) =>
	encodeHandshake({
		...{infoHash, peerId: new Uint8Array(20).fill(9), extended: true},
		...{fast: true, dht: false, v2: knowsV2},
	});

async function heard(connection: FakeConnection): Promise<Handshake | undefined> {
	await turn();
	await turn();
	const bytes = connection.take();
	return bytes.length < 68 ? undefined : decodeHandshake(bytes.subarray(0, 68));
}

async function running(identity: SwarmHashes): Promise<LoneTorrent> {
	const lone = new LoneTorrent({link: true, identity});
	await lone.start();
	return lone;
}

/** Somebody comes; answers what it hears: by which hash, and whether we say that we know v2. */
async function come(kind: keyof typeof kinds, infoHash: Uint8Array, knowsV2: boolean): Promise<string> {
	const lone = await running(kinds[kind]);
	const connection = lone.incoming(4000);
	connection.say(greeting(infoHash, knowsV2));
	const answer = await heard(connection);
	const [peer] = lone.torrent.peers;
	const text =
		answer === undefined
			? 'nothing'
			: `${answer.infoHash[0] === 0x11 ? 'v1' : 'v2'}${answer.v2 ? ' knows v2' : ''}, speaks ${peer?.speaksV2 ? 'v2' : 'v1'}`;
	await lone.torrent.close();
	return text;
}

for (const [kind, infoHash, knowsV2, answer] of [
	['v1', v1, false, 'v1, speaks v1'],
	['v1', v1, true, 'v1, speaks v1'],
	['v1', v2, false, 'nothing'],
	['hybrid', v1, false, 'v1 knows v2, speaks v1'],
	['hybrid', v1, true, 'v2, speaks v2'],
	['hybrid', v2, false, 'v2, speaks v2'],
	['v2', v2, false, 'v2, speaks v2'],
	['v2', v1, true, 'nothing'],
] as const) {
	const who = `who comes by the ${infoHash === v1 ? 'v1' : 'v2'} hash${knowsV2 ? ' and knows v2' : ''}`;
	test(`${who} of a ${kind} torrent hears: ${answer}`, async () => {
		assert.equal(await come(kind, infoHash, knowsV2), answer);
	});
}

/** We dial; answers what is heard of us, and what it comes to when it is answered so. */
async function dialled(lone: LoneTorrent, knowV2 = false): Promise<FakeConnection> {
	const addresses = [{host: '198.51.100.9', port: 4009}];
	lone.torrent.post({type: 'peers', addresses, source: 'tracker', knowV2});
	const connection = lone.dialled.at(-1)!;
	connection.events.connected();
	return connection;
}

test('a hybrid is dialled by its v1 hash and told that we know v2, and may answer by either hash', async () => {
	for (const [answer, speaksV2] of [
		[v1, false],
		[v2, true],
	] as const) {
		const lone = await running(kinds.hybrid);
		const connection = await dialled(lone);
		const ours = await heard(connection);
		assert.deepEqual([Buffer.from(ours!.infoHash), ours!.v2], [v1, true]);
		connection.say(greeting(answer, false));
		const [peer] = lone.torrent.peers;
		assert.deepEqual([peer?.ready, peer?.speaksV2], [true, speaksV2]);
		await lone.torrent.close();
	}
});

test('whom the v2 swarm named is dialled by the v2 hash', async () => {
	const lone = await running(kinds.hybrid);
	const ours = await heard(await dialled(lone, true));
	assert.deepEqual([Buffer.from(ours!.infoHash), ours!.v2], [v2, false]);
	await lone.torrent.close();
});

test('a torrent of v2 alone is dialled by the first 20 bytes of its hash, one of v1 without the bit', async () => {
	for (const [kind, key] of [
		['v2', v2],
		['v1', v1],
	] as const) {
		const lone = await running(kinds[kind]);
		const ours = await heard(await dialled(lone, true));
		assert.deepEqual([Buffer.from(ours!.infoHash), ours!.v2], [key, false]);
		await lone.torrent.close();
	}
});

test('who answers by a hash that is neither is let go', async () => {
	const lone = await running(kinds.hybrid);
	const connection = await dialled(lone);
	connection.say(greeting(Buffer.alloc(20, 0x33), false));
	assert.match(connection.reason ?? '', /another torrent/);
	await lone.torrent.close();
});

test('who hangs up on the one hash of a hybrid is dialled by the other at once, and not a third time', async () => {
	const lone = await running(kinds.hybrid);
	const first = await dialled(lone);
	first.hangUp();
	assert.equal(lone.dialled.length, 2);
	const second = lone.dialled[1]!;
	second.events.connected();
	const ours = await heard(second);
	assert.deepEqual([Buffer.from(ours!.infoHash), ours!.v2], [v2, false]);
	assert.equal(lone.connections, 1);
	second.hangUp();
	assert.equal(lone.dialled.length, 2);
	assert.equal(lone.connections, 0);
	await lone.torrent.close();
});

test('who cannot be reached at all, or hangs up on a torrent of one hash, is not dialled again at once', async () => {
	const unreached = await running(kinds.hybrid);
	const addresses = [{host: '198.51.100.9', port: 4009}];
	unreached.torrent.post({type: 'peers', addresses, source: 'tracker'});
	unreached.dialled[0]!.hangUp();
	assert.equal(unreached.dialled.length, 1);
	await unreached.torrent.close();
	const single = await running(kinds.v1);
	(await dialled(single)).hangUp();
	assert.equal(single.dialled.length, 1);
	await single.torrent.close();
});

test('by which hash a peer answered is remembered for the next time', async () => {
	const lone = await running(kinds.hybrid);
	const connection = await dialled(lone);
	connection.say(greeting(v2, false));
	await turn();
	connection.hangUp();
	lone.torrent.swarm.resume(lone.clock.now());
	const again = lone.dialled.at(-1)!;
	assert.notEqual(again, connection);
	again.events.connected();
	assert.deepEqual(Buffer.from((await heard(again))!.infoHash), v2);
	await lone.torrent.close();
});

/** A link by the v1 hash of a hybrid, before it is known that it is one. */
async function v1Link(layers: boolean) {
	const made = {version: 'hybrid', random: () => 0.5} as const;
	const {infoHash} = new LoneTorrent(made).metainfo;
	const lone = new LoneTorrent({...made, layers, link: true, identity: {infoHash, infoHashV2: undefined}});
	await lone.start();
	return lone;
}

test('when a v1 link turns out to be hybrid, peers that know v2 are met again by the v2 hash, the others stay', async () => {
	const lone = await v1Link(false);
	const {infoHash} = lone.torrent;
	const young = await dialled(lone);
	young.say(greeting(infoHash, true));
	lone.torrent.post({type: 'peers', addresses: [{host: '198.51.100.8', port: 4008}], source: 'tracker'});
	const old = lone.dialled.at(-1)!;
	old.events.connected();
	old.say(greeting(infoHash, false));
	assert.equal(lone.torrent.swarm.connected, 2);
	lone.torrent.post({type: 'metadata', info: lone.metainfo});
	assert.match(young.reason ?? '', /met again by the v2 hash/);
	assert.equal(old.reason, undefined);
	assert.equal(lone.dialled.length, 3);
	const again = lone.dialled[2]!;
	assert.deepEqual(again.remote, young.remote);
	again.events.connected();
	const ours = await heard(again);
	const {v2: key} = lone.torrent.swarmKeys;
	assert.deepEqual([Buffer.from(ours!.infoHash), ours!.v2], [Buffer.from(key!), false]);
	again.say(greeting(key!, false));
	assert.equal([...lone.torrent.peers].filter(({speaksV2}) => speaksV2).length, 1);
	await lone.torrent.close();
});

test('who came to us is met again where it listens, and stays where it does not say', async () => {
	for (const says of [true, false]) {
		const lone = await v1Link(false);
		const connection = lone.incoming(50_000);
		connection.say(greeting(lone.torrent.infoHash, true));
		const [peer] = lone.torrent.peers;
		if (says) lone.torrent.swarm.list.listens(peer!.address, 4321, lone.clock.now());
		lone.torrent.post({type: 'metadata', info: lone.metainfo});
		assert.deepEqual(
			lone.dialled.map(({remote}) => remote.port),
			says ? [4321] : [],
		);
		assert.equal(connection.reason === undefined, !says);
		await lone.torrent.close();
	}
});

test('nobody is met again when no hashes are lacking', async () => {
	const lone = await v1Link(true);
	const connection = await dialled(lone);
	connection.say(greeting(lone.torrent.infoHash, true));
	lone.torrent.post({type: 'metadata', info: lone.metainfo});
	assert.deepEqual([connection.reason, lone.dialled.length], [undefined, 1]);
	await lone.torrent.close();
});

test('who comes by the v1 hash and by the v2 hash is one peer, and has one connection', async () => {
	const lone = await running(kinds.hybrid);
	const first = lone.incoming(4000);
	first.say(greeting(v1, false));
	await heard(first);
	const second = lone.incoming(4001);
	second.say(greeting(v2, false));
	await heard(second);
	assert.equal(lone.torrent.swarm.connected, 1);
	assert.match(first.reason ?? second.reason ?? '', /connected twice/);
	await lone.torrent.close();
});

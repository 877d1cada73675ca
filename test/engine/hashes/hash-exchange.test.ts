import assert from 'node:assert/strict';
import {test} from 'node:test';
import {hashFunctions} from '../../../source/io/machine/hash-functions.js';
import {HashTrees} from '../../../source/policy/hashes/hash-trees.js';
import {messageId} from '../../../source/protocol/wire/decoder.js';
import {
	encodeHashes,
	encodeHashRequest,
	type HashRequest,
} from '../../../source/protocol/wire/hash-messages.js';
import {LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {type LoneOptions, LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

/** A torrent of 12 pieces of 4 blocks without its layers, and what a peer knows that has them. */
async function unhashed(options: LoneOptions = {}) {
	const made = {version: '2', pieceLength: 65_536, random: () => 0.5, ...options} as const;
	const whole = new HashTrees(new LoneTorrent(made).metainfo, hashFunctions.sha256);
	const lone = new LoneTorrent({...made, layers: options.layers ?? false});
	await lone.start();
	const seed = async (id: number, v2 = true) => {
		const peer = await LonePeer.meet(lone, id, {v2});
		peer.say(writer => writer.plain(messageId.haveAll));
		await peer.listen();
		return peer;
	};
	return {lone, whole, seed};
}

function give(peer: LonePeer, request: HashRequest, hashes: Uint8Array): void {
	peer.say(writer => writer.hashMessage(messageId.hashes, encodeHashes(request, hashes)));
}

function ask(peer: LonePeer, request: HashRequest): void {
	peer.say(writer => writer.hashMessage(messageId.hashRequest, encodeHashRequest(request)));
}

/** Takes the one request that it has heard. */
function taken(peer: LonePeer): HashRequest {
	assert.equal(peer.hashRequests.length, 1);
	return peer.hashRequests.shift()!;
}

test('the hashes of a link are asked of a peer that has pieces, and what they are for is fetched then', async () => {
	const {lone, whole, seed} = await unhashed();
	const peer = await seed(1);
	assert.deepEqual((await peer.hears('hash')).length + peer.hashRequests.length, 2);
	const request = taken(peer);
	assert.deepEqual([request.base, request.index, request.length, request.proofLayers], [2, 0, 16, 3]);
	peer.say(writer => writer.plain(messageId.unchoke));
	assert.deepEqual(await peer.hears('request'), []);
	give(peer, request, whole.read(request)!);
	assert.ok(lone.parts.hashes?.complete);
	const requests = await peer.hears('request');
	assert.ok(requests.length > 0);
	peer.answer(requests);
	for (let round = 0; round < 50 && lone.parts.have.count < 12; round++)
		peer.answer(await peer.hears('request'));
	assert.equal(lone.parts.have.count, 12);
	await lone.torrent.close();
});

test('nobody is asked with whom we speak by the v1 hash, and a hybrid goes on by its v1 hashes', async () => {
	const {lone, seed} = await unhashed({version: 'hybrid'});
	const peer = await seed(1, false);
	await seconds(lone, 5, [peer]);
	assert.equal(peer.hashRequests.length, 0);
	peer.say(writer => writer.plain(messageId.unchoke));
	for (let round = 0; round < 50 && lone.parts.have.count < 12; round++)
		peer.answer(await peer.hears('request'));
	assert.equal(lone.parts.have.count, 12);
	await lone.torrent.close();
});

test('who gives a proof that does not hold is let go after some, and another is asked', async () => {
	const {lone, whole, seed} = await unhashed();
	const liar = await seed(1);
	const request = taken(liar);
	const lie = whole.read(request)!.slice();
	lie[40]! ^= 1;
	const honest = await seed(2);
	assert.equal(honest.hashRequests.length, 0);
	give(liar, request, lie);
	await honest.listen();
	assert.equal(lone.parts.hashes?.complete, false);
	give(honest, taken(honest), whole.read(request)!);
	assert.ok(lone.parts.hashes?.complete);
	assert.ok(lone.lines.some(([level, text]) => level === 'warn' && /hashes that do not belong/.test(text)));
	await lone.torrent.close();
});

test('truncated answers are taken: padding may be left out', async () => {
	const {lone, whole, seed} = await unhashed();
	const peer = await seed(1);
	const request = taken(peer);
	give(peer, request, whole.read(request)!.subarray(0, 12 * 32));
	assert.ok(lone.parts.hashes?.complete);
	await lone.torrent.close();
});

test('who refuses is passed over, who is silent waited for 3 s', async () => {
	const {lone, whole, seed} = await unhashed();
	const first = await seed(1);
	const second = await seed(2);
	const third = await seed(3);
	const request = taken(first);
	first.say(writer => writer.hashMessage(messageId.hashReject, encodeHashRequest(request)));
	await second.listen();
	taken(second);
	await seconds(lone, 2, [first, second, third]);
	assert.equal(third.hashRequests.length, 0);
	await seconds(lone, 1, [first, second, third]);
	give(third, taken(third), whole.read(request)!);
	assert.ok(lone.parts.hashes?.complete);
	await lone.torrent.close();
});

test('hashes that nobody asked for are not taken, and count against who gives them', async () => {
	const {lone, whole, seed} = await unhashed();
	const peer = await LonePeer.meet(lone, 1, {v2: true});
	const request = {
		...[...whole.layers().keys()].map(root => ({root: Buffer.from(root, 'hex')}))[0]!,
		...{base: 2, index: 0, length: 16, proofLayers: 3},
	};
	give(peer, request, whole.read(request)!);
	assert.equal(lone.parts.hashes?.complete, false);
	for (let times = 0; times < 298; times++) give(peer, request, whole.read(request)!);
	assert.equal(peer.connection.reason, undefined);
	peer.say(writer => writer.hashMessage(messageId.hashReject, encodeHashRequest(request)));
	assert.match(peer.connection.reason ?? '', /senseless/);
	assert.ok((await seed(2)).hashRequests.length > 0);
	await lone.torrent.close();
});

/** A torrent with all its hashes and everything on the disk. */
const seeding = (options: LoneOptions = {}) => unhashed({layers: true, seeds: true, ...options});

test('hashes of pieces are given from memory, to one that is choked, too', async () => {
	const {lone, whole} = await seeding();
	const peer = await LonePeer.meet(lone, 1, {v2: true});
	const {root} = lone.metainfo.files[0]!.piecesRoot
		? {root: lone.metainfo.files[0]!.piecesRoot}
		: {root: new Uint8Array(32)};
	for (const [base, index, length, proofLayers] of [
		[2, 0, 16, 3],
		[2, 8, 4, 3],
		[2, 0, 2, 0],
		[3, 4, 4, 1],
		[2, 5, 1, 3],
	] as const) {
		const request = {root, base, index, length, proofLayers};
		ask(peer, request);
		await peer.listen();
		const answer = peer.hashes.pop();
		assert.deepEqual(answer?.hashes, whole.read(request), `${base} ${index} ${length} ${proofLayers}`);
	}
	await lone.torrent.close();
});

test('hashes of blocks are read from the disk, and proven', async () => {
	const {lone} = await seeding();
	const peer = await LonePeer.meet(lone, 1, {v2: true});
	const request = {root: lone.metainfo.files[0]!.piecesRoot!, base: 0, index: 8, length: 8, proofLayers: 5};
	ask(peer, request);
	for (let turns = 0; turns < 20 && peer.hashes.length === 0; turns++) await peer.listen();
	const trees = new HashTrees(lone.metainfo, hashFunctions.sha256);
	assert.equal(trees.add(request, peer.hashes[0]!.hashes).kind, 'added');
	assert.ok(trees.leaves(2) && trees.leaves(3));
	await lone.torrent.close();
});

test('hashes of blocks of pieces that are not here, and requests without sense, are refused', async () => {
	const {lone} = await unhashed({layers: true});
	const peer = await LonePeer.meet(lone, 1, {v2: true});
	const root = lone.metainfo.files[0]!.piecesRoot!;
	const most = 2 ** 32 - 1;
	for (const [base, index, length, proofLayers] of [
		[0, 0, 8, 5],
		[1, 0, 8, 0],
		[2, 0, 8193, 0],
		[2, 0, 8192, 0],
		[2, 0, 0, 0],
		[2, 0, 3, 0],
		[2, 1, 2, 0],
		[2, 16, 16, 0],
		[2, 0, 16, 4],
		[6, 0, 1, 0],
		[most, most, most, most],
	] as const) {
		ask(peer, {root, base, index, length, proofLayers});
		assert.deepEqual(await peer.hears('hash'), [`hash reject ${base} ${index} ${length} ${proofLayers}`]);
	}
	ask(peer, {root: new Uint8Array(32), base: 2, index: 0, length: 16, proofLayers: 3});
	assert.deepEqual(await peer.hears('hash'), ['hash reject 2 0 16 3']);
	assert.equal(peer.connection.reason, undefined);
	await lone.torrent.close();
});

test('one peer may not have the hashes over and over', async () => {
	const {lone} = await seeding();
	const peer = await LonePeer.meet(lone, 1, {v2: true});
	const request = {root: lone.metainfo.files[0]!.piecesRoot!, base: 2, index: 0, length: 16, proofLayers: 3};
	let given = 0;
	for (let round = 0; round < 100; round++) {
		for (let times = 0; times < 100; times++) ask(peer, request);
		given += (await peer.hears('hash given')).length;
	}
	assert.ok(given >= 1000 && given < 4000, `${given}`);
	const other = await LonePeer.meet(lone, 2, {v2: true});
	ask(other, request);
	assert.deepEqual(await other.hears('hash'), ['hash given 2 0 16 3']);
	await lone.torrent.close();
});

test('a hash message on a v1 connection ends it, also where the torrent has a v2 half', async () => {
	for (const version of ['1', 'hybrid'] as const) {
		const {lone} = await unhashed({version});
		const peer = await LonePeer.meet(lone, 1);
		ask(peer, {root: new Uint8Array(32), base: 2, index: 0, length: 16, proofLayers: 3});
		assert.match(peer.connection.reason ?? '', /without v2/);
		assert.equal(lone.torrent.swarm.connected, 0);
		await lone.torrent.close();
	}
});

test('a hash message before the metadata, and one of a wrong size, end the connection', async () => {
	const {metainfo} = new LoneTorrent({version: '2'});
	const link = new LoneTorrent({version: '2', link: true});
	await link.start();
	const early = await LonePeer.meet(link, 1, {v2: true});
	ask(early, {root: metainfo.files[0]!.piecesRoot!, base: 2, index: 0, length: 16, proofLayers: 3});
	assert.match(early.connection.reason ?? '', /before the metadata/);
	await link.torrent.close();
	const {lone} = await seeding();
	for (const [id, payload] of [
		[messageId.hashRequest, new Uint8Array(47)],
		[messageId.hashReject, new Uint8Array(49)],
		[messageId.hashes, new Uint8Array(48)],
		[messageId.hashes, new Uint8Array(81)],
		[messageId.hashes, new Uint8Array(48 + 8241 * 32)],
	] as const) {
		const peer = await LonePeer.meet(lone, 10 + (payload.length % 50), {v2: true});
		peer.say(writer => writer.hashMessage(id, payload));
		assert.match(peer.connection.reason ?? '', new RegExp(`message ${id} of ${payload.length + 1} bytes`));
	}
	await lone.torrent.close();
});

test('after a wrong piece the hashes of its blocks are asked for, and only who gave the wrong block is banned', async () => {
	const {lone, whole, seed} = await unhashed({layers: true, pieces: 2, short: 0});
	const bad = await seed(1);
	bad.say(writer => writer.plain(messageId.unchoke));
	const asked = await bad.hears('request');
	const piece = Number(asked[0]!.split(' ')[1]);
	const own = asked.filter(request => request.startsWith(`request ${piece} `));
	assert.equal(own.length, 4);
	bad.answer(own.slice(0, 1), false);
	bad.answer(own.slice(1, 2));
	bad.say(writer => {
		writer.plain(messageId.choke);
		for (const request of asked.filter(other => !own.slice(0, 2).includes(other))) {
			const [, at, begin, length] = request.split(' ').map(Number);
			writer.block(messageId.reject, at!, begin!, length!);
		}
	});
	const good = await seed(2);
	good.say(writer => writer.plain(messageId.unchoke));
	good.answer((await good.hears('request')).filter(request => request.startsWith(`request ${piece} `)));
	for (let turns = 0; turns < 10; turns++) await turn();
	assert.equal(lone.parts.smartBan.hashFailures, 1);
	assert.equal(lone.parts.smartBan.bans, 0);
	await Promise.all([bad, good].map(peer => peer.listen()));
	const helper = [bad, good].find(peer => peer.hashRequests.length > 0);
	const request = helper!.hashRequests[0]!;
	assert.deepEqual([request.base, request.index, request.length], [0, 4 * piece, 4]);
	const blocks = [0, 1, 2, 3].map(block => hashFunctions.sha256(lone.block(piece, block * 16_384, 16_384)));
	assert.ok(whole.addLeaves(piece, Buffer.concat(blocks)));
	give(helper!, request, whole.read(request)!);
	await turn();
	assert.match(bad.connection.reason ?? '', /sent wrong data/);
	assert.equal(good.connection.reason, undefined);
	await lone.torrent.close();
});

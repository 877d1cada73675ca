import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import type {Peer} from '../../../source/engine/peers/peer-connection.ts';
import type {StorageFailure} from '../../../source/io/disk/storage.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {settled} from '../../helpers/hand-clock.ts';
import {LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

async function leech(pieces: number): Promise<LoneTorrent> {
	const lone = new LoneTorrent({pieces, short: 0, random: seeded(3)});
	await lone.start();
	return lone;
}

/** A peer that unchokes, and has these pieces; all when left out. */
async function sender(lone: LoneTorrent, id: number, pieces?: readonly number[]): Promise<LonePeer> {
	const peer = await LonePeer.meet(lone, id);
	peer.say(writer => {
		if (pieces === undefined) writer.plain(messageId.haveAll);
		else {
			const bytes = new Uint8Array(Math.ceil(lone.parts.pieceCount / 8));
			for (const piece of pieces) bytes[piece >> 3]! |= 128 >> (piece & 7);
			writer.bitfield(bytes);
		}
		writer.plain(messageId.unchoke);
	});
	return peer;
}

test('a peer is asked for no more than its share of the memory', async () => {
	for (const share of [1, 3, 7]) {
		const lone = await leech(40);
		(lone.services.budget as {requestQuota: (peer: Peer) => number}).requestQuota = () => share;
		const peer = await sender(lone, 1);
		let asked = await peer.hears('request');
		assert.equal(asked.length, share);
		// Nor later, when it has shown how fast it is.
		for (let round = 0; round < 10; round++) {
			await lone.clock.pass(10);
			peer.answer(asked);
			asked = await peer.hears('request');
			assert.ok(asked.length <= share, `${asked.length} blocks at a time`);
		}
		await lone.torrent.close();
	}
});

test('a share that is less than a peer could send is asked for in one go, eight blocks or most of it', async () => {
	for (const [share, atOnce] of [
		[2, 1],
		[8, 6],
		[14, 8],
	] as const) {
		const lone = await leech(60);
		(lone.services.budget as {requestQuota: (peer: Peer) => number}).requestQuota = () => share;
		const peer = await sender(lone, 1);
		const waiting: string[] = await peer.hears('request');
		assert.equal(waiting.length, share);
		for (let given = 0; given < 50; given++) {
			peer.answer([waiting.shift()!]);
			const asked: string[] = await peer.hears('request');
			const left: number = waiting.length;
			assert.equal(asked.length, left > share - atOnce ? 0 : atOnce, `${left} of ${share} are left`);
			waiting.push(...asked);
		}
		await lone.torrent.close();
	}
});

test('with a share of any size, and a piece that is due, all of it comes', async () => {
	for (const share of [1, 2, 8, 9, 100]) {
		const lone = await leech(40);
		(lone.services.budget as {requestQuota: (peer: Peer) => number}).requestQuota = () => share;
		lone.parts.downloader.setDeadline(20, lone.clock.now() + 500);
		const peer = await sender(lone, 1);
		for (let asked = await peer.hears('request'); asked.length > 0; asked = await peer.hears('request')) {
			await lone.clock.pass(10);
			peer.answer(asked);
		}
		await settled();
		assert.equal(lone.parts.have.count, 40, `with ${share} at a time`);
		await lone.torrent.close();
	}
});

test('while its files move a torrent asks for nothing, and goes on when they have arrived', async () => {
	const lone = await leech(12);
	const arrival = Promise.withResolvers<StorageFailure | undefined>();
	(lone.storage as {move: () => Promise<StorageFailure | undefined>}).move = () => arrival.promise;
	const moving = lone.parts.relocation.move('/some/other/place');
	const peer = await sender(lone, 1);
	assert.deepEqual(await peer.hears('request'), []);
	await seconds(lone, 3, [peer]);
	assert.deepEqual(await peer.hears('request'), []);
	arrival.resolve(undefined);
	assert.equal(await moving, undefined);
	await seconds(lone, 2, [peer]);
	assert.ok((await peer.hears('request')).length > 0);
	await lone.torrent.close();
});

test('a piece that was wrong is asked for again at once', async () => {
	const lone = await leech(1);
	// Two have half of it each, so that neither is known to be the one who lies.
	const liar = await sender(lone, 1);
	const asked = await liar.hears('request');
	assert.equal(asked.length, 2);
	const other = await sender(lone, 2);
	other.answer((await other.hears('request')).slice(0, 1));
	await other.listen();
	const left = lone.parts.downloader.partials.get(0)!;
	const missing = left.states[0] === 0 ? 0 : 1;
	await liar.hears();
	liar.give(0, missing * blockLength, false);
	await settled();
	assert.equal(lone.parts.smartBan.hashFailures, 1);
	assert.ok(lone.lines.some(([, text]) => text === 'piece 0 from 2 peers is wrong: fetched again'));
	const again = [...(await liar.hears('request')), ...(await other.hears('request'))];
	assert.ok(again.length > 0, 'nobody was asked for it again');
	await lone.torrent.close();
});

test('when all is here nobody is told any more that we are interested', async () => {
	const lone = await leech(4);
	const peers = [await sender(lone, 1, [0, 1]), await sender(lone, 2, [2, 3])];
	for (let round = 0; round < 20 && lone.parts.have.count < 4; round++) {
		for (const peer of peers) peer.answer(await peer.hears('request'));
		await settled();
	}
	assert.ok(lone.torrent.complete);
	for (const peer of peers) {
		assert.equal((await peer.hears('not interested')).length, 1);
		assert.equal(peer.peer.amInterested, false);
	}
	await lone.torrent.close();
});

type Turns = (source: Peer, share: number, ask: (source: Peer, now: number) => void) => number;

test('whose turn comes while there is no memory is asked as soon as there is', async () => {
	const lone = await leech(60);
	const budget = lone.services.budget as unknown as {requestQuota: () => number; turnQuota: Turns};
	budget.requestQuota = () => 2;
	let ask: ((source: Peer, now: number) => void) | undefined;
	let quota = 0;
	budget.turnQuota = (_, __, next) => {
		ask = next;
		return quota;
	};
	const peer = await sender(lone, 1);
	assert.deepEqual(await peer.hears('request'), []);
	const {pool} = lone.services;
	const slots: number[] = [];
	for (let slot = pool.take(); slot >= 0; slot = pool.take()) slots.push(slot);
	quota = 12;
	const source = [...lone.torrent.swarm.peers.values()][0]!;
	ask!(source, lone.clock.now());
	assert.deepEqual(await peer.hears('request'), []);
	for (const slot of slots) pool.give(slot);
	lone.services.budget.buffersFreed();
	assert.equal((await peer.hears('request')).length, 12);
	assert.equal(source.now, lone.clock.now());
	await lone.torrent.close();
});

test('what is due, and the last there is, waits for nobody’s turn', async () => {
	const lone = await leech(9);
	const budget = lone.services.budget as unknown as {requestQuota: () => number; turnQuota: Turns};
	budget.requestQuota = () => 2;
	budget.turnQuota = () => 0;
	const peer = await sender(lone, 1);
	assert.deepEqual(await peer.hears('request'), []);
	const source = [...lone.torrent.swarm.peers.values()][0]!;
	const {downloader} = lone.torrent.content!;
	downloader.setDeadline(1, lone.clock.now() + 1000);
	downloader.refill(source);
	const due = await peer.hears('request');
	assert.ok(due.length > 0);
	downloader.clearDeadline(1);
	peer.answer(due);
	assert.deepEqual(await peer.hears('request'), []);
	// Nobody has a piece left to begin.
	for (let piece = 0; piece < 9; piece++) {
		if (!downloader.picker.isOpen(piece)) continue;
		downloader.picker.take(piece);
		downloader.partials.begin(piece);
	}
	downloader.refill(source);
	assert.ok((await peer.hears('request')).length > 0);
	await lone.torrent.close();
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {leech, sender} from '../../helpers/lone-leech.ts';
import {LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

function says(peer: LonePeer, extension: Parameters<typeof encodeBencode>[0]): void {
	peer.say(writer => writer.extended(0, encodeBencode(extension)));
}

test('a peer with the fast extension is told have-all and have-none, another a bitfield or nothing', async () => {
	for (const seeds of [true, false]) {
		const lone = new LoneTorrent({pieces: 8, seeds, random: seeded(1)});
		await lone.start();
		const fast = await (await LonePeer.meet(lone, 1)).hears();
		const slow = await (await LonePeer.meet(lone, 2, {fast: false})).hears();
		assert.equal(fast[1], seeds ? 'have all' : 'have none');
		assert.equal(
			slow.find(text => !/^(?:handshake|extended)/.test(text)),
			seeds ? 'bitfield ff' : undefined,
		);
		await lone.torrent.close();
	}
});

test('a peer is asked for no more than it takes, and we take 2000 and refuse the next', async () => {
	const lone = await leech(200, 2048);
	const narrow = await LonePeer.meet(lone, 1);
	says(narrow, {reqq: 5});
	narrow.say(writer => writer.plain(messageId.haveAll));
	narrow.say(writer => writer.plain(messageId.unchoke));
	assert.equal((await narrow.hears('request')).length, 5);
	await lone.torrent.close();

	const seeder = new LoneTorrent({seeds: true, random: seeded(1)});
	await seeder.start();
	const greedy = await LonePeer.meet(seeder, 2);
	assert.match(String(await greedy.hears('extended 0')), /4:reqqi2000e/);
	greedy.say(writer => writer.plain(messageId.interested));
	await greedy.hears('unchoke');
	greedy.connection.reads = false;
	greedy.ask(2100);
	assert.equal((await greedy.hears('reject')).length, 100);
	await seeder.torrent.close();
});

test('who is choked is refused what waits and what it asks for; without the fast extension it hears nothing', async () => {
	for (const fast of [true, false]) {
		const lone = new LoneTorrent({seeds: true, short: 0, random: seeded(1)});
		await lone.start();
		const peer = await LonePeer.meet(lone, 1, {fast});
		peer.ask(3);
		const early = await peer.hears('reject');
		assert.equal(early.length, fast ? 3 : 0, 'asked for while choked');
		peer.say(writer => writer.plain(messageId.interested));
		await peer.listen();
		peer.connection.reads = false;
		peer.ask(20);
		await peer.hears();
		peer.peer.setChoking(true, lone.clock.now());
		peer.connection.drain();
		peer.connection.reads = true;
		const heard = await peer.hears();
		assert.equal(heard.filter(text => text === 'choke').length, 1);
		const refused = heard.filter(text => text.startsWith('reject')).length;
		const given = heard.filter(text => text.startsWith('block')).length;
		assert.ok(given < 20, `${given} blocks were sent`);
		if (fast) assert.ok(refused > 0);
		else assert.equal(refused, 0);
		await lone.torrent.close();
	}
});

test('what is cancelled in time is refused, not sent', async () => {
	const lone = new LoneTorrent({seeds: true, random: seeded(1)});
	await lone.start();
	const peer = await LonePeer.meet(lone, 1);
	peer.say(writer => writer.plain(messageId.interested));
	await peer.listen();
	peer.say(writer => {
		for (let piece = 0; piece < 11; piece++) writer.block(messageId.request, piece, 0, blockLength);
		writer.block(messageId.cancel, 10, 0, blockLength);
	});
	const heard = await peer.hears();
	assert.ok(heard.includes(`reject 10 0 ${blockLength}`));
	assert.ok(!heard.includes(`block 10 0 ${blockLength}`));
	await lone.torrent.close();
});

test('a choke gives what was asked for to others, with the fast extension once each is refused', async () => {
	for (const fast of [true, false]) {
		const lone = await leech(2);
		const first = await sender(lone, 1, fast);
		const asked = await first.hears('request');
		assert.equal(asked.length, 4);
		const second = await sender(lone, 2);
		assert.deepEqual((await second.hears('request')).length, 1, 'but for one in the end game');
		first.say(writer => writer.plain(messageId.choke));
		await first.listen();
		const free = (): boolean => !lone.parts.downloader.endGame.nothingLeftToAsk;
		assert.equal(free(), !fast);
		if (fast)
			first.say(writer => {
				for (const text of asked) {
					const [piece, begin, length] = text.split(' ').slice(1).map(Number);
					writer.block(messageId.reject, piece!, begin!, length!);
				}
			});
		await seconds(lone, 1);
		second.give(0, 0);
		second.give(1, 0);
		assert.ok((await second.hears('request')).length > 0);
		assert.equal(lone.parts.downloader.endGame.nothingLeftToAsk, true);
		await lone.torrent.close();
	}
});

test('of a peer that chokes us only what it lets us have is asked for, until it refuses that', async () => {
	const lone = await leech();
	const peer = await LonePeer.meet(lone, 1);
	peer.say(writer => {
		writer.plain(messageId.haveAll);
		writer.piece(messageId.allowedFast, 7);
	});
	const asked = await peer.hears('request');
	assert.deepEqual(asked, [`request 7 0 ${blockLength}`, `request 7 ${blockLength} ${blockLength}`]);
	peer.give(7, 0);
	peer.say(writer => writer.block(messageId.reject, 7, blockLength, blockLength));
	await seconds(lone, 2);
	assert.deepEqual(await peer.hears('request'), []);
	await lone.torrent.close();
});

test('a starter in a swarm that has it already may have five pieces though it is choked, once each', async () => {
	const lone = new LoneTorrent({seeds: true, pieces: 40, short: 0, random: seeded(1)});
	await lone.start();
	for (let id = 1; id <= 9; id++) {
		const peer = await LonePeer.meet(lone, id, {fast: id !== 9});
		peer.say(writer => writer.bitfield(Uint8Array.of(255, 255, 255, 255, 0)));
		peer.say(writer => writer.plain(messageId.interested));
		await peer.listen();
	}
	const starter = await LonePeer.meet(lone, 20);
	starter.say(writer => {
		writer.plain(messageId.haveNone);
		writer.plain(messageId.interested);
	});
	const heard = await starter.hears();
	assert.ok(!heard.includes('unchoke'));
	const grants = heard
		.filter(text => text.startsWith('allowed fast'))
		.map(text => Number(text.split(' ')[2]));
	assert.ok(grants.length > 0 && grants.length <= 5, `${grants}`);
	assert.ok(
		grants.every(piece => piece < 32),
		'what nobody else has is not granted',
	);
	const ask = (piece: number): void =>
		starter.say(writer => {
			writer.block(messageId.request, piece, 0, blockLength);
			writer.block(messageId.request, piece, blockLength, blockLength);
		});
	ask(grants[0]!);
	const other = [...Array(40).keys()].find(piece => !grants.includes(piece))!;
	ask(other);
	await starter.listen();
	const given = await starter.hears();
	assert.equal(given.filter(text => text.startsWith(`block ${grants[0]} `)).length, 2);
	assert.equal(given.filter(text => text.startsWith(`reject ${other} `)).length, 2);
	ask(grants[0]!);
	assert.equal((await starter.hears('reject')).length, 2, 'it was given already');
	// Who has five pieces has something to trade.
	starter.say(writer => {
		for (let piece = 0; piece < 5; piece++) writer.piece(messageId.have, piece);
	});
	ask(grants.at(-1)!);
	assert.equal((await starter.hears('reject')).length, 2);
	await lone.torrent.close();
});

test('what a choked peer was given leave to ask for is not refused when it is choked again', async () => {
	const lone = new LoneTorrent({seeds: true, pieces: 40, short: 0, random: seeded(1)});
	await lone.start();
	const peer = await LonePeer.meet(lone, 1);
	peer.say(writer => writer.plain(messageId.interested));
	await peer.listen();
	const {peer: its} = peer;
	its.grants.add(3, lone.pieceLength);
	peer.connection.reads = false;
	peer.ask(2 * 20);
	await peer.listen();
	its.setChoking(true, lone.clock.now());
	assert.equal(its.uploads.length + its.uploads.inFlight > 0, true);
	const refused = await peer.hears('reject');
	assert.ok(refused.length > 0);
	assert.ok(!refused.some(text => text.startsWith('reject 3 ')), `${refused}`);
	await lone.torrent.close();
});

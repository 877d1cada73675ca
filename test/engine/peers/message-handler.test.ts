import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

/** A peer that has everything, and unchokes. */
async function sender(lone: LoneTorrent, id: number, fast = true): Promise<LonePeer> {
	const peer = await LonePeer.meet(lone, id, {fast});
	const all = new Bitfield(lone.parts.pieceCount);
	all.fill();
	peer.say(writer => {
		if (fast) writer.plain(messageId.haveAll);
		else writer.bitfield(all.bytes);
		writer.plain(messageId.unchoke);
	});
	await peer.listen();
	return peer;
}

/** A torrent whose peers may be asked for `reqq` blocks. */
async function leech(pieces = 12, pool = 256, pieceLength = 2 * blockLength): Promise<LoneTorrent> {
	const lone = new LoneTorrent({pieces, pool, pieceLength, short: 0, random: seeded(3)});
	await lone.start();
	return lone;
}

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

test('a peer that falls silent is snubbed: others have what it was asked for, and it is asked for one at a time', async () => {
	const lone = await leech(60);
	const silent = await sender(lone, 1);
	const asked = await silent.hears('request');
	assert.ok(asked.length > 8);
	silent.answer(asked.slice(0, 4));
	await silent.hears();
	await seconds(lone, 19);
	assert.deepEqual(await silent.hears('cancel'), []);
	await seconds(lone, 3);
	assert.equal(silent.peer.snubbed, true);
	const heard = await silent.hears();
	assert.ok(heard.filter(text => text.startsWith('cancel')).length > 4);
	const again = heard.filter(text => text.startsWith('request'));
	assert.equal(again.length, 1);
	assert.equal(silent.peer.outstanding, 1);
	const other = await sender(lone, 2);
	const taken = await other.hears('request');
	assert.ok(asked.slice(5).some(text => taken.includes(text)));
	silent.answer(again);
	await silent.listen();
	assert.equal(silent.peer.snubbed, false);
	assert.ok((await silent.hears('request')).length > 1);
	await lone.torrent.close();
});

test('a peer that answers cancels with refusals, as it must, is not let go for that', async () => {
	const lone = await leech(400, 2048);
	const peer = await sender(lone, 1);
	for (let round = 0; round < 30; round++) {
		const heard = await peer.hears();
		lone.parts.downloader.cancelAll(peer.peer);
		const cancels = [...heard, ...(await peer.hears())].filter(text => text.startsWith('cancel'));
		peer.say(writer => {
			for (const text of cancels) {
				const [piece, begin, length] = text.split(' ').slice(1).map(Number);
				writer.block(messageId.reject, piece!, begin!, length!);
			}
		});
	}
	assert.equal(peer.connection.reason, undefined);
	assert.equal(peer.peer.requests.cancelled, 0);
	// Refusals of what was neither asked for nor cancelled are another matter.
	peer.say(writer => {
		for (let times = 0; times < 300; times++) writer.block(messageId.reject, 399, 0, blockLength);
	});
	assert.match(peer.connection.reason ?? 'it is still there', /senseless/);
	await lone.torrent.close();
});

test('a request that is passed over while others are answered is lost after a minute, and asked for again', async () => {
	const lone = await leech(400, 2048);
	const peer = await sender(lone, 1);
	const [lost, ...rest] = await peer.hears('request');
	let waiting = rest;
	for (let second = 0; second < 62; second++) {
		peer.answer(waiting.splice(0, 2));
		await seconds(lone, 1);
		const heard = await peer.hears();
		waiting.push(...heard.filter(text => text.startsWith('request')));
		if (second < 59) assert.ok(!heard.some(text => text.startsWith('cancel')), `second ${second}`);
	}
	assert.ok(waiting.includes(lost!), 'it was not asked for again');
	waiting = waiting.filter(text => text !== lost);
	assert.equal(peer.peer.snubbed, false);
	assert.ok(peer.peer.outstanding > 2, 'nothing else was taken back');
	await lone.torrent.close();
});

test('at the end a block is taken back from peers that are late for it, and asked of one that is not', async () => {
	const lone = await leech(1, 256, 6 * blockLength);
	const first = await sender(lone, 1);
	first.answer((await first.hears('request')).slice(0, 3));
	await seconds(lone, 1);
	const second = await sender(lone, 2);
	for (let copy = 0; copy < 2; copy++) second.answer(await second.hears('request'));
	await sender(lone, 3);
	const fourth = await sender(lone, 4);
	assert.deepEqual(await fourth.hears('request'), [], 'three have been asked for the last block');
	await seconds(lone, 5);
	const [last] = await fourth.hears('request');
	assert.ok(last);
	assert.ok((await first.hears('cancel')).length > 0);
	fourth.answer([last]);
	await seconds(lone, 1);
	assert.ok(lone.parts.have.full);
	await lone.torrent.close();
});

test('in the end game the copy that comes second is cancelled', async () => {
	const lone = await leech(1, 256, 4 * blockLength);
	const first = await sender(lone, 1);
	assert.equal((await first.hears('request')).length, 4);
	const second = await sender(lone, 2);
	const [copy] = await second.hears('request');
	assert.ok(copy);
	second.answer([copy]);
	await second.listen();
	assert.deepEqual(await first.hears('cancel'), [copy.replace('request', 'cancel')]);
	await lone.torrent.close();
});

/** Two peers that were caught: of the same piece both gave blocks, and one is wrong. */
async function suspects(lone: LoneTorrent): Promise<[liar: LonePeer, honest: LonePeer]> {
	const peers = [await LonePeer.meet(lone, 1), await LonePeer.meet(lone, 2)] as const;
	// Each may be asked for one of the two blocks of the only piece they have.
	for (const peer of peers) {
		says(peer, {reqq: 1});
		peer.say(writer => {
			writer.piece(messageId.have, 0);
			writer.plain(messageId.unchoke);
		});
		await peer.listen();
	}
	const [liar, honest] = peers;
	const [one] = await liar.hears('request 0');
	const [other] = await honest.hears('request 0');
	assert.ok(one && other && one !== other);
	liar.answer([one], false);
	honest.answer([other]);
	for (let guard = 0; guard < 3; guard++) await liar.listen();
	assert.equal(lone.parts.smartBan.hashFailures, 1);
	return [liar, honest];
}

test('after a wrong piece each of those who gave it works alone on a piece, and one that comes back does too', async () => {
	const lone = await leech(12);
	const [liar, honest] = await suspects(lone);
	assert.equal(liar.peer.onParole && honest.peer.onParole, true);
	for (const peer of [liar, honest]) {
		says(peer, {reqq: 1});
		peer.say(writer => writer.plain(messageId.haveAll));
		await peer.listen();
	}
	await seconds(lone, 1);
	const pieces = [liar, honest].map(({peer}) =>
		[...lone.parts.downloader.partials.all()].filter(({exclusive}) => exclusive === peer.id),
	);
	assert.ok(
		pieces.every(its => its.length >= 1),
		'both work alone',
	);
	honest.connection.hangUp();
	await honest.listen();
	const again = await LonePeer.meet(lone, 2, {port: 5555});
	assert.equal(again.peer.onParole, true);
	assert.equal((await LonePeer.meet(lone, 3)).peer.onParole, false);
	await lone.torrent.close();
});

test('when the piece is right at last, who gave the wrong block is banned, the other is cleared, and no block of the liar stays', async () => {
	const lone = await leech(12);
	const [liar, honest] = await suspects(lone);
	// The liar begins another piece, alone, and does not finish it.
	says(liar, {reqq: 8});
	liar.say(writer => writer.piece(messageId.have, 5));
	await seconds(lone, 1);
	liar.answer((await liar.hears('request 5')).slice(-1), false);
	await liar.listen();
	const partial = lone.parts.downloader.partials.get(5);
	assert.equal(partial?.received, 1);
	honest.connection.hangUp();
	liar.say(writer => writer.plain(messageId.choke));
	const clean = await LonePeer.meet(lone, 3);
	clean.say(writer => {
		writer.piece(messageId.have, 0);
		writer.plain(messageId.unchoke);
	});
	await seconds(lone, 25, [clean, liar]);
	for (let guard = 0; guard < 5; guard++) {
		clean.answer(await clean.hears('request 0 '));
		await seconds(lone, 1);
	}
	for (let guard = 0; guard < 8; guard++) await clean.listen();
	assert.ok(lone.parts.have.has(0));
	assert.match(liar.connection.reason ?? 'it is still there', /banned: sent wrong data/);
	assert.equal(lone.parts.smartBan.bans, 1);
	assert.equal(lone.parts.downloader.partials.get(5), undefined, 'its other block is thrown away');
	assert.equal(lone.pool.free, lone.pool.capacity);
	const back = await LonePeer.meet(lone, 1, {port: 6000});
	assert.notEqual(back.connection.reason, undefined, 'it came back from another port');
	assert.equal((await LonePeer.meet(lone, 2, {port: 6001})).peer.onParole, false);
	await lone.torrent.close();
});

test('a piece that a suspect has begun alone is finished by others when it chokes us or falls silent', async () => {
	for (const how of ['chokes', 'falls silent']) {
		const lone = await leech(2);
		const [liar, honest] = await suspects(lone);
		honest.connection.hangUp();
		says(liar, {reqq: 1});
		liar.say(writer => writer.piece(messageId.have, 1));
		await seconds(lone, 1);
		liar.answer((await liar.hears('request')).slice(-1));
		const asked = await liar.hears('request');
		const begun = [...lone.parts.downloader.partials.all()].filter(
			({exclusive}) => exclusive === liar.peer.id,
		);
		assert.equal(begun.length, 1);
		assert.equal(begun[0]!.received, 1);
		if (how === 'chokes') {
			liar.say(writer => {
				writer.plain(messageId.choke);
				for (const text of asked) {
					const [piece, begin, length] = text.split(' ').slice(1).map(Number);
					writer.block(messageId.reject, piece!, begin!, length!);
				}
			});
		}
		const other = await sender(lone, 3);
		for (let second = 0; second < 50 && !lone.parts.have.full; second++) {
			other.answer(await other.hears('request'));
			await seconds(lone, 1, [liar]);
		}
		assert.ok(lone.parts.have.full, `it ${how}`);
		await lone.torrent.close();
	}
});

test('a suspect is asked to help with pieces of others rather than to stand still', async () => {
	const lone = await leech(1, 256, 8 * blockLength);
	const other = await LonePeer.meet(lone, 1);
	says(other, {reqq: 1});
	other.say(writer => {
		writer.plain(messageId.haveAll);
		writer.plain(messageId.unchoke);
	});
	await other.listen();
	const suspect = await LonePeer.meet(lone, 2);
	suspect.peer.onParole = true;
	suspect.say(writer => {
		writer.plain(messageId.haveAll);
		writer.plain(messageId.unchoke);
	});
	assert.ok((await suspect.hears('request')).length > 0);
	await lone.torrent.close();
});

test('the window grows with what a fast peer sends, and is small for a slow one', async () => {
	const lone = await leech(400, 2048);
	const [fast, slow] = [await sender(lone, 1), await sender(lone, 2)];
	const [queue, slowQueue] = [await fast.hears('request'), await slow.hears('request')];
	for (let second = 0; second < 12; second++) {
		for (let tenth = 0; tenth < 10; tenth++) {
			fast.answer(queue.splice(0, 2));
			await lone.clock.pass(100);
			queue.push(...(await fast.hears('request')));
		}
		if (second % 4 === 3) slow.answer(slowQueue.splice(0, 1));
		lone.torrent.post({type: 'tick', now: lone.clock.now()});
		slowQueue.push(...(await slow.hears('request')));
		queue.push(...(await fast.hears('request')));
	}
	const {target} = fast.peer.requests.queue;
	assert.ok(target >= 50 && target <= 70, `${target} blocks for three seconds of 20 a second`);
	assert.equal(slow.peer.requests.queue.target, 2);
	await lone.torrent.close();
});

test('the first pieces are taken by chance, later ones are the rarest', async () => {
	const firsts = new Set<number>();
	for (let seed = 1; seed <= 12; seed++) {
		const lone = new LoneTorrent({pieces: 24, short: 0, random: seeded(seed)});
		await lone.start();
		// All but the last piece are common.
		const crowd = await LonePeer.meet(lone, 1);
		crowd.say(writer => writer.bitfield(Uint8Array.of(255, 255, 254)));
		await crowd.listen();
		const all = await LonePeer.meet(lone, 2);
		says(all, {reqq: 1});
		all.say(writer => {
			writer.bitfield(Uint8Array.of(255, 255, 255));
			writer.plain(messageId.unchoke);
		});
		const [first] = await all.hears('request');
		firsts.add(Number(first!.split(' ')[1]));
		for (const piece of [0, 1, 2, 3]) {
			lone.parts.have.set(piece);
			lone.parts.downloader.found(piece);
		}
		all.answer([first!]);
		const next = await all.hears('request');
		assert.match(String([first, ...next]), /request 23 /);
		await lone.torrent.close();
	}
	assert.ok(firsts.size >= 5, `${[...firsts]}`);
});

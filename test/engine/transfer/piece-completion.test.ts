import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {PieceTally, pieceIs} from '../../../source/engine/views/piece-tally.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {settled} from '../../helpers/hand-clock.ts';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

async function leech(pieces: number): Promise<LoneTorrent> {
	const lone = new LoneTorrent({pieces, short: 0, random: seeded(3)});
	await lone.start();
	return lone;
}

/** A peer that unchokes and has all but the last piece. */
async function sender(lone: LoneTorrent, id: number): Promise<LonePeer> {
	const peer = await LonePeer.meet(lone, id);
	const bytes = new Uint8Array(Math.ceil(lone.parts.pieceCount / 8));
	for (let piece = 0; piece < lone.parts.pieceCount - 1; piece++) bytes[piece >> 3]! |= 128 >> (piece & 7);
	peer.say(writer => {
		writer.bitfield(bytes);
		writer.plain(messageId.unchoke);
	});
	return peer;
}

async function fetch(peer: LonePeer, until: () => boolean): Promise<void> {
	for (let round = 0; round < 50 && !until(); round++) {
		peer.answer(await peer.hears('request'));
		await settled();
	}
	assert.ok(until(), 'it does not come');
}

test('who may want them is told of new pieces, each once, a moment after they came; seeds are not', async () => {
	const lone = await leech(6);
	const peer = await sender(lone, 1);
	const other = await LonePeer.meet(lone, 2);
	const seed = await LonePeer.meet(lone, 3);
	seed.say(writer => writer.plain(messageId.haveAll));
	for (const each of [other, seed]) await each.hears();
	await fetch(peer, () => lone.parts.have.count === 5);
	for (const each of [other, seed]) assert.deepEqual(await each.hears('have'), [], 'not yet');
	await lone.clock.pass(100);
	assert.deepEqual((await other.hears('have')).toSorted(), [
		'have 0',
		'have 1',
		'have 2',
		'have 3',
		'have 4',
	]);
	assert.deepEqual(await seed.hears('have'), []);
	await lone.clock.pass(10_000);
	assert.deepEqual(await other.hears('have'), []);
	await lone.torrent.close();
});

test('each piece that came is counted for its files, is to be saved, and is drawn', async () => {
	const lone = await leech(6);
	const peer = await sender(lone, 1);
	const {torrent} = lone;
	const {revision} = torrent.resumeState;
	const tally = new PieceTally(torrent.content!);
	tally.refresh();
	const drawn = () => tally.bits.filter(bits => bits === pieceIs.had).length;
	assert.equal(drawn(), 0);
	await fetch(peer, () => torrent.content!.have.count === 5);
	assert.equal(torrent.content!.files.completed[0], 5 * 2 * blockLength);
	assert.ok(torrent.resumeState.revision >= revision + 5);
	tally.refresh();
	assert.equal(drawn(), 5);
	assert.equal(torrent.stats.completedAt, undefined);
	await torrent.close();
});

test('when all that is wanted is here it is noted down and told once, in words and by extension', async () => {
	const lone = await leech(3);
	const {torrent} = lone;
	const changes: string[] = [];
	lone.listener.changed = () => changes.push(torrent.complete ? 'complete' : 'not yet');
	const told = async (peer: LonePeer): Promise<string[]> =>
		(await peer.hears('extended 9')).map(text => Buffer.from(text.slice(11), 'latin1').toString('hex'));
	const peer = await sender(lone, 1);
	peer.say(writer => writer.extended(0, encodeBencode({m: {upload_only: 9}})));
	const silent = await LonePeer.meet(lone, 2);
	await fetch(peer, () => torrent.content!.have.count === 2);
	assert.equal(torrent.complete, false);
	// Nobody wants the last piece after all.
	torrent.post({type: 'prioritisePieces', pieces: [[2, 2]], priority: 0});
	assert.equal(torrent.complete, true);
	assert.deepEqual(await told(peer), ['01']);
	assert.deepEqual(await silent.hears('extended 9'), []);
	assert.equal(torrent.stats.completedAt, lone.clock.wall());
	assert.equal(lone.lines.filter(([, text]) => /complete/.test(text)).length, 1);
	assert.ok(changes.includes('complete'));
	// Now somebody does.
	torrent.post({type: 'prioritisePieces', pieces: [[2, 2]], priority: 2});
	assert.equal(torrent.complete, false);
	assert.deepEqual(await told(peer), ['00']);
	peer.say(writer => writer.piece(messageId.have, 2));
	await peer.listen();
	await torrent.close();
});

test('a torrent that lacks a single piece is complete when that has come, and says so', async () => {
	const lone = new LoneTorrent({pieces: 2, short: 0, random: seeded(3)});
	const {torrent} = lone;
	torrent.post({type: 'prioritisePieces', pieces: [[1, 1]], priority: 0});
	await lone.start();
	assert.equal(torrent.complete, false);
	const peer = await sender(lone, 1);
	await fetch(peer, () => torrent.content!.have.count === 1);
	assert.equal(torrent.complete, true);
	assert.ok(lone.lines.some(([, text]) => text === 'every wanted file is complete'));
	assert.equal(torrent.stats.completedAt, lone.clock.wall());
	await torrent.close();
});

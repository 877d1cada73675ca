import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength, type PieceIndex} from '../../../source/base/units.ts';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {blockHashes} from '../../../source/protocol/metainfo/merkle.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {leech, sender} from '../../helpers/lone-leech.ts';
import {LonePeer, seconds} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

function says(peer: LonePeer, extension: Parameters<typeof encodeBencode>[0]): void {
	peer.say(writer => writer.extended(0, encodeBencode(extension)));
}

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

test('who alone gave a wrong piece is named, banned and counted, and the piece is fetched from others', async () => {
	const lone = await leech(1);
	const liar = await sender(lone, 1);
	liar.answer(await liar.hears('request'), false);
	for (let guard = 0; guard < 3; guard++) await liar.listen();
	const warnings = lone.lines.filter(([level]) => level === 'warn').map(([, text]) => text);
	assert.deepEqual(warnings, [
		'piece 0 from 198.51.100.1 is wrong: fetched again',
		'198.51.100.1 sent wrong data: banned',
	]);
	assert.equal(lone.parts.smartBan.bans, 1);
	assert.equal(lone.torrent.swarm.peers.size, 0);
	const honest = await sender(lone, 2);
	honest.answer(await honest.hears('request'));
	for (let guard = 0; guard < 3; guard++) await honest.listen();
	assert.ok(lone.torrent.complete);
	await lone.torrent.close();
});

for (const version of ['2', 'hybrid'] as const) {
	test(`in a torrent of ${version === '2' ? 'v2' : 'both versions'} who gave the wrong block is banned as soon as the block hashes are known, and the other cleared`, async () => {
		const lone = new LoneTorrent({pieces: 12, short: 0, random: seeded(3), version});
		await lone.start();
		const sought: number[] = [];
		lone.parts.exchange!.wantLeaves = piece => void sought.push(piece);
		const [liar, honest] = await suspects(lone);
		assert.deepEqual(sought, [0]);
		assert.equal(liar.connection.reason ?? honest.connection.reason, undefined);
		const whole = blockHashes(lone.content.subarray(0, 2 * blockLength), hashFunctions.sha256);
		const hashes = lone.parts.hashes!;
		const [range] = hashes.leafRanges(0);
		const added = hashes.add(range!, whole);
		assert.deepEqual(added, {kind: 'added', pieces: [0]});
		lone.parts.leavesCame([0 as PieceIndex]);
		await honest.listen();
		assert.match(liar.connection.reason ?? '', /wrong data/);
		assert.equal(honest.connection.reason, undefined);
		assert.deepEqual([honest.peer.onParole, lone.parts.smartBan.bans], [false, 1]);
		await lone.torrent.close();
	});
}

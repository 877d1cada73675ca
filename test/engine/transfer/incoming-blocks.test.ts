import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {messageId, writePieceHeader} from '../../../source/protocol/wire/decoder.ts';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

/** More blocks that nobody asked for than any peer needs to send by mistake. */
const plenty = 400;

async function stranger(): Promise<{lone: LoneTorrent; peer: LonePeer}> {
	const lone = new LoneTorrent({pieces: 20, short: 0, random: seeded(5)});
	await lone.start();
	const peer = await LonePeer.meet(lone, 1);
	// It chokes us, so that nothing is asked of it.
	peer.say(writer => writer.plain(messageId.haveAll));
	await peer.listen();
	return {lone, peer};
}

/** How many times it could do this before it was let go. */
async function lasts(peer: LonePeer, act: (round: number) => void): Promise<number> {
	for (let round = 0; round < plenty; round++) {
		if (peer.connection.reason !== undefined) return round;
		act(round);
	}
	return plenty;
}

test('a peer that keeps sending blocks nobody asked for is let go, and none of them is kept', async () => {
	const {lone, peer} = await stranger();
	const free = lone.pool.free;
	const rounds = await lasts(peer, round => peer.give(round % 20, 0));
	assert.ok(rounds > 1 && rounds < plenty, `it lasted ${rounds} blocks`);
	await peer.listen();
	assert.equal(lone.parts.downloader.partials.size, 0);
	assert.equal(lone.parts.have.count, 0);
	assert.equal(lone.pool.free, free);
	await lone.torrent.close();
});

test('so is one that sends blocks the torrent does not have', async () => {
	const {lone, peer} = await stranger();
	const odd: ReadonlyArray<readonly [piece: number, begin: number, length: number]> = [
		[20, 0, blockLength],
		[0, 1, blockLength],
		[0, 0, blockLength - 1],
		[0, 2 * blockLength, blockLength],
	];
	const rounds = await lasts(peer, round => {
		const [piece, begin, length] = odd[round % odd.length]!;
		const bytes = new Uint8Array(13 + length);
		writePieceHeader(bytes, 0, piece, begin, length);
		peer.connection.say(bytes);
	});
	assert.ok(rounds < plenty, 'it is still here');
	assert.equal(lone.parts.downloader.partials.size, 0);
	await lone.torrent.close();
});

test('blocks that were asked for are held against nobody, however many they are', async () => {
	const lone = new LoneTorrent({pieces: 300, short: 0, random: seeded(5)});
	await lone.start();
	const peer = await LonePeer.meet(lone, 1);
	peer.say(writer => {
		writer.bitfield(new Uint8Array(38).fill(255, 0, 37));
		writer.plain(messageId.unchoke);
	});
	let given = 0;
	for (let round = 0; round < 400 && given < 500; round++) {
		const requests = await peer.hears('request');
		given += requests.length;
		peer.answer(requests);
	}
	assert.ok(given >= 500, `${given} blocks were asked for`);
	assert.equal(peer.connection.reason, undefined);
	await lone.torrent.close();
});

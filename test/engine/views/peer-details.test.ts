import assert from 'node:assert/strict';
import {test} from 'node:test';
import {PeerPieces} from '../../../source/engine/peers/peer-pieces.ts';
import {SentLately} from '../../../source/engine/transfer/sent-lately.ts';
import {peerCells, viewPeerDetails} from '../../../source/engine/views/peer-details.ts';
import {inspectCell} from '../../../source/engine/views/piece-inspection.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';

import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent, turn} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

function drawn(pieces: string): Bitfield {
	const field = new Bitfield(pieces.length);
	for (const [at, letter] of [...pieces].entries()) if (letter === 'x') field.set(at);
	return field;
}

test('what a peer has that is missing here is told by cell, as counted piece by piece', () => {
	assert.deepEqual(peerCells(drawn('xx..x...'), drawn('x.......'), 4), {
		offers: 2,
		offered: '1010',
		has: '9050',
	});
	const random = seeded(5);
	for (let round = 0; round < 60; round++) {
		const pieces = 1 + Math.floor(random() * 300);
		const [theirs, have] = [new Bitfield(pieces), new Bitfield(pieces)];
		const share = random();
		for (let piece = 0; piece < pieces; piece++) {
			if (random() < share) theirs.set(piece);
			if (random() < 0.5) have.set(piece);
		}
		const cells = 1 + Math.floor(random() * 80);
		const told = peerCells(theirs.full ? undefined : theirs, have, cells);
		const count = Math.min(pieces, cells);
		let offers = 0;
		const offered = Array.from({length: count}, (_, cell) => {
			let some = 0;
			for (let at = Math.floor((cell * pieces) / count); at < Math.floor(((cell + 1) * pieces) / count); at++)
				if (theirs.has(at) && !have.has(at)) some++;
			offers += some;
			return some > 0 ? '1' : '0';
		}).join('');
		assert.deepEqual([told.offered, told.offers], [offered, offers], `${pieces} pieces in ${cells} cells`);
	}
});

test('a map of what a peer has is the same kept as counted anew, whatever it says', () => {
	const random = seeded(9);
	for (const pieces of [1, 7, 16, 100, 1000]) {
		const told = new PeerPieces();
		told.expect(pieces);
		assert.match(told.map, /^0{16}$/);
		for (let step = 0; step < 300; step++) {
			const piece = Math.floor(random() * pieces);
			if (random() < 0.7) told.have(piece);
			else told.lose(piece);
			const anew = new PeerPieces();
			anew.expect(pieces);
			for (let at = 0; at < pieces; at++) if (told.has(at)) anew.have(at);
			assert.equal(told.map, anew.map, `${pieces} pieces after ${step} steps`);
		}
		told.replace(told.filled(true), 0);
		assert.match(told.map, /^9{16}$/);
	}
});

test('pieces that were sent are told for two seconds, and noted only while somebody asks', () => {
	const sent = new SentLately();
	sent.note(3, 0);
	assert.deepEqual(sent.pieces(0), []);
	sent.note(3, 100);
	sent.note(1, 500);
	sent.note(3, 1900);
	assert.deepEqual(sent.pieces(2000), [1, 3]);
	assert.deepEqual(sent.pieces(2600), [3]);
	assert.deepEqual(sent.pieces(4000), []);
	sent.note(2, 20_000);
	assert.deepEqual(sent.pieces(20_000), []);
});

test('a look into a cell names its rarest missing piece, who has it, and tells all of its pieces', async () => {
	const lone = new LoneTorrent({random: seeded(3), pieces: 8, pieceLength: 16_384});
	await lone.start();
	const say = async (id: number, bits: number) => {
		const peer = await LonePeer.meet(lone, id, {host: `203.0.113.${id}`, port: 2000 + id});
		peer.say(writer => writer.bitfield(Uint8Array.of(bits)));
		await turn();
		return peer;
	};
	await say(1, 0b1111_0000);
	await say(2, 0b1101_0000);
	const {torrent} = lone;
	const now = lone.services.clock.now();
	const inspection = inspectCell(torrent, 0, 2, now, true);
	assert.deepEqual(
		[inspection?.first, inspection?.pieces, inspection?.piece, inspection?.holders],
		[0, 4, 2, 1],
	);
	assert.deepEqual(
		inspection?.heldBy?.map(({address}) => address),
		['203.0.113.1:2001'],
	);
	assert.deepEqual(
		inspection?.runs?.map(({first, last, holders}) => [first, last, holders]),
		[
			[0, 1, 2],
			[2, 2, 1],
			[3, 3, 2],
		],
	);
	assert.equal(inspectCell(torrent, 0, 2, now)?.runs, undefined);
	const [id] = torrent.swarm.peers.keys();
	const details = viewPeerDetails(torrent, id!, 4, now, 1_700_000_000_000);
	assert.deepEqual([details?.pieces, details?.offers, details?.offered], [4, 4, '1100']);
	// Everything of it reaches a screen: what is not known would be left out on the way.
	assert.deepEqual(JSON.parse(JSON.stringify(details)), details);
	assert.ok(details && details.requestWindow > 0);
	assert.equal(viewPeerDetails(torrent, 999, 4, now, 0), undefined);
	await torrent.close();
});

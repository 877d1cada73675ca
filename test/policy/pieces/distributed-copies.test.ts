import assert from 'node:assert/strict';
import test from 'node:test';
import {DistributedCopies} from '../../../source/policy/pieces/distributed-copies.ts';
import {PiecePicker} from '../../../source/policy/pieces/piece-picker.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {seeded} from '../seeded.ts';

test('copies are whole ones and the part of the pieces that are there once more, whoever comes and goes', () => {
	for (const seed of [1, 2, 3]) {
		const random = seeded(seed);
		const pieces = 1 + Math.floor(random() * 200);
		const picker = new PiecePicker(pieces, random);
		const here: Bitfield[] = [];
		let seeds = 0;
		const join = () => {
			const share = [0.01, 0.5, 0.99][Math.floor(random() * 3)]!;
			const peer = new Bitfield(pieces);
			for (let piece = 0; piece < pieces; piece++) if (random() < share) peer.set(piece);
			here.push(peer);
			picker.peerJoined(peer);
		};
		const leave = () => {
			const [peer] = here.splice(Math.floor(random() * here.length), 1);
			if (peer) picker.peerLeft(peer);
		};
		const tell = () => {
			const peer = here[Math.floor(random() * here.length)];
			const piece = Math.floor(random() * pieces);
			if (!peer || peer.has(piece)) return;
			peer.set(piece);
			picker.peerHas(piece);
		};
		const another = () => {
			seeds++;
			picker.seedJoined();
		};
		for (let round = 0; round < 500; round++) {
			const chance = random();
			if (chance < 0.15) join();
			else if (chance < 0.3) leave();
			else if (chance < 0.32) another();
			else tell();
			const have = Array.from({length: pieces}, (_, piece) => here.filter(peer => peer.has(piece)).length);
			const least = Math.min(...have);
			const copies = seeds + least + have.filter(count => count > least).length / pieces;
			assert.equal(picker.copies.toFixed(9), copies.toFixed(9), `seed ${seed}, round ${round}`);
		}
	}
});

test('what has no pieces has no copies, and nobody’s is none', () => {
	assert.equal(new DistributedCopies(0).count(2), 0);
	assert.equal(new DistributedCopies(7).count(0), 0);
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {BlockBudget} from '../../../source/engine/session/block-budget.ts';
import type {SessionServices} from '../../../source/engine/session/session-services.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent, turn} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

const slots = 4096;
const pieces = 128;

/** A download from so many seeders next door, with the memory shared out as it is in a session. */
async function open(seeders: number): Promise<{lone: LoneTorrent; peers: LonePeer[]}> {
	const random = seeded(5);
	const lone = new LoneTorrent({pieces, pieceLength: 16 * blockLength, short: 0, pool: slots, random});
	const budget = new BlockBudget(lone.pool, new Map([['', lone.torrent]]), lone.clock);
	(lone.services as {budget: SessionServices['budget']}).budget = budget;
	await lone.start();
	const peers: LonePeer[] = [];
	for (let n = 1; n <= seeders; n++) {
		const peer = await LonePeer.meet(lone, n);
		peer.peer.roundTrip = 1;
		peer.say(writer => {
			writer.plain(messageId.haveAll);
			writer.plain(messageId.unchoke);
		});
		peers.push(peer);
	}
	return {lone, peers};
}

for (const seeders of [1, 4, 16, 50]) {
	test(`${seeders} seeders next door that are faster than the disk fill no more memory than is worth it`, async () => {
		const {lone, peers} = await open(seeders);
		const {storage, pool} = lone;
		const held: Array<() => void> = [];
		const store = storage.storePiece.bind(storage);
		storage.storePiece = (piece, given) => {
			const copy = Int32Array.from(given);
			for (const slot of copy) if (slot >= 0) pool.queued(1);
			held.push(() => {
				for (const slot of copy) if (slot >= 0) pool.queued(-1);
				store(piece, copy);
			});
		};
		let most = 0;
		for (let round = 0; lone.parts.have.count < pieces; round++) {
			assert.ok(round < 20_000, `${lone.parts.have.count} of ${pieces} pieces have come`);
			let spoke = false;
			await lone.clock.pass(10);
			for (const peer of peers) {
				const asked = await peer.hears('request');
				spoke ||= asked.length > 0;
				peer.answer(asked);
			}
			most = Math.max(most, slots - pool.free);
			// The disk does one piece when nobody is asked for anything, and now and then.
			if (spoke && round % 20 !== 0) continue;
			held.shift()?.();
			await turn();
		}
		// No more is asked for when 512 wait for the disk; half of what peers may owe us is on its way then, and some pieces have begun.
		assert.ok(most <= 512 + Math.max(384, 16 * seeders) + 32 + 6 * seeders, `${most} blocks at a time`);
		assert.equal(pool.free, slots);
		await lone.torrent.close();
	});
}

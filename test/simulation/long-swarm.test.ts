import assert from 'node:assert/strict';
import test from 'node:test';
import v8 from 'node:v8';
import {Peer} from '../../source/engine/peer.ts';
import {PartialPiece} from '../../source/policy/block-ledger.ts';
import {type Node, SwarmWorld} from './swarm-world.ts';

test('what the engine holds stays the same over a simulated day of peers that come and go', async () => {
	const world = new SwarmWorld({seed: 21, pieces: 40, blocksPerPiece: 1, interval: 300, settleTime: 500});
	const seeder = await world.join({seed: true, up: 500_000});
	let guests: Node[] = [];
	const counts: Array<{peers: number; partials: number; timers: number}> = [];
	for (let hour = 0; hour < 24; hour++) {
		for (let turn = 0; turn < 3; turn++) {
			for (const guest of guests) await world.leave(guest, turn === 1 ? 'silently' : 'politely');
			guests = [];
			for (let at = 0; at < 4; at++) guests.push(await world.join({up: 100_000}));
			await world.clock.pass(1_190_000);
			assert.ok(
				guests.every(({completedAt}) => completedAt !== undefined),
				`seed ${world.seed}: hour ${hour}`,
			);
		}
		counts.push({
			peers: v8.queryObjects(Peer) as unknown as number,
			partials: v8.queryObjects(PartialPiece) as unknown as number,
			timers: world.clock.pending,
		});
	}
	await world.end();
	const most = (from: number, to: number, what: 'peers' | 'partials' | 'timers'): number =>
		Math.max(...counts.slice(from, to).map(count => count[what]));
	for (const what of ['peers', 'partials', 'timers'] as const) {
		assert.ok(
			most(16, 24, what) <= 1.1 * most(2, 8, what) + 4,
			`${what}: ${counts.map(count => count[what])}`,
		);
	}
	assert.equal(seeder.disk.have.full, true);
});

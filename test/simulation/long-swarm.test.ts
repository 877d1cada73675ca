import assert from 'node:assert/strict';
import test from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import {LogRing} from '../../source/engine/log/log-ring.ts';
import {Peer} from '../../source/engine/peers/peer-connection.ts';
import {PartialPiece} from '../../source/policy/requests/partial-pieces.ts';
import {type Node, SwarmWorld} from './swarm-world.ts';

// The newest thousand lines are kept, which a day does not fill: they would hide what grows for ever.
LogRing.prototype.add = () => {};
v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

/** Bytes that cannot be let go of. */
function heldMemory(): {objects: number; buffers: number} {
	collect();
	const {heapUsed, arrayBuffers} = process.memoryUsage();
	// What V8 compiles when it likes is no leak of ours.
	const code = v8
		.getHeapSpaceStatistics()
		.filter(({space_name: name}) => /^(?:code|trusted)_/.test(name))
		.reduce((sum, {space_used_size: used}) => sum + used, 0);
	return {objects: heapUsed - code, buffers: arrayBuffers};
}

test('memory, and what the engine holds in it, stays the same over a simulated day of peers that come and go', async () => {
	const world = new SwarmWorld({seed: 21, pieces: 40, blocksPerPiece: 1, interval: 300, settleTime: 500});
	const seeder = await world.join({seed: true, up: 500_000, poolSlots: 64});
	let guests: Node[] = [];
	const counts: Array<{peers: number; partials: number; timers: number; objects: number; buffers: number}> =
		[];
	for (let hour = 0; hour < 24; hour++) {
		for (let turn = 0; turn < 3; turn++) {
			for (const guest of guests) await world.leave(guest, turn === 1 ? 'silently' : 'politely');
			guests = [];
			for (let at = 0; at < 4; at++) guests.push(await world.join({up: 100_000, poolSlots: 64}));
			await world.clock.pass(1_180_000);
			assert.ok(
				guests.every(({completedAt}) => completedAt !== undefined),
				`seed ${world.seed}: hour ${hour}`,
			);
		}
		for (const guest of guests) await world.leave(guest, 'politely');
		guests = [];
		counts.push({
			peers: v8.queryObjects(Peer) as unknown as number,
			partials: v8.queryObjects(PartialPiece) as unknown as number,
			timers: world.clock.pending,
			...heldMemory(),
		});
	}
	await world.end();
	const mean = (from: number, to: number, what: 'objects' | 'buffers'): number =>
		counts.slice(from, to).reduce((sum, count) => sum + count[what], 0) / (to - from);
	// Addresses may grow up to their ceiling; a leak of a kilobyte a peer would show.
	for (const [what, most] of [
		['objects', 400_000],
		['buffers', 1_000_000],
	] as const) {
		const growth = Math.round(mean(20, 24, what) - mean(4, 8, what));
		assert.ok(growth < most, `${what}: ${growth} bytes more in the end: ${counts.map(count => count[what])}`);
	}
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

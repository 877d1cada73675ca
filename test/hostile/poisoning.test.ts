import assert from 'node:assert/strict';
import test from 'node:test';
import {SwarmWorld} from '../simulation/swarm-world.ts';
import {inSeconds, tell} from './tell.ts';

test('beside 20 peers that send wrong blocks the only honest one is never banned, and at most 1.6 times the bytes are fetched', async () => {
	for (const corrupts of [1, 0.3]) {
		const world = new SwarmWorld({seed: 71, pieces: 256, blocksPerPiece: 4});
		const honest = await world.join({seed: true, up: 1 << 20, down: 20 << 20});
		const liars = [];
		for (let at = 0; at < 20; at++) liars.push(await world.join({seed: true, up: 200_000, corrupts}));
		const ours = await world.join({down: 20 << 20});
		assert.ok(await world.untilComplete([ours], 600_000), `${corrupts}: not complete`);
		const fetched = ours.network.received / world.length;
		const took = ours.completedAt! - ours.joinedAt;
		await world.end();
		tell(
			`20 of 21 seeders send ${corrupts * 100} % wrong blocks`,
			`16 MiB in ${inSeconds(took)}, ${fetched.toFixed(2)} times the bytes, ${ours.banned.size} of 20 banned`,
		);
		assert.ok(!ours.banned.has(honest.host), `${corrupts}: the honest one is banned`);
		assert.ok(fetched <= 1.6, `${corrupts}: ${fetched} times the bytes`);
		for (const {host} of liars) assert.ok(corrupts < 1 || ours.banned.has(host), `${host} is not banned`);
	}
});

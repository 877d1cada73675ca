import assert from 'node:assert/strict';
import test from 'node:test';
import {fromHex} from '../../source/base/hex.js';
import type {Connection} from '../../source/io/net/transport.js';
import {SwarmWorld} from '../simulation/swarm-world.ts';
import {inSeconds, tell} from './tell.ts';

test('relays that connect us with ourselves cost no more than a few connections each, and no download', async () => {
	const took: number[] = [];
	for (const count of [0, 40]) {
		const world = new SwarmWorld({seed: 81, pieces: 64, blocksPerPiece: 16});
		const ours = await world.join({down: 20 << 20, up: 1 << 20});
		let relayed = 0;
		for (let at = 0; at < count; at++) {
			const host = `172.17.0.${at + 1}`;
			const machine = world.network.join(host, {up: 10 << 20, down: 10 << 20, latency: 5});
			await machine.listen({port: 6881}, near => {
				relayed++;
				const waiting: Uint8Array[] = [];
				let open = false;
				const how = {timeout: 15_000, infoHash: fromHex(world.id)!};
				const far: Connection = machine.dial({host: ours.host, port: 6881}, how, {
					connected: () => {
						open = true;
						for (const bytes of waiting) far.write(bytes);
					},
					data: (bytes, length) => near.write(bytes.slice(0, length)),
					drained: () => {},
					closed: reason => near.close(reason),
				});
				return {
					connected: () => {},
					data: (bytes, length) => {
						const copy = bytes.slice(0, length);
						if (open) far.write(copy);
						else waiting.push(copy);
					},
					drained: () => {},
					closed: reason => far.close(reason),
				};
			});
			await ours.session.send({type: 'peer.add', id: world.id, address: `${host}:6881`});
		}
		await world.clock.pass(20_000);
		const before = relayed;
		const seeder = await world.join({up: 4 << 20, down: 20 << 20, seed: true});
		assert.ok(await world.untilComplete([ours], 300_000), 'not complete');
		took.push(ours.completedAt! - seeder.joinedAt);
		await world.clock.pass(600_000);
		await world.end();
		if (count > 0)
			tell(`${count} addresses that lead to ourselves`, `${relayed} dials, 16 MiB in ${inSeconds(took[1]!)}`);
		assert.ok(before <= count, `${before} dials of ${count} relays in 20 s`);
		assert.ok(relayed <= 3 * count, `${relayed} dials`);
	}
	assert.ok(took[1]! <= 1.5 * took[0]!, `${took[1]} ms, ${took[0]} ms undisturbed`);
});

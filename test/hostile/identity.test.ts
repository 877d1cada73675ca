import assert from 'node:assert/strict';
import test from 'node:test';
import {messageId} from '../../source/protocol/wire/decoder.ts';
import {SwarmWorld} from '../simulation/swarm-world.ts';
import {attack} from './attackers.ts';
import {inSeconds, tell} from './tell.ts';

test('ten silent connections with the peer id of a seeder do not keep the seeder out', async () => {
	const took: number[] = [];
	for (const count of [0, 10]) {
		const world = new SwarmWorld({seed: 61, pieces: 64, blocksPerPiece: 16});
		const ours = await world.join({down: 20 << 20, up: 1 << 20});
		const seeder = await world.join({up: 4 << 20, down: 20 << 20, seed: true, shy: true});
		if (count > 0) {
			// Who asks the seeder is told its peer id.
			const ids: Uint8Array[] = [];
			const [spy] = attack(world, seeder, 1, {hears: id => ids.push(id)});
			await world.clock.pass(1000);
			spy!.stop();
			assert.equal(ids.length, 1);
			attack(world, ours, count, {
				peerId: ids[0]!,
				says: writer => writer.plain(messageId.interested),
				redials: 1000,
			});
			await world.clock.pass(3000);
		}
		const from = world.clock.now();
		await ours.session.send({type: 'peer.add', id: world.id, address: `${seeder.host}:6881`});
		await world.clock.passUntil(() => ours.completedAt !== undefined, 300_000);
		took.push((ours.completedAt ?? Infinity) - from);
		await world.end();
	}
	tell(
		'10 with the peer id of the seeder',
		`16 MiB in ${inSeconds(took[1]!)}, undisturbed ${inSeconds(took[0]!)}`,
	);
	assert.ok(took[1]! <= 1.5 * took[0]!, `${took[1]} ms, ${took[0]} ms undisturbed`);
});

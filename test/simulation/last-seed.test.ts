import assert from 'node:assert/strict';
import test from 'node:test';
import type {TorrentView} from '../../source/api/snapshot.ts';
import {type Node, SwarmWorld} from './swarm-world.ts';

const minute = 60_000;
const hour = 60 * minute;
/** Reached after a minute, whatever else. */
const goal = {time: 60, keepLast: true};

async function viewOf({session}: Node): Promise<TorrentView> {
	const {torrents} = await session.send({type: 'session.list'});
	return torrents![0]!;
}

test('the last seed of a swarm stays though its goal is reached, until another has everything', async () => {
	const world = new SwarmWorld({seed: 31, pieces: 60, blocksPerPiece: 2});
	const first = await world.join({seed: true, goal});
	await world.clock.pass(2 * hour);
	const alone = await viewOf(first);
	assert.equal(alone.state, 'seeding');
	assert.deepEqual(
		[alone.goal?.state, alone.goal?.why],
		['last', 'goal reached; stays: no other seed is known'],
	);

	const brief = await world.join({down: 20_000});
	await world.clock.pass(minute);
	assert.ok(!brief.disk.have.full && brief.disk.have.count > 0, 'it has some');
	await world.leave(brief, 'silently');
	await world.clock.pass(3 * hour);
	assert.equal((await viewOf(first)).state, 'seeding', 'one that left with a part is no seed');

	const heir = await world.join();
	assert.ok(await world.untilComplete([heir], hour));
	await world.clock.pass(hour);
	assert.deepEqual([(await viewOf(first)).state, (await viewOf(heir)).state], ['finished', 'seeding']);
	await heir.session.send({type: 'torrent.goal', id: world.id, goal});
	await world.clock.pass(5 * hour);
	assert.equal((await viewOf(heir)).goal?.state, 'last');

	await world.leave(heir, 'politely');
	await first.session.send({type: 'torrent.resume', id: world.id});
	await world.clock.pass(minute);
	assert.equal((await viewOf(first)).goal?.state, 'waived', 'who starts it again has it seed on');
	await world.end();
});

for (const seed of [41, 42, 43])
	test(`of five seeds that all have reached their goals one stays (seed ${seed})`, async () => {
		const world = new SwarmWorld({seed, pieces: 20, blocksPerPiece: 1, interval: 900});
		const nodes: Node[] = [];
		for (let at = 0; at < 5; at++) nodes.push(await world.join({seed: true}));
		// Until the tracker has told all of them of all.
		await world.clock.pass(hour);
		for (const {session} of nodes) await session.send({type: 'torrent.goal', id: world.id, goal});
		for (let hours = 0; hours < 12; hours++) {
			await world.clock.pass(hour);
			const states = await Promise.all(nodes.map(viewOf));
			assert.ok(
				states.some(({state}) => state === 'seeding'),
				`seed ${seed}: nobody is left after ${hours + 1} h`,
			);
		}
		const states = await Promise.all(nodes.map(viewOf));
		assert.equal(states.filter(({state}) => state === 'seeding').length, 1, `seed ${seed}`);
		await world.end();
	});

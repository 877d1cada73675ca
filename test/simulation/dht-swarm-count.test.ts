import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SwarmEstimate} from '../../source/policy/dht/scrape-filter.ts';
import {decodeKrpc} from '../../source/protocol/dht/krpc.ts';
import {DhtWorld} from './dht-world.ts';

const minute = 60_000;

/** A swarm in a world of nodes, each of its peers announced as a client does; answers what nodes say of its size, and how many were asked. */
async function countIn(
	seeds: number,
	peers: number,
	lying: number,
): Promise<{readonly estimate: SwarmEstimate | undefined; readonly asked: number}> {
	const world = new DhtWorld({nodes: 200, seed: 5, settleTime: 250, lying});
	await world.begin();
	const target = world.random.bytes(20);
	const members = world.citizens.filter(({honest, alive}) => honest && alive).slice(10, 10 + seeds + peers);
	for (const [at, member] of members.entries()) {
		const {result} = await world.lookUp(member, target);
		member.node.announce(target, result.stores, {given: 6999, local: 1}, at < seeds);
	}
	await world.clock.pass(minute);
	const asker = world.citizens[1]!;
	const {result} = await world.lookUp(asker, target);
	let asked = 0;
	world.onSend = (bytes, from) => {
		const message = decodeKrpc(bytes);
		if (message.kind === 'query' && message.scrape && from === asker.address) asked++;
	};
	let told: {readonly estimate: SwarmEstimate | undefined} | undefined;
	asker.node.countSwarm(target, result.stores, estimate => {
		assert.equal(told, undefined, 'told once');
		told = {estimate};
	});
	await world.clock.passUntil(() => told !== undefined, minute);
	assert.ok(told !== undefined);
	await world.clock.pass(minute);
	return {estimate: told.estimate, asked};
}

for (const [seeds, peers, lying] of [
	[12, 40, 0],
	[1, 0, 0],
	[0, 90, 0],
	[30, 60, 0.1],
] as const)
	test(`the nearest nodes say about how many are in a swarm of ${seeds} seeds and ${peers} others, ${lying * 100} % lying`, async () => {
		const {estimate, asked} = await countIn(seeds, peers, lying);
		assert.ok(asked >= 1 && asked <= 8, `${asked} questions`);
		for (const [said, true_] of [
			[estimate?.seeds, seeds],
			[estimate?.peers, peers],
		] as const)
			assert.ok(Math.abs((said ?? -99) - true_) <= 2 + true_ * 0.2, `${said} for ${true_}`);
	});

test('of a swarm nobody knows nothing is said', async () => {
	const {estimate} = await countIn(0, 0, 0);
	assert.equal(estimate, undefined);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import type {Bitfield} from '../../source/protocol/wire/bitfield.ts';
import {type Node, piecesOf, SwarmWorld} from './swarm-world.ts';

/** Lines as people have them: bytes a second up and down. */
const lines = [
	{up: 200_000, down: 1_000_000},
	{up: 50_000, down: 500_000},
	{up: 50_000, down: 500_000},
	{up: 25_000, down: 600_000},
];

test('a hundred peers with mixed lines all have everything within 15 % of the shortest possible time', async () => {
	const world = new SwarmWorld({seed: 1, pieces: 800, blocksPerPiece: 2});
	const seeder = await world.join({seed: true, up: 400_000, down: 500_000});
	const leechers: Node[] = [];
	for (let at = 0; at < 100; at++) {
		leechers.push(await world.join({...lines[at % 4]!, latency: 10 + Math.floor(world.random() * 60)}));
	}
	const up = leechers.reduce((sum, {line}) => sum + line.up, seeder.line.up);
	const shortest =
		1000 *
		Math.max(
			world.length / seeder.line.up,
			(world.length * leechers.length) / up,
			...leechers.map(({line}) => world.length / line.down),
		);
	assert.ok(await world.untilComplete(leechers, 3 * shortest), `${world.seed}: not all complete`);
	const last = Math.max(...leechers.map(({completedAt}) => completedAt!)) - seeder.joinedAt;
	const sent = [seeder, ...leechers].reduce((sum, {network}) => sum + network.sent, 0);
	await world.end();
	assert.ok(
		last <= 1.15 * shortest,
		`seed ${world.seed}: ${(last / shortest).toFixed(3)} times the shortest`,
	);
	const spent = sent / (world.length * leechers.length);
	assert.ok(spent < 1.05, `seed ${world.seed}: ${spent.toFixed(3)} times the bytes`);
});

test('those who give nothing get less than a fifth of what contributors get while these download', async () => {
	const world = new SwarmWorld({seed: 2, pieces: 800, blocksPerPiece: 2});
	await world.join({seed: true, up: 100_000});
	const givers: Node[] = [];
	const riders: Node[] = [];
	// In the midst of a swarm's life: everybody has some, and what is scarce is the room to send it.
	const some = (): Bitfield =>
		piecesOf(
			world.pieces,
			Array.from({length: world.pieces}, (_, piece) => piece).filter(() => world.random() < 0.25),
		);
	const before = new Map<Node, number>();
	for (let at = 0; at < 40; at++) {
		givers.push(await world.join({up: 100_000, down: 1_000_000, has: some()}));
		if (at % 4 === 3) riders.push(await world.join({down: 1_000_000, freeRider: true, has: some()}));
	}
	for (const node of [...givers, ...riders]) before.set(node, node.disk.have.count);
	const got = (nodes: Node[]): number =>
		nodes.reduce((sum, node) => sum + node.disk.have.count - before.get(node)!, 0) / nodes.length;
	await world.clock.passUntil(() => givers.some(({completedAt}) => completedAt !== undefined), 1_000_000);
	const [given, ridden] = [got(givers), got(riders)];
	await world.end();
	assert.ok(given > 0.5 * world.pieces, `seed ${world.seed}: contributors got ${given} pieces`);
	assert.ok(ridden < given / 5, `seed ${world.seed}: ${ridden} pieces ridden, ${given} given`);
});

test('rarest first brings many more different pieces into the swarm than order does', async () => {
	const spread = async (sequential: boolean): Promise<number> => {
		const world = new SwarmWorld({seed: 3, pieces: 300, blocksPerPiece: 2});
		const seeder = await world.join({seed: true, up: 200_000});
		const leechers: Node[] = [];
		for (let at = 0; at < 20; at++) leechers.push(await world.join({up: 50_000, sequential}));
		await world.clock.passUntil(() => seeder.network.sent > 1.2 * world.length, 1_000_000);
		const different = world.copies(leechers).filter(count => count > 0).length;
		await world.end();
		return different / world.pieces;
	};
	const [rarest, inOrder] = [await spread(false), await spread(true)];
	assert.ok(rarest > 0.9, `rarest first: ${rarest}`);
	assert.ok(rarest > 1.3 * inOrder, `rarest first: ${rarest}, in order: ${inOrder}`);
});

test('the swarm completes when its only seeder leaves after one copy is out', async () => {
	const world = new SwarmWorld({seed: 4, pieces: 200, blocksPerPiece: 2});
	const seeder = await world.join({seed: true, up: 300_000});
	const leechers: Node[] = [];
	for (let at = 0; at < 30; at++) leechers.push(await world.join({up: 50_000}));
	const out = await world.clock.passUntil(() => Math.min(...world.copies(leechers)) > 0, 1_000_000);
	assert.ok(out, `seed ${world.seed}`);
	const copies = seeder.network.sent / world.length;
	await world.leave(seeder, 'silently');
	assert.ok(await world.untilComplete(leechers, 1_000_000), `seed ${world.seed}`);
	await world.end();
	assert.ok(copies < 4, `seed ${world.seed}: it took ${copies} copies`);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import {type Node, piecesOf, SwarmWorld} from './swarm-world.ts';

test('no piece is lost and everybody is done though half of fifty leechers come and go, and the seeder goes', async () => {
	const world = new SwarmWorld({seed: 11, pieces: 200, blocksPerPiece: 2, interval: 300});
	const seeder = await world.join({seed: true, up: 300_000});
	const leechers = new Set<Node>();
	for (let at = 0; at < 50; at++) leechers.add(await world.join({up: 50_000, down: 500_000}));
	for (let round = 0; round < 25; round++) {
		await world.clock.pass(2000);
		const rarest = Math.min(...world.copies(leechers));
		// With two copies of each among them those who are left can lose one, and have to see to it themselves.
		if (!world.nodes.has(seeder))
			assert.ok(rarest > 0, `seed ${world.seed}: a piece is lost in round ${round}`);
		else if (rarest >= 2) await world.leave(seeder, 'silently');
		const all = [...leechers];
		const leaver = all[Math.floor(world.random() * all.length)]!;
		leechers.delete(leaver);
		await world.leave(leaver, round % 2 === 0 ? 'politely' : 'silently');
		// Every other one comes back later with what it had.
		leechers.add(await world.join({up: 50_000, down: 500_000}, round % 2 === 0 ? leaver.disk : undefined));
	}
	assert.ok(await world.untilComplete(leechers, 1_000_000), `seed ${world.seed}: not all complete`);
	await world.end();
	assert.ok(!world.nodes.has(seeder), `seed ${world.seed}: the seeder never left`);
});

test('who comes and does not say what it wants has ten seconds', async () => {
	const world = new SwarmWorld({seed: 16, pieces: 10, blocksPerPiece: 1});
	const node = await world.join({seed: true});
	const {line} = node;
	const ended: number[] = [];
	const events = {
		connected: () => {},
		data: () => {},
		drained: () => {},
		closed: () => ended.push(world.clock.now() - dialledAt),
	};
	const dialledAt = world.clock.now();
	const how = {timeout: 15_000, infoHash: new Uint8Array(20)};
	world.network.join('10.9.9.9', line).dial({host: node.host, port: 6881}, how, events);
	await world.clock.pass(20_000);
	await world.end();
	assert.ok(ended.length === 1 && ended[0]! > 10_000 && ended[0]! < 12_000, `${ended}`);
});

test('all of the five in a hundred who send wrong data are banned, and nobody else is', async () => {
	const world = new SwarmWorld({seed: 12, pieces: 200, blocksPerPiece: 2});
	await world.join({seed: true, up: 200_000});
	const honest: Node[] = [];
	const liars: Node[] = [];
	for (let at = 0; at < 60; at++) {
		const liar = at % 20 === 10;
		const node = await world.join({up: 100_000, ...(liar ? {corrupts: 0.5} : {})});
		(liar ? liars : honest).push(node);
	}
	assert.ok(await world.untilComplete(honest, 1_000_000), `seed ${world.seed}: not all complete`);
	const isLiar = new Set(liars.map(({host}) => host));
	const banned = new Set(honest.flatMap(node => [...node.banned]));
	await world.end();
	for (const host of banned) assert.ok(isLiar.has(host), `seed ${world.seed}: ${host} is honest`);
	for (const host of isLiar)
		assert.ok(banned.has(host), `seed ${world.seed}: ${host} lies and is nowhere banned`);
});

/** A leecher that lacks the last four of 200 pieces, and when it is done. */
async function finish(
	seed: number,
	others: ReadonlyArray<{up: number; has?: 'all'}>,
	then?: (nodes: Node[]) => void,
) {
	const world = new SwarmWorld({seed, pieces: 200, blocksPerPiece: 2});
	const nodes: Node[] = [];
	for (const {up} of others) nodes.push(await world.join({seed: true, up}));
	const has = piecesOf(
		world.pieces,
		Array.from({length: world.pieces - 4}, (_, piece) => piece),
	);
	const leecher = await world.join({has, down: 1_000_000});
	await world.clock.pass(500);
	then?.(nodes);
	await world.untilComplete([leecher], 300_000);
	const took = (leecher.completedAt ?? Infinity) - leecher.joinedAt;
	await world.end();
	return took;
}

test('a very slow source of the last pieces does not hold up a fast one', async () => {
	const took = await finish(13, [{up: 1500}, {up: 300_000}]);
	assert.ok(took < 8000, `${took} ms`);
});

test('a source that falls silent with the last blocks does not hold up the others', async () => {
	const took = await finish(14, [{up: 20_000}, {up: 20_000}, {up: 20_000}], ([first]) => {
		first!.line.up = 0.001;
	});
	assert.ok(took < 25_000, `${took} ms`);
});

test('a peer that was silent for a while is used again when it sends again', async () => {
	const world = new SwarmWorld({seed: 15, pieces: 200, blocksPerPiece: 2});
	const seeder = await world.join({seed: true, up: 50_000});
	const leecher = await world.join({down: 1_000_000});
	await world.clock.pass(20_000);
	seeder.line.up = 1;
	await world.clock.pass(50_000);
	const before = leecher.disk.have.count;
	seeder.network.revive({...seeder.line, up: 50_000});
	await world.clock.pass(30_000);
	const rate = ((leecher.disk.have.count - before) * world.pieceLength) / 30;
	await world.end();
	assert.ok(rate > 30_000, `${rate} bytes a second afterwards`);
});

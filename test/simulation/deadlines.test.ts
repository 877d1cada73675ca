import assert from 'node:assert/strict';
import test from 'node:test';
import {type Node, SwarmWorld} from './swarm-world.ts';

/** A leecher with two fast sources and eight slow ones, in the midst of its download. */
async function midway(seed: number, slowUp: number) {
	const world = new SwarmWorld({seed, pieces: 400, blocksPerPiece: 4});
	const slow = new Set<string>();
	for (let at = 0; at < 8; at++) slow.add((await world.join({seed: true, up: slowUp})).host);
	for (let at = 0; at < 2; at++) await world.join({seed: true, up: 150_000});
	const leecher = await world.join({down: 2_000_000});
	await world.clock.pass(20_000);
	return {world, slow, leecher};
}

/** The first pieces nothing was done for yet. */
async function untouched(world: SwarmWorld, leecher: Node, count: number): Promise<number[]> {
	const found: number[] = [];
	for (let piece = 0; piece < world.pieces && found.length < count; piece++) {
		const {inspection} = await leecher.session.send({
			type: 'piece.inspect',
			id: world.id,
			cell: piece,
			cells: world.pieces,
		});
		if (inspection?.state === 'missing') found.push(piece);
	}
	return found;
}

/** How long it takes until a node has all of these. */
async function timeTo(world: SwarmWorld, node: Node, pieces: readonly number[]): Promise<number> {
	const from = world.clock.now();
	while (!pieces.every(piece => node.disk.have.has(piece)) && world.clock.now() - from < 100_000)
		await world.clock.pass(100);
	return world.clock.now() - from;
}

/** A piece whose missing blocks only slow peers were asked for, but for those in `but`. */
async function heldBySlow(
	world: SwarmWorld,
	leecher: Node,
	slow: ReadonlySet<string>,
	but: ReadonlySet<number>,
): Promise<number | undefined> {
	for (let piece = 0; piece < world.pieces; piece++) {
		if (but.has(piece)) continue;
		const {inspection} = await leecher.session.send({
			type: 'piece.inspect',
			id: world.id,
			cell: piece,
			cells: world.pieces,
		});
		const from = inspection?.requestedFrom ?? [];
		if (
			inspection?.state === 'in flight' &&
			from.length > 0 &&
			from.every(host => slow.has(host.split(':')[0]!))
		)
			return piece;
	}
	return undefined;
}

/** Has ten pieces due that slow peers hold, one every two seconds; answers how long each took, and the whole. */
async function rescue(seed: number, within: number | undefined) {
	const {world, slow, leecher} = await midway(seed, 3000);
	const since = new Map<number, number>();
	const took: number[] = [];
	const count = (): void => {
		for (const [piece, from] of since) {
			if (from < 0 || !leecher.disk.have.has(piece)) continue;
			took.push(world.clock.now() - from);
			since.set(piece, -1);
		}
	};
	for (let step = 0; step < 400; step++) {
		if (step % 20 === 0 && since.size < 10) {
			const piece = await heldBySlow(world, leecher, slow, new Set(since.keys()));
			assert.ok(piece !== undefined, `seed ${seed}: slow peers hold nothing`);
			since.set(piece, world.clock.now());
			if (within !== undefined)
				await leecher.session.send({type: 'piece.deadline', id: world.id, pieces: [piece], within});
		}
		await world.clock.pass(100);
		count();
	}
	assert.ok(await world.untilComplete([leecher], 1_000_000), `seed ${seed}: not complete`);
	count();
	const {torrents} = await leecher.session.send({type: 'session.list'});
	await world.end();
	return {took, whole: leecher.completedAt! - leecher.joinedAt, wasted: torrents![0]!.wasted / world.length};
}

test('pieces that are due come in time although slow peers hold their blocks, and the rest takes no longer for it', async () => {
	const seeds = [31, 32, 33];
	let moreWasted = 0;
	for (const seed of seeds) {
		const without = await rescue(seed, undefined);
		const withThem = await rescue(seed, 4000);
		const late = without.took.filter(time => time > 4000).length;
		assert.ok(late >= 5, `seed ${seed}: in time without deadlines as well: ${without.took}`);
		assert.equal(withThem.took.length, 10);
		assert.ok(
			withThem.took.every(time => time <= 4000),
			`seed ${seed}: took ${withThem.took}`,
		);
		const longer = withThem.whole / without.whole;
		assert.ok(longer < 1.02, `seed ${seed}: the whole took ${longer} times as long`);
		moreWasted += withThem.wasted - without.wasted;
	}
	// By chance one swarm wastes some blocks more or fewer than another.
	const each = moreWasted / seeds.length;
	assert.ok(each < 0.01, `${each} more of the whole wasted`);
});

test('who watches while it downloads has every piece in time, and in order, and the whole no later', async () => {
	const whole: number[] = [];
	for (const watches of [false, true]) {
		const {world, leecher} = await midway(33, 10_000);
		const missing = Array.from({length: world.pieces}, (_, piece) => piece)
			.filter(piece => !leecher.disk.have.has(piece))
			.slice(0, 120);
		const start = world.clock.now();
		// Half of what the sources can send together.
		const dueAt = (nth: number): number => 5000 + nth * 330;
		const late: string[] = [];
		if (watches) {
			for (const [nth, piece] of missing.entries()) {
				await leecher.session.send({
					type: 'piece.deadline',
					id: world.id,
					pieces: [piece],
					within: dueAt(nth) - (world.clock.now() - start),
				});
			}
			const left = new Map(missing.map((piece, nth) => [piece, dueAt(nth)]));
			while (left.size > 0) {
				await world.clock.pass(100);
				const passed = world.clock.now() - start;
				assert.ok(passed < 100_000, 'they do not come');
				for (const [piece, due] of left) {
					if (!leecher.disk.have.has(piece)) continue;
					left.delete(piece);
					if (passed > due) late.push(`${piece}: ${passed - due} ms`);
				}
			}
			assert.deepEqual(late, []);
		}
		assert.ok(await world.untilComplete([leecher], 1_000_000));
		whole.push(leecher.completedAt! - leecher.joinedAt);
		await world.end();
	}
	assert.ok(whole[1]! < 1.03 * whole[0]!, `${whole} ms`);
});

test('a source that falls silent with blocks that are due makes none of them late', async () => {
	const world = new SwarmWorld({seed: 34, pieces: 400, blocksPerPiece: 4});
	const sources: Node[] = [];
	for (let at = 0; at < 3; at++) sources.push(await world.join({seed: true, up: 50_000}));
	const leecher = await world.join({down: 2_000_000});
	await world.clock.pass(20_000);
	const pieces = await untouched(world, leecher, 8);
	await leecher.session.send({type: 'piece.deadline', id: world.id, pieces, within: 12_000});
	await world.clock.pass(3000);
	sources[0]!.line.up = 0.001;
	const took = 3000 + (await timeTo(world, leecher, pieces));
	await world.end();
	assert.ok(took <= 12_000, `${took} ms`);
});

test('under a limit what is due has all of it, as soon as what was asked for before is paid', async () => {
	const world = new SwarmWorld({seed: 35, pieces: 400, blocksPerPiece: 4});
	for (let at = 0; at < 4; at++) await world.join({seed: true, up: 150_000});
	const leecher = await world.join({down: 2_000_000});
	const limit = 20_000;
	await leecher.session.send({type: 'session.limits', maxDownload: limit});
	await world.clock.pass(20_000);
	for (let turn = 0; turn < 4; turn++) {
		const pieces = await untouched(world, leecher, 1);
		await leecher.session.send({type: 'piece.deadline', id: world.id, pieces, within: 1000});
		const took = await timeTo(world, leecher, pieces);
		const shortest = (world.pieceLength * 1000) / limit;
		assert.ok(took < 1.5 * shortest, `${took} ms, the shortest is ${shortest}`);
		await world.clock.pass(5000);
	}
	const [before, from] = [leecher.network.received, world.clock.now()];
	await world.clock.pass(20_000);
	const rate = ((leecher.network.received - before) * 1000) / (world.clock.now() - from);
	await world.end();
	assert.ok(rate < 1.05 * limit, `${rate} B/s`);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import {Player, streamOf} from './playback.ts';
import {SwarmWorld} from './swarm-world.ts';

const ups = [100_000, 60_000, 40_000, 200_000];
const total = ups.reduce((sum, up) => sum + up, 0);
/** What is played, in bytes a second: 70 % of what all seeders send together. */
const rate = 0.7 * total;
/** A player that begins with half a second, and holds two. */
const usual = {rate, start: rate / 2, cache: 2 * rate};

/** A torrent of pieces that take all seeders together 0.65 s, with a leecher that has been there for a while. */
async function watching(seed: number, since: number) {
	const world = new SwarmWorld({seed, pieces: 200, blocksPerPiece: 16});
	const seeders = [];
	for (const up of ups) seeders.push(await world.join({seed: true, up}));
	const leecher = await world.join({down: 2_000_000});
	await world.clock.pass(since);
	return {world, leecher, seeders, stream: streamOf(world, leecher)};
}

async function wastedBy(world: SwarmWorld, {session, network}: Awaited<ReturnType<SwarmWorld['join']>>) {
	const {torrents} = await session.send({type: 'session.list'});
	await world.end();
	return torrents![0]!.wasted / network.received;
}

test('what is played at 70 % of what all seeders send begins soon and never stands still', async () => {
	for (const [seed, since, within] of [
		[41, 0, 3000],
		[42, 15_000, 2500],
		[43, 15_000, 2500],
	] as const) {
		const {world, leecher, stream} = await watching(seed, since);
		const player = new Player(world, stream, usual);
		player.seek(0);
		await world.clock.pass(90_000);
		player.stop();
		const [started = Infinity] = player.startedAfter;
		assert.ok(started < within, `seed ${seed}: began after ${started} ms`);
		assert.deepEqual(player.stalls, [], `seed ${seed}`);
		assert.ok(player.received > 85 * rate, `seed ${seed}: ${player.received} bytes`);
		stream.close();
		const wasted = await wastedBy(world, leecher);
		assert.ok(wasted < 0.02, `seed ${seed}: ${wasted} wasted`);
	}
});

test('after a seek it goes on within two seconds, and what was ahead of the old place is not due any more', async () => {
	for (const seed of [41, 42, 43]) {
		const {world, leecher, stream} = await watching(seed, 10_000);
		const player = new Player(world, stream, {...usual, cache: 20 * rate});
		player.seek(0);
		await world.clock.pass(15_000);
		const due = async (piece: number) => {
			const {inspection} = await leecher.session.send({
				type: 'piece.inspect',
				id: world.id,
				cell: piece,
				cells: world.pieces,
			});
			return inspection?.dueIn !== undefined;
		};
		const ahead = stream.file.pieceAt(player.position) + 10;
		assert.ok(await due(ahead), `seed ${seed}`);
		for (const part of [0.8, 0.4, 0.6]) {
			player.seek(Math.floor(world.length * part));
			await world.clock.pass(5000);
		}
		assert.ok(!(await due(ahead)), `seed ${seed}`);
		player.stop();
		const [, ...seeks] = player.startedAfter;
		assert.equal(seeks.length, 3);
		assert.ok(
			seeks.every(time => time <= 2000),
			`seed ${seed}: ${seeks} ms`,
		);
		assert.deepEqual(player.stalls, []);
		stream.close();
		assert.ok((await wastedBy(world, leecher)) < 0.02);
	}
});

test('two who play different parts of a file both have what they need', async () => {
	const {world, leecher, stream} = await watching(44, 10_000);
	const half = {rate: rate / 2, start: rate / 4, cache: rate};
	const [one, other] = [new Player(world, stream, half), new Player(world, stream, half)];
	one.seek(0);
	await world.clock.pass(5000);
	other.seek(Math.floor(world.length * 0.7));
	await world.clock.pass(60_000);
	for (const player of [one, other]) {
		player.stop();
		assert.deepEqual(player.stalls, []);
		assert.ok(player.startedAfter[0]! < 2500, `${player.startedAfter} ms`);
	}
	stream.close();
	assert.ok((await wastedBy(world, leecher)) < 0.02);
});

test('a seeder that falls silent makes nobody stand still who holds some seconds', async () => {
	const {world, stream, seeders} = await watching(45, 10_000);
	const player = new Player(world, stream, {rate: total / 2, start: rate, cache: 10 * rate});
	player.seek(0);
	await world.clock.pass(20_000);
	seeders[0]!.line.up = 0.001;
	await world.clock.pass(60_000);
	player.stop();
	assert.deepEqual(player.stalls, []);
	stream.close();
	await world.end();
});

test('when nobody plays any more the rest is downloaded as ever', async () => {
	const {world, leecher, stream} = await watching(46, 10_000);
	const player = new Player(world, stream, usual);
	player.seek(Math.floor(world.length / 2));
	await world.clock.pass(10_000);
	player.stop();
	await world.clock.pass(12_000);
	assert.ok(await world.untilComplete([leecher], (world.length * 1000) / total));
	await world.end();
});

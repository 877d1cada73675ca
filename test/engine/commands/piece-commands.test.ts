import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test, {describe} from 'node:test';
import type {PieceInspection} from '../../../source/api/snapshot.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {mebibyte} from '../../helpers/torrents.ts';
import {watchedDownload} from '../../helpers/watched-download.ts';
import {Workspace} from '../../helpers/workspace.ts';

const pieceLength = 32_768;

async function inspect(
	engine: TestSession,
	id: string,
	pieces: number,
	piece: number,
): Promise<PieceInspection> {
	const {inspection} = await engine.send({type: 'piece.inspect', id, cell: piece, cells: pieces});
	assert.ok(inspection !== undefined);
	return inspection;
}

/** A seeder, and a leecher that has its torrent and is paused. Files `a.bin` and `b.bin` have 20 pieces each. */
async function pair(space: Workspace) {
	const torrent = testTorrent(
		space,
		'set',
		[
			['a.bin', 20 * pieceLength],
			['b.bin', 20 * pieceLength],
		],
		pieceLength,
	);
	const seeder = await openTestSession(space, 'seeder');
	await seedTorrent(seeder, torrent);
	const address = `127.0.0.1:${seeder.port}`;
	const leecher = await openTestSession(space, 'leecher');
	const id = await leecher.add(torrent, {peers: [address], paused: true});
	return {torrent, address, leecher, id};
}

// Most of their time is waiting.
describe('pieces', {concurrency: true}, () => {
	test('skipped pieces of a wanted file are not fetched, also after a restart, until they are as urgent as the file again', async t => {
		const space = new Workspace(t);
		const {torrent, address, leecher, id} = await pair(space);
		await leecher.send({type: 'piece.priority', id, pieces: [3, [10, 12]], priority: 0});
		await leecher.send({type: 'torrent.resume', id});
		const view = await leecher.sees(id, 'it seeds', ({state}) => state === 'seeding');
		assert.deepEqual(
			[view.piecesHave, view.wanted, view.completed],
			[36, 36 * pieceLength, 36 * pieceLength],
		);
		assert.equal((await inspect(leecher, id, 40, 11)).state, 'not wanted');
		await leecher.session.stop();

		const again = await openTestSession(space, 'leecher');
		const restored = await again.sees(id, 'it seeds', ({state}) => state === 'seeding');
		assert.deepEqual([restored.piecesHave, restored.wanted], [36, 36 * pieceLength]);
		assert.equal((await inspect(again, id, 40, 10)).priority, 0);
		assert.equal((await inspect(again, id, 40, 13)).priority, 2);
		await again.send({type: 'piece.priority', id, pieces: [[0, 39]], priority: null});
		await again.send({type: 'peer.add', id, address});
		const whole = await again.sees(id, 'seeding', ({state}) => state === 'seeding');
		assert.deepEqual([whole.wanted, whole.completed], [40 * pieceLength, 40 * pieceLength]);
		assert.ok(torrent.pieces === 40 && !again.log.some(line => line.startsWith('error')));
	});

	test('a wanted piece of a skipped file is fetched without the rest of it, and is there after a restart', async t => {
		const space = new Workspace(t);
		const {address, leecher, id} = await pair(space);
		await leecher.send({type: 'files.priority', id, files: [1], priority: 0});
		await leecher.send({type: 'piece.priority', id, pieces: [25, 33], priority: 3});
		await leecher.send({type: 'torrent.resume', id});
		const view = await leecher.sees(id, 'it seeds', ({state}) => state === 'seeding');
		assert.deepEqual([view.piecesHave, view.wanted, view.filesWanted], [22, 22 * pieceLength, 1]);
		await leecher.session.stop();

		const again = await openTestSession(space, 'leecher');
		const restored = await again.sees(id, 'it seeds', ({state}) => state === 'seeding');
		assert.deepEqual([restored.piecesHave, restored.completed], [22, 22 * pieceLength]);
		assert.ok(!again.log.some(line => line.includes('hashing')), 'nothing had to be hashed again');
		assert.equal((await inspect(again, id, 40, 33)).priority, 3);
		await again.send({type: 'files.priority', id, files: [1], priority: 2});
		await again.send({type: 'peer.add', id, address});
		await again.sees(id, 'seeding', ({state}) => state === 'seeding');
		assert.deepEqual(
			readFileSync(space.path('leecher-data', 'set', 'b.bin')),
			readFileSync(space.path('content', 'set', 'b.bin')),
		);
	});

	test('a skipped piece that is due is fetched; it stays wanted after a restart, and is due no more', async t => {
		const space = new Workspace(t);
		const {address, leecher, id} = await pair(space);
		await leecher.send({type: 'files.priority', id, files: [1], priority: 0});
		await leecher.send({type: 'piece.deadline', id, pieces: [[30, 31]], within: 60_000});
		const due = await inspect(leecher, id, 40, 30);
		assert.equal(due.priority, 1);
		assert.ok(due.dueIn! > 50_000 && due.dueIn! <= 60_000, `due in ${due.dueIn}`);
		await leecher.session.stop();

		const again = await openTestSession(space, 'leecher');
		const restored = await inspect(again, id, 40, 30);
		assert.deepEqual([restored.priority, restored.dueIn], [1, undefined]);
		await again.send({type: 'piece.deadline', id, pieces: [35, 30], within: 0});
		await again.send({type: 'torrent.resume', id});
		await again.send({type: 'peer.add', id, address});
		const view = await again.sees(id, 'it seeds', ({state}) => state === 'seeding');
		assert.equal(view.piecesHave, 23);
		for (const piece of [30, 35]) assert.equal((await inspect(again, id, 40, piece)).dueIn, undefined);
	});

	test('with a step each piece is due so much later than the one before', async t => {
		const {leecher, id} = await pair(new Workspace(t));
		const dueIn = async (piece: number) => (await inspect(leecher, id, 40, piece)).dueIn;
		await leecher.send({type: 'piece.deadline', id, pieces: [[4, 6], 9], within: 100_000, step: 10_000});
		const [four, six, nine] = [await dueIn(4), await dueIn(6), await dueIn(9)];
		assert.ok(four! <= 100_000 && four! > 90_000, `${four}`);
		assert.ok(Math.abs(six! - four! - 20_000) < 5000, `${six} after ${four}`);
		assert.ok(Math.abs(nine! - four! - 30_000) < 5000, `${nine} after ${four}`);
		assert.deepEqual([await dueIn(3), await dueIn(7)], [undefined, undefined]);
	});

	test('a deadline is taken back, and goes when the piece is skipped', async t => {
		const {leecher, id} = await pair(new Workspace(t));
		const dueIn = async (piece: number) => (await inspect(leecher, id, 40, piece)).dueIn;
		await leecher.send({type: 'piece.deadline', id, pieces: [1, [5, 7], 30], within: 5000});
		assert.ok((await dueIn(6)) !== undefined);
		await leecher.send({type: 'piece.deadline', id, pieces: [6], within: null});
		assert.deepEqual([await dueIn(6), (await dueIn(7)) !== undefined], [undefined, true]);
		await leecher.send({type: 'piece.priority', id, pieces: [7], priority: 0});
		assert.equal(await dueIn(7), undefined);
		await leecher.send({type: 'files.priority', id, files: [1], priority: 0});
		assert.deepEqual([await dueIn(30), (await dueIn(1)) !== undefined], [undefined, true]);
	});

	test('pieces that are not there, and more deadlines than make sense, are refused with one line', async t => {
		const {leecher, id} = await pair(new Workspace(t));
		for (const pieces of [[40], [[0, 40]], [0, 5, 1e9], [[7, 6]], [-1], [0.5]]) {
			await assert.rejects(
				leecher.send({type: 'piece.priority', id, pieces: pieces as never, priority: 4}),
				/^UserError: there is no piece \S+: they are 0 to 39$/,
			);
			await assert.rejects(leecher.send({type: 'piece.deadline', id, pieces: pieces as never, within: 1}));
		}
		const large = testTorrent(new Workspace(t), 'large', [['x.bin', 10_001 * 16_384]], 16_384);
		const other = await leecher.add(large, {paused: true});
		const due = (first: number, last: number) =>
			leecher.send({type: 'piece.deadline', id: other, pieces: [[first, last]], within: 1000});
		await assert.rejects(due(0, 10_000), /no more than 10000 pieces of a torrent can be due at a time/);
		await due(0, 9999);
		await due(0, 9999);
		await assert.rejects(due(10_000, 10_000), /no more than 10000/);
		await leecher.send({type: 'piece.deadline', id: other, pieces: [0], within: null});
		await due(10_000, 10_000);
	});

	/** A download of 64 pieces. */
	async function watched(space: Workspace) {
		const {ours, id, given} = await watchedDownload(space, [['a', 4 * mebibyte]], 65_536, 600_000);
		const untouched = async (count: number): Promise<number[]> => {
			const found: number[] = [];
			for (let piece = 0; piece < 64 && found.length < count; piece++)
				if ((await inspect(ours, id, 64, piece)).state === 'missing') found.push(piece);
			assert.equal(found.length, count);
			return found;
		};
		return {ours, id, given, untouched};
	}

	test('pieces that are due are what is asked for next, in the order in which they are', async t => {
		const {ours, id, given, untouched} = await watched(new Workspace(t));
		// Nothing is asked for before all is said.
		await ours.send({type: 'torrent.pause', id});
		const [first, second, third, fourth] = (await untouched(4)) as [number, number, number, number];
		await ours.send({type: 'piece.priority', id, pieces: [third], priority: 4});
		await ours.send({type: 'piece.deadline', id, pieces: [fourth], within: 8000});
		await ours.send({type: 'piece.deadline', id, pieces: [second], within: 9000});
		await ours.send({type: 'piece.deadline', id, pieces: [first], within: 7000});
		const before = given.length;
		await ours.send({type: 'torrent.resume', id});
		await ours.sees(id, 'complete', view => view.completed === view.wanted, 30_000);
		const after = given.slice(before);
		const order = [first, fourth, second, third].map(piece => after.lastIndexOf(piece));
		assert.deepEqual(
			order,
			order.toSorted((one, other) => one - other),
			`${after}`,
		);
		// Before them came what had been asked for already.
		assert.ok(order[3]! < 100, `${after}`);
		const between = after
			.slice(order[0], order[2])
			.filter(piece => ![first, second, third, fourth].includes(piece));
		assert.ok(between.length <= 8, `${between}`);
	});

	test('pieces wanted first are asked for before others, and low ones last', async t => {
		const {ours, id, given, untouched} = await watched(new Workspace(t));
		await ours.send({type: 'torrent.pause', id});
		const [low, one, two] = (await untouched(3)) as [number, number, number];
		await ours.send({type: 'piece.priority', id, pieces: [low], priority: 1});
		await ours.send({type: 'piece.priority', id, pieces: [one, two], priority: 4});
		const before = given.length;
		await ours.send({type: 'torrent.resume', id});
		await ours.sees(id, 'complete', view => view.completed === view.wanted, 30_000);
		const after = given.slice(before);
		assert.ok(after.lastIndexOf(low) > after.length - 8, `${after}`);
		assert.ok(Math.max(after.lastIndexOf(one), after.lastIndexOf(two)) < 100, `${after}`);
	});
});

import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import test from 'node:test';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const pieceLength = 32_768;

/** A seeder of two files that meet in the middle of a piece. */
async function seeded(space: Workspace) {
	const torrent = testTorrent(
		space,
		'set',
		[
			['a.bin', 5 * pieceLength + 1000],
			['b.bin', 3 * pieceLength],
			['empty', 0],
		],
		pieceLength,
	);
	const seeder = await openTestSession(space, 'seeder');
	return {torrent, seeder, id: await seedTorrent(seeder, torrent)};
}

test('a file of a torrent is read from any place, also across pieces and when the torrent is paused', async t => {
	const space = new Workspace(t);
	const {seeder, id} = await seeded(space);
	const file = seeder.session.openFile(id, 1);
	const bytes = readFileSync(space.path('content', 'set', 'b.bin'));
	assert.deepEqual([file.length, file.path.join('/'), file.priority], [bytes.length, 'set/b.bin', 2]);
	assert.deepEqual([file.first, file.last], [5, 8]);
	assert.deepEqual([file.pieceAt(0), file.pieceStart(5), file.pieceStart(6)], [5, -1000, pieceLength - 1000]);
	assert.equal(file.available(0, 1e9), bytes.length);
	assert.equal(file.available(7, 10), 10);
	assert.equal(file.available(bytes.length, 10), 0);
	for (const paused of [false, true]) {
		if (paused) {
			await seeder.send({type: 'torrent.pause', id});
			await seeder.sees(id, 'paused', ({state}) => state === 'paused');
		}
		for (const [from, length] of [
			[0, 1],
			[31_000, 40_000],
			[bytes.length - 5, 5],
		] as const) {
			const into = new Uint8Array(length);
			await file.read(from, into);
			assert.deepEqual(Buffer.from(into), bytes.subarray(from, from + length));
		}
	}
	const empty = seeder.session.openFile(id, 2);
	assert.equal(empty.available(0, 5), 0);
	assert.ok(empty.last < empty.first);
});

test('whoever waits for a file is told of each piece, and has only what is verified', async t => {
	const space = new Workspace(t);
	const {torrent, seeder, id} = await seeded(space);
	const leecher = await openTestSession(space, 'leecher');
	await leecher.add(torrent, {paused: true});
	const file = leecher.session.openFile(id, 0);
	assert.equal(file.available(0, 1e9), 0);
	const seen = new Set<number>();
	const forget = file.listen(() => seen.add(file.available(0, 1e9)));
	await leecher.send({type: 'torrent.sequential', id, on: true});
	await leecher.send({type: 'torrent.resume', id});
	await leecher.send({type: 'peer.add', id, address: `127.0.0.1:${seeder.port}`});
	await leecher.sees(id, 'complete', ({state}) => state === 'seeding');
	assert.ok(seen.has(file.length) && seen.size > 2, `${[...seen]}`);
	forget();
	seen.clear();
	// Neither was anybody forgotten who is told when it is gone.
	let told = 0;
	file.listen(() => told++);
	await leecher.send({type: 'torrent.remove', id, withData: false});
	await until('it is gone', 5000, () => file.isGone && told > 0);
	assert.equal(seen.size, 0);
	await assert.rejects(file.read(0, new Uint8Array(1)), /UserError: the torrent was removed/);
});

test('a file that somebody has changed is not read, and is looked at again', async t => {
	const space = new Workspace(t);
	const {seeder, id} = await seeded(space);
	const file = seeder.session.openFile(id, 0);
	writeFileSync(space.path('content', 'set', 'a.bin'), new Uint8Array(file.length));
	await assert.rejects(
		until('it is seen', 5000, () => file.read(0, new Uint8Array(10))),
		/UserError.*a\.bin/,
	);
	await seeder.sees(id, 'hashed again', ({piecesHave}) => piecesHave < 9);
	assert.equal(file.available(0, 1e9), 0);
});

test('a file that is not there is refused', async t => {
	const {seeder, id} = await seeded(new Workspace(t));
	assert.throws(() => seeder.session.openFile(id, 3), /UserError: there is no file 3/);
	assert.throws(
		() => seeder.session.openFile('0'.repeat(40), 0),
		/UserError: the engine has no such torrent/,
	);
});

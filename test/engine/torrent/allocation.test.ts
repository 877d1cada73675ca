import assert from 'node:assert/strict';
import {existsSync, statfsSync, statSync} from 'node:fs';
import test, {describe} from 'node:test';
import {openTestSession, testTorrent} from '../../helpers/sessions.ts';
import {mountDisk} from '../../helpers/small-disk.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** Bytes a file takes up on the disk. */
const room = (path: string): number => statSync(path).blocks * 512;

describe('full allocation', {concurrency: true}, () => {
	test('gives wanted files all their room before anything comes, and those chosen later when they are chosen', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'full', [
			['a.bin', 300_000],
			['b.bin', 200_000],
		]);
		const engine = await openTestSession(space, 'engine', {allocation: 'full'});
		const id = await engine.add(torrent, {select: '1'});
		await engine.sees(id, 'it waits for peers', ({state}) => state === 'downloading');
		const [a, b] = ['a.bin', 'b.bin'].map(name => space.path('engine-data', 'full', name)) as [
			string,
			string,
		];
		assert.ok(statSync(a).size === 300_000 && room(a) >= 300_000, `${room(a)} bytes`);
		assert.ok(!existsSync(b));
		await engine.send({type: 'files.priority', id, files: [1], priority: 2});
		await engine.sees(id, 'the other has its room', () => existsSync(b) && room(b) >= 200_000);
		const sparse = await openTestSession(space, 'sparse');
		await sparse.add(torrent);
		await sparse.sees(id, 'it waits for peers', ({state}) => state === 'downloading');
		assert.ok(!existsSync(space.path('sparse-data', 'full')), 'sparse is the default');
	});

	test('says at once that the disk is too small, and leaves what room there is to others', async t => {
		const space = new Workspace(t);
		const small = mountDisk(space, '1m');
		if (small === undefined) return;
		const torrent = testTorrent(space, 'large', [['a.bin', 3_000_000]]);
		const engine = await openTestSession(space, 'engine', {allocation: 'full'});
		const id = await engine.add(torrent, {dir: small});
		await engine.says(
			id,
			'failed',
			/^disk full: \S+\/large\/a\.bin \(needs [23]\.\d+ M, [\d.]+ M free\): free some space, then resume$/,
		);
		const {bavail, bsize} = statfsSync(small);
		assert.ok(bavail * bsize > 900_000, 'nothing was taken up');
	});
});

import assert from 'node:assert/strict';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {failureOf, StorageError} from '../../../source/io/disk/storage-failure.js';
import {mountDisk} from '../../helpers/small-disk.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {makeTorrent, TestDisk} from '../torrent-on-disk.js';

const systemError = (code: string): Error => Object.assign(new Error(code), {code});

test('what the system says becomes one line with what to do', () => {
	const lines = {
		ENOSPC: 'disk full: /d/a (needs 2.98 G, 11.4 M free): free some space, then resume',
		EDQUOT: 'disk quota used up: /d/a: free some space, then resume',
		EROFS: 'read-only file system: /d/a: make it writable or move the torrent, then resume',
		EACCES: 'no permission: /d/a: change its access rights, then resume',
		EMFILE: 'too many open files (/d/a): raise the limit with ulimit -n, then resume',
		ENOENT: 'missing: /d/a: bring it back or check the torrent, then resume',
		EIO: 'disk error EIO: /d/a: check the disk, then resume',
	};
	for (const [code, line] of Object.entries(lines)) {
		const {message} = failureOf(systemError(code), '/d/a', () => ({needed: 3_200_000_000, free: 12_000_000}));
		assert.equal(message, line);
	}
});

test('what was said already is not said anew', () => {
	assert.deepEqual(failureOf(new StorageError('missing', 'gone'), '/d/a'), {
		code: 'missing',
		message: 'gone',
	});
});

test('a full disk fails each piece with a plain line, gives the slots back, and works again when mended', async t => {
	const disk = new TestDisk();
	t.after(() => disk.close());
	const dir = mountDisk(new Workspace(t), '64k');
	if (dir === undefined) return;
	const torrent = disk.open(makeTorrent([['t/a', 100_000]], 16_384), {dir});
	// Nothing is left of it.
	writeFileSync(join(dir, 'filler'), Buffer.alloc(60_000));
	const outcomes = await Promise.all([...Array(7).keys()].map(piece => torrent.store(piece)));
	for (const outcome of outcomes) {
		assert.match(
			outcome.type === 'failed' ? outcome.failure.message : '',
			/^disk full: .*\/t\/a \(needs [\d.]+ K, \d.* free\): free some space, then resume$/,
		);
	}
	assert.equal(disk.pool.free, disk.pool.capacity);
	await torrent.storage.close();
	rmSync(torrent.path(0), {force: true});
	rmSync(join(dir, 'filler'));
	const again = disk.open({metainfo: torrent.metainfo, data: torrent.data}, {dir: join(disk.root, 'roomy')});
	await again.storeAll();
	assert.deepEqual(again.onDisk(0), torrent.data);
	await again.storage.close();
});

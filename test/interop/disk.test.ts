import assert from 'node:assert/strict';
import {chmodSync} from 'node:fs';
import process from 'node:process';
import {test} from 'node:test';
import {assertSame} from '../helpers/compare.ts';
import {rawSeeder} from '../helpers/raw-peer.ts';
import {mountDisk, remount} from '../helpers/small-disk.ts';
import {kibibyte, makeTorrent, mebibyte, writeFile, writeFolder} from '../helpers/torrents.ts';
import {get, type Transfer} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const isRoot = process.getuid?.() === 0;

/** It has to end with status 1, and one line that says what is the matter. */
async function fails(transfer: Transfer, reason: RegExp): Promise<void> {
	const exit = await transfer.program.end(30_000);
	assert.deepEqual(exit, {code: 1, signal: null});
	assert.match(transfer.program.stderr, /^tortui: [^\n]+\n$/);
	assert.match(transfer.program.stderr, reason);
	assert.equal(
		transfer.events.some(({event}) => event === 'complete'),
		false,
	);
}

test('on a full disk it stops with the reason, and goes on when there is room', async t => {
	const space = new Workspace(t);
	const dir = mountDisk(space, '6m');
	if (dir === undefined) return;
	const content = writeFile(space.folder('theirs'), 'file.bin', 16 * mebibyte + 5);
	const torrent = makeTorrent(content, 256 * kibibyte);
	const file = torrent.write(space.path('file.torrent'));
	const seeder = await rawSeeder(space, torrent);
	const args = [file, '-d', dir, '--peer', seeder.address];
	await fails(await get(space, args), /full|no (?:space|room)/i);

	remount(dir, 'size=64m');
	const before = seeder.served.bytes;
	const again = await get(space, args);
	await again.event('complete');
	await again.done();
	assertSame(`${dir}/file.bin`, content.root);
	const fetched = seeder.served.bytes - before;
	assert.ok(
		fetched < content.length - 3 * mebibyte,
		`of ${content.length} bytes ${fetched} were fetched again`,
	);
});

test('with --allocation full a disk too small for the whole is told before anything is fetched', async t => {
	const space = new Workspace(t);
	const dir = mountDisk(space, '6m');
	if (dir === undefined) return;
	const torrent = makeTorrent(writeFile(space.folder('theirs'), 'file.bin', 16 * mebibyte), 256 * kibibyte);
	const seeder = await rawSeeder(space, torrent);
	const file = torrent.write(space.path('file.torrent'));
	await fails(
		await get(space, [file, '-d', dir, '--peer', seeder.address, '--allocation', 'full']),
		/full|no (?:space|room)/i,
	);
	assert.equal(seeder.served.bytes, 0);
});

test('on a read-only disk it stops with the reason, and goes on when it may write', async t => {
	const space = new Workspace(t);
	const dir = mountDisk(space, '64m');
	if (dir === undefined) return;
	const content = writeFolder(space.folder('theirs'), 'set', [
		['a/one', 3 * mebibyte],
		['b/two', 17],
	]);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const file = torrent.write(space.path('set.torrent'));
	const seeder = await rawSeeder(space, torrent);
	const args = [file, '-d', dir, '--peer', seeder.address];
	remount(dir, 'ro');
	await fails(await get(space, args), /read-only|permission|may not/i);
	remount(dir, 'rw');
	await (await get(space, args)).done();
	assertSame(`${dir}/set`, content.root);
});

test('in a folder that belongs to somebody else it stops with the reason', {
	skip: isRoot && 'root may write everywhere',
}, async t => {
	const space = new Workspace(t);
	const dir = space.folder('ours');
	const content = writeFile(space.folder('theirs'), 'file.bin', mebibyte);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const file = torrent.write(space.path('file.torrent'));
	const seeder = await rawSeeder(space, torrent);
	const args = [file, '-d', dir, '--peer', seeder.address];
	chmodSync(dir, 0o555);
	space.defer(() => chmodSync(dir, 0o755));
	await fails(await get(space, args), /permission|read-only|may not/i);
	chmodSync(dir, 0o755);
	await (await get(space, args)).done();
	assertSame(space.path('ours', 'file.bin'), content.root);
});

test('where files may not grow beyond a limit it stops with the reason, and goes on without the limit', async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('theirs'), 'file.bin', 12 * mebibyte);
	const torrent = makeTorrent(content, 256 * kibibyte);
	const file = torrent.write(space.path('file.torrent'));
	const seeder = await rawSeeder(space, torrent);
	const args = [file, '-d', space.folder('ours'), '--peer', seeder.address];
	// 4 MiB in units of 1 KiB; Node leaves SIGXFSZ ignored, so that a write fails with EFBIG instead.
	const limited = ['bash', '-c', 'ulimit -f 4096 && exec "$@"', 'limited'];
	await fails(await get(space, args, {}, limited), /limit|large|big|full|space/i);
	const again = await get(space, args);
	await again.done();
	assertSame(space.path('ours', 'file.bin'), content.root);
});

test('where a folder of the torrent is a file already, it stops with the reason and leaves that file alone', async t => {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('theirs'), 'set', [['a/one', mebibyte]]);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const file = torrent.write(space.path('set.torrent'));
	const seeder = await rawSeeder(space, torrent);
	const inTheWay = writeFile(space.folder('ours'), 'set', 100);
	const ours = await get(space, [file, '-d', space.path('ours'), '--peer', seeder.address]);
	await fails(ours, /set/);
	assertSame(inTheWay.root, writeFile(space.folder('copy'), 'set', 100).root);
});

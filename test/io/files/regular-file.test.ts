import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {lookup} from 'node:dns/promises';
import {once} from 'node:events';
import {closeSync, existsSync, openSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {test} from 'node:test';
import {UserError} from '../../../source/base/errors.ts';
import {readTorrentSource} from '../../../source/commands/transfer/torrent-source.ts';
import {readTorrentLink} from '../../../source/io/files/read-torrent.ts';
import {readRegularFile, readRegularFileNow, UnreadableFile} from '../../../source/io/files/regular-file.ts';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {makeSockets} from '../../../source/io/net/sockets.ts';
import {setAside} from '../../../source/io/state/set-aside.ts';
import {within} from '../../helpers/deadline.ts';
import {Workspace} from '../../helpers/workspace.ts';

const {http} = makeSockets({clock: machineClock, bind: [], userAgent: 'test'});
const context = {stdin: process.stdin, version: '0'} as Parameters<typeof readTorrentSource>[1];

/** What the engine, and the command line, say of a path. */
async function answers(path: string): Promise<string[]> {
	const said: string[] = [];
	for (const read of [() => readTorrentLink(path, http), () => readTorrentSource(path, context)]) {
		const error = await within(
			5000,
			path,
			read().then(
				() => undefined,
				(reason: unknown) => reason,
			),
		);
		assert.ok(error instanceof UserError, `${path}: ${error}`);
		said.push(`${error.exitStatus} ${error.message}`);
	}
	return said;
}

test('a file is read whole, through a link and below /proc too', async t => {
	const space = new Workspace(t);
	const path = space.path('file');
	for (const length of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
		writeFileSync(path, Buffer.alloc(length, 'x'));
		assert.equal((await readRegularFile(path, 300_000)).length, length);
		assert.equal(readRegularFileNow(path, 300_000).length, length);
	}
	symlinkSync(path, space.path('link'));
	assert.equal((await readRegularFile(space.path('link'), 300_000)).length, 300_000);
	if (!existsSync('/proc/self/status')) return;
	assert.match(Buffer.from(await readRegularFile('/proc/self/status', 100_000)).toString(), /^Name:/);
	assert.match(Buffer.from(readRegularFileNow('/proc/self/status', 100_000)).toString(), /^Name:/);
});

test('no more than the limit is ever read, whatever a file says of its size', async t => {
	const space = new Workspace(t);
	const path = space.path('film');
	writeFileSync(path, '');
	truncateSync(path, 2 ** 40);
	for (const read of [
		() => readRegularFile(path, 10_000_000),
		async () => readRegularFileNow(path, 10_000_000),
		() => readRegularFile('/proc/self/status', 10),
		async () => readRegularFileNow('/proc/self/status', 10),
	]) {
		await assert.rejects(
			read(),
			(error: unknown) => error instanceof UnreadableFile && error.code === 'too-large',
		);
	}
});

test('what is no .torrent file is told in a plain line, the same by the engine and on the command line', async t => {
	const space = new Workspace(t);
	const film = space.path('film.mkv');
	writeFileSync(film, '');
	truncateSync(film, 2 ** 31);
	spawnSync('mkfifo', [space.path('pipe')]);
	symlinkSync(space.path('pipe'), space.path('link to a pipe'));
	const server = createServer().listen(space.path('socket'));
	space.defer(() => server.close());
	await once(server, 'listening');
	for (const [path, line] of [
		[film, `3 ${film} is not a valid torrent: larger than 10 MB`],
		[space.dir, `1 ${space.dir} is a folder, not a .torrent file`],
		[space.path('pipe'), `1 ${space.path('pipe')} is a pipe, not a .torrent file`],
		[space.path('link to a pipe'), `1 ${space.path('link to a pipe')} is a pipe, not a .torrent file`],
		[space.path('socket'), `1 ${space.path('socket')} is a socket, not a .torrent file`],
		['/dev/zero', '1 /dev/zero is a device, not a .torrent file'],
		['/dev/tty', '1 /dev/tty is a device, not a .torrent file'],
		[space.path('none'), `1 no such file: ${space.path('none')}`],
		[join(film, 'x'), `1 no such file: ${join(film, 'x')}`],
	] as const) {
		assert.deepEqual(await answers(path), [line, line]);
	}
});

test('a hundred pipes that nobody writes to keep no thread: names are looked up meanwhile', async t => {
	const space = new Workspace(t);
	const path = space.path('pipe');
	spawnSync('mkfifo', [path]);
	const reads = Array.from({length: 100}, () =>
		readTorrentLink(path, http).catch((error: Error) => error.message),
	);
	await within(5000, 'a name to be looked up', lookup('localhost'));
	const lines = await within(5000, 'the pipes', Promise.all(reads));
	assert.ok(lines.every(line => line === `${path} is a pipe, not a .torrent file`));
});

test('what a shell hands over is read to its end', {
	skip: !existsSync('/dev/fd') && 'no /dev/fd',
}, async t => {
	const space = new Workspace(t);
	writeFileSync(space.path('text'), 'hello');
	const file = openSync(space.path('text'), 'r');
	space.defer(() => closeSync(file));
	await assert.rejects(readTorrentSource(`/dev/fd/${file}`, context), /it does not begin as a torrent does/);
});

test('what is set aside is kept beside what was set aside before', t => {
	const space = new Workspace(t);
	const names: string[] = [];
	for (let n = 0; n < 30; n++) {
		writeFileSync(space.path('x'), `${n}`);
		names.push(setAside(space.path('x')));
	}
	assert.equal(names[0], space.path('x.damaged'));
	assert.equal(names[1], space.path('x.damaged-2'));
	assert.equal(new Set(names).size, 20);
});

import assert from 'node:assert/strict';
import {readdirSync, readlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {until} from '../helpers/deadline.ts';
import type {Running} from '../helpers/processes.ts';
import {mountDisk} from '../helpers/small-disk.ts';
import {startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const isLinux = process.platform === 'linux' ? false : 'needs /proc';

/** A file of 100 GiB that takes no room: it is not hashed before somebody has ended that. */
function endless(space: Workspace): string {
	const path = space.path('endless');
	writeFileSync(path, '');
	truncateSync(path, 100 * 2 ** 30);
	return path;
}

async function hashes({pid}: Running, path: string): Promise<void> {
	const open = () =>
		readdirSync(`/proc/${pid}/fd`).some(fd => {
			try {
				return readlinkSync(`/proc/${pid}/fd/${fd}`) === path;
			} catch {
				return false;
			}
		});
	await until('the hashing to begin', 20_000, open);
}

for (const [signal, code, line] of [
	['SIGINT', 130, 'tortui: SIGINT: no torrent was made\n'],
	['SIGTERM', 130, 'tortui: SIGTERM: no torrent was made\n'],
	['SIGKILL', null, ''],
] as const) {
	test(`nothing is left of a torrent that ${signal} ended while it was made`, {
		skip: isLinux,
	}, async context => {
		const space = new Workspace(context);
		const path = endless(space);
		const out = space.folder('out');
		const program = startTortui(space, ['create', path, '--hybrid', '-l', '16M', '-o', `${out}/x.torrent`]);
		await hashes(program, path);
		program.child.kill(signal);
		assert.equal((await program.end(10_000)).code, code);
		assert.equal(program.stderr, line);
		assert.equal(program.stdout, '');
		assert.deepEqual(readdirSync(out), []);
	});
}

test('on a disk that is full nothing is left, and it is told in a line', async context => {
	const space = new Workspace(context);
	const disk = mountDisk(space, '64k');
	if (disk === undefined) return;
	const path = space.path('data');
	writeFileSync(path, '');
	truncateSync(path, 128 * 2 ** 20);
	const program = startTortui(space, ['create', path, '-l', '16K', '-o', `${disk}/x.torrent`]);
	assert.equal((await program.end(60_000)).code, 1);
	assert.equal(program.stderr, `tortui: cannot write ${disk}/x.torrent: the disk is full\n`);
	assert.deepEqual(readdirSync(disk), []);
});

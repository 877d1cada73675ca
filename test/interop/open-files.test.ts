import assert from 'node:assert/strict';
import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {test} from 'node:test';
import {assertSame} from '../helpers/compare.ts';
import type {Running} from '../helpers/processes.ts';
import {kibibyte, makeTorrent, writeFolder} from '../helpers/torrents.ts';
import {startTortui, type Transfer, transfer} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const files = 2000;
const atMost = (open: number) => ['bash', '-c', `ulimit -n ${open} && exec "$@"`, 'few'];
const few = atMost(128);

/** The most files below a folder that a program was seen to have open at a time. */
function watchOpenFiles({pid}: Running, space: Workspace, folder: string): () => number {
	let most = 0;
	const timer = setInterval(() => {
		let open = 0;
		try {
			for (const name of readdirSync(`/proc/${pid}/fd`)) {
				try {
					if (readlinkSync(`/proc/${pid}/fd/${name}`).startsWith(folder)) open++;
				} catch {
					// Closed meanwhile.
				}
			}
		} catch {
			return;
		}
		most = Math.max(most, open);
	}, 5);
	space.defer(() => clearInterval(timer));
	return () => most;
}

test(`${files} files are seeded and downloaded by processes that may open 128, with 40 open at the most`, async t => {
	const space = new Workspace(t);
	const entries = Array.from({length: files}, (_, n) => [`${n % 50}/${n}.bin`, 2000 + n] as const);
	const content = writeFolder(space.folder('theirs'), 'set', entries);
	const torrent = makeTorrent(content, 64 * kibibyte);
	const file = torrent.write(space.path('set.torrent'));
	const start = async (verb: 'get' | 'seed', ...args: string[]): Promise<Transfer> =>
		transfer(
			space,
			verb,
			[file, '--state-dir', space.path(verb), '--log', space.path(`${verb}.log`), ...args],
			{},
			few,
		);
	const seeder = await start('seed', '-d', space.path('theirs'));
	await seeder.event('seeding');
	const leecher = await start('get', '-d', space.folder('ours'), '--peer', seeder.address);
	const most = [
		watchOpenFiles(seeder.program, space, space.path('theirs')),
		watchOpenFiles(leecher.program, space, space.path('ours')),
	];
	await leecher.event('complete');
	// What two thousand files cost to be put on the disk is no matter here.
	await leecher.program.stop('SIGKILL');
	assertSame(space.path('ours', 'set'), content.root);
	for (const count of most) assert.ok(count() > 0 && count() <= 40, `${count()} were open at a time`);
	assert.equal(seeder.program.ended, undefined);
	for (const verb of ['get', 'seed']) {
		const log = readFileSync(space.path(`${verb}.log`), 'utf8');
		assert.doesNotMatch(log, /too many open files/);
		assert.doesNotMatch(log, /"level":"error"/);
	}
	assert.deepEqual(await seeder.program.stop('SIGTERM', 6000), {code: 130, signal: null});
});

test('files that cannot be opened just now are not told to be missing or wrong', async t => {
	const space = new Workspace(t);
	const entries = Array.from({length: 100}, (_, n) => [`${n}.bin`, 3000] as const);
	const torrent = makeTorrent(writeFolder(space.folder('ours'), 'set', entries), 16 * kibibyte);
	const file = torrent.write(space.path('set.torrent'));
	for (const open of [28, 36]) {
		const verify = startTortui(space, ['verify', file, space.path('ours')], {}, atMost(open));
		assert.deepEqual(await verify.end(30_000), {code: 1, signal: null}, verify.stdout);
		assert.equal(verify.stdout, '');
		assert.match(verify.stderr, /^tortui: [^\n]*(?:too many open files|EMFILE)[^\n]*: [^\n]*verify again\n$/);
	}
});

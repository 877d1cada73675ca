import assert from 'node:assert/strict';
import {cpSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import type {TorrentView} from '../../source/api/snapshot.ts';
import {enginePid} from '../../source/commands/engine-process/engine-lock.ts';
import {assertSame} from '../helpers/compare.ts';
import {until} from '../helpers/deadline.ts';
import {freePort} from '../helpers/ports.ts';
import {missing, run} from '../helpers/processes.ts';
import {type RawSeeder, rawSeeder} from '../helpers/raw-peer.ts';
import {Terminal} from '../helpers/tmux-terminal.ts';
import {kibibyte, makeTorrent, mebibyte, writeFolder} from '../helpers/torrents.ts';
import {cli, node} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

/** The program that was built, as one of another version: where it is started from. */
function programOf(space: Workspace, version: string): string {
	const folder = space.folder(`tortui-${version}`);
	const built = dirname(cli);
	cpSync(built, `${folder}/dist`, {recursive: true});
	const manifest = JSON.parse(readFileSync(`${built}/../package.json`, 'utf8'));
	writeFileSync(`${folder}/package.json`, JSON.stringify({...manifest, version}));
	return `${folder}/dist/cli.js`;
}

/** The longest time, in ms, in which none of the seeders was asked for anything, until `over` answers. */
async function longestRest(seeders: readonly RawSeeder[], over: () => boolean): Promise<number> {
	const asked = () => seeders.reduce((sum, {served}) => sum + served.blocks, 0);
	let [last, lastAt, longest] = [asked(), performance.now(), 0];
	await until(
		'the hand-over',
		30_000,
		() => {
			const now = asked();
			if (now === last) return false;
			longest = Math.max(longest, performance.now() - lastAt);
			[last, lastAt] = [now, performance.now()];
			return over();
		},
		5,
	);
	return longest;
}

test('an engine hands over to one of another version while it downloads: screens come back, nothing is fetched or hashed twice', {
	skip: missing('tmux', 'bash'),
}, async t => {
	const space = new Workspace(t);
	const state = space.path('state');
	const content = writeFolder(space.folder('theirs'), 'season two', [
		['episode 1.mkv', 40 * mebibyte + 11],
		['episode 2.mkv', 40 * mebibyte],
		['notes.txt', 1234],
	]);
	const torrent = makeTorrent(content, 128 * kibibyte);
	const file = torrent.write(space.path('season.torrent'));
	const hosts = ['127.0.0.3', '127.0.0.4'];
	const seeders = await Promise.all(
		hosts.map(host => rawSeeder(space, torrent, {rate: 1.5 * mebibyte, host})),
	);
	const env = {NO_COLOR: '1', TORTUI_HOME: state};
	const tortui = (program: string, ...args: string[]) =>
		run(space, node, [program, ...args], {env, within: 30_000});
	const view = async (): Promise<TorrentView> => JSON.parse((await tortui(cli, 'list', '--json')).stdout)[0];
	space.defer(() => tortui(cli, 'stop'));

	const terminal = await Terminal.open(space, 100, 30);
	const port = await freePort();
	const peers = seeders.map(({address}) => `--peer ${address}`).join(' ');
	terminal.enter(
		`tortui ${file} -d ${space.folder('ours')} ${peers} --bind 127.0.0.1 --port ${port} --no-dht --no-lsd`,
	);
	await terminal.sees(/season two[\s\S]*127\.0\.0\.3/, 20_000);
	const had = () => seeders.reduce((sum, {served}) => sum + served.bytes, 0);
	await until('some of it', 20_000, () => had() > 2 * mebibyte);

	const rests: number[] = [];
	let pid = enginePid(state);
	/** Another engine runs, and downloads. */
	async function isFollowed(start: () => Promise<unknown>): Promise<void> {
		const before = pid;
		const started = start();
		let served = Number.POSITIVE_INFINITY;
		rests.push(
			await longestRest(seeders, () => {
				const now = enginePid(state);
				if (now === undefined || now === before) return false;
				if (served === Number.POSITIVE_INFINITY) served = had();
				return had() > served + mebibyte / 2;
			}),
		);
		await started;
		pid = enginePid(state);
		const {stdout} = await tortui(cli, 'log');
		assert.doesNotMatch(stdout, /hashing/);
		await terminal.sees(/season two[\s\S]*127\.0\.0\.3/, 20_000);
	}

	// The screen of a newer program asks for it by itself.
	const newer = await Terminal.open(space, 100, 30);
	await isFollowed(async () => newer.enter(`${node} ${programOf(space, '9.0.0')}`));
	await newer.sees(/season two/);
	const newest = programOf(space, '9.1.0');
	await isFollowed(async () => assert.equal((await tortui(newest, 'restart')).ended?.code, 0));
	console.log(`downloads rested for ${rests.map(rest => rest.toFixed()).join(', ')} ms`);
	// However busy the machine is, once it was not.
	assert.ok(Math.min(...rests) < 2000, `${rests}`);

	// One that is broken takes nobody's place.
	const broken = programOf(space, '9.2.0');
	rmSync(`${dirname(broken)}/disk-worker.js`);
	const refused = await tortui(broken, 'restart');
	assert.equal(refused.ended?.code, 1);
	assert.match(
		refused.stderr,
		/^tortui: the new engine did not start, and the one of before goes on: the disk cannot be used: [^\n]+\n$/,
	);
	assert.equal(enginePid(state), pid);
	// A kill in the middle of it costs no more than a kill at any time.
	const before = pid!;
	const restarted = tortui(newest, 'restart');
	process.kill(before, 'SIGKILL');
	await restarted;
	await until('a new engine', 20_000, () => {
		pid = enginePid(state);
		return pid !== undefined && pid !== before;
	});
	assert.equal((await view()).id, torrent.infoHash.toString('hex'));

	for (const seeder of seeders) seeder.setRate(64 * mebibyte);
	await until('it to be complete', 30_000, async () => (await view()).completed === content.length);
	assertSame(space.path('ours', 'season two'), content.root);
	const twice = had() - content.length;
	assert.ok(twice < 16 * mebibyte, `${twice} bytes twice`);
	await terminal.sees(/season two/);
	const {stdout} = await tortui(newest, 'list', '--json');
	assert.equal(JSON.parse(stdout).length, 1);
});

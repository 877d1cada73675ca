import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assertSame} from '../helpers/compare.ts';
import {until} from '../helpers/deadline.ts';
import {freePort} from '../helpers/ports.ts';
import {missing, type Running} from '../helpers/processes.ts';
import {rawSeeder} from '../helpers/raw-peer.ts';
import {Terminal} from '../helpers/tmux-terminal.ts';
import {kibibyte, makeTorrent, mebibyte, writeFolder} from '../helpers/torrents.ts';
import {startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const skip = missing('tmux', 'bash');

interface ListedTorrent {
	readonly id: string;
	readonly name: string;
	readonly state: string;
	readonly completed: number;
}

/** Runs a command of tortui to its end. */
async function tortui(space: Workspace, ...args: string[]): Promise<Running> {
	const running = startTortui(space, args);
	await running.end(20_000);
	return running;
}

async function list(space: Workspace): Promise<ListedTorrent[]> {
	const {ended, stdout, stderr} = await tortui(space, 'list', '--json');
	assert.equal(ended?.code, 0, stderr);
	return JSON.parse(stdout) as ListedTorrent[];
}

async function begin(space: Workspace, rate: number) {
	// The engine in the background is nobody's child: it has to be told.
	space.defer(async () => {
		const {ended} = await tortui(space, 'stop');
		if (ended?.code !== 0 && ended?.code !== 1) console.log(`tortui stop ended with ${ended?.code}`);
	});
	const content = writeFolder(space.folder('theirs'), 'season one', [
		['episode 1.mkv', 9 * mebibyte + 11],
		['episode 2.mkv', 7 * mebibyte],
		['notes.txt', 1234],
	]);
	const torrent = makeTorrent(content, 128 * kibibyte);
	const file = torrent.write(space.path('season.torrent'));
	const seeder = await rawSeeder(space, torrent, {rate, host: '127.0.0.3'});
	const port = await freePort();
	const command = [
		`tortui ${file} -d ${space.folder('ours')}`,
		`--peer ${seeder.address} --bind 127.0.0.1 --port ${port} --no-dht --no-lsd`,
	].join(' ');
	return {content, torrent, seeder, command};
}

test('a session is opened, left, looked at again, and downloads on when its terminal is lost', {
	skip,
}, async t => {
	const space = new Workspace(t);
	const {content, seeder, command} = await begin(space, 2 * mebibyte);
	const terminal = await Terminal.open(space, 100, 30);
	const before = await terminal.state();
	terminal.enter(command);
	await terminal.sees(/season one[\s\S]*1 Pieces[\s\S]*5 Files/, 20_000);
	await terminal.sees(/127\.0\.0\.3/);

	terminal.press('q');
	await terminal.sees(/\bdetach\b[\s\S]*\bstop\b[\s\S]*\bstay\b/);
	terminal.press('n');
	await terminal.sees(text => !/\bstay\b/.test(text) && /1 Pieces/.test(text));
	terminal.press('q');
	await terminal.sees(/\bdetach\b/);
	terminal.press('d');
	assert.equal(await terminal.prompt(), 0);
	assert.deepEqual(await terminal.state(), before);

	const served = seeder.served.bytes;
	await until('the download to go on', 10_000, () => seeder.served.bytes > served + 512 * kibibyte);
	const [torrent] = await list(space);
	assert.equal(torrent?.name, 'season one');
	assert.equal(torrent.state, 'downloading');

	terminal.enter('tortui attach');
	await terminal.sees(/season one/);
	terminal.press('Enter');
	await terminal.sees(/1 Pieces[\s\S]*5 Files/);
	const seen = seeder.served.bytes;
	terminal.close();
	await until(
		'the download to go on without a terminal',
		10_000,
		() => seeder.served.bytes > seen + 512 * kibibyte,
	);
	seeder.setRate(64 * mebibyte);
	await until('it to be complete', 30_000, async () => {
		const [now] = await list(space);
		return now?.completed === content.length;
	});
	assertSame(space.path('ours', 'season one'), content.root);

	const stopped = await tortui(space, 'stop');
	assert.equal(stopped.ended?.code, 0, stopped.stderr);
	const gone = await tortui(space, 'list');
	assert.equal(gone.ended?.code, 1);
	assert.match(gone.stderr, /^tortui: [^\n]+\n$/);
});

test('stopped from the screen and opened again, it goes on where it was', {skip}, async t => {
	const space = new Workspace(t);
	const {content, seeder, command} = await begin(space, 3 * mebibyte);
	const terminal = await Terminal.open(space, 80, 24);
	terminal.enter(command);
	await terminal.sees(/season one/, 20_000);
	await until('a third of it', 20_000, () => seeder.served.bytes > content.length / 3);
	terminal.press('q');
	await terminal.sees(/\bstop\b/);
	terminal.press('s');
	await terminal.prompt(15_000);
	await until('the engine to be gone', 10_000, async () => (await tortui(space, 'list')).ended?.code === 1);
	const served = seeder.served.bytes;

	seeder.setRate(64 * mebibyte);
	terminal.enter(command);
	await terminal.sees(/season one/, 20_000);
	await until('it to be complete', 30_000, async () => (await list(space))[0]?.completed === content.length);
	assertSame(space.path('ours', 'season one'), content.root);
	const twice = seeder.served.bytes - content.length;
	assert.ok(twice < 6 * mebibyte, `${served} bytes before the stop, ${twice} bytes twice`);
});

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import {until} from '../../helpers/deadline.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {delugeState, hadTorrent, rtorrentState, transmissionState} from '../../importer/foreign-states.ts';
import {run} from '../printed.ts';

/** Runs `tortui import … --dry-run` of somebody with an empty home folder and no engine. */
function dry(space: Workspace, args: readonly string[]) {
	const home = space.folder('home');
	return run(['import', ...args, '--dry-run'], {env: {HOME: home, TORTUI_HOME: space.path('state-dir')}});
}

test('without an engine it says what would be brought, a line each, and how many', async t => {
	const space = new Workspace(t);
	const had = [hadTorrent(space, 'Boats'), hadTorrent(space, 'Ships', false)];
	transmissionState.write(space.path('state'), had, {labels: ['sea', 'wind']});
	const {status, out, error} = await dry(space, ['transmission', space.path('state'), '--paused']);
	assert.equal(status, 0);
	assert.deepEqual(out.split('\n').sort(), [
		'',
		'  not brought: more than one label: wind',
		'  not brought: more than one label: wind',
		'would add Boats (6 of 6 pieces, label sea, paused)',
		'would add Ships (4 of 6 pieces, label sea, paused)',
	]);
	assert.equal(error, '2 torrents would be added\n');
});

test('--json is an object a line; what cannot be brought is one, too, and the exit status is 1', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats');
	transmissionState.write(space.path('state'), [had]);
	writeFileSync(space.path('state/torrents/broken.torrent'), 'no torrent');
	const {status, out, error} = await dry(space, ['transmission', space.path('state'), '--json']);
	assert.equal(status, 1);
	assert.equal(error, '');
	const lines = out
		.split('\n')
		.filter(line => line !== '')
		.map(line => JSON.parse(line));
	assert.deepEqual(
		lines.find(({name}) => name === 'Boats'),
		{
			result: 'would-be-added',
			name: 'Boats',
			infoHash: had.id,
			dir: had.dir,
			label: 'boats',
			paused: false,
			have: 6,
			pieces: 6,
			notes: [],
		},
	);
	const broken = lines.find(({name}) => name === 'broken.torrent');
	assert.equal(broken.result, 'failed');
	assert.match(broken.why, /not a bencoded dictionary/);
});

test('--only takes those with such names', async t => {
	const space = new Workspace(t);
	const had = ['debian-13', 'debian-14', 'fedora'].map(name => hadTorrent(space, name));
	rtorrentState.write(space.path('state'), had);
	const {out} = await dry(space, ['rtorrent', space.path('state'), '--only', 'debian*', '--only', 'x?']);
	assert.match(out, /debian-13[\s\S]*debian-14|debian-14[\s\S]*debian-13/);
	assert.doesNotMatch(out, /fedora/);
});

test('the usual places are looked in, and when there is nothing it says where it looked', async t => {
	const space = new Workspace(t);
	const nothing = await dry(space, ['deluge']);
	assert.equal(nothing.status, 1);
	assert.match(
		nothing.error,
		/no state of Deluge was found in \S+home\/\.config\/deluge.*tortui import deluge DIR$/,
	);
	delugeState.write(space.path('home/.config/deluge'), [hadTorrent(space, 'Boats')]);
	assert.match((await dry(space, ['deluge'])).out, /would add Boats/);
	rtorrentState.write(space.path('home/rt/there'), [hadTorrent(space, 'Ships')]);
	writeFileSync(space.path('home/.rtorrent.rc'), '# x\nsession.path.set = ~/rt/there\n');
	assert.match((await dry(space, ['rtorrent'])).out, /would add Ships/);
});

test('a wrong client, folder, pattern or change of folders is told', async t => {
	const space = new Workspace(t);
	const wrong: ReadonlyArray<readonly [readonly string[], number, RegExp]> = [
		[['transmision'], 2, /no client "transmision" to import from: .*; transmission\?/],
		[['utorrent'], 2, /no client "utorrent"/],
		[['deluge', space.folder('empty')], 1, /no state of Deluge is in /],
		[['deluge', space.path('missing')], 1, /no state of Deluge is in /],
		[['deluge', '--map', 'x'], 2, /"x" is not OLD=NEW/],
		[[], 2, /import/],
	];
	for (const [args, status, said] of wrong) {
		const printed = await dry(space, args);
		assert.equal(printed.status, status, printed.error);
		assert.match(printed.error, said);
	}
});

test('names and reasons from strangers reach the terminal without their control characters', async t => {
	const space = new Workspace(t);
	transmissionState.write(space.path('state'), [hadTorrent(space, 'Boats')], {
		labels: ['\u001b]0;evil\u0007', '\u001b[31mred\nline'],
	});
	const {out, error} = await dry(space, ['transmission', space.path('state')]);
	for (const sign of ['\u001b', '\u0007']) assert.ok(!(out + error).includes(sign));
	assert.equal(out.split('\n').length, 3);
});

/** A process that calls itself so, until the test is over. */
async function start(space: Workspace, name: string, args: readonly string[]): Promise<number> {
	const script = 'console.log(1); setTimeout(() => {}, 60_000)';
	const child = spawn(process.execPath, ['-e', script, '--', ...args], {
		argv0: name,
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	space.defer(() => child.kill('SIGKILL'));
	let isUp = false;
	child.stdout.on('data', () => {
		isUp = true;
	});
	await until('it to run', 10_000, () => isUp);
	return child.pid!;
}

test('while that client runs on this state torrents are brought paused and it says so, unless forced', async t => {
	const space = new Workspace(t);
	const dir = space.path('state');
	const had = hadTorrent(space, 'Boats');
	const paused = async (...args: string[]) => {
		const {out, error} = await dry(space, [...args, '--json']);
		return [JSON.parse(out).paused, error] as const;
	};
	// rTorrent holds a lock, Deluge notes its process.
	rtorrentState.write(dir, [had]);
	writeFileSync(join(dir, 'rtorrent.lock'), `${hostname()}:+${await start(space, 'rtorrent', [])}`);
	const [isPaused, said] = await paused('rtorrent', dir);
	assert.equal(isPaused, true);
	assert.match(said, /rtorrent \(process \d+\) runs still: end it, then resume them here/);
	assert.deepEqual((await paused('rtorrent', dir, '--force'))[0], false);
	writeFileSync(join(dir, 'rtorrent.lock'), `${hostname()}:+99999999`);
	assert.deepEqual(await paused('rtorrent', dir), [false, '']);
	// A number that another program has now.
	writeFileSync(join(dir, 'rtorrent.lock'), `${hostname()}:+${process.pid}`);
	assert.deepEqual(await paused('rtorrent', dir), [false, '']);
	writeFileSync(join(dir, 'rtorrent.lock'), 'container:+7');
	assert.match((await paused('rtorrent', dir))[1], /rtorrent \(on container, says its lock\) runs still/);
	rmSync(dir, {recursive: true});
	delugeState.write(dir, [had]);
	writeFileSync(join(dir, 'deluged.pid'), `${await start(space, 'deluged', [])};58846`);
	assert.equal((await paused('deluge', dir))[0], true);
});

test('of processes it is the one that runs on this folder', {
	skip: process.platform !== 'linux' && 'Linux alone',
}, async t => {
	const space = new Workspace(t);
	const [dir, other] = [space.path('state'), space.folder('other')];
	transmissionState.write(dir, [hadTorrent(space, 'Boats')]);
	const isPaused = async () => JSON.parse((await dry(space, ['transmission', dir, '--json'])).out).paused;
	await start(space, 'transmission-daemon', ['-g', other]);
	assert.equal(await isPaused(), false);
	await start(space, 'transmission-daemon', [`--config-dir=${dir}`]);
	assert.equal(await isPaused(), true);
});

test('nothing is left where it looked', async t => {
	const space = new Workspace(t);
	transmissionState.write(space.path('state'), [hadTorrent(space, 'Boats')]);
	mkdirSync(space.path('home'), {recursive: true});
	await dry(space, ['transmission', space.path('state')]);
	assert.deepEqual(readdirSync(space.path('home')), []);
	assert.deepEqual(readdirSync(space.path('state')).sort(), ['resume', 'settings.json', 'torrents']);
});

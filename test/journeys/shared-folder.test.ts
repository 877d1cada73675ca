import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import type {TorrentView} from '../../source/api/snapshot.ts';
import {BackgroundEngine} from '../helpers/background-engine.ts';
import {until} from '../helpers/deadline.ts';
import {get, startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const quiet = ['--no-dht', '--no-lsd'];

async function seeded(engine: BackgroundEngine, names: readonly string[]): Promise<readonly TorrentView[]> {
	let last: readonly TorrentView[] = [];
	await until(
		() => `seeding ${names}, but ${last.map(({name, state}) => `${name} ${state}`)}`,
		60_000,
		async () => {
			last = (await engine.send({type: 'session.list'})).torrents ?? [];
			const all = last.filter(({state}) => state === 'seeding').map(({name}) => name);
			return last.length === names.length && all.sort().join() === [...names].sort().join();
		},
	);
	return last;
}

test('a folder is shared, survives a kill, follows what happens in it, and others get what is in it', async t => {
	const space = new Workspace(t);
	const share = space.folder('share');
	const album = randomBytes(3_000_000);
	writeFileSync(join(space.folder('share', 'album'), 'a.flac'), album);
	writeFileSync(join(share, 'note.txt'), 'hello');
	writeFileSync(join(share, 'film.mkv'), randomBytes(9_000_000));
	const home = 'home';
	let engine = await BackgroundEngine.start(space, home, quiet);
	const tell = async (...args: string[]) => {
		const program = startTortui(space, ['share', ...args, '--state-dir', space.path(home)]);
		const {code} = await program.end(30_000);
		assert.equal(code, 0, program.tail());
		return program.stdout;
	};
	assert.match(await tell(share), /share is shared; how far it is: tortui share --list/);
	// In the middle of its work, or at its end: nobody knows.
	await until('something to be shared', 60_000, async () => {
		const {torrents} = await engine.send({type: 'session.list'});
		return (torrents ?? []).length > 0;
	});
	await engine.kill();
	engine = await BackgroundEngine.start(space, home, quiet);
	const torrents = await seeded(engine, ['album', 'film.mkv', 'note.txt']);
	assert.match(await tell('--list'), /share: 3 shared/);

	const {magnet} = torrents.find(({name}) => name === 'album')!;
	const into = space.folder('into');
	const transfer = await get(space, [magnet, '-d', into, '--peer', `127.0.0.1:${await engine.port()}`], {
		env: {TORTUI_HOME: space.folder('other')},
	});
	await transfer.done();
	assert.deepEqual(readFileSync(join(into, 'album', 'a.flac')), album);

	renameSync(join(share, 'film.mkv'), join(share, 'movie.mkv'));
	rmSync(join(share, 'note.txt'));
	await seeded(engine, ['album', 'movie.mkv']);
	renameSync(share, space.path('unmounted'));
	await until('both to be paused', 60_000, async () => {
		const {torrents: now} = await engine.send({type: 'session.list'});
		return now?.length === 2 && now.every(({state}) => state === 'paused');
	});
	assert.match(await tell(), /share: gone, paused: 2 shared/);
	renameSync(space.path('unmounted'), share);
	await seeded(engine, ['album', 'movie.mkv']);

	assert.match(await tell('--remove', share), /is shared no more; its files stay/);
	await seeded(engine, []);
	assert.ok(existsSync(join(share, 'album', 'a.flac')));
	await engine.stop();
});

test('the config file has folders shared and watched from the first start on', async t => {
	const space = new Workspace(t);
	const share = space.folder('share');
	const inbox = space.folder('inbox');
	writeFileSync(join(share, 'a.bin'), randomBytes(50_000));
	writeFileSync(join(inbox, 'x.magnet'), `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=later\n`);
	writeFileSync(
		join(space.folder('config', 'tortui'), 'config.json'),
		JSON.stringify({
			'no-port-map': true,
			'shared-folders': [{dir: share, label: 'ours', publish: false}],
			'watch-folders': [{dir: inbox, label: 'theirs', 'delete-after': true}],
		}),
	);
	const env = {XDG_CONFIG_HOME: space.path('config')};
	const stateDir = space.folder('state');
	const program = startTortui(
		space,
		['engine', '--state-dir', stateDir, '--bind', '127.0.0.1', '--port', '0', ...quiet],
		{env},
	);
	let listed = '';
	await until(
		() => `both torrents, but ${listed}`,
		60_000,
		async () => {
			const list = startTortui(space, ['list', '--json', '--state-dir', stateDir], {env});
			if ((await list.end(30_000)).code !== 0) return false;
			listed = list.stdout;
			const torrents = JSON.parse(listed) as TorrentView[];
			const facts = torrents.map(({name, state, label}) => `${name} ${state} ${label}`).sort();
			return facts.join() === 'a.bin seeding ours,later metadata theirs';
		},
	);
	await until('the file to go', 30_000, () => !existsSync(join(inbox, 'x.magnet')));
	const shown = startTortui(space, ['share', '--state-dir', stateDir], {env});
	await shown.end(30_000);
	assert.match(shown.stdout, /share: 1 shared \(label ours; not published; from the config file\)/);
	assert.match(shown.stdout, /inbox: watched \(1 added, label theirs, files are deleted then\)/);
	program.child.kill('SIGTERM');
	await program.end(10_000);

	writeFileSync(space.path('config', 'tortui', 'config.json'), '{"watch-folders": [{"dri": "/x"}]}');
	const refused = startTortui(space, ['engine', '--state-dir', stateDir], {env});
	assert.equal((await refused.end(30_000)).code, 2);
	assert.match(refused.stderr, /config\.json:1: watch-folders\[1\]: unknown name "dri"; did you mean dir\?/);
});

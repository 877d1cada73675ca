import assert from 'node:assert/strict';
import {chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {BackgroundEngine} from '../../helpers/background-engine.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {startTortui} from '../../helpers/tortui.ts';
import {wholeLines} from '../../helpers/whole-lines.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** Runs the program, and answers its exit status, its last line, and what it says is wrong. */
function sayer(space: Workspace, env: Readonly<Record<string, string>>) {
	return async (...words: string[]) => {
		const program = startTortui(space, words, {env});
		const {code} = await program.end(20_000);
		return [code, program.stdout.trim().split('\n').at(-1), program.stderr.trim()];
	};
}

test('an engine that is told to by config set moves what is complete and tells a program of it, once, also when it is killed meanwhile', async t => {
	const space = new Workspace(t);
	const env = {XDG_CONFIG_HOME: space.folder('config')};
	mkdirSync(space.path('config/tortui'));
	const settings = {'no-dht': true, 'no-lsd': true, 'no-port-map': true, dir: space.folder('data')};
	writeFileSync(space.path('config/tortui/config.json'), JSON.stringify(settings));
	const seeder = await openTestSession(space, 'seeder');
	const torrent = testTorrent(space, 'film', [['x.bin', 100_000]]);
	const other = testTorrent(space, 'show', [['y.bin', 100_000]]);
	for (const each of [torrent, other]) await seedTorrent(seeder, each);
	const hook = space.path('hook');
	const notes = space.path('notes');
	const hangs = space.path('hangs');
	writeFileSync(
		hook,
		`#!/bin/sh\nset -e\ntest -f "$TORTUI_PATH"/*.bin\necho "$1 $TORTUI_EVENT $TR_TORRENT_NAME $TR_TORRENT_DIR" >> ${notes}\nwhile [ -e ${hangs} ]; do sleep 0.05; done\necho hello from $TORTUI_NAME\n`,
	);
	chmodSync(hook, 0o755);
	const log = space.path('log');
	const start = () =>
		startTortui(space, ['engine', '--bind', '127.0.0.1', '--port', '0', '--log', log], {env});
	const say = sayer(space, env);
	const noted = () => wholeLines(notes);
	const logged = () => readFileSync(log, 'utf8');
	const engine = start();
	await until('the engine to answer', 15_000, async () => (await say('list'))[0] === 0, 10);
	const read = 'the engine read its config file: it goes by';
	assert.deepEqual(await say('config', 'set', 'on-complete', hook, 'an argument'), [
		0,
		`${read} on-complete now`,
		'',
	]);
	const done = space.path('done');
	assert.deepEqual(await say('config', 'set', 'on-complete-move', done), [
		0,
		`${read} on-complete-move now`,
		'',
	]);
	const peer = ['--peer', `127.0.0.1:${seeder.port}`];
	assert.equal((await say('add', space.path('film.torrent'), ...peer))[0], 0);
	await until('it is told', 20_000, () => noted().length === 1);
	assert.deepEqual(noted(), [`an argument complete film ${done}`]);
	await until('what it said is in the log', 10_000, () => logged().includes('on-complete: hello from film'));
	await until('its end is in the log', 10_000, () => logged().includes('on-complete: hook is done in '));
	assert.match(logged(), /on-complete: hello from film/);

	writeFileSync(hangs, '');
	assert.equal((await say('add', space.path('show.torrent'), ...peer))[0], 0);
	await until('it is told of the other', 20_000, () => noted().length === 2);
	engine.child.kill('SIGKILL');
	await engine.end(10_000);
	const again = start();
	await until('it is told again', 20_000, () => noted().length === 3);
	assert.deepEqual(new Set(noted().slice(1)), new Set([`an argument complete show ${done}`]));
	rmSync(hangs);
	await until('that was done', 10_000, () => logged().split('is done in').length === 3);
	await until('that is kept', 10_000, () =>
		/"told"\]\n.*"told"\]\n/s.test(readFileSync(join(space.path('state'), 'completed.journal'), 'utf8')),
	);
	again.child.kill('SIGKILL');
	await again.end(10_000);
	const third = start();
	await until('the third engine to answer', 15_000, async () => (await say('list'))[0] === 0, 10);
	assert.equal((await say('stop'))[0], 0);
	await third.end(10_000);
	assert.equal(noted().length, 3);
});

test('labels of the config file say where torrents go, how fast they are and how long they are seeded', async t => {
	const space = new Workspace(t);
	const env = {XDG_CONFIG_HOME: space.folder('config')};
	mkdirSync(space.path('config/tortui'));
	const torrent = testTorrent(space, 'disc', [['x.bin', 100_000]]);
	const settings = {
		'no-dht': true,
		'no-lsd': true,
		'no-port-map': true,
		labels: {iso: {dir: torrent.content.dir, 'max-upload': '50K', 'seed-ratio': 2}},
	};
	const path = space.path('config/tortui/config.json');
	writeFileSync(path, JSON.stringify(settings));
	const engine = await BackgroundEngine.start(space, 'state', [], [], env);
	const say = sayer(space, env);
	const [code, id] = await say('add', space.path('disc.torrent'), '--label', 'iso');
	assert.equal(code, 0);
	const view = await engine.sees(String(id), 'it seeds', ({state}) => state === 'seeding');
	assert.deepEqual([view.dir, view.maxUpload], [torrent.content.dir, 51_200]);
	assert.equal(view.goal?.text, 'ratio 2 (label iso), then it stops');
	writeFileSync(path, JSON.stringify({...settings, labels: {iso: {'max-upload': '60K', 'seed-ratio': 3}}}));
	const read = 'the engine read its config file: it goes by';
	assert.deepEqual(await say('config', 'reload'), [0, `${read} labels now`, '']);
	const changed = await engine.view(String(id));
	assert.deepEqual([changed?.maxUpload, changed?.goal?.text], [61_440, 'ratio 3 (label iso), then it stops']);
	writeFileSync(path, JSON.stringify({...settings, labels: {iso: {dir: 'here'}}}));
	const [, , fault] = await say('config', 'reload');
	assert.match(String(fault), /config\.json:1: labels\.iso: dir: here is not absolute/);
	await engine.stop();
});

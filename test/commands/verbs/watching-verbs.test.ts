import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import type {Command} from '../../../source/api/command.ts';
import type {TorrentView, Update, Watch} from '../../../source/api/snapshot.ts';
import {serveEngine} from '../../../source/bridge/socket/serve-engine.ts';
import {socketPath} from '../../../source/bridge/socket/socket-path.ts';
import {NewsTeller, newsText} from '../../../source/commands/torrents/torrent-news.ts';
import {until} from '../../helpers/deadline.ts';
import {openDrivenEngine} from '../../helpers/driven-engine.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {run} from '../printed.ts';
import {torrentView} from '../torrent-view.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
type Parsed = any;

const rows = (out: string): Parsed[] =>
	out
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));

const files = [
	['one.bin', 90_000],
	['two.bin', 40_000],
] as const;

test('wait ends when torrents are as they should be, and says how they stand when they never will be', async t => {
	const space = new Workspace(t);
	const engine = await openDrivenEngine(space);
	const seeder = await openTestSession(space, 'seeder');
	const album = testTorrent(space, 'album', files);
	await seedTorrent(seeder, album);
	const id = await engine.add(album, {peers: [`127.0.0.1:${seeder.port}`]});
	const done = await engine.type('wait', 'album', '--timeout', '40s', '--json');
	assert.deepEqual([done.status, done.error], [0, '']);
	assert.deepEqual(rows(done.out), [{infoHash: id, name: 'album', ok: true, state: 'seeding'}]);
	assert.equal((await engine.type('wait', id, '--until', 'seeding and label = ""')).status, 0);
	const late = await engine.type('wait', 'album', '--until', 'label=never', '--timeout', '0.1s');
	assert.deepEqual([late.status, late.out], [1, '']);
	assert.match(late.error, /^not so after 0:00: "album" is seeding \(complete: /);
	const waiting = engine.type('wait', 'album', '--until', 'label=soon', '--timeout', '40s');
	await engine.type('set', 'album', '--label', 'soon');
	assert.equal((await waiting).status, 0);
	const gone = engine.type('wait', 'album', '--until', 'gone', '--timeout', '40s');
	const betrayed = engine.type('wait', 'album', '--until', 'paused', '--timeout', '40s');
	await until(
		'both to look',
		15_000,
		async () => engine.heard.filter(({type}) => type === 'session.list').length > 5 || undefined,
	);
	await engine.type('remove', 'album');
	assert.equal((await gone).status, 0);
	assert.deepEqual([(await betrayed).status, (await betrayed).error], [1, '"album" was removed']);
	assert.match((await engine.type('wait', 'album')).error, /^no torrent "album"/);
	assert.match(
		(await engine.type('wait', 'x', '--until', 'sedeing')).error,
		/^--until: no field "sedeing"; did you mean seeding\?$/,
	);
	const other = testTorrent(space, 'other', files);
	// Something else is where one of its files is to be.
	writeFileSync(join(space.folder('clash', 'other'), 'one.bin'), 'mine');
	await engine.add(other, {dir: space.path('clash')});
	const failed = await engine.type('wait', 'other', '--timeout', '40s');
	assert.equal(failed.status, 1);
	assert.match(failed.error, /^"other" is stopped by an error \(/);
});

test('watch tells what happens until the engine ends: in words, as events, or as what has changed', async t => {
	const space = new Workspace(t);
	const engine = await openDrivenEngine(space);
	await engine.add(testTorrent(space, 'album', files), {paused: true, label: 'iso'});
	const words = engine.type('watch', '--interval', '0.05s');
	const events = engine.type('watch', '--json', '--events', '--interval', '0.05s', '--filter', 'label=iso');
	const updates = engine.type('watch', '--json', '--interval', '0.05s');
	const one = engine.type('watch', 'album', '--json', '--interval', '0.05s');
	await until('all to look', 15_000, async () => engine.watchers >= 4 || undefined);
	const other = await engine.add(testTorrent(space, 'other', files), {paused: true});
	await engine.sees(other, 'paused', ({state}) => state === 'paused');
	await until(
		'it to be told',
		15_000,
		async () => engine.told(update => update.torrents?.length === 2) || undefined,
	);
	await engine.type('remove', 'other');
	await until(
		'its end to be told',
		15_000,
		async () => engine.told(update => update.torrents?.length === 1) || undefined,
	);
	await engine.type('stop');
	for (const watching of [words, events, updates, one])
		assert.equal((await watching).status, 0, (await watching).error);
	const said = (await words).out.replaceAll(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /gm, '').split('\n');
	assert.equal(said[0], 'album: paused');
	assert.ok(said.includes('other: removed'), said.join('|'));
	assert.deepEqual(
		rows((await events).out).map(({at, event, name, state, label}) => [typeof at, event, name, state, label]),
		[['number', 'there', 'album', 'paused', 'iso']],
	);
	const changes = rows((await updates).out);
	assert.deepEqual([changes[0].torrents.length, changes[0].session.port], [1, engine.port]);
	assert.ok(changes.some(({torrents}) => torrents?.length === 2));
	const [first] = rows((await one).out);
	assert.deepEqual([first.torrent.overview.name, first.torrent.files.length], ['album', 2]);
});

test('what has happened is told from one list to the next', () => {
	const teller = new NewsTeller();
	const tell = (...views: Parameters<typeof torrentView>[0][]) =>
		teller.tell(views.map(view => torrentView(view))).map(newsText);
	const a = {id: 'a', name: 'A'};
	const b = {id: 'b', name: 'B\u001b[2J'};
	assert.deepEqual(tell(a), ['A: downloading']);
	assert.deepEqual(tell(a), []);
	assert.deepEqual(tell(a, b), ['B [2J: added, downloading']);
	const reason = {level: 'error', text: 'no room'} as const;
	assert.deepEqual(tell({...a, state: 'failed', reason}, {...b, completedAt: 5, state: 'seeding'}), [
		'A: stopped by an error: no room (was downloading)',
		'B [2J: seeding (was downloading)',
		'B [2J: everything is here',
	]);
	assert.deepEqual(tell({...b, completedAt: 5, state: 'seeding'}), ['A: removed']);
});

test('list picks by a filter and goes by a field', async t => {
	const space = new Workspace(t);
	const engine = await openDrivenEngine(space);
	for (const [name, length, label] of [
		['big', 90_000, 'iso'],
		['small', 100, 'iso'],
		['middle', 5000, 'other'],
	] as const)
		await engine.add(testTorrent(space, name, [['x', length]]), {paused: true, label});
	const names = async (...argv: string[]) => {
		const {status, out, error} = await engine.type('list', '--json', ...argv);
		assert.deepEqual([status, error], [0, '']);
		return JSON.parse(out).map(({name}: Parsed) => name);
	};
	assert.deepEqual(await names('--filter', 'label=iso'), ['big', 'small']);
	assert.deepEqual(await names('--filter', 'label=iso', '--filter', 'size < 1K'), ['small']);
	await engine.type('trackers', 'big', 'add', 'udp://127.0.0.1:9/announce');
	assert.deepEqual(await names('--filter', 'tracker = 127.0.0.1 and tracker ~ udp'), ['big']);
	assert.deepEqual(await names('--sort', 'size'), ['small', 'middle', 'big']);
	assert.deepEqual(await names('--sort', 'name', '--reverse'), ['small', 'middle', 'big']);
	assert.deepEqual(await names('--reverse'), ['middle', 'small', 'big']);
	assert.deepEqual(
		await names('--sort', 'eta'),
		['big', 'small', 'middle'],
		'what is not known keeps its order',
	);
	assert.equal((await engine.type('list', '--filter', 'size < 1K')).out.split('\t').at(-1), 'small\n');
	const none = await engine.type('list', '--filter', 'private = no and seeding');
	assert.deepEqual([none.status, none.out, none.error], [0, '', 'no torrent fits\n']);
	assert.match(
		(await engine.type('list', '--sort', 'sise')).error,
		/^--sort: no field "sise"; did you mean size\?$/,
	);
});

test('preview tells of a file, and of a link what the link says', async t => {
	const space = new Workspace(t);
	const engine = await openDrivenEngine(space);
	testTorrent(space, 'album', files);
	const {status, out} = await engine.type('preview', space.path('album.torrent'));
	assert.equal(status, 0);
	assert.match(
		out,
		/^album\n {2}Info-hash {4}[\da-f]{40}\n {2}Size .*\(130000 bytes\) in 2 files\n[\s\S]*\n {5}1 {2}87\.9 K {2}album\/one\.bin\n/,
	);
	const link = await engine.type('preview', 'c0ffee'.padEnd(40, '0'), '--json');
	assert.deepEqual([JSON.parse(link.out).unknown, JSON.parse(link.out).already], [true, false]);
	const none = await engine.type('preview', space.path('none.torrent'));
	assert.equal(none.status, 1);
	assert.match(none.error, /none\.torrent/);
});

test('what the engine is to make in the background is refused in one line where it cannot', async t => {
	const space = new Workspace(t);
	const engine = await openDrivenEngine(space);
	const dir = space.folder('made');
	for (const [argv, status, line] of [
		[
			['create', dir, '--background', '--force'],
			2,
			/^the engine cannot do that: --force \(leave out --background\)$/,
		],
		[['create', dir, '--background', '-o', '-'], 2, /^the engine cannot do that: -o -/],
		[['create', dir, '--seed'], 2, /^--seed is for --background/],
		[['creations', 'end'], 2, /^missing: creations end N$/],
		[['creations', 'end', '7'], 1, /^the engine makes no torrent 7/],
		[['creations', 'stop'], 2, /^creations "stop": there is creations, creations end N$/],
		[['log', '--say', 'x', '--level', 'debug'], 2, /^--say: --level is info, warn or error$/],
		[['watch', 'x', '--filter', 'paused'], 2, /^--filter is for all torrents/],
	] as const) {
		const {status: got, out, error} = await engine.type(...argv);
		assert.match(error, line);
		assert.deepEqual([got, out], [status, ''], argv.join(' '));
	}
});

test('who waits or watches goes on with the engine that takes the place of one which hands over', async t => {
	const space = new Workspace(t);
	const stateDir = space.folder('state');
	const paused = torrentView({id: 'ab'.repeat(20), name: 'album', state: 'paused'});
	const serve = async (first: () => TorrentView) => {
		const engine = new (class extends EmptyEngine {
			override async send(command: Command) {
				await super.send(command);
				return {torrents: [first()]};
			}

			override watch(watch: Watch, listener: (update: Update) => void) {
				const watching = super.watch(watch, () => {});
				listener({revision: 1, torrents: [first()]});
				return watching;
			}
		})();
		const served = await serveEngine(engine, socketPath(stateDir, {}), {version: '1.2.3', about: {}});
		return {engine, served};
	};
	const before = await serve(() => paused);
	const where = ['--state-dir', stateDir];
	const waiting = run(['wait', 'album', '--until', 'seeding', '--timeout', '40s', ...where]);
	const watching = run(['watch', '--json', '--events', ...where]);
	const lost = run(['wait', 'album', '--until', 'failed', '--timeout', '40s', ...where]);
	await until('all to look', 15_000, async () => before.engine.watchers.size === 3 || undefined);
	await before.served.close('it hands over', true);
	const after = await serve(() => ({...paused, state: 'seeding'}));
	const {status, error} = await waiting;
	assert.deepEqual([status, error], [0, '']);
	await until('the others to look', 15_000, async () => after.engine.watchers.size >= 2 || undefined);
	await after.served.close('it was told to end');
	assert.equal((await watching).status, 0);
	assert.deepEqual(
		rows((await watching).out).map(({event, state}) => [event, state]),
		[
			['there', 'paused'],
			['state', 'seeding'],
		],
	);
	assert.deepEqual([(await lost).status, (await lost).error], [1, 'it was told to end']);
});

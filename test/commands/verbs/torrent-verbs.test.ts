import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {type TestContext, test} from 'node:test';
import type {Command, CommandType} from '../../../source/api/command.ts';
import {encodeFrame} from '../../../source/bridge/socket/frame.ts';
import {protocolVersion} from '../../../source/bridge/socket/message.ts';
import {socketPath} from '../../../source/bridge/socket/socket-path.ts';
import {until} from '../../helpers/deadline.ts';
import {type DrivenEngine, openDrivenEngine} from '../../helpers/driven-engine.ts';
import {type TestTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {run} from '../printed.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
type Parsed = any;

interface Stage {
	readonly space: Workspace;
	readonly engine: DrivenEngine;
	readonly torrents: readonly TestTorrent[];
	readonly ids: readonly string[];
	/** Types it; it has to succeed. Answers what it printed. */
	says(...argv: readonly string[]): Promise<string>;
	/** The commands of a type that came in since the last look. */
	heard<Type extends CommandType>(type: Type): ReadonlyArray<Extract<Command, {readonly type: Type}>>;
}

/** An engine with two torrents that are seeded: `album` and `bundle`, three files each. */
async function stage(t: TestContext): Promise<Stage> {
	const space = new Workspace(t);
	const engine = await openDrivenEngine(space);
	const files = [
		['one.flac', 70_000],
		['sub/two.flac', 50_000],
		['notes.txt', 900],
	] as const;
	const torrents = ['album', 'bundle'].map(name => testTorrent(space, name, files));
	const ids: string[] = [];
	for (const torrent of torrents) ids.push(await engine.add(torrent, {dir: torrent.content.dir}));
	for (const id of ids) await engine.sees(id, 'seeded', ({state}) => state === 'seeding');
	let seen = 0;
	return {
		space,
		engine,
		torrents,
		ids,
		async says(...argv) {
			seen = engine.heard.length;
			const {status, out, error} = await engine.type(...argv);
			assert.deepEqual([status, error], [0, ''], argv.join(' '));
			return out;
		},
		heard: type =>
			engine.heard.slice(seen).filter(command => command.type === type) as unknown as ReadonlyArray<
				Extract<Command, {readonly type: typeof type}>
			>,
	};
}

const rows = (out: string): Parsed[] =>
	out
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));

test('set changes label, limits, goal and order of several torrents, and of nothing that was not typed', async t => {
	const {engine, ids, says} = await stage(t);
	const [album, bundle] = ids as [string, string];
	const line = [
		'--label',
		'iso',
		'--max-download',
		'50K',
		'--max-upload',
		'1M',
		'--max-peers',
		'7',
		'--sequential',
	];
	assert.equal(await says('set', 'album', 'bundle', ...line), '');
	for (const id of ids) {
		const {label, maxDownload, maxUpload, maxPeers, sequential} = await engine.view(id);
		assert.deepEqual(
			[label, maxDownload, maxUpload, maxPeers, sequential],
			['iso', 51_200, 1_048_576, 7, true],
		);
	}
	assert.deepEqual(rows(await says('set', album, '--max-download', 'none', '--no-sequential', '--json')), [
		{infoHash: album, name: 'album', ok: true},
	]);
	const view = await engine.view(album);
	assert.deepEqual(
		[view.maxDownload, view.maxUpload, view.sequential, view.label],
		[undefined, 1_048_576, false, 'iso'],
	);
	await says('set', 'all', '--label', 'none', '--publish', '--super-seed');
	const other = await engine.view(bundle);
	assert.deepEqual([other.label, other.publish, other.superSeeding], [undefined, true, true]);
	await says(
		'set',
		bundle,
		'--seed-ratio',
		'2',
		'--seed-time',
		'1h',
		'--seed-idle',
		'none',
		'--at-goal',
		'50K',
	);
	await says(
		'set',
		bundle,
		'--seed-match',
		'all',
		'--keep-last-seed',
		'yes',
		'--no-publish',
		'--no-super-seed',
	);
	const own = (await engine.view(bundle)).goal?.own;
	assert.deepEqual(own, {ratio: 2, time: 3600, idle: 'none', match: 'all', atGoal: 51_200, keepLast: true});
	await says('set', bundle, '--seed-ratio', 'usual', '--seed-idle', 'usual', '--keep-last-seed', 'usual');
	assert.deepEqual((await engine.view(bundle)).goal?.own, {time: 3600, match: 'all', atGoal: 51_200});
	assert.deepEqual((await engine.view(bundle)).publish, undefined);
});

test('set and the others say in one line what is wrong, and change nothing then', async t => {
	const {engine, ids} = await stage(t);
	const count = engine.heard.length;
	const [album] = ids as [string];
	const wrong: ReadonlyArray<readonly [argv: readonly string[], status: number, line: RegExp]> = [
		[['set', 'album'], 2, /^nothing to set: name what is to change/],
		[['set', 'album', '--max-peers', '0'], 2, /^--max-peers: "0" is not a whole number from 1 to 10000$/],
		[['set', 'album', '--seed-ratio', 'x'], 2, /^--seed-ratio: "x" is not a number such as 1\.5$/],
		[['set', 'nobody', '--label', 'x'], 1, /^no torrent "nobody" \(see: tortui list\)$/],
		[['set', 'b', '--label', 'x'], 2, /^"b" fits 2 torrents/],
		[['set', 'albun', '--label', 'x'], 1, /^no torrent "albun"; did you mean "album"\?$/],
		[['files', 'album', '--select', '9'], 2, /^selection "9": the torrent has only 3 files$/],
		[
			['files', 'album', '--priority', 'frist'],
			2,
			/^--priority: "frist" is not one of: skip, low, normal, high, first$/,
		],
		[['peers', 'album', 'kick', '9'], 1, /^no peer "9" is connected/],
		[['peers', 'album', 'ban'], 2, /^missing: peers ID ban PEER/],
		[['peers', 'album', 'add', 'nowhere'], 2, /^peers add: "nowhere" is not HOST:PORT$/],
		[['trackers', 'album', 'add', 'ftp://x'], 2, /^trackers add: "ftp:\/\/x" is not a tracker URL/],
		[['trackers', 'album', 'remove', 'x'], 1, /^it has no tracker "x"/],
		[['trackers', 'album', 'reannounce', 'x'], 2, /^reannounce takes nothing: x/],
		[['trackers', 'album', '--tier', '2'], 2, /^--tier is for: tortui trackers ID add URL$/],
		[['pieces', 'album', '99'], 2, /^there is no piece 99: they are 0 to 3$/],
		[['pieces', 'album', '3-1'], 2, /^pieces: 3-1: write the lower number first$/],
		[['pieces', 'album', 'x'], 2, /^pieces: "x" is not a number or a range/],
		[['pieces', 'album', '--within', '2s'], 2, /^name the pieces/],
		[['move', 'album'], 2, /^missing: move ID \.\.\. DIR/],
		[['move', 'album', '/dev/null/x'], 1, /./],
		[['rename', 'album', '*.flac', 'x'], 2, /^"\*\.flac" fits 2 files; give its number/],
		[['rename', 'album', '1', 'a/b'], 2, /^rename: "a\/b" is a path: give a name/],
		[['queue', 'album'], 2, /^queue: "album" is no place/],
		[['queue', 'top'], 2, /^missing: queue ID POSITION/],
		[['queue', 'album', '0'], 2, /^queue: "0" is no place/],
		[['limits', '--max-upload', 'fast'], 2, /^--max-upload: "fast" is not a rate/],
		[['limits', '--active-downloads', '0'], 2, /^--active-downloads: "0" is not a whole number/],
		[['slow', 'maybe'], 2, /^slow: "maybe" is not one of: on, off$/],
		[['nick', ' '], 2, /^nick: " ": /],
		[['status', 'nobody'], 1, /^no torrent "nobody"/],
		[['status', 'album', '--health'], 2, /^--health is of the engine/],
		[['pause', '--all', album], 2, /^--all means every torrent: give no ID/],
		[['pause'], 2, /^missing: pause ID/],
	];
	for (const [argv, status, line] of wrong) {
		const {status: got, out, error} = await engine.type(...argv);
		assert.match(error, line, argv.join(' '));
		assert.ok(!error.includes('\n'), error);
		assert.deepEqual([got, out], [status, ''], argv.join(' '));
	}
	const changing = engine.heard.slice(count).filter(({type}) => type !== 'session.list');
	assert.deepEqual(
		changing.map(({type}) => type),
		['torrent.move'],
	);
	const elsewhere = ['--state-dir', '/nonexistent/tortui'];
	for (const verb of ['set', 'files', 'peers', 'trackers', 'pieces', 'verify-again', 'status'])
		assert.match(
			(await engine.type(verb, 'x', ...(verb === 'set' ? ['--label', 'x'] : []), ...elsewhere)).error,
			/^no engine is running; start one with: tortui engine$/,
		);
});

test('files lists what is in a torrent, and says what is wanted in the language of --select', async t => {
	const {engine, ids, says, heard} = await stage(t);
	const [album] = ids as [string];
	const listed = JSON.parse(await says('files', 'album', '--json'));
	assert.deepEqual(
		listed.map(({number, path, length, completed, priority, wanted}: Parsed) => [
			number,
			path.join('/'),
			length === completed,
			priority,
			wanted,
		]),
		[
			[1, 'album/one.flac', true, 'normal', true],
			[2, 'album/sub/two.flac', true, 'normal', true],
			[3, 'album/notes.txt', true, 'normal', true],
		]
			.toSorted(
				(one, other) =>
					listed.findIndex((file: Parsed) => file.path.join('/') === one[1]) -
					listed.findIndex((file: Parsed) => file.path.join('/') === other[1]),
			)
			.map((row, at) => [at + 1, ...row.slice(1)]),
	);
	const priorities = async () =>
		Object.fromEntries(
			JSON.parse(await says('files', album, '--json')).map(({path, priority}: Parsed) => [
				path.at(-1),
				priority,
			]),
		);
	await says('files', 'album', '--select', '*.flac');
	assert.deepEqual(await priorities(), {'one.flac': 'normal', 'two.flac': 'normal', 'notes.txt': 'skip'});
	await says('files', 'album', '--select', 'sub/', '--priority', 'first');
	assert.deepEqual(await priorities(), {'one.flac': 'normal', 'two.flac': 'first', 'notes.txt': 'skip'});
	await says('files', 'album', '--select', '!*.txt');
	assert.deepEqual(heard('files.priority'), [], 'what is so already is left alone');
	await says('files', 'album', '--priority', 'low');
	assert.deepEqual(await priorities(), {'one.flac': 'low', 'two.flac': 'low', 'notes.txt': 'low'});
	const piped = (await says('files', 'album')).split('\n')[0]!.split('\t');
	assert.equal(piped.length, 5);
	assert.equal((await engine.view(album)).filesWanted, 3);
	const table = await engine.type('files', 'all', '--select', '>60K', '--json');
	assert.deepEqual(
		rows(table.out).map(({ok, changed}) => [ok, changed]),
		[
			[true, 2],
			[true, 2],
		],
	);
});

test('move, rename, verify-again and queue do to the files and the order what they say', async t => {
	const {space, engine, ids, says, heard} = await stage(t);
	const [album, bundle] = ids as [string, string];
	const there = space.folder('there');
	assert.deepEqual(rows(await says('move', 'album', 'bundle', there, '--json')), [
		{infoHash: album, name: 'album', ok: true, dir: there},
		{infoHash: bundle, name: 'bundle', ok: true, dir: there},
	]);
	assert.ok(
		existsSync(space.path('there/album/one.flac')) && existsSync(space.path('there/bundle/notes.txt')),
	);
	assert.equal(await says('rename', 'album', 'one.flac', 'first.flac'), '');
	assert.ok(existsSync(space.path('there/album/first.flac')));
	await says('verify-again', 'all');
	assert.deepEqual(
		heard('torrent.verify').map(({id}) => id),
		[album, bundle],
	);
	await engine.sees(album, 'seeded again', ({state}) => state === 'seeding');
	const order = async () => JSON.parse(await says('queue', '--json')).map(({name}: Parsed) => name);
	assert.deepEqual(await order(), ['album', 'bundle']);
	await says('queue', 'bundle', 'top');
	assert.deepEqual(await order(), ['bundle', 'album']);
	await says('queue', 'bundle', 'down');
	assert.deepEqual(await order(), ['album', 'bundle']);
	await says('queue', 'album', '2');
	assert.deepEqual(await order(), ['bundle', 'album']);
	await says('queue', 'album', 'up');
	await says('queue', 'album', 'bottom');
	assert.deepEqual(await order(), ['bundle', 'album']);
	assert.match(await says('queue'), /^1\t[\da-f]{40}\tseeding\tbundle\n2\t/);
});

test('several torrents keep their order among each other, wherever they are queued', async t => {
	const space = new Workspace(t);
	const engine = await openDrivenEngine(space);
	const names = ['a1', 'b2', 'c3', 'd4', 'e5', 'f6'];
	for (const name of names)
		await engine.add(testTorrent(space, name, [[`${name}.bin`, 100]]), {paused: true});
	const order = async (...argv: string[]) => {
		const {status, out, error} = await engine.type('queue', ...argv, '--json');
		assert.deepEqual([status, error], [0, '']);
		return JSON.parse(out)
			.map(({name}: Parsed) => name[0])
			.join('');
	};
	assert.equal(await order(), 'abcdef');
	assert.equal(await order('b2', 'e5', 'top'), 'beacdf');
	assert.equal(await order('e5', 'b2', 'd4', '2'), 'abedcf');
	assert.equal(await order('a1', 'c3', 'bottom'), 'bedfac');
	assert.equal(await order('b2', 'd4', 'f6', 'up'), 'bdfeac');
	assert.equal(await order('e5', 'c3', 'down'), 'bdfaec');
	assert.equal(await order('b2', 'f6', 'e5', '3'), 'dabfec');
	assert.equal(await order('b2', 'd4', '9'), 'afecdb');
});

test('trackers and peers of a torrent are shown, added, asked and taken away', async t => {
	const {space, engine, torrents, ids, says, heard} = await stage(t);
	const [album] = ids as [string];
	const url = 'http://127.0.0.1:1/announce';
	assert.deepEqual(
		rows(await says('trackers', 'album', 'add', url, 'udp://127.0.0.1:2/announce', '--tier', '2', '--json')),
		[{infoHash: album, name: 'album', ok: true, added: [url, 'udp://127.0.0.1:2/announce']}],
	);
	const shown = async () =>
		JSON.parse(await says('trackers', 'album', '--json')).filter(({kind}: Parsed) => kind === 'tracker');
	assert.deepEqual((await shown()).map((tracker: Parsed) => tracker.url).sort(), [
		url,
		'udp://127.0.0.1:2/announce',
	]);
	assert.match(await says('trackers', 'album', 'reannounce'), /^album (?:asks|is asking|has|127)/);
	assert.equal(heard('torrent.reannounce').length, 1);
	assert.deepEqual(rows(await says('trackers', 'album', 'remove', 'udp:', '--json'))[0].removed, [
		'udp://127.0.0.1:2/announce',
	]);
	assert.deepEqual(
		(await shown()).map((tracker: Parsed) => tracker.url),
		[url],
	);
	assert.match(await says('trackers', 'album'), /\thttp:\/\/127\.0\.0\.1:1\/announce\t/);

	// One that has nothing yet, and slowly.
	const leech = await openDrivenEngine(space, 'leech');
	const {metainfo} = torrents[0]!;
	await leech.send({type: 'torrent.add', metainfo, options: {maxDownload: 1000}});
	// Connections come and go: who is there now may have gone a moment later.
	const act = (action: 'kick' | 'ban', by: (peer: Parsed) => string): Promise<Parsed> =>
		until(`a peer to ${action}`, 15_000, async () => {
			const {status} = await leech.type('peers', 'album', 'add', `127.0.0.1:${engine.port}`);
			assert.equal(status, 0);
			const [peer] = JSON.parse((await leech.type('peers', 'album', '--json')).out);
			if (peer === undefined) return undefined;
			assert.equal(peer.infoHash, album);
			const done = await leech.type('peers', 'album', action, by(peer), '--json');
			return done.status === 0 ? {peer, row: rows(done.out)[0]} : undefined;
		});
	const {peer: first, row: kicked} = await act('kick', ({id}) => `${id}`);
	assert.deepEqual(kicked.kicked, [first.address]);
	const {peer: second, row: banned} = await act('ban', () => '127.0.0.1');
	assert.ok(banned.banned.includes(second.address));
	assert.equal(leech.heard.at(-1)?.type, 'peer.ban');
	assert.equal((await engine.type('peers', 'bundle')).error, 'bundle: nobody is connected\n');
});

test('pieces are shown as a map and one by one, and can be wanted first', async t => {
	const space = new Workspace(t);
	const engine = await openDrivenEngine(space);
	const id = await engine.add(testTorrent(space, 'album', [['one.flac', 200_000]]));
	await engine.sees(id, 'to download', ({state}) => state === 'downloading');
	const says = async (...argv: string[]) => {
		const {status, out, error} = await engine.type('pieces', 'album', ...argv);
		assert.deepEqual([status, error], [0, ''], argv.join(' '));
		return out;
	};
	const [map] = JSON.parse(await says('--cells', '3', '--json'));
	assert.deepEqual([map.infoHash, map.pieces, map.have, map.cells], [id, 7, 0, 'mmm']);
	await says('0,5-', '--priority', 'first');
	await says('2-3', '--within', '1m');
	const told = JSON.parse(await says('0-6', '--json'));
	assert.deepEqual(
		told.map(({piece, priority}: Parsed) => [piece, priority]),
		[
			[0, 4],
			[1, 2],
			[2, 2],
			[3, 2],
			[4, 2],
			[5, 4],
			[6, 4],
		],
	);
	assert.ok(told[2].dueIn > 50_000 && told[2].dueIn <= 60_000 && told[4].dueIn === undefined);
	await says('2-3', '--within', 'none');
	await says('0-6', '--priority', 'usual');
	assert.equal(
		JSON.parse(await says('2,5', '--json')).every(
			({priority, dueIn}: Parsed) => priority === 2 && dueIn === undefined,
		),
		true,
	);
	assert.match(await says('6'), /^6\t\w+\t3392\tnormal\t\t0\t0\/1\t\talbum\/one\.flac\n$/);
	assert.match(await says(), /^album\n {2}0 of 7 pieces of 32\.0 K are here/);
});

test('limits and slow mode of all torrents are shown and set', async t => {
	const space = new Workspace(t);
	const engine = await openDrivenEngine(space);
	const says = async (...argv: string[]) => {
		const {status, out, error} = await engine.type(...argv);
		assert.deepEqual([status, error], [0, ''], argv.join(' '));
		return out;
	};
	await says(
		'limits',
		'--max-download',
		'2M',
		'--max-upload',
		'500K',
		'--slow-upload',
		'10K',
		'--slow-download',
		'none',
	);
	assert.deepEqual(JSON.parse(await says('limits', '--max-peers', '9', '--json')), {
		slowMode: false,
		normal: {maxDownload: 2_097_152, maxUpload: 512_000},
		slow: {maxDownload: null, maxUpload: 10_240},
		activeDownloads: null,
		activeSeeds: null,
		maxPeers: 9,
	});
	assert.equal(await says('slow'), 'off\n');
	assert.equal(await says('slow', 'on'), '');
	assert.deepEqual(JSON.parse(await says('slow', '--json')), {slowMode: true});
	assert.match(
		await says('limits'),
		/^normal {6}2\.0?0? M\/s down, 500 K\/s up\nslow mode {3}no limit down, 10 K\/s up \(now\)\n/,
	);
	await says('limits', '--max-upload', 'none');
	assert.equal(JSON.parse(await says('limits', '--json')).normal.maxUpload, null);
	await says('slow', 'off');
	assert.deepEqual(JSON.parse(await says('nick', 'ada', '--json')), {nick: 'ada', chosen: true});
	assert.equal(await says('nick'), 'ada\n');
});

test('status tells of the engine and of torrents, and --health by its exit status whether it answers', async t => {
	const {engine, ids, says} = await stage(t);
	const told = JSON.parse(await says('status', '--json'));
	assert.deepEqual(told.torrents, {total: 2, states: {seeding: 2}});
	assert.equal(told.engine.port, engine.port);
	assert.match(await says('status'), /^engine {4}tortui .*\ntorrents {2}2 torrents: 2 seeding\n/);
	assert.match(await says('status', 'album'), /^album\n {2}info-hash [\da-f]{40}\n {2}state {5}seeding/);
	assert.equal(JSON.parse(await says('status', 'album', '--json'))[0].id, ids[0]);
	assert.equal(await says('status', '--health'), 'healthy: 2 torrents: 2 seeding\n');
	const none = await engine.type('status', '--health', '--json', '--state-dir', '/nonexistent/tortui');
	assert.deepEqual(
		[none.status, JSON.parse(none.out), none.error],
		[1, {healthy: false, text: 'no engine is running'}, ''],
	);
});

test('pause, resume and remove take --all, and tell scripts what became of each', async t => {
	const {engine, ids, says} = await stage(t);
	const [album, bundle] = ids as [string, string];
	assert.deepEqual(rows(await says('pause', '--all', '--json')), [{all: true, ok: true}]);
	await engine.sees(bundle, 'paused', ({state}) => state === 'paused');
	assert.deepEqual(rows(await says('resume', 'album', '--json')), [
		{infoHash: album, name: 'album', ok: true},
	]);
	const removed = rows(await says('remove', '--all', '--with-data', '--json'));
	assert.deepEqual(
		removed.map(({infoHash, ok, deleted}) => [infoHash, ok, deleted]),
		[
			[album, true, 3],
			[bundle, true, 3],
		],
	);
	assert.equal(JSON.parse(await says('list', '--json')).length, 0);
});

test('the page about scripts names every field that they are told', async t => {
	const {says, engine, ids} = await stage(t);
	const page = readFileSync(new URL('../../../media/scripting.md', import.meta.url), 'utf8');
	const named = new Set(
		[...page.matchAll(/`"?([\w]+)"?`/g), ...page.matchAll(/"(\w+)"/g)].map(([, name]) => name),
	);
	await says('set', 'all', '--max-upload', '1M', '--label', 'x', '--seed-ratio', '3');
	await says('trackers', 'album', 'add', 'http://127.0.0.1:1/announce');
	for (const argv of [
		['list', '--json'],
		['files', 'album', '--json'],
		['trackers', 'album', '--json'],
		['pieces', 'album', '0', '--json'],
		['queue', '--json'],
		['limits', '--json'],
		['doctor', '--json'],
		['preview', ids[0]!, '--json'],
	]) {
		const {out} = await engine.type(...argv);
		const rows = [JSON.parse(out)].flat();
		for (const field of new Set(rows.flatMap(row => Object.keys(row))))
			assert.ok(named.has(field), `${argv[0]}: ${field}`);
	}
});

test('an engine of another version that does not know a command is told of, with what to do', async t => {
	const space = new Workspace(t);
	const hello = {type: 'hello', protocol: protocolVersion, version: '0.9', pid: 1, about: {}} as const;
	const server = createServer(socket => {
		let heard = 0;
		socket.on('data', () => {
			if (heard++ === 0) socket.write(encodeFrame(hello));
			else socket.destroy();
		});
		socket.on('error', () => {});
	});
	await new Promise<void>(resolve => server.listen(socketPath(space.folder('old'), {}), resolve));
	space.defer(() => server.close());
	for (const argv of [['slow', 'on'], ['list'], ['pause', '--all'], ['dht'], ['export', 'x']]) {
		const {status, out, error} = await run([...argv, '--state-dir', space.path('old')]);
		assert.deepEqual([status, out], [1, '']);
		assert.match(
			error,
			/^the connection to the engine was lost: it is of another version \(0\.9\) and may not know .*tortui restart$/,
		);
	}
});

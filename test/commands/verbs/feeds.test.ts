import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {type TestContext, test} from 'node:test';
import {hash, item, magnet, rss} from '../../automation/feed-world.ts';
import {until} from '../../helpers/deadline.ts';
import {openDrivenEngine} from '../../helpers/driven-engine.ts';
import {testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const day = 'Wed, 11 Nov 2026 10:00:00 GMT';

/** A real engine, and a server whose paths answer texts. */
async function stage(t: TestContext) {
	const space = new Workspace(t);
	const answers = new Map<string, string | Uint8Array>();
	const server = createServer((request, response) => {
		const answer = answers.get(request.url ?? '');
		response.statusCode = answer === undefined ? 404 : 200;
		response.end(answer);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	space.defer(() => {
		server.closeAllConnections();
		server.close();
	});
	const engine = await openDrivenEngine(space);
	const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
	const says = async (...argv: readonly string[]): Promise<string> => {
		const {status, out, error} = await engine.type('feeds', ...argv);
		assert.deepEqual([status, error], [0, ''], argv.join(' '));
		return out;
	};
	return {space, answers, engine, url, says};
}

test('a feed is added, looked into, and what is in it is taken by number', async t => {
	const {space, answers, engine, url, says} = await stage(t);
	const torrent = testTorrent(space, 'album', [['one.flac', 70_000]]);
	answers.set('/album.torrent', Buffer.from(torrent.metainfo, 'base64'));
	answers.set(
		'/rss',
		rss(
			item('An album', 'album.torrent', `<pubDate>${day}</pubDate><size>1073741824</size>`),
			item('Another', magnet('a')),
		),
	);
	await says('add', url('/rss?key=secret'), '--name', 'Music', '--every', '5m');
	answers.set('/rss?key=secret', answers.get('/rss')!);
	const shown = await says('check', 'music');
	assert.match(
		shown,
		/^Music \([\da-f]{12}\): 2 items; takes nothing by itself; looked at just now, again in 5 min\n {2}127\.0\.0\.1:\d+\/rss\n$/,
	);
	assert.ok(!shown.includes('secret'));
	const lines = (await says('list'))
		.trim()
		.split('\n')
		.map(line => line.split('\t'));
	assert.deepEqual(
		lines.map(([number, , , state, size, at, , infoHash, title]) => [
			number,
			state,
			size,
			at,
			infoHash,
			title,
		]),
		[
			['1', 'new', '1073741824', String(Date.parse(day)), '', 'An album'],
			['2', 'new', '', '', hash('a'), 'Another'],
		],
	);
	assert.match(await says('get', '1', '--label', 'x', '--paused'), /^[\da-f]{40} An album\n$/);
	const [view] = (await engine.send({type: 'session.list'})).torrents!;
	assert.deepEqual([view!.name, view!.label, view!.state], ['album', 'x', 'paused']);
	const rows = JSON.parse(await says('list', 'music', '--json'));
	assert.deepEqual(
		rows.map((row: {number: number; state: string; title: string}) => [row.number, row.state, row.title]),
		[
			[1, 'taken', 'An album'],
			[2, 'new', 'Another'],
		],
	);
	assert.deepEqual(JSON.parse(await says('get', 'Music', '2', '--json')), {
		infoHash: hash('a'),
		already: false,
	});
	const {status, error} = await engine.type('feeds', 'get', '7');
	assert.equal(status, 2);
	assert.match(error, /get 7: give a number from 1 to 2, as tortui feeds list has them/);
});

test('rules are said, shown and taken out', async t => {
	const {answers, engine, url, says} = await stage(t);
	answers.set('/rss', rss(item('debian amd64', magnet('a')), item('debian arm64', magnet('b'))));
	await says('add', url('/rss'), '--name', 'iso', '--title', '*amd64*', '--label', 'linux');
	await until(
		'it is taken',
		10_000,
		async () => (await engine.send({type: 'session.list'})).torrents!.length === 1,
	);
	assert.match(await says('rules'), /^iso\n {2}\*amd64\*: title \*amd64\*; label linux \(1 item fits\)\n$/);
	await says(
		'rule',
		'iso',
		'--title',
		'arm',
		'--title',
		'!beta',
		'--rule',
		'second',
		'--goal',
		'ratio=2',
		'--paused',
	);
	const rules = JSON.parse(await says('rules', 'iso', '--json'));
	assert.deepEqual(rules[1].rule, {
		name: 'second',
		title: ['arm', '!beta'],
		start: false,
		goal: {ratio: 2},
	});
	assert.equal((await engine.send({type: 'session.list'})).torrents!.length, 2);
	await says('unrule', 'iso', 'second');
	assert.equal(JSON.parse(await says('rules', '--json')).length, 1);
	assert.match(await says('remove', 'iso'), /^iso is looked at no more; its torrents stay\n$/);
	const {status, out, error} = await engine.type('feeds');
	assert.deepEqual([status, out], [0, '']);
	assert.match(error, /no feeds yet; add one with: tortui feeds add URL/);
});

test('feeds of the config file come and go when it is read anew', async t => {
	const {answers, engine, url, says} = await stage(t);
	answers.set('/rss', rss(item('one', magnet('a'))));
	engine.configure({
		feeds: [{url: url('/rss'), name: 'mine', every: '30m', rules: [{title: 'one', dir: '~/x'}]}],
	});
	const reload = async () => (await engine.type('config', 'reload')).out;
	assert.match(await reload(), /feeds/);
	await until(
		'it is taken',
		10_000,
		async () => (await engine.send({type: 'session.list'})).torrents!.length === 1,
	);
	const {status, error} = await engine.type('feeds', 'remove', 'mine');
	assert.equal(status, 1);
	assert.match(error, /the config file has this feed: take it out of feeds there/);
	engine.configure({});
	await reload();
	assert.deepEqual(JSON.parse(await says('--json')), []);
});

test('what cannot be meant says what can', async t => {
	const {engine, url} = await stage(t);
	const refusals = [
		[['nonsense'], /there is feeds list, add, remove/],
		[['add'], /missing: feeds add URL/],
		[['add', 'ftp://x/'], /not a feed: ftp:/],
		[['add', url('/'), '--every', '5s'], /less than a minute/],
		[['add', url('/'), '--header', 'nonsense'], /is not NAME: VALUE/],
		[['add', url('/'), '--title', '/(?=x)/'], /look around/],
		[['rule', 'x'], /missing: feeds rule FEED/],
		[['rule', 'x', '--goal', 'often'], /is no goal such as ratio=2/],
		[['list', 'none'], /there is no feed none/],
		[['get', '1'], /nothing is in the feeds/],
	] as const;
	for (const [argv, sentence] of refusals) {
		const {status, error} = await engine.type('feeds', ...argv);
		assert.ok(status === 1 || status === 2, argv.join(' '));
		assert.match(error, sentence);
	}
});

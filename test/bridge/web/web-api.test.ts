import assert from 'node:assert/strict';
import {connect} from 'node:net';
import {test} from 'node:test';
import {metricsText} from '../../../source/bridge/web/metrics-text.ts';
import {until} from '../../helpers/deadline.ts';
import {settled} from '../../helpers/hand-clock.ts';
import {ask} from '../http/doors.ts';
import {openWeb} from './web-stage.ts';

async function open(t: Parameters<typeof openWeb>[0]) {
	const web = await openWeb(t);
	const cookie = await web.cookie('look');
	const get = async (path: string) => {
		const {status, headers, body} = await ask(web.port, path, {headers: {cookie}});
		return {status, headers, text: body.toString()};
	};
	return {...web, lookCookie: cookie, get, json: async (path: string) => JSON.parse((await get(path)).text)};
}

test('snapshots are told as they are', async t => {
	const {json, engine} = await open(t);
	assert.equal((await json('/api/session')).version, '1.0.0');
	assert.equal((await json('/api/feeds')).feeds[0].name, 'Images');
	const torrents = await json('/api/torrents');
	assert.ok(torrents.some(({id}: {id: string}) => id === engine.id));
	assert.equal((await json(`/api/torrents/${engine.id}`)).id, engine.id);
	const files = await json(`/api/torrents/${engine.id}/files`);
	assert.ok(files.length > 0 && 'completed' in files[0] && 'priority' in files[0] && 'path' in files[0]);
	assert.ok((await json(`/api/torrents/${engine.id}/peers`)).length > 0);
	assert.ok((await json(`/api/torrents/${engine.id}/trackers`)).trackers.length > 0);
	assert.equal((await json(`/api/torrents/${engine.id}/pieces?cells=50`)).cells.length, 50);
	assert.ok(Array.isArray(await json('/api/log?lines=5')));
});

test('looking leaves nothing that goes on being watched', async t => {
	const {json, engine} = await open(t);
	await json('/api/torrents');
	await settled();
	assert.equal(engine.watching, 0);
});

for (const [path, status] of [
	['/api/', 404],
	['/api/else', 404],
	['/api/torrents/nothing', 404],
	['/api/torrents/constructor/constructor', 404],
	['/api/session/more', 404],
	['/api/log?lines=-1', 400],
	['/api/log?lines=1e9', 400],
	['/api/events?interval=soon', 400],
	['/api/events?log=many', 400],
] as const) {
	test(`${path} is answered with ${status}`, async t => {
		const {get} = await open(t);
		assert.equal((await get(path)).status, status);
	});
}

test('nothing can be changed there', async t => {
	const {port, cookie} = await openWeb(t);
	const headers = {cookie: await cookie('all')};
	for (const path of ['/api/torrents', '/metrics'])
		assert.equal((await ask(port, path, {method: 'POST', headers, body: '{}'})).status, 405);
});

/** Reads events until `done`, then hangs up. */
async function events(port: number, path: string, cookie: string, done: (text: string) => boolean) {
	const socket = connect(port, '127.0.0.1');
	let text = '';
	socket.on('data', chunk => {
		text += chunk;
	});
	socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`);
	await until('the events', 10_000, () => done(text), 2);
	return {socket, text: () => text};
}

test('events tell what changes, and end with their reader', async t => {
	const {port, lookCookie, engine} = await open(t);
	const {socket, text} = await events(port, '/api/events?session', lookCookie, said =>
		said.includes('data: '),
	);
	assert.match(text(), /^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Type: text\/event-stream/i);
	const [, data = ''] = /data: (.*)\n\n/.exec(text()) ?? [];
	assert.deepEqual(Object.keys(JSON.parse(data)).sort(), ['revision', 'session']);
	const before = text().length;
	engine.advance(2);
	await until('another event', 10_000, () => text().length > before, 2);
	socket.destroy();
	await until('nothing to be watched', 10_000, () => engine.watching === 0, 2);
});

test('events end when the engine does', async t => {
	const {port, lookCookie, engine} = await open(t);
	const {socket} = await events(port, '/api/events', lookCookie, said => said.includes('data: '));
	const ended = new Promise(resolve => socket.once('close', resolve));
	engine.lose('stopped');
	await ended;
});

test('more than 50 readers of events are refused', async t => {
	const {port, lookCookie} = await open(t);
	const readers = await Promise.all(
		Array.from({length: 50}, () => events(port, '/api/events', lookCookie, said => said.includes('retry'))),
	);
	const {status} = await ask(port, '/api/events', {headers: {cookie: lookCookie}});
	assert.equal(status, 503);
	for (const {socket} of readers) socket.destroy();
});

test('health is told to everybody, in a word', async t => {
	const {port} = await openWeb(t);
	const {status, body} = await ask(port, '/health');
	assert.equal(status, 200);
	assert.deepEqual(JSON.parse(body.toString()), {status: 'ok'});
});

test('an engine that does not answer is no health', async t => {
	const {port, engine, clock} = await openWeb(t);
	engine.watch = () => ({change: () => {}, stop: () => {}});
	const asked = ask(port, '/health');
	await until('the wait', 5000, () => clock.next !== undefined, 2);
	await clock.pass(5000);
	assert.equal((await asked).status, 503);
});

/** What promtool checks, as far as it applies: names, types before samples, help, no sample twice, counters in _total. */
function checkMetrics(text: string): Map<string, number> {
	assert.ok(text.endsWith('\n') && !text.includes('\n\n'));
	const samples = new Map<string, number>();
	let family = '';
	let type = '';
	const seen = new Set<string>();
	for (const line of text.trimEnd().split('\n')) {
		const help = /^# HELP ([a-z_]+) \S.*\.$/.exec(line);
		const kind = /^# TYPE ([a-z_]+) (counter|gauge)$/.exec(line);
		if (help) {
			family = help[1]!;
			assert.ok(!seen.has(family), `${family} comes once`);
			seen.add(family);
			continue;
		}
		if (kind) {
			assert.equal(kind[1], family);
			type = kind[2]!;
			assert.equal(family.endsWith('_total'), type === 'counter', family);
			assert.doesNotMatch(family, /(?:kilo|mega|milli|_kb|_mb|_ms)/);
			continue;
		}
		const sample =
			/^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+\})? ([-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Inf)|NaN)$/.exec(
				line,
			);
		assert.ok(sample, line);
		assert.equal(sample[1], family, line);
		const key = `${sample[1]}${sample[2] ?? ''}`;
		assert.ok(!samples.has(key), `${key} comes once`);
		samples.set(key, Number(sample[3]));
	}
	return samples;
}

test('metrics are as Prometheus reads them', async t => {
	const {get} = await open(t);
	const {headers, text} = await get('/metrics');
	assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
	const samples = checkMetrics(text);
	assert.equal(samples.get('tortui_web_visitors'), 0);
	assert.ok(samples.has('tortui_torrents{state="downloading"}'));
	assert.ok([...samples.keys()].every(key => !key.startsWith('tortui_torrent_')));
	const all = checkMetrics((await get('/metrics?torrents')).text);
	assert.ok([...all.keys()].some(key => key.startsWith('tortui_torrent_ratio{')));
});

test('names of torrents break no metrics, whatever is in them', async t => {
	const {json} = await open(t);
	const session = await json('/api/session');
	const [torrent] = await json('/api/torrents');
	const names = ['a"b', 'back\\slash', 'two\nlines', '\ud800', '{}', '# HELP x', ''];
	const torrents = names.map((name, at) => ({...torrent, name, id: String(at)}));
	const samples = checkMetrics(metricsText(session, torrents, 3, true));
	assert.equal(samples.get('tortui_web_visitors'), 3);
});

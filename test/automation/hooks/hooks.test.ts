import assert from 'node:assert/strict';
import {copyFileSync, existsSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, test} from 'node:test';
import {programEnvironment} from '../../../source/automation/hooks/hook-story.ts';
import {publicUrl} from '../../../source/base/public-url.ts';
import {HookWorld} from './hook-world.ts';

/** Looks are made when something was told: this one is over then. */
const settle = () => new Promise(resolve => setTimeout(resolve, 30));

for (const [url, named] of [
	['https://me:secret@box.example:8443/notify?token=secret', 'https://box.example:8443/notify'],
	[
		'https://discord.example/api/webhooks/1234567890123/aB-c_dEf0',
		'https://discord.example/api/webhooks/…/…',
	],
	[
		'https://slack.example/services/T01ABC/B02DEF/abcdefghijklmnopqrstuvwx',
		'https://slack.example/services/…/…/…',
	],
	['https://chat.example/bot123:AbC/sendMessage', 'https://chat.example/…/sendMessage'],
	['http://127.0.0.1:8000/', 'http://127.0.0.1:8000/'],
] as const) {
	test(`${url} is ${named} in the log`, () => assert.equal(publicUrl(url), named));
}

describe('hooks', {concurrency: true}, () => {
	test('a program is told when a torrent is added, complete, at its goal, or has failed; not of what was so before', async t => {
		const world = new HookWorld(t);
		const {engine} = world;
		const program = world.noting('$TORTUI_EVENT $TORTUI_ID $TORTUI_ERROR');
		engine.set('old', {state: 'seeding', completed: 1000, downloaded: 1000, completedAt: 5});
		engine.set('ill', {state: 'failed', reason: {level: 'error', text: 'disk full'}});
		engine.set('done', {state: 'finished', goal: {text: '', state: 'reached', why: '', own: {}}});
		await world.start({targets: {added: program, complete: program, goal: program, error: program}});
		await settle();
		engine.set('new', {});
		engine.complete('new');
		engine.set('new', {goal: {text: '', state: 'slowed', why: '', own: {}}});
		engine.set('old', {state: 'failed', reason: {level: 'error', text: 'no such file'}});
		await world.until('all are told', () => world.notes().length === 4);
		assert.deepEqual(world.notes().sort(), [
			'added new ',
			'complete new ',
			'error old no such file',
			'goal new ',
		]);
		engine.set('ill', {state: 'seeding'});
		engine.set('ill', {state: 'failed'});
		await world.until('it failed again', () => world.notes().length === 5);
	});

	test('it has names of our own, and those that scripts for Transmission know', async t => {
		const world = new HookWorld(t);
		const out = world.space.path('env');
		const words = world.script(`env | grep -E '^(TORTUI|TR)_' | sort > ${out}.part; mv ${out}.part ${out}`);
		await world.start({targets: {complete: {kind: 'program', words}}});
		await settle();
		world.engine.complete('abc', {
			label: 'iso',
			infoHash: 'feed',
			infoHashV2: 'beef',
			name: 'a "name"; $(rm)\0é',
			ratio: 1.5,
			uploaded: 7,
		});
		await world.until('it ran', () => existsSync(out));
		const env = new Map(
			readFileSync(out, 'utf8')
				.trimEnd()
				.split('\n')
				.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
		);
		const at = env.get('TR_TIME_LOCALTIME') ?? '';
		assert.match(at, /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/);
		assert.ok(Number(env.get('TORTUI_COMPLETED_AT')) > 1_700_000_000);
		for (const name of ['TR_TIME_LOCALTIME', 'TORTUI_COMPLETED_AT', 'TORTUI_MAGNET', 'TORTUI_HOME'])
			env.delete(name);
		assert.deepEqual(Object.fromEntries(env), {
			TORTUI_ADDED_AT: '1700000000',
			TORTUI_DIR: '/data',
			TORTUI_DOWNLOADED: '1000',
			TORTUI_ERROR: '',
			TORTUI_EVENT: 'complete',
			TORTUI_FILES: '1',
			TORTUI_HASH: 'feed',
			TORTUI_HASH_V2: 'beef',
			TORTUI_ID: 'abc',
			TORTUI_LABEL: 'iso',
			TORTUI_MOVE_ERROR: '',
			TORTUI_NAME: 'a "name"; $(rm)é',
			TORTUI_PATH: '/data/abc-root',
			TORTUI_RATIO: '1.500',
			TORTUI_SIZE: '1000',
			TORTUI_TRACKERS: 'one.example,two.example',
			TORTUI_UPLOADED: '7',
			TORTUI_VERSION: '1.2.3',
			TR_APP_VERSION: '1.2.3',
			TR_TORRENT_BYTES_DOWNLOADED: '1000',
			TR_TORRENT_DIR: '/data',
			TR_TORRENT_HASH: 'feed',
			TR_TORRENT_ID: 'feed',
			TR_TORRENT_LABELS: 'iso',
			TR_TORRENT_NAME: 'abc-root',
			TR_TORRENT_PRIORITY: '0',
			TR_TORRENT_TRACKERS: 'one.example,two.example',
		});
	});

	test('the environment of the engine is its own but for passwords and its service manager', () => {
		const env = {
			PATH: '/bin',
			TORTUI_HOME: '/other',
			TORTUI_RPC_PASSWORD: 'a',
			TORTUI_WEB_PASSWORD: 'b',
			NOTIFY_SOCKET: '/run/x',
			WATCHDOG_USEC: '5',
			WATCHDOG_PID: '5',
		};
		assert.deepEqual(programEnvironment(env, '/state', {TORTUI_EVENT: 'added'}), {
			PATH: '/bin',
			TORTUI_HOME: '/state',
			TORTUI_EVENT: 'added',
		});
	});

	test('of completion it is told once for each torrent, also over restarts; one that had everything when it was added is not told of', async t => {
		const world = new HookWorld(t);
		const {engine} = world;
		const settings = {targets: {complete: world.noting('$TORTUI_ID')}};
		await world.start(settings);
		await settle();
		engine.complete('one');
		engine.set('seed', {});
		engine.set('seed', {state: 'seeding', completed: 1000, completedAt: Date.now()});
		await world.until('one is told', () => world.notes().length === 1);
		// More files are wanted, and come.
		engine.set('one', {state: 'downloading', wanted: 2000});
		engine.set('one', {state: 'seeding', completed: 2000});
		engine.complete('seed', {completed: 900});
		// So fast that nobody saw it download.
		const now = Date.now();
		const whole = {state: 'seeding', completed: 1000, downloaded: 1000} as const;
		engine.set('fast', {...whole, addedAt: now, completedAt: now});
		// Known from another program, which had it long ago, or just now.
		engine.set('known', {...whole, completedAt: 1000});
		engine.set('lately', {...whole, addedAt: now - 60_000, completedAt: now});
		const done = () => engine.log.filter(line => /is done in/.test(line)).length;
		await world.until('the fast one is told', () => done() === 2);
		await world.stop();
		await world.start(settings);
		await settle();
		engine.tell();
		engine.complete('two');
		await world.until('two is told', () => done() === 3);
		assert.deepEqual(world.notes(), ['one', 'fast', 'two']);
		engine.remove('one');
		engine.complete('one');
		await world.until('it was removed, and downloaded again', () => world.notes().length === 4);
	});

	test('what was complete when the engine was killed is told after the next start, once', async t => {
		const world = new HookWorld(t);
		const {engine} = world;
		await world.start({
			targets: {complete: {kind: 'program', words: world.script('exec sleep 1000', 'slow')}},
		});
		await settle();
		engine.complete('running');
		engine.set('later', {state: 'downloading', completed: 10});
		const kept = () => readFileSync(world.space.path('state/completed.journal'), 'utf8');
		await world.until(
			'both are noted down',
			() => /"running","open"/.test(kept()) && /"later","open"/.test(kept()),
		);
		const journal = kept();
		// As it was at the instant of the kill.
		await world.stop();
		writeFileSync(world.space.path('state/completed.journal'), journal);
		const now = Date.now();
		engine.set('later', {state: 'seeding', completed: 1000, completedAt: now});
		engine.set('unseen', {
			state: 'seeding',
			completed: 1000,
			downloaded: 1000,
			addedAt: now - 1000,
			completedAt: now,
		});
		engine.set('longAgo', {state: 'seeding', completed: 1000, downloaded: 1000, completedAt: now});
		const settings = {targets: {complete: world.noting('$TORTUI_ID')}};
		await world.start(settings);
		await world.until('three are told', () => world.notes().length === 3);
		assert.deepEqual(world.notes().sort(), ['later', 'running', 'unseen']);
		await world.until('it is noted down', () =>
			['running', 'later', 'unseen'].every(id => kept().includes(`"${id}","told"`)),
		);
		copyFileSync(world.space.path('state/completed.journal'), world.space.path('killed'));
		await world.stop();
		copyFileSync(world.space.path('killed'), world.space.path('state/completed.journal'));
		await world.start(settings);
		await settle();
		engine.complete('last');
		await world.until('the last is told', () => world.notes().length === 4);
	});

	test('who begins to ask for completion is not told of what was complete before', async t => {
		const world = new HookWorld(t);
		const {engine} = world;
		const hooks = await world.start({targets: {error: world.noting('$TORTUI_EVENT', 'other')}});
		await settle();
		engine.complete('before');
		const complete = world.noting('$TORTUI_ID');
		await hooks.apply({targets: {complete}, urls: [], timeout: 1000, moveByLabel: {}});
		engine.complete('after');
		await world.until('it is told', () => world.notes().length === 1);
		await settle();
		assert.deepEqual(world.notes(), ['after']);
		await hooks.apply({targets: {}, urls: [], timeout: 1000, moveByLabel: {}});
		engine.complete('unasked');
		await settle();
		assert.deepEqual(world.notes(), ['after']);
	});

	test('what is complete is moved first, each label to its place, and told where it is then', async t => {
		const world = new HookWorld(t);
		const {engine} = world;
		await world.start({
			targets: {complete: world.noting('$TORTUI_ID $TORTUI_PATH $TR_TORRENT_DIR $TORTUI_MOVE_ERROR')},
			moveTo: '/done',
			moveByLabel: {iso: '/isos', 'my films': '/films'},
		});
		await settle();
		engine.complete('a');
		await world.until('a is told', () => world.notes().length === 1);
		engine.complete('b', {label: 'iso'});
		await world.until('b is told', () => world.notes().length === 2);
		engine.complete('c', {label: 'constructor', dir: '/done'});
		await world.until('c is told', () => world.notes().length === 3);
		engine.refusal = 'already there: /films/d-root: move it away or choose another place';
		engine.complete('d', {label: 'my films'});
		await world.until('d is told', () => world.notes().length === 4);
		assert.deepEqual(world.notes(), [
			'a /done/a-root /done ',
			'b /isos/b-root /isos ',
			'c /done/c-root /done ',
			`d /data/d-root /data ${engine.refusal}`,
		]);
		assert.deepEqual(
			engine.sent.flatMap(command => (command.type === 'torrent.move' ? [[command.id, command.dir]] : [])),
			[
				['a', '/done'],
				['b', '/isos'],
				['d', '/films'],
			],
		);
		assert.ok(
			engine.log.includes(`error: on-complete-move: it stays in /data, not /films: ${engine.refusal}`),
		);
		await world.until(
			'all that is over',
			() => engine.log.filter(line => /is done in/.test(line)).length === 4,
		);
		await world.stop();
		await world.start({moveTo: '/elsewhere'});
		await settle();
		engine.tell();
		await settle();
		assert.equal(engine.sent.filter(({type}) => type === 'torrent.move').length, 3, 'no more than once');
	});

	test('what is on its way elsewhere is told of when it is there', async t => {
		const world = new HookWorld(t);
		world.isHurried = true;
		const {engine} = world;
		await world.start({targets: {complete: world.noting('$TORTUI_DIR')}, moveTo: '/done'});
		await settle();
		engine.complete('a', {otherDir: '/done'});
		await settle();
		assert.deepEqual(world.notes(), []);
		engine.set('a', {otherDir: undefined, dir: '/done'});
		await world.until('it is told', () => world.notes().length === 1);
		// Another run's move begins anew while ours is refused.
		engine.refusal = 'it is being moved to /done: wait for that';
		engine.moving = settle().then(() => engine.set('b', {otherDir: '/done'}));
		engine.complete('b');
		await engine.moving;
		await settle();
		assert.equal(world.notes().length, 1);
		engine.set('b', {otherDir: undefined, dir: '/done'});
		await world.until('it is told, too', () => world.notes().length === 2);
		assert.deepEqual(world.notes(), ['/done', '/done']);
		assert.ok(!engine.log.some(line => line.startsWith('error')));
	});

	test('no more than four run at a time, the others wait; how they end stands in the log', async t => {
		const world = new HookWorld(t);
		const {engine, space} = world;
		const go = space.path('go');
		const words = world.script(
			`echo in >> ${space.path('hook.notes')}\nuntil [ -e ${go} ]; do sleep 0.02; done\necho "out $TORTUI_ID"; exit 3`,
		);
		await world.start({
			targets: {complete: {kind: 'program', words}, added: {kind: 'program', words: ['/no/such']}},
		});
		await settle();
		for (let n = 0; n < 9; n++) engine.complete(`t${n}`);
		await world.until('four run', () => world.notes().length === 4);
		await new Promise(resolve => setTimeout(resolve, 200));
		assert.equal(world.notes().length, 4);
		writeFileSync(go, '');
		await world.until(
			'all have run',
			() => engine.log.filter(line => /failed with status 3/.test(line)).length === 9,
		);
		assert.ok(engine.log.includes('info: on-complete: out t8'));
		assert.equal(engine.log.filter(line => line === 'warn: on-added: no such program: /no/such').length, 9);
	});

	test('servers are told as JSON; one that is in trouble is asked again, one that refuses is not', async t => {
		const world = new HookWorld(t);
		world.isHurried = true;
		const {engine} = world;
		const asked: Array<{readonly url: string; readonly body: string; readonly type: string | undefined}> = [];
		const answers = new Map([
			['/good', [200]],
			['/shaky', [503, 429, 204]],
			['/refuses', [403]],
			['/broken', [500]],
			['/moved', [302]],
		]);
		/** The last of them for ever. */
		const next = (url: string): number => {
			const [status = 500, ...more] = answers.get(url.split('?')[0]!) ?? [];
			if (more.length > 0) answers.set(url.split('?')[0]!, more);
			return status;
		};
		const server = createServer((request, response) => {
			let body = '';
			request.on('data', chunk => {
				body += chunk;
			});
			request.on('end', () => {
				const url = request.url ?? '';
				asked.push({url, body, type: request.headers['content-type']});
				response.writeHead(next(url), {location: '/good'}).end('x'.repeat(100_000));
			});
		}).listen(0, '127.0.0.1');
		await new Promise(resolve => server.once('listening', resolve));
		world.space.defer(() => void server.close());
		const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		await world.start({
			targets: {complete: {kind: 'urls', urls: [`${base}/good?token=secret`, `${base}/shaky`]}},
			urls: [`${base}/refuses`, `${base}/moved`],
		});
		await settle();
		engine.complete('a', {label: 'iso'});
		await world.until(
			'all have heard',
			() => engine.log.filter(line => /on-complete/.test(line)).length === 4,
		);
		const count = (path: string) => asked.filter(({url}) => url.startsWith(path)).length;
		assert.deepEqual(['/good', '/shaky'].map(count), [1, 3]);
		// The torrent was added, too.
		assert.deepEqual(['/refuses', '/moved'].map(count), [2, 2]);
		const first = asked.find(
			({url, body}) => url.startsWith('/good') && JSON.parse(body).event === 'complete',
		);
		const {event, path, version, torrent} = JSON.parse(first!.body);
		assert.deepEqual(
			[first!.type, event, path, version],
			['application/json', 'complete', '/data/a-root', '1.2.3'],
		);
		assert.deepEqual([torrent.id, torrent.label, torrent.completed], ['a', 'iso', 1000]);
		assert.ok(engine.log.includes(`info: on-complete: told ${base}/good`), 'no token stands in the log');
		assert.ok(engine.log.includes(`warn: on-complete: ${base}/refuses was not told: it answers 403`));
		assert.ok(engine.log.includes(`warn: on-complete: ${base}/moved was not told: it answers 302`));
		await world.stop();
		await world.start({
			targets: {complete: {kind: 'urls', urls: [`${base}/broken`, 'http://127.0.0.1:9/x']}},
		});
		await settle();
		engine.complete('b');
		await world.until(
			'it is given up',
			() => engine.log.filter(line => /was not told/.test(line)).length >= 6,
		);
		assert.equal(count('/broken'), 4);
		assert.ok(engine.log.includes(`warn: on-complete: ${base}/broken was not told: it answers 500`));
	});
});

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {cpSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {test} from 'node:test';
import {machineClock} from '../../source/io/machine/clock.js';
import {machineRandom} from '../../source/io/machine/random.js';
import {RedisStore} from '../../source/tracker/store/redis-store.js';
import {until, within} from '../helpers/deadline.ts';
import {HandClock} from '../helpers/hand-clock.ts';
import {freePort} from '../helpers/ports.ts';
import {run} from '../helpers/processes.ts';
import {noRedis, startRedis} from '../helpers/redis.ts';
import {build, cli, node, startTortui} from '../helpers/tortui.ts';
import {announceOf, announceTo, queryOf} from '../helpers/tracker-asker.ts';
import {udpTrackerClient} from '../helpers/udp-trackers.ts';
import {Workspace} from '../helpers/workspace.ts';

const infoHash = new Uint8Array(20).fill(0xab);

async function startTracker(space: Workspace, store: string, port?: number) {
	const listen = port ?? (await freePort());
	const args = ['tracker', '--port', `${listen}`, '--bind', '127.0.0.1', '--store', store, '--no-state'];
	const program = startTortui(space, args);
	await program.output(/Ctrl-C/, 20_000);
	const announce = async (n: number, left = 1, more = ''): Promise<string> => {
		const query = queryOf(announceOf(infoHash, {port: n, left}));
		const answer = await announceTo(`http://127.0.0.1:${listen}/announce?${query}${more}`);
		assert.equal(answer.kind, 'peers');
		if (answer.kind !== 'peers') return '';
		const ports = answer.peers.map(({port}) => port).sort();
		return `${answer.seeders}/${answer.leechers}/${answer.completed}: ${ports.join(' ')}`;
	};
	const state = async (): Promise<string> =>
		((await (await fetch(`http://127.0.0.1:${listen}/stats`)).json()) as {store: string}).store;
	return {program, announce, state, port: listen};
}

test('two trackers share swarms through Redis: one is killed, and its peers are still known to the other', {
	skip: noRedis(),
}, async t => {
	const space = new Workspace(t);
	const port = await freePort();
	await startRedis(space, port);
	const [one, two] = [
		await startTracker(space, `redis://127.0.0.1:${port}`),
		await startTracker(space, `redis://127.0.0.1:${port}/0`),
	];
	await until('both to be connected', 10_000, async () =>
		[await one.state(), await two.state()].every(state => state === 'connected'),
	);
	assert.equal(await one.announce(7001, 0), '1/0/0: ');
	assert.equal(await two.announce(7002), '1/1/0: 7001');
	assert.equal(await one.announce(7003), '1/2/0: 7001 7002');
	assert.equal(await two.announce(7001, 0), '1/2/0: 7002 7003', 'seeders hear of leechers only');
	// It began at one tracker and is done at the other: it counts once, however often it is told.
	assert.equal(await one.announce(7002, 0, '&event=completed'), '2/1/1: 7003');
	assert.equal(await one.announce(7002, 0, '&event=completed'), '2/1/1: 7003');
	await one.program.stop('SIGKILL');
	assert.equal(await two.announce(7004), '2/2/1: 7001 7002 7003');
	assert.equal(await two.announce(7003, 1, '&event=stopped'), '2/1/1: ');
	const again = await startTracker(space, `redis://127.0.0.1:${port}`, one.port);
	await until('it to be connected', 10_000, async () => (await again.state()) === 'connected');
	assert.equal(await again.announce(7005), '2/2/1: 7001 7002 7004');
	// The same over UDP.
	const udp = udpTrackerClient(machineClock, machineRandom);
	t.after(() => udp.close());
	const answer = await udp.announce(
		`udp://127.0.0.1:${two.port}/announce`,
		announceOf(infoHash, {port: 7006}),
	);
	assert.ok(answer.kind === 'peers');
	assert.deepEqual(answer.peers.map(({port}) => port).sort(), [7001, 7002, 7004, 7005]);
	assert.deepEqual(await udp.scrape(`udp://127.0.0.1:${two.port}/announce`, infoHash), {
		kind: 'counts',
		seeders: 2,
		leechers: 3,
		completed: 1,
	});
});

test('Redis is killed: both answer from memory and say so once; it comes back empty, and they tell it who is here', {
	skip: noRedis(),
}, async t => {
	const space = new Workspace(t);
	const port = await freePort();
	const redis = await startRedis(space, port);
	const url = `redis://127.0.0.1:${port}`;
	const [one, two] = [await startTracker(space, url), await startTracker(space, url)];
	const both = (state: RegExp) =>
		until(
			() => `both to be ${state}`,
			20_000,
			async () => state.test(await one.state()) && state.test(await two.state()),
		);
	await both(/^connected$/);
	await one.announce(7001, 0);
	await two.announce(7002);
	assert.equal(await one.announce(7003), '1/2/0: 7001 7002');
	await redis.stop('SIGKILL');
	await both(/^lost: /);
	assert.equal(await one.announce(7003), '1/2/0: 7001 7002');
	await two.announce(7004);
	await startRedis(space, port);
	await both(/^connected$/);
	// What either of them knows is there again, before anybody announces anew.
	await until('all to be told', 10_000, async () => {
		const answer = await one.announce(7003);
		return answer === '1/3/0: 7001 7002 7004';
	});
	for (const {program} of [one, two]) {
		assert.match(
			program.stderr,
			/^tortui: the store is lost \([^\n]*\): answers come from memory until it is back\n$/,
		);
		assert.match(program.stdout, /the store answers again\n/);
	}
});

test('who fell silent is neither named nor counted, and is taken out of the store', {
	skip: noRedis(),
}, async t => {
	const space = new Workspace(t);
	const port = await freePort();
	await startRedis(space, port);
	const clock = new HandClock();
	// Chance that sweeps each time.
	const store = new RedisStore(`redis://127.0.0.1:${port}`, clock, {...machineRandom, next: () => 0});
	t.after(() => store.close());
	const found = Promise.withResolvers<void>();
	await store.start({found: found.resolve, lost() {}});
	await within(10_000, 'the store', found.promise);
	const life = 3_600_000;
	const announce = (n: number, left: number, host = '192.0.2.1', families: 'both' | 'ipv6' = 'both') => {
		const who = {address: {host, port: n}, peerId: new Uint8Array(20), left, numwant: 10, families};
		return store.exchange({infoHash: 'ab'.repeat(20), ...who}, life);
	};
	await announce(1, 0);
	await announce(2, 5);
	await announce(3, 5, '2001:db8::1');
	await clock.pass(1_800_000);
	const {seeders, leechers, peers4, peers6} = await announce(4, 0);
	assert.deepEqual([seeders, leechers, peers4.length, peers6.length], [2, 2, 6, 18]);
	assert.equal((await announce(5, 1, '2001:db8::2', 'ipv6')).peers4.length, 0);
	await clock.pass(1_900_000);
	const late = await announce(6, 1);
	assert.deepEqual(
		[late.seeders, late.leechers, late.peers4.length / 6, late.peers6.length / 18],
		[1, 2, 1, 1],
	);
	const left = execFileSync('redis-cli', ['-p', `${port}`, 'zcard', `tortui:swarm:${'ab'.repeat(20)}`]);
	assert.equal(left.toString().trim(), '3');
	assert.deepEqual(await store.scrape(['ab'.repeat(20), 'cd'.repeat(20)]), [
		{seeders: 1, leechers: 2, completed: 0},
		{seeders: 0, leechers: 0, completed: 0},
	]);
});

test('a tracker starts without its store, serves, and finds it later', {skip: noRedis()}, async t => {
	const space = new Workspace(t);
	const port = await freePort();
	const tracker = await startTracker(space, `redis://:secret-word@127.0.0.1:${port}`);
	await tracker.announce(7001, 0);
	assert.equal(await tracker.announce(7002), '1/1/0: 7001');
	assert.match(tracker.program.stderr, /^tortui: the store is lost \(ECONNREFUSED\)/);
	await startRedis(space, port, '--requirepass', 'secret-word');
	await until('it to be found', 20_000, async () => (await tracker.state()) === 'connected');
	assert.equal(await tracker.announce(7003), '1/2/0: 7001 7002');
	assert.doesNotMatch(tracker.program.stdout + tracker.program.stderr, /secret-word/);
});

test('a store that takes everything and says nothing costs nobody more than the time it is given', {
	skip: noRedis(),
}, async t => {
	const space = new Workspace(t);
	const port = await freePort();
	const redis = await startRedis(space, port);
	const tracker = await startTracker(space, `redis://127.0.0.1:${port}`);
	await until('it to be connected', 20_000, async () => (await tracker.state()) === 'connected');
	await tracker.announce(7001, 0);
	redis.child.kill('SIGSTOP');
	t.after(() => redis.child.kill('SIGCONT'));
	const answers = await Promise.all([tracker.announce(7002), tracker.announce(7003)]);
	for (const answer of answers) assert.match(answer, /7001/);
	await until('it to be known as lost', 20_000, async () => (await tracker.state()).startsWith('lost'));
	assert.match(await tracker.announce(7004), /7001 7002 7003/);
	redis.child.kill('SIGCONT');
	await until('it to be found', 20_000, async () => (await tracker.state()) === 'connected');
});

test('without ioredis, or with an address that is none, one line says what to do', async t => {
	const space = new Workspace(t);
	build();
	cpSync(dirname(cli), space.path('dist'), {recursive: true});
	cpSync(join(dirname(cli), '../package.json'), space.path('package.json'));
	const alone = await run(space, node, [
		join(space.path('dist'), 'cli.js'),
		...['tracker', '--port', '0', '--bind', '127.0.0.1', '--store', 'redis://127.0.0.1:1'],
	]);
	assert.equal(alone.stderr, 'tortui: --store needs the package ioredis: npm install --global ioredis\n');
	assert.deepEqual(alone.ended, {code: 1, signal: null});
	for (const url of ['redis:', 'http://127.0.0.1', 'nonsense', 'redis://user:secret@']) {
		const wrong = startTortui(space, ['tracker', '--port', '0', '--store', url]);
		assert.equal((await wrong.end(20_000)).code, 2);
		assert.match(wrong.stderr, /^tortui: --store: not a URL such as redis:\/\/localhost:6379\n$/);
	}
});

import assert from 'node:assert/strict';
import {
	chmodSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {type TestContext, test} from 'node:test';
import {machineRandom} from '../../source/io/machine/random.js';
import {encodeUdpScrape} from '../../source/protocol/tracker/udp.js';
import {SwarmStore} from '../../source/tracker/store/swarm-store.js';
import {TrackerServer} from '../../source/tracker/tracker-server.js';
import {TrackerService} from '../../source/tracker/tracker-service.js';
import {TrackerUdpServer} from '../../source/tracker/udp/udp-listener.js';
import {until} from '../helpers/deadline.ts';
import {HandClock} from '../helpers/hand-clock.ts';
import {announceOf, announceTo, queryOf, UdpAsker} from '../helpers/tracker-asker.ts';
import {Workspace} from '../helpers/workspace.ts';

const infoHash = new Uint8Array(20).fill(0xab);
const http = (host: string) => ({host, over: 'http'}) as const;

/** Two clocks of one machine, one after the other: the second goes on where the wall is. */
class LaterClock extends HandClock {
	readonly #since: number;

	constructor(since: number) {
		super();
		this.#since = since;
	}

	override wall(): number {
		return super.wall() + this.#since;
	}
}

function stage(t: TestContext) {
	const space = new Workspace(t);
	const path = space.path('state', 'swarms');
	const said: string[] = [];
	const store = (clock: HandClock) => new SwarmStore(path, clock, text => said.push(text));
	const service = (clock: HandClock) => new TrackerService({clock, random: machineRandom, interval: 1800});
	return {space, path, said, store, service};
}

test('swarms, names, counts and ages are those of before the restart, over both families', async t => {
	const {path, said, store, service} = stage(t);
	const clock = new HandClock();
	const before = service(clock);
	before.announce(
		{...announceOf(infoHash, {left: 0, id: 'seeder'}), name: 'A näme'},
		http('192.0.2.1'),
		'both',
	);
	before.announce(announceOf(infoHash, {id: 'six'}), http('2001:db8::1'), 'both');
	await clock.pass(600_000);
	before.announce(announceOf(infoHash, {id: 'late', port: 9}), http('192.0.2.2'), 'both');
	before.announce(
		{...announceOf(infoHash, {id: 'late', port: 9, left: 0}), event: 'completed'},
		http('192.0.2.2'),
		'both',
	);
	await store(clock).save(before, new Uint8Array(32).fill(5));
	assert.equal(statSync(path).mode & 0o777, 0o600);
	const later = new LaterClock(600_000 + 30_000);
	const after = service(later);
	assert.deepEqual(await store(later).load(after), new Uint8Array(32).fill(5));
	assert.deepEqual(after.scrape(infoHash), {seeders: 2, leechers: 1, completed: 1});
	assert.deepEqual(after.list('näme', 9)[0]?.name, 'A näme');
	const {peers} = after.announce(announceOf(infoHash, {id: 'new'}), http('198.51.100.1'), 'both');
	assert.deepEqual(peers.map(({host, port, peerId}) => `${host} ${port} ${Buffer.from(peerId)}`).sort(), [
		`192.0.2.1 7001 ${'seeder'.padEnd(20, '.')}`,
		`192.0.2.2 9 ${'late'.padEnd(20, '.')}`,
		`2001:db8::1 7001 ${'six'.padEnd(20, '.')}`,
	]);
	// Two intervals and a minute after they announced they are gone, not after the restart.
	await later.pass(3_660_000 - 630_000 - 1000);
	after.expire();
	assert.equal(after.size.peers, 4);
	await later.pass(2000);
	after.expire();
	assert.equal(after.size.peers, 2);
	assert.deepEqual(said, []);
});

test('who fell silent while it was down is not taken in', async t => {
	const {store, service} = stage(t);
	const clock = new HandClock();
	const before = service(clock);
	before.announce(announceOf(infoHash), http('192.0.2.1'), 'both');
	await store(clock).save(before, new Uint8Array(32));
	const later = new LaterClock(3_700_000);
	const after = service(later);
	await store(later).load(after);
	assert.deepEqual(after.size, {torrents: 0, peers: 0});
});

test('a damaged file is one line and an empty tracker, wherever it is damaged', async t => {
	const {path, said, store, service} = stage(t);
	const clock = new HandClock();
	const before = service(clock);
	for (let n = 0; n < 20; n++)
		before.announce(announceOf(infoHash, {port: 1 + n}), http('192.0.2.1'), 'both');
	await store(clock).save(before, new Uint8Array(32));
	const whole = readFileSync(path);
	const spoil: Array<() => void> = [
		() => truncateSync(path, whole.length - 1),
		() => truncateSync(path, 40),
		() => truncateSync(path, 0),
		() => writeFileSync(path, 'garbage'),
		() => writeFileSync(path, Buffer.concat([whole, whole])),
		() => {
			const bytes = Buffer.from(whole);
			bytes[100]! ^= 1;
			writeFileSync(path, bytes);
		},
	];
	for (const [count, make] of spoil.entries()) {
		writeFileSync(path, whole);
		make();
		const after = service(clock);
		assert.equal(await store(clock).load(after), undefined);
		assert.deepEqual(after.size, {torrents: 0, peers: 0});
		assert.equal(said.length, count + 1);
		assert.match(said.at(-1)!, /^swarms known earlier are forgotten: [^\n]+$/);
	}
	writeFileSync(path, whole);
	const after = service(clock);
	assert.ok(await store(clock).load(after));
	assert.equal(after.size.peers, 20);
});

test('that nothing can be written is said once, and heals', async t => {
	const {path, said, store, service, space} = stage(t);
	const clock = new HandClock();
	const swarms = service(clock);
	swarms.announce(announceOf(infoHash), http('192.0.2.1'), 'both');
	// A file where the folder should be: not even root can write below it.
	writeFileSync(space.path('state'), '');
	const kept = store(clock);
	await kept.save(swarms, new Uint8Array(32));
	await kept.save(swarms, new Uint8Array(32));
	assert.equal(said.length, 1);
	assert.match(said[0]!, /^swarms are not kept over a restart: /);
	const {rmSync} = await import('node:fs');
	rmSync(space.path('state'));
	await kept.save(swarms, new Uint8Array(32));
	assert.equal(said.length, 1);
	assert.ok(readFileSync(path).length > 60);
});

test('it is written down every minute and at the end; a crash loses a minute at most', async t => {
	const {space, path} = stage(t);
	mkdirSync(space.path('state'));
	chmodSync(space.path('state'), 0o700);
	const clock = new HandClock();
	const options = {port: 0, bind: '127.0.0.1', clock, random: machineRandom, state: path};
	const crashed = new TrackerServer(options);
	t.after(() => crashed.close());
	const {port} = await crashed.start();
	await announceTo(`http://127.0.0.1:${port}/announce?${queryOf(announceOf(infoHash))}`);
	await clock.pass(59_000);
	assert.deepEqual(readdirSync(space.path('state')), []);
	await clock.pass(1000);
	await until('the snapshot', 10_000, () => readdirSync(space.path('state')).includes('swarms'));
	// Nothing says goodbye: another one reads what lies there.
	const next = new TrackerServer({...options, clock: new LaterClock(60_000)});
	t.after(() => next.close());
	const second = await next.start();
	assert.deepEqual(next.service.size, {torrents: 1, peers: 1});
	await announceTo(`http://127.0.0.1:${second.port}/announce?${queryOf(announceOf(infoHash, {port: 8000}))}`);
	await next.close();
	const last = new TrackerServer({...options, clock: new LaterClock(120_000)});
	t.after(() => last.close());
	await last.start();
	assert.deepEqual(last.service.size, {torrents: 1, peers: 2});
});

test('a UDP client that is connected stays so over a restart', () => {
	const secret = new Uint8Array(32).fill(9);
	const clock = new HandClock();
	const service = new TrackerService({clock, random: machineRandom});
	const id = new UdpAsker(new TrackerUdpServer(service, clock, secret), '192.0.2.1').connect();
	const later = new LaterClock(45_000);
	const next = new TrackerUdpServer(new TrackerService({clock: later, random: machineRandom}), later, secret);
	assert.ok(next.answer(encodeUdpScrape(id, 1, [infoHash]), '192.0.2.1'));
	assert.equal(next.answer(encodeUdpScrape(id, 1, [infoHash]), '192.0.2.2'), undefined);
	const another = new TrackerUdpServer(new TrackerService({clock: later, random: machineRandom}), later);
	assert.equal(another.answer(encodeUdpScrape(id, 1, [infoHash]), '192.0.2.1'), undefined);
});

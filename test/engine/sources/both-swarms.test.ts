import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PeerAddress} from '../../../source/base/peer-address.js';
import type {AnnouncedTorrent} from '../../../source/engine/sources/announce-request.js';
import {DhtSource} from '../../../source/engine/sources/dht-source.js';
import {LsdSource} from '../../../source/engine/sources/lsd-source.js';
import {type TrackerServices, TrackerSource} from '../../../source/engine/sources/tracker-source.js';
import type {SwarmKeys} from '../../../source/protocol/metainfo/swarm-hashes.js';
import type {AnnounceResponse} from '../../../source/protocol/tracker/announce.js';
import {HandClock, settled} from '../../helpers/hand-clock.ts';

const [v1, v2] = [new Uint8Array(20).fill(1), new Uint8Array(20).fill(2)];
const nameOf = (key: Uint8Array) => `v${key[0]}`;
const url = 'udp://one:1';
const peerIn = (swarm: string): PeerAddress => ({host: `192.0.2.${swarm.slice(1)}`, port: 6881});
const both = {host: '192.0.2.9', port: 6881};

type Answer = AnnounceResponse | Error;
const fine = (swarm: string): AnnounceResponse => ({
	kind: 'peers',
	peers: [peerIn(swarm), both],
	interval: 900,
});

/** One tracker, which answers in each swarm what the test says; `heard`: `v1 started`, … */
function stage(keys: SwarmKeys, answers: Partial<Record<string, Answer | Promise<Answer>>> = {}) {
	const clock = new HandClock();
	const heard: string[] = [];
	const found: string[] = [];
	const torrent: {-readonly [Key in keyof AnnouncedTorrent]: AnnouncedTorrent[Key]} = {
		swarmKeys: keys,
		stats: {uploaded: 1, downloaded: 2},
		left: 3,
		isOwn: () => false,
		found: (peers, _, knowV2) => {
			found.push(...peers.map(({host}) => `${host} ${knowV2 ? 'v2' : 'v1'}`));
		},
		log: () => {},
	};
	const services: TrackerServices = {
		...{peerId: new Uint8Array(20), key: 1, portFor: () => 6881, clock},
		random: {next: () => 0, bytes: length => new Uint8Array(length)},
		externalAddress: {heardOurAddress: () => {}},
		resolver: {first: async () => undefined},
		http: undefined as never,
		udpTrackers: {
			async announce(_, {infoHash, event}) {
				const swarm = nameOf(infoHash);
				heard.push(`${swarm} ${event ?? '-'}`);
				const answer = await (answers[swarm] ?? fine(swarm));
				if (answer instanceof Error) throw answer;
				return answer;
			},
			async scrape() {
				return {kind: 'counts', seeders: 0, leechers: 0, completed: 0};
			},
		},
	};
	const trackers = new TrackerSource(torrent, {tiers: [[url]]}, services);
	return {trackers, torrent, clock, heard, found, row: () => trackers.views(clock.now())[0]!};
}

test('a hybrid is announced to a tracker in both of its swarms, and its peers are those of both', async () => {
	const s = stage({v1, v2});
	s.trackers.start();
	await settled();
	assert.deepEqual(s.heard, ['v1 started', 'v2 started']);
	assert.deepEqual(s.found.sort(), ['192.0.2.1 v1', '192.0.2.2 v2', '192.0.2.9 v1', '192.0.2.9 v2']);
	assert.deepEqual([s.row().state, s.row().peers], ['working', 3]);
	s.heard.length = 0;
	await s.trackers.stop();
	assert.deepEqual(s.heard.sort(), ['v1 stopped', 'v2 stopped']);
});

test('a torrent of one version is announced in one swarm', async () => {
	for (const keys of [
		{v1, v2: undefined},
		{v1: undefined, v2},
	]) {
		const s = stage(keys);
		s.trackers.start();
		await settled();
		assert.deepEqual(s.heard, [keys.v1 ? 'v1 started' : 'v2 started']);
		assert.deepEqual(s.found[0], keys.v1 ? '192.0.2.1 v1' : '192.0.2.2 v2');
		await s.trackers.stop();
	}
});

test('a tracker that knows a hybrid by one of its hashes alone works', async () => {
	const refusal: AnnounceResponse = {kind: 'failure', reason: 'unregistered torrent'};
	for (const [refused, other] of [
		['v1', '2'],
		['v2', '1'],
	] as const) {
		for (const answer of [refusal, new Error('silent')]) {
			const s = stage({v1, v2}, {[refused]: answer});
			s.trackers.start();
			await settled();
			assert.deepEqual([s.row().state, s.row().peers], ['working', 2], refused);
			assert.ok(s.found.every(text => text.endsWith(`v${other}`)));
			await s.trackers.stop();
		}
	}
});

test('a tracker that is silent about one hash keeps nobody waiting whom it names by the other', async () => {
	for (const slow of ['v1', 'v2'] as const) {
		const late = Promise.withResolvers<Answer>();
		const s = stage({v1, v2}, {[slow]: late.promise});
		s.trackers.start();
		await settled();
		assert.deepEqual([s.row().state, s.found.length], ['working', 2], slow);
		late.resolve({...(fine(slow) as AnnounceResponse & {kind: 'peers'}), seeders: 7});
		await settled();
		assert.deepEqual([s.row().peers, s.row().seeders, s.found.length], [3, 7, 4]);
		await s.trackers.stop();
	}
});

test('a tracker that knows neither hash fails with what it says of v1', async () => {
	const s = stage({v1, v2}, {v1: {kind: 'failure', reason: 'no v1'}, v2: {kind: 'failure', reason: 'no v2'}});
	s.trackers.start();
	await settled();
	assert.equal(s.row().status, 'no v1');
	await s.trackers.stop();
});

test('a link that turns out to be hybrid is announced in its other swarm at once', async () => {
	for (const [known, other] of [
		['v1', 'v2'],
		['v2', 'v1'],
	] as const) {
		const keys = {v1, v2};
		const s = stage({v1: undefined, v2: undefined, [known]: keys[known]});
		s.trackers.start();
		await settled();
		s.heard.length = 0;
		s.found.length = 0;
		s.torrent.swarmKeys = keys;
		s.trackers.swarmJoined(keys[other]);
		await settled();
		assert.deepEqual(s.heard, [`${other} started`]);
		assert.deepEqual(s.found, [`192.0.2.${other[1]} ${other}`, `192.0.2.9 ${other}`]);
		await s.trackers.stop();
	}
});

test('in the DHT a hybrid is searched for in both of its swarms, and the search has ended when both have', async () => {
	const clock = new HandClock();
	const searches: Array<{key: string; found: (peers: PeerAddress[]) => void; done: (all: never) => void}> =
		[];
	const found: string[] = [];
	let cancelled = 0;
	const dht = {
		search(key: Uint8Array, _: unknown, heard: (peers: PeerAddress[]) => void, done: (all: never) => void) {
			searches.push({key: nameOf(key), found: heard, done});
			return () => void cancelled++;
		},
		subscribe: () => () => {},
		namedByTorrent: async () => {},
	};
	const source = new DhtSource(
		{
			swarmKeys: () => ({v1, v2}),
			nodes: () => [],
			isSeed: () => false,
			found: (peers, _, knowV2) => void found.push(...peers.map(({host}) => `${host} ${knowV2}`)),
		},
		{
			...{clock, exchangesPeers: true, dht: dht as never},
			random: {next: () => 0.5, bytes: length => new Uint8Array(length)},
		},
	);
	source.start();
	for (let second = 0; second < 60 && searches.length === 0; second++) await clock.pass(1000);
	assert.deepEqual(
		searches.map(({key}) => key),
		['v1', 'v2'],
	);
	for (const {key, found: heard} of searches) heard([peerIn(key)]);
	assert.deepEqual(found, ['192.0.2.1 false', '192.0.2.2 true']);
	searches[0]!.done({peers: 1, nodes: 1} as never);
	assert.equal(source.nextAt(), undefined);
	searches[1]!.done({peers: 0, nodes: 0} as never);
	assert.ok((source.nextAt() ?? 0) > clock.now());
	await source.stop();
	assert.equal(cancelled, 2);
});

test('on the local network a hybrid is announced in both of its swarms, also when the second comes late', async () => {
	const joined = new Map<string, (peers: readonly PeerAddress[]) => void>();
	const localDiscovery = {
		off: undefined,
		nextAt: () => 0,
		hurry() {},
		join(key: Uint8Array, heard: (peers: readonly PeerAddress[]) => void) {
			joined.set(nameOf(key), heard);
			return () => void joined.delete(nameOf(key));
		},
	};
	const found: string[] = [];
	let keys: SwarmKeys = {v1, v2: undefined};
	const source = new LsdSource(
		{
			swarmKeys: () => keys,
			found: (peers, knowV2) => void found.push(...peers.map(({host}) => `${host} ${knowV2}`)),
		},
		{localDiscovery},
	);
	source.swarmJoined();
	assert.equal(joined.size, 0);
	source.start();
	assert.deepEqual([...joined.keys()], ['v1']);
	keys = {v1, v2};
	source.swarmJoined();
	assert.deepEqual([...joined.keys()], ['v1', 'v2']);
	for (const [key, heard] of joined) heard([peerIn(key)]);
	assert.deepEqual(found, ['192.0.2.1 false', '192.0.2.2 true']);
	await source.stop();
	assert.equal(joined.size, 0);
});

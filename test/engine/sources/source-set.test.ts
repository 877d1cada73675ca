import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PeerAddress} from '../../../source/base/peer-address.js';
import {formatAddress} from '../../../source/base/peer-address.js';
import type {PeerSourceName} from '../../../source/base/peer-source.js';
import {PassiveSource} from '../../../source/engine/sources/passive-source.js';
import type {PeerSource} from '../../../source/engine/sources/peer-source.js';
import {ResumeSource} from '../../../source/engine/sources/resume-source.js';
import {SourceSet} from '../../../source/engine/sources/source-set.js';
import {TrackerSource} from '../../../source/engine/sources/tracker-source.js';
import {PeerList} from '../../../source/policy/peers/peer-list.js';
import {HandClock, settled} from '../../helpers/hand-clock.ts';

const at = (host: number): PeerAddress => ({host: `192.0.2.${host}`, port: 6881});

/** A source that notes what it is told to do. */
class NotedSource extends PassiveSource {
	readonly heard: string[] = [];
	/** It says goodbye for so long; for ever when undefined. */
	goodbye: Promise<void> = Promise.resolve();

	override start = (): void => void this.heard.push('start');
	override completed = (): void => void this.heard.push('completed');
	override needPeers = (): void => void this.heard.push('needPeers');
	override hurry = (): void => void this.heard.push('hurry');
	override stop = (): Promise<void> => {
		this.heard.push('stop');
		return this.goodbye;
	};
}

/** The sources of a torrent, one for the DHT and one for local discovery among them. */
function stage(isPrivate: boolean | undefined) {
	const clock = new HandClock();
	const list = new PeerList({port: 6881});
	const closed: string[] = [];
	const named: Array<readonly [PeerSourceName, number]> = [];
	const swarm = {
		add(addresses: readonly PeerAddress[], source: PeerSourceName) {
			const news = addresses.filter(address => list.add(address, source, clock.now())).length;
			named.push([source, news]);
			return news;
		},
		letGoOfNamedBy(sources: ReadonlySet<PeerSourceName>) {
			closed.push(...list.forgetNamedBy(sources).map(formatAddress));
		},
	};
	const torrent = {
		swarmKeys: {v1: new Uint8Array(20), v2: undefined},
		stats: {uploaded: 0, downloaded: 0},
		left: undefined,
		isOwn: () => false,
		found: () => {},
		log: () => {},
	};
	const asked: Array<string | undefined> = [];
	const left: number[] = [];
	const trackers = new TrackerSource(
		torrent,
		{tiers: [['udp://tracker:1']]},
		{
			clock,
			random: {next: () => 0, bytes: length => new Uint8Array(length)},
			peerId: new Uint8Array(20),
			key: 1,
			portFor: () => 6881,
			externalAddress: {heardOurAddress() {}},
			resolver: {first: async () => undefined},
			http: undefined as never,
			udpTrackers: {
				async announce(_, request) {
					asked.push(request.event);
					left.push(request.left);
					return {kind: 'peers', peers: [], interval: 900, seeders: 1, leechers: 1, completed: 1};
				},
				async scrape() {
					return {kind: 'counts', seeders: 0, leechers: 0, completed: 0};
				},
			},
		},
	);
	const sets: SourceSet[] = [];
	const resume = new ResumeSource(peers => sets[0]!.take(peers, 'resume'));
	const [dht, lsd, manual] = [new NotedSource('dht'), new NotedSource('lsd'), new NotedSource('manual')];
	const others: PeerSource[] = [dht, lsd, manual];
	const set = new SourceSet({trackers, resume, others}, swarm, clock, isPrivate);
	sets.push(set);
	return {set, clock, list, closed, named, asked, left, dht, lsd, manual};
}

test('a public torrent has all its sources, and each hears what happens', async () => {
	const s = stage(false);
	s.set.start([at(1), at(2)]);
	await settled();
	s.set.completed();
	s.set.needPeers();
	assert.equal(s.set.hurry().running, true);
	await settled();
	await s.set.stop();
	const all = ['start', 'completed', 'needPeers', 'hurry', 'stop'];
	assert.deepEqual([s.dht.heard, s.lsd.heard, s.manual.heard], [all, all, all]);
	assert.deepEqual(s.named, [['resume', 2]]);
	assert.equal(s.asked[0], 'started');
	assert.equal(s.asked.at(-1), 'stopped');
});

test('a private torrent never starts DHT or local discovery, and hears nothing of them or of peer exchange', async () => {
	const s = stage(true);
	s.set.start([at(1)]);
	s.set.needPeers();
	s.set.completed();
	s.set.hurry();
	for (const source of ['dht', 'lsd', 'pex'] as const) {
		assert.equal(s.set.allows(source), false);
		s.set.take([at(9)], source);
	}
	await settled();
	assert.deepEqual([s.dht.heard, s.lsd.heard], [[], []]);
	assert.deepEqual(s.named, [['resume', 1]]);
	s.set.take([at(3)], 'manual');
	s.set.take([at(4)], 'tracker');
	assert.equal(s.list.known, 3);
	assert.equal(s.set.stallFacts(0).otherSources, false);
	const off = Object.fromEntries(s.set.views(0).map(({kind, off}) => [kind, off]));
	assert.deepEqual(off, {
		tracker: undefined,
		dht: 'the torrent is private',
		lsd: 'the torrent is private',
		manual: undefined,
		resume: undefined,
	});
	await s.set.stop();
});

test('when the content shows that a torrent is private its public sources stop, and whom only they named goes', async () => {
	const s = stage(undefined);
	s.set.start([at(1)]);
	await settled();
	assert.deepEqual(s.dht.heard, ['start']);
	assert.equal(s.set.allows('pex'), true);
	s.set.take([at(2), at(3), at(4), at(5)], 'dht');
	s.set.take([at(6)], 'pex');
	s.set.take([at(3), at(7)], 'tracker');
	s.set.take([at(8)], 'lsd');
	s.set.take([at(4)], 'manual');
	for (const peer of [at(2), at(3), at(7)]) s.list.connecting(peer);
	s.list.connected(at(2), 0);
	s.list.connected({host: '192.0.2.50', port: 50_000}, 0);
	s.set.contentCame(true);
	assert.deepEqual(
		[s.dht.heard, s.lsd.heard, s.manual.heard],
		[['start', 'stop'], ['start', 'stop'], ['start']],
	);
	assert.deepEqual(s.closed, ['192.0.2.2:6881'], 'it is connected, and the DHT alone named it');
	s.list.disconnected(at(2), 0, {useful: true});
	const left = s.list.export().map(({host}) => host);
	assert.deepEqual(left.sort(), ['192.0.2.3', '192.0.2.4', '192.0.2.7']);
	s.set.take([at(9)], 'dht');
	assert.deepEqual(s.list.sourceOf(at(9)), undefined);
	s.set.needPeers();
	assert.deepEqual(s.dht.heard, ['start', 'stop']);
	await s.set.stop();
});

test('when the content shows that a torrent is public everything stays as it is', async () => {
	const s = stage(undefined);
	s.set.start([at(1)]);
	s.set.take([at(2)], 'dht');
	s.set.contentCame(false);
	s.set.take([at(3)], 'pex');
	assert.deepEqual([s.dht.heard, s.closed, s.list.known], [['start'], [], 3]);
	await s.set.stop();
});

test('trackers are told of a torrent whose content is not known that something is left', async () => {
	const s = stage(undefined);
	s.set.start([]);
	await settled();
	assert.deepEqual(s.left, [16_384]);
	await s.set.stop();
});

test('one source that does not come to an end holds up the stop for 5 s', async () => {
	const s = stage(false);
	s.dht.goodbye = new Promise(() => {});
	s.set.start([]);
	await settled();
	let stopped = false;
	const stopping = s.set.stop().then(() => {
		stopped = true;
	});
	await s.clock.pass(4999);
	assert.equal(stopped, false);
	await s.clock.pass(1);
	await stopping;
});

test('a source is known by how many it was the first to name, and when', async () => {
	const s = stage(false);
	s.set.take([at(1), at(2)], 'dht');
	s.set.take([at(2), at(3)], 'lsd');
	await s.clock.pass(1000);
	s.set.take([at(3)], 'lsd');
	assert.equal(s.set.reached, false);
	s.set.cameIn();
	assert.equal(s.set.reached, true);
	const views = s.set.views(s.clock.now()).filter(({peers}) => peers > 0);
	assert.deepEqual(views, [
		{kind: 'dht', peers: 2, heardAt: 1_700_000_000_000},
		{kind: 'lsd', peers: 1, heardAt: 1_700_000_001_000},
	]);
});

test('when a source looks again is told by the time of day, and so stays the same while one waits', async () => {
	const s = stage(false);
	const next = (kind: PeerSourceName) => s.set.views(s.clock.now()).find(view => view.kind === kind)?.nextAt;
	assert.equal(next('tracker'), undefined);
	s.set.start([]);
	await settled();
	assert.deepEqual([next('tracker'), next('manual')], [1_700_000_900_000, undefined]);
	await s.clock.pass(12_345);
	assert.equal(next('tracker'), 1_700_000_900_000);
	await s.set.stop();
	assert.equal(next('tracker'), undefined);
});

test('while the DHT may find somebody there is more to hope for than trackers', () => {
	assert.equal(stage(false).set.stallFacts(0).otherSources, true);
	assert.equal(stage(undefined).set.stallFacts(0).otherSources, true);
});

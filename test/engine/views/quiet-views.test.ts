import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import {QuietViews} from '../../../source/engine/views/quiet-views.ts';

/** Torrents with which nothing happens unless a test says so. */
function idle(count: number) {
	const all = Array.from({length: count}, (_, n) => ({
		id: `${n}`,
		activity: {name: 'active'},
		content: {have: {count: 5}},
		resumeState: {revision: 0},
		dir: '/data',
		swarm: {peers: new Map(), known: 0},
		sources: {trackers: {revision: 0}},
		stats: {hasMoved: false, movedAt: 0},
	}));
	const torrents = new Map(all.map(one => [one.id, one as unknown as Torrent]));
	const looked: string[] = [];
	const views = new QuietViews();
	const look = (now: number): readonly string[] => {
		looked.length = 0;
		views.views(torrents, now, ({id}) => {
			looked.push(id);
			return {id} as unknown as TorrentView;
		});
		return looked;
	};
	return {all, look};
}

test('with which nothing happens is looked at once a second, a part of all each time', () => {
	const {look} = idle(1000);
	assert.equal(look(0).length, 1000);
	for (let now = 250; now <= 10_000; now += 250) assert.equal(look(now).length, 250, `at ${now}`);
});

test('of thousands with which nothing happens a thousand a second are looked at, and each within five seconds', () => {
	for (const [count, each] of [
		[4000, 250],
		[20_000, 1000],
	] as const) {
		const {look} = idle(count);
		assert.equal(look(0).length, count);
		const seen = new Set<string>();
		for (let now = 250; now <= 5000; now += 250) {
			const looked = look(now);
			assert.ok(looked.length <= each, `${looked.length} of ${count} at ${now}`);
			for (const id of looked) seen.add(id);
		}
		assert.equal(seen.size, count);
	}
});

test('those with which something happens are looked at each time, and at once when it begins', () => {
	const {all, look} = idle(1000);
	look(0);
	const changes: Array<(torrent: (typeof all)[0]) => void> = [
		torrent => torrent.swarm.peers.set(1, {}),
		torrent => {
			torrent.activity = {name: 'paused'};
		},
		torrent => torrent.resumeState.revision++,
		torrent => torrent.content.have.count++,
		torrent => {
			torrent.dir = '/other';
		},
		torrent => {
			torrent.content = {have: {count: 5}};
		},
		torrent => {
			torrent.stats = {hasMoved: true, movedAt: 100};
		},
		torrent => torrent.sources.trackers.revision++,
		torrent => torrent.swarm.known++,
	];
	for (const [at, change] of changes.entries()) change(all[at * 4]!);
	assert.deepEqual(
		look(100),
		changes.map((_, at) => `${at * 4}`),
	);
	assert.deepEqual(look(101), ['0', '24'], 'who has a peer, and who has just moved something');
	assert.ok(look(31_000).includes('24'));
	assert.deepEqual(look(31_001), ['0']);
});

test('of few all are looked at each time', () => {
	const {look} = idle(50);
	for (let now = 0; now < 5; now++) assert.equal(look(now).length, 50);
});

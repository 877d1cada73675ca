import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Millis} from '../../../source/base/units.ts';
import {resumeAll} from '../../../source/engine/commands/pause-all.ts';
import {QueueManager} from '../../../source/engine/session/queue-manager.ts';
import {QueueStanding} from '../../../source/engine/session/queue-standing.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import type {TorrentEvent} from '../../../source/engine/torrent/torrent-event.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';
import {seededRandom} from '../../helpers/seeded-random.ts';

interface Counted {
	looks: number;
	renumbered: number;
}

/** Torrents that do as they are told, and tell the queue of it as those of a session do. */
function queueOf(count: number, downloads: number) {
	const counted: Counted = {looks: 0, renumbered: 0};
	const torrents = new Map<string, Torrent>();
	const clock = new HandClock();
	const queue = new QueueManager(
		torrents,
		{downloads, seeds: undefined, total: Number.POSITIVE_INFINITY},
		clock,
	);
	const make = (place: number): Torrent => {
		const torrent = {
			id: `t${place}`,
			settings: {queue: place, wanted: false},
			stats: {movedAt: 0 as Millis},
			activity: {name: 'paused'},
			swarm: {peers: new Map()},
			hasAllWanted: false,
			get active(): boolean {
				return torrent.activity.name === 'active';
			},
			get runs(): boolean {
				counted.looks++;
				return torrent.settings.wanted;
			},
			post(event: TorrentEvent): void {
				if (event.type === 'set') {
					counted.renumbered++;
					torrent.settings.queue = event.settings.queue!;
				} else if (event.type === 'queue') {
					if (event.wanted) torrent.settings.wanted = true;
					torrent.activity = {name: 'queued'};
				} else if (event.type === 'start') torrent.activity = {name: 'active'};
				queue.planSoon();
			},
		};
		torrents.set(torrent.id, torrent as unknown as Torrent);
		return torrent as unknown as Torrent;
	};
	const all = Array.from({length: count}, (_, at) => make(at + 1));
	const running = () => all.filter(({activity}) => activity.name === 'active').map(({id}) => id);
	return {queue, all, torrents, counted, running, clock};
}

test('a thousand torrents started together are planned once, and the first of them run', async () => {
	const {queue, all, counted, running} = queueOf(1000, 3);
	for (const torrent of all) torrent.settings.heldWithAll = true;
	resumeAll(queue);
	await settled();
	assert.deepEqual(running(), ['t1', 't2', 't3']);
	assert.ok(counted.looks <= 2000, `${counted.looks} looks at a thousand torrents`);
});

test('those that are removed together are made up for once: the others move up, and the next run', async () => {
	const {queue, all, torrents, counted, running} = queueOf(1000, 3);
	const started = queue.hold();
	for (const torrent of all) queue.start(torrent, 'quick');
	started();
	await settled();
	Object.assign(counted, {looks: 0, renumbered: 0});
	for (const torrent of all.slice(0, 200)) {
		torrents.delete(torrent.id);
		queue.left(torrent);
	}
	await settled();
	assert.deepEqual(running().slice(-3), ['t201', 't202', 't203']);
	assert.deepEqual(
		queue.order.map(({settings}) => settings.queue),
		Array.from({length: 800}, (_, at) => at + 1),
	);
	assert.equal(counted.renumbered, 800);
	assert.ok(counted.looks <= 1600, `${counted.looks} looks at eight hundred torrents`);
});

test('while the queue is held nothing is looked at, and all that came is planned once when it is let go', async () => {
	const {queue, all, counted, running} = queueOf(500, 2);
	const go = queue.hold();
	for (const torrent of all) {
		queue.start(torrent, 'quick');
		await Promise.resolve();
	}
	for (let second = 0; second < 20; second++) queue.tick();
	await settled();
	assert.equal(counted.looks, 0);
	assert.deepEqual(running(), []);
	go();
	await settled();
	assert.deepEqual(running(), ['t1', 't2']);
	assert.ok(counted.looks <= 1000, `${counted.looks} looks at five hundred torrents`);
});

test('another place is planned at once, and the others are numbered without being planned one by one', async () => {
	const {queue, all, counted, running} = queueOf(500, 1);
	for (const torrent of all) queue.start(torrent, 'quick');
	await settled();
	counted.looks = 0;
	queue.move(all[499]!, 1);
	await settled();
	assert.deepEqual(running(), ['t500']);
	assert.ok(counted.looks <= 1500, `${counted.looks} looks at five hundred torrents`);
});

test('how many stand before each is what counting one by one gives, from one look at all of them', () => {
	const random = seededRandom(7);
	const all = Array.from({length: 300}, () => ({
		hasAllWanted: random.next() < 0.3,
		settings: {queue: Math.floor(random.next() * 200)},
	}));
	let looks = 0;
	const standing = new QueueStanding(() => {
		looks++;
		return all;
	});
	for (const one of all) {
		const before = all.filter(
			other => other.hasAllWanted === one.hasAllWanted && other.settings.queue < one.settings.queue,
		);
		assert.equal(standing.before(one), before.length);
	}
	assert.equal(looks, 1);
});

test('of thousands that are started one after the other all run soon, and they are looked through now and then', async () => {
	const {queue, all, counted, running, clock} = queueOf(5000, 3000);
	counted.looks = 0;
	for (const torrent of all) {
		queue.start(torrent, 'quick');
		await clock.pass(1);
	}
	await clock.pass(500);
	assert.equal(running().length, 3000);
	assert.ok(
		counted.looks < 100 * 5000 * 2,
		`${counted.looks / 5000} times 5000 looks for 5000 starts in 5 s`,
	);
	const [first] = running();
	Object.assign(all[0]!, {activity: {name: 'paused'}});
	all[0]!.settings.wanted = false;
	await clock.pass(1000);
	assert.equal(first, 't1');
	const before = counted.looks;
	queue.planSoon();
	await settled();
	assert.ok(counted.looks > before, 'after some rest a change is planned for at once');
	assert.equal(running().length, 3000);
	assert.equal(running().at(-1), 't3001');
});

test('however often thousands were planned at once before, what changes then is planned for within a second', async () => {
	const {queue, all, running, clock} = queueOf(5000, 3);
	for (let times = 0; times < 200; times++) queue.plan();
	queue.start(all[0]!, 'quick');
	await clock.pass(1000);
	assert.deepEqual(running(), ['t1']);
});

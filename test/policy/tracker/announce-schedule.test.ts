import assert from 'node:assert/strict';
import {test} from 'node:test';
import {AnnounceSchedule} from '../../../source/policy/tracker/announce-schedule.js';
import {announceTimes} from '../../../source/policy/tracker/scheduled-tracker.js';
import {seeded} from '../seeded.ts';

const [a, b, c] = ['http://a/announce', 'udp://b:1/announce', 'http://c/announce'] as const;

function schedule(tiers: readonly string[][], seed = 1): AnnounceSchedule {
	const made = new AnnounceSchedule(tiers, seeded(seed));
	made.start(0);
	return made;
}

/** What is due, as `url event`. */
function due(of: AnnounceSchedule, now: number): string[] {
	return of.due(now).map(({url, event}) => `${url} ${event ?? '-'}`);
}

test('the first tracker of the first tier hears started at once, and the others wait for its answer', () => {
	const s = schedule([[a], [b]]);
	assert.deepEqual(due(s, 0), [`${a} started`]);
	assert.deepEqual(due(s, 1e9), []);
	assert.equal(s.nextDeadline(0), undefined);
});

test('the next tier is asked only when every tracker of the first has failed', () => {
	const s = schedule([[a, b], [c]]);
	const first = s.due(0)[0]!.url;
	s.failed(first, 10);
	const second = s.due(10)[0]!.url;
	assert.deepEqual([first, second].sort(), [a, b]);
	s.failed(second, 20);
	assert.deepEqual(due(s, 20), [`${c} started`]);
});

test('the trackers of a tier are tried in random order, the tiers never', () => {
	const orders = new Set<string>();
	for (let seed = 0; seed < 40; seed++) {
		orders.add(
			schedule([[a, b], [c]], seed)
				.trackers.map(({url}) => url)
				.join(' '),
		);
	}
	assert.deepEqual([...orders].sort(), [`${a} ${b} ${c}`, `${b} ${a} ${c}`]);
});

test('a tracker that works moves to the front of its tier', () => {
	const s = schedule([[a, b], [c]]);
	const first = s.due(0)[0]!.url;
	s.failed(first, 0);
	const second = s.due(0)[0]!.url;
	s.succeeded(second, {interval: 1800}, 0);
	assert.deepEqual(
		s.trackers.map(({url}) => url),
		[second, first, c],
	);
	assert.deepEqual(due(s, 1_800_000), [`${second} -`]);
});

test('no tracker is asked again before its interval, nor below the floor of its protocol', () => {
	for (const [url, interval, minInterval, expected] of [
		[a, 1800, undefined, 1_800_000],
		[a, 10, undefined, 300_000],
		[b, 10, undefined, 60_000],
		[a, 600, 900, 900_000],
		[a, undefined, undefined, 1_800_000],
		[a, 1e9, undefined, 86_400_000],
		[a, 0, 0, 300_000],
	] as const) {
		const s = schedule([[url]]);
		s.due(0);
		s.succeeded(url, {interval, minInterval}, 0);
		assert.equal(s.nextDeadline(0), expected);
		assert.deepEqual(due(s, expected - 1), []);
		assert.deepEqual(due(s, expected), [`${url} -`]);
	}
});

test('failures wait 5 s + n² × 12.5 s, at most an hour', () => {
	const s = schedule([[a]]);
	const waits: number[] = [];
	let now = 0;
	for (let fails = 1; fails <= 20; fails++) {
		assert.deepEqual(due(s, now), [`${a} started`]);
		s.failed(a, now);
		waits.push(s.nextDeadline(now)! - now);
		now = s.nextDeadline(now)!;
	}
	assert.deepEqual(waits.slice(0, 4), [17_500, 55_000, 117_500, 205_000]);
	assert.equal(waits.at(-1), 3_600_000);
});

test('a tracker that says when to retry is obeyed, also when it says never', () => {
	const s = schedule([[a], [b]]);
	s.due(0);
	s.failed(a, 0, 600);
	s.due(0);
	s.failed(b, 0, 'never');
	assert.equal(s.nextDeadline(0), 600_000);
	assert.equal(s.trackers[1]!.state, 'off');
	s.reannounce(1000);
	assert.deepEqual(due(s, 1000), [`${a} started`]);
});

test('a tracker that says when to retry is not asked sooner because of stops and starts', () => {
	for (const again of [
		(s: AnnounceSchedule) => {
			s.stop();
			s.start(1000);
		},
		(s: AnnounceSchedule) => s.hurry(1000),
	]) {
		const s = schedule([[a]]);
		s.due(0);
		s.failed(a, 0, 600);
		again(s);
		assert.deepEqual(due(s, 599_999), []);
		assert.deepEqual(due(s, 600_000), [`${a} started`]);
		s.succeeded(a, {interval: 900}, 600_001);
		s.stop();
		s.start(600_002);
		assert.deepEqual(due(s, 600_002), [`${a} started`]);
	}
});

test('when the working tracker fails, the next one is asked at once', () => {
	const s = schedule([[a], [b]]);
	s.due(0);
	s.succeeded(a, {interval: 1800}, 0);
	assert.deepEqual(due(s, 1_800_000), [`${a} -`]);
	s.failed(a, 1_800_100);
	assert.deepEqual(due(s, 1_800_100), [`${b} started`]);
	s.succeeded(b, {interval: 900}, 1_800_200);
	// At the next round the first tier comes first again, without another started.
	assert.equal(s.nextDeadline(1_800_200), 2_700_200);
	assert.deepEqual(due(s, 2_700_200), [`${a} -`]);
});

test('while a tracker takes its time the next is tried, and its late answer still counts', () => {
	const s = schedule([[b], [a]]);
	s.due(0);
	s.slow(b);
	assert.deepEqual(due(s, 45_000), [`${a} started`]);
	s.succeeded(b, {interval: 900}, 50_000);
	assert.deepEqual(due(s, 50_000), []);
	s.failed(a, 60_000);
	assert.equal(s.nextDeadline(60_000), 950_000);
});

test('completed is told once, at once, to those that know us', () => {
	const s = schedule([[a], [b]]);
	s.due(0);
	s.succeeded(a, {interval: 1800}, 0);
	s.complete();
	assert.equal(s.nextDeadline(5000), 5000);
	assert.deepEqual(due(s, 5000), [`${a} completed`]);
	s.succeeded(a, {interval: 1800}, 5100);
	s.complete();
	assert.deepEqual(due(s, 6000), []);
	assert.deepEqual(due(s, 1_805_100), [`${a} -`]);
});

test('completed waits for the started that is on its way', () => {
	const s = schedule([[a]]);
	s.due(0);
	s.complete();
	assert.deepEqual(due(s, 1), []);
	s.succeeded(a, {interval: 1800}, 2);
	assert.deepEqual(due(s, 2), [`${a} completed`]);
});

test('a completed that got lost is told again after the back-off', () => {
	const s = schedule([[a]]);
	s.due(0);
	s.succeeded(a, {}, 0);
	s.complete();
	s.due(10);
	s.failed(a, 10);
	assert.deepEqual(due(s, 10), []);
	assert.equal(s.nextDeadline(10), 17_510);
	assert.deepEqual(due(s, 17_510), [`${a} completed`]);
});

test('a tracker first asked after the download was complete hears started and no completed', () => {
	const s = schedule([[a], [b]]);
	s.due(0);
	s.failed(a, 0);
	s.complete();
	assert.deepEqual(due(s, 0), [`${b} started`]);
	s.succeeded(b, {interval: 1800}, 1);
	assert.deepEqual(due(s, 2), []);
	assert.deepEqual(s.farewell(b), ['stopped']);
	assert.deepEqual(s.farewell(b), []);
});

test('stopped goes to those that know us, completed before it when it is still owed', () => {
	const s = schedule([[a], [b], [c]]);
	s.due(0);
	s.succeeded(a, {interval: 1800}, 0);
	s.complete();
	s.stop();
	assert.deepEqual(due(s, 1), []);
	assert.equal(s.nextDeadline(1), undefined);
	assert.deepEqual(s.farewell(a), ['completed', 'stopped']);
	assert.deepEqual(s.farewell(b), []);
	s.start(10);
	assert.deepEqual(due(s, 10), [`${a} started`]);
});

test('asking by hand brings the next announce forward, as far as the tracker allows', () => {
	for (const [minInterval, expected] of [
		[undefined, announceTimes.byHand],
		[600, 600_000],
	] as const) {
		const s = schedule([[a]]);
		s.due(0);
		s.succeeded(a, {interval: 1800, minInterval}, 0);
		s.reannounce(1000);
		assert.equal(s.nextDeadline(1000), expected);
		s.reannounce(700_000);
		assert.deepEqual(due(s, 700_000), [`${a} -`]);
	}
});

test('asking by hand does not ask twice who has not answered, and is no refusal’s to delay', () => {
	const s = schedule([[a], [b]]);
	assert.deepEqual(due(s, 0), [`${a} started`]);
	s.reannounce(10);
	assert.deepEqual(due(s, 10), []);
	s.slow(a);
	assert.deepEqual(due(s, 20), [`${b} started`]);
	s.reannounce(30);
	assert.deepEqual(due(s, 30), []);
	s.failed(b, 40);
	s.failed(a, 40, 6000);
	s.reannounce(50);
	assert.deepEqual(
		s.trackers.map(({state}) => state),
		['idle', 'idle'],
	);
	s.stop();
	s.start(60);
	assert.deepEqual(due(s, 60), [`${a} started`]);
});

test('a need for peers asks as soon as the minimum interval allows', () => {
	const s = schedule([[b]]);
	s.due(0);
	s.succeeded(b, {interval: 1800}, 0);
	s.hurry(1000);
	assert.equal(s.nextDeadline(1000), 60_000);
});

test('an added tracker is asked at once, though another works', () => {
	const s = schedule([[a]]);
	s.due(0);
	s.succeeded(a, {interval: 1800}, 0);
	assert.equal(s.add(b, undefined, 10), true);
	assert.equal(s.add(b, undefined, 10), false);
	assert.deepEqual(due(s, 10), [`${b} started`]);
	s.succeeded(b, {interval: 1800}, 20);
	assert.equal(s.nextDeadline(20), 1_800_020);
	assert.equal(s.add(c, 0, 30), true);
	assert.deepEqual(
		s.trackers.map(({url, tier}) => `${tier} ${url}`),
		[`0 ${a}`, `0 ${c}`, `1 ${b}`],
	);
	assert.equal(s.remove(c), true);
	assert.equal(s.remove(c), false);
});

test('a tracker named twice is one tracker', () => {
	assert.deepEqual(
		schedule([
			[a, a],
			[b, a],
		]).trackers.map(({url}) => url),
		[a, b],
	);
});

test('without trackers there is nothing to do', () => {
	const s = schedule([]);
	assert.deepEqual(due(s, 0), []);
	assert.equal(s.nextDeadline(0), undefined);
});

test('whatever trackers answer, a torrent asks each within bounds and never gets stuck', () => {
	const random = seeded(42);
	for (let round = 0; round < 50; round++) {
		const s = schedule([[a, b], [c]], round);
		let now = 0;
		let asked = 0;
		const started = new Map<string, number>();
		for (let step = 0; step < 200; step++) {
			for (const {url, event} of s.due(now)) {
				asked++;
				if (event === 'started') started.set(url, (started.get(url) ?? 0) + 1);
				const chance = random();
				if (chance < 0.1) s.slow(url);
				if (chance < 0.4) s.failed(url, now);
				else s.succeeded(url, {interval: Math.floor(random() * 4000)}, now);
			}
			if (random() < 0.05) s.complete();
			const next = s.nextDeadline(now);
			assert.ok(next !== undefined && next >= now, 'a deadline');
			now = next;
		}
		assert.ok(asked >= 100);
		assert.ok(now > 3_600_000, `${asked} announces in ${now} ms`);
	}
});

test('a tracker that is always to be asked neither waits for the others nor has them wait', () => {
	const s = schedule([[a], [b], [c]]);
	assert.equal(s.always(c), true);
	assert.equal(s.always(c), false);
	assert.deepEqual(due(s, 0), [`${c} started`]);
	assert.deepEqual(due(s, 0), [`${a} started`]);
	s.succeeded(c, {interval: 60}, 10);
	assert.deepEqual(due(s, 10), []);
	s.failed(a, 20);
	assert.deepEqual(due(s, 20), [`${b} started`]);
	s.succeeded(b, {interval: 3600}, 30);
	assert.equal(s.nextDeadline(30), 300_010);
	assert.deepEqual(due(s, 300_010), [`${c} -`]);
	s.failed(c, 300_020);
	assert.equal(s.nextDeadline(300_020), 300_020 + 17_500);
	assert.deepEqual(due(s, 317_520), [`${c} -`]);
	assert.deepEqual(s.farewell(c), []);
});

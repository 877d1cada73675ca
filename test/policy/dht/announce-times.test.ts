import assert from 'node:assert/strict';
import test from 'node:test';
import {AnnounceTimes} from '../../../source/policy/dht/announce-times.ts';

test('a torrent is announced at once, then every quarter of an hour, give or take a tenth', () => {
	for (const [chance, gap] of [
		[0, 810_000],
		[0.5, 900_000],
		[1, 990_000],
	] as const) {
		const times = new AnnounceTimes();
		assert.equal(times.next, Infinity);
		times.start();
		assert.ok(times.next <= 0);
		times.begun(1000);
		assert.equal(times.next, Infinity, 'one look-up at a time');
		times.ended(6000, 'peers', chance);
		assert.equal(Math.round(times.next), 6000 + gap);
	}
});

test('when peers are needed it is sooner, and each time less soon, as long as none are found', () => {
	const times = new AnnounceTimes();
	let now = 1000;
	for (const gap of [40_000, 80_000, 160_000]) {
		times.begun(now);
		times.ended(now + 5000, 'nodes', 0.5);
		times.needPeers(now + 6000);
		assert.equal(times.next, now + gap);
		now += gap;
	}
	times.begun(now);
	times.ended(now + 5000, 'peers', 0.5);
	times.needPeers(now + 6000);
	assert.equal(times.next, now + 20_000);
});

test('who does not want to wait waits ten seconds from the last time, also when it goes on just now', () => {
	const times = new AnnounceTimes();
	times.begun(1000);
	times.ended(6000, 'nodes', 0.5);
	times.hurry(7500);
	assert.equal(times.next, 11_000);
	times.begun(11_000);
	times.hurry(12_000);
	times.ended(13_000, 'peers', 0.5);
	assert.equal(times.next, 21_000);
	times.stop();
	assert.equal(times.next, Infinity);
});

test('where nobody answers at all it is tried again soon, ever less often', () => {
	const times = new AnnounceTimes();
	let now = 1000;
	for (const gap of [20_000, 40_000, 80_000]) {
		times.begun(now);
		times.ended(now, 'nobody', 0.5);
		assert.equal(Math.round(times.next), now + gap);
		now += gap;
	}
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {TrackerView} from '../../../source/api/snapshot.ts';
import {nextText, nextTick} from '../../../source/ui/present/trackers.ts';
import {Countdowns} from '../../../source/ui/screen/countdowns.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

test('a countdown is drawn again whenever it says something else, and not for every second of an hour', async () => {
	const clock = new HandClock();
	const tracker = {
		kind: 'tracker',
		url: '',
		state: 'working',
		nextAt: clock.wall() + 3_000_400,
	} as TrackerView;
	const drawn: string[] = [];
	const countdowns = new Countdowns(
		clock,
		wall => nextTick([tracker], wall),
		() => drawn.push(nextText(tracker, clock.wall())),
	);
	countdowns.look();
	let at = nextText(tracker, clock.wall());
	for (let second = 0; second < 3010; second++) {
		await clock.pass(1000);
		const now = nextText(tracker, clock.wall());
		if (now === at) continue;
		at = now;
		assert.equal(drawn.at(-1), now, `after ${second + 1} s`);
	}
	assert.ok(drawn.length < 200, `drawn ${drawn.length} times`);
	assert.equal(clock.next, undefined, 'and then no more');
});

test('nothing is drawn again where nothing counts down, or nobody looks any more', async () => {
	const clock = new HandClock();
	const nextAt = clock.wall() + 5000;
	assert.equal(nextTick([{state: 'announcing', nextAt} as TrackerView], clock.wall()), undefined);
	assert.equal(nextTick([{state: 'idle'} as TrackerView], clock.wall()), undefined);
	assert.equal(nextTick([], clock.wall()), undefined);
	const countdowns = new Countdowns(
		clock,
		wall => nextTick([{state: 'working', nextAt} as TrackerView], wall),
		() => assert.fail(),
	);
	countdowns.look();
	countdowns.stop();
	await clock.pass(10_000);
});

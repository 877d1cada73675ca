import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {TrackerView} from '../../../source/api/snapshot.ts';
import {nextText, nextTick} from '../../../source/ui/present/trackers.ts';
import {Countdowns} from '../../../source/ui/screen/countdowns.ts';
import {torrentView} from '../../commands/torrent-view.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

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

test('torrents that wait for the next try write nothing while nobody reads for how long', async () => {
	const {terminal, engine, clock, close} = await openTestScreen(100, 30, {list: true});
	const nextAt = clock.wall() + 9 * 60_000 - 500;
	const reason = {level: 'warn', text: 'tracker t.example does not answer: timed out', nextAt} as const;
	engine.others = Array.from({length: 24}, (_, at) =>
		torrentView({id: String(at).padStart(40, '0'), name: `torrent ${at}`, stalledFor: 600, reason}),
	);
	engine.publish();
	await terminal.press('j', 'j');
	await terminal.settled();
	assert.match(terminal.text(), /stalled for 10 min: tracker t\.example does not answer/);
	terminal.forget();
	for (let second = 0; second < 29; second++) {
		clock.turn(1000);
		engine.publish();
		await terminal.settled();
	}
	assert.equal(terminal.written, '', 'in 29 seconds');
	await terminal.press(keys.enter);
	await terminal.settled();
	assert.match(terminal.line(2), /timed out \(next try in 9 min\)/);
	await close();
});

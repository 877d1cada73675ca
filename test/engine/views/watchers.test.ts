import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Update} from '../../../source/api/snapshot.ts';
import {Watchers} from '../../../source/engine/views/watchers.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

/** A clock that also goes while things are made. */
class BusyClock extends HandClock {
	busy = 0;

	override now(): number {
		return super.now() + this.busy;
	}
}

/** Watchers of whom each costs some time to be told. */
function looking(cost: number): {watchers: Watchers; clock: BusyClock; made: () => number} {
	const clock = new BusyClock();
	let made = 0;
	const watchers = new Watchers(
		{
			compose: (_watch, section) => {
				made++;
				clock.busy += cost;
				const log = section('log', made, () => [{at: made, level: 'info' as const, text: `${made}`}]);
				return {revision: 0, ...(log !== undefined && {log})};
			},
		},
		clock,
	);
	return {watchers, clock, made: () => made};
}

test('few who look are told as often as they asked', async () => {
	const {watchers, clock, made} = looking(0.5);
	for (let n = 0; n < 4; n++) watchers.watch({interval: 50, log: 1}, () => {});
	await clock.pass(5000);
	assert.ok(made() >= 4 * 90, `${made()} updates`);
	watchers.stop();
});

test('thousands who look at short intervals take a quarter of the time together, and each is told', async () => {
	const {watchers, clock} = looking(0.05);
	const told = new Map<number, number>();
	for (let n = 0; n < 4000; n++) {
		watchers.watch({interval: 50, log: 1}, () => void told.set(n, (told.get(n) ?? 0) + 1));
	}
	await clock.pass(1);
	const before = clock.busy;
	assert.equal(told.size, 4000);
	await clock.pass(8000);
	const busy = clock.busy - before;
	assert.ok(busy < 0.3 * 8000, `${busy} ms of 8000`);
	const counts = [...told.values()];
	assert.ok(Math.max(...counts) - Math.min(...counts) <= 2, 'all the same');
	assert.ok(Math.min(...counts) >= 5);
	watchers.stop();
});

test('when those who cost much have gone the others are told as often as before', async () => {
	const {watchers, clock, made} = looking(2);
	const many = Array.from({length: 500}, () => watchers.watch({interval: 50, log: 1}, () => {}));
	const updates: Update[] = [];
	watchers.watch({interval: 50, log: 1}, update => updates.push(update));
	await clock.pass(10_000);
	assert.ok(updates.length < 10, `${updates.length} updates`);
	for (const watching of many) watching.stop();
	const before = made();
	await clock.pass(14_000);
	assert.ok(made() - before > 150, `${made() - before} updates`);
	watchers.stop();
});

test('who asks for something else while being told gets it at once', async () => {
	const {watchers, clock} = looking(0);
	let told = 0;
	const watching = watchers.watch({interval: 60_000, log: 1}, () => {
		told++;
		if (told === 1) watching.change({interval: 60_000, log: 2});
	});
	await clock.pass(100);
	assert.equal(told, 2);
	watchers.stop();
});

test('who keeps what they were told gets only what is new of another watch, all others get all of it', async () => {
	const clock = new HandClock();
	const watchers = new Watchers(
		{
			compose: ({log, network}, section) => {
				const lines = log === undefined ? undefined : section('log', 1, () => []);
				const made = network ? section('creations', 1, () => []) : undefined;
				return {revision: 0, ...(lines && {log: lines}), ...(made && {creations: made})};
			},
		},
		clock,
	);
	const told: string[] = [];
	const watching = watchers.watch({interval: 50, log: 1}, ({revision: _, ...sections}) =>
		told.push(Object.keys(sections).join()),
	);
	await clock.pass(100);
	watching.change({interval: 50, log: 1, network: true, keeps: true});
	await clock.pass(100);
	watching.change({interval: 50, log: 1, network: true});
	await clock.pass(100);
	assert.deepEqual(told, ['log', 'creations', 'log,creations']);
	watchers.stop();
});

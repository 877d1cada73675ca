import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	defaultPreferences,
	type FullPreferences,
	type Preferences,
} from '../../../source/ui/model/preferences.ts';
import {PreferencesSaver} from '../../../source/ui/screen/preferences-saver.ts';
import {HandClock} from '../../helpers/open-test-screen.ts';

/** A saver, what it has written, and a way to have writing fail. */
function saver() {
	const clock = new HandClock();
	const saved: Preferences[] = [];
	const written: Array<Readonly<Record<string, unknown>>> = [];
	const failures: unknown[] = [];
	let broken = false;
	let current: FullPreferences = defaultPreferences;
	const fail = () => {
		if (broken) throw new Error('the disk is full');
	};
	const made = new PreferencesSaver(
		{
			load: () => undefined,
			save: preferences => {
				fail();
				saved.push(preferences);
			},
			config: {
				path: '/config.json',
				read: () => ({}),
				write: changes => {
					fail();
					written.push(changes);
				},
			},
		},
		clock,
		() => current,
		error => failures.push(error),
	);
	const choose = (change: Partial<FullPreferences>) => {
		current = {...current, ...change};
		made.changed(change);
	};
	return {made, clock, saved, written, failures, choose, setBroken: (value: boolean) => (broken = value)};
}

test('what is chosen quickly one after another is written once, half a second after the last', () => {
	const {clock, saved, choose} = saver();
	choose({bell: false});
	clock.turn(400);
	choose({graphRange: 60});
	clock.turn(400);
	assert.equal(saved.length, 0);
	clock.turn(100);
	assert.deepEqual(saved, [{...defaultPreferences, bell: false, graphRange: 60}]);
	clock.turn(10_000);
	assert.equal(saved.length, 1);
});

test('settings go to the config file, and only those that were chosen; all else is only remembered', () => {
	const {clock, written, choose} = saver();
	choose({graphRange: 60, group: 'label'});
	clock.turn(500);
	assert.deepEqual(written, []);
	choose({theme: 'nord'});
	choose({frames: 'double'});
	clock.turn(500);
	choose({bell: false});
	clock.turn(500);
	assert.deepEqual(written, [{theme: 'nord', frames: 'double'}, {bell: false}]);
});

test('when the screen is left, what waits is written at once, and nothing when nothing waits', () => {
	const {made, clock, saved, choose} = saver();
	made.flush();
	assert.equal(saved.length, 0);
	choose({bell: false});
	made.flush();
	assert.equal(saved.length, 1);
	clock.turn(10_000);
	made.flush();
	assert.equal(saved.length, 1);
});

test('what could not be written is told, and written with what is chosen next', () => {
	const {clock, saved, written, failures, choose, setBroken} = saver();
	setBroken(true);
	choose({theme: 'nord'});
	clock.turn(500);
	assert.match(String(failures[0]), /the disk is full/);
	assert.equal(saved.length, 0);
	setBroken(false);
	choose({graphRange: 300});
	clock.turn(500);
	assert.deepEqual(written, [{theme: 'nord'}]);
	assert.equal(saved.length, 1);
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {sectionText} from '../../../source/api/section-text.ts';
import type {LogView, Update, Watch} from '../../../source/api/snapshot.ts';
import {type SectionSource, Watchers} from '../../../source/engine/views/watchers.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

/** An engine with a log of one line, of which it is counted how often it is made and written. */
function open() {
	const clock = new HandClock();
	const state = {text: 'a', revision: 0, made: 0, written: 0, dropped: [] as string[]};
	const source: SectionSource = {
		compose(watch, section) {
			const make = (): LogView[] => {
				state.made++;
				const toJSON = (): unknown => {
					state.written++;
					return {text: state.text};
				};
				return [{at: 0, level: 'info', text: state.text, toJSON} as LogView];
			};
			const log = section(`log ${watch.log}`, state.revision, make);
			return {revision: 0, ...(log && {log})};
		},
		dropped: key => state.dropped.push(key),
	};
	const watchers = new Watchers(source, clock);
	const watch = (what: Watch) => {
		const updates: Update[] = [];
		return {updates, watching: watchers.watch(what, update => updates.push(update))};
	};
	return {clock, state, watchers, watch};
}

test('what many watch at the same time is made and written once, and is the same object for all', async () => {
	const {clock, state, watch} = open();
	const all = Array.from({length: 20}, () => watch({interval: 250, log: 1}));
	await clock.pass(0);
	assert.deepEqual([state.made, state.written], [1, 1]);
	assert.equal(new Set(all.map(({updates}) => updates[0]!.log)).size, 1);
	state.text = 'b';
	await clock.pass(250);
	assert.deepEqual([state.made, state.written], [2, 2]);
	assert.ok(all.every(({updates}) => updates.length === 2));
	await clock.pass(250);
	assert.deepEqual([state.made, state.written], [3, 3], 'made once to see that it is the same');
	assert.ok(all.every(({updates}) => updates.length === 2));
});

test('those who look at different times share what was made less than half their interval ago', async () => {
	const {clock, state, watch} = open();
	for (let n = 0; n < 25; n++) {
		watch({interval: 250, log: 1});
		await clock.pass(10);
	}
	state.made = 0;
	for (let second = 0; second < 10; second++) {
		state.text = `${second}`;
		await clock.pass(1000);
	}
	assert.ok(state.made <= 40 * 3, `${state.made} times in 10 s`);
});

test('nothing that was made before a command is told after it', async () => {
	const {clock, state, watchers, watch} = open();
	const first = watch({interval: 10_000, log: 1});
	await clock.pass(0);
	const second = watch({interval: 10_000, log: 1});
	state.text = 'b';
	watchers.hurry();
	await clock.pass(10);
	assert.equal(first.updates.at(-1)!.log![0]!.text, 'b');
	assert.equal(second.updates.at(-1)!.log![0]!.text, 'b');
});

test('another revision is made anew at once, the same one never, whoever comes', async () => {
	const {clock, state, watch} = open();
	state.revision = 1;
	const {updates} = watch({interval: 50, log: 1});
	await clock.pass(5000);
	assert.equal(state.made, 1);
	watch({interval: 50, log: 1});
	await clock.pass(0);
	assert.equal(state.made, 1);
	state.revision = 2;
	state.text = 'b';
	await clock.pass(50);
	assert.equal(state.made, 2);
	assert.equal(updates.at(-1)!.log![0]!.text, 'b');
});

test('a section that nobody watches any more is let go of, not before', async () => {
	const {clock, state, watch} = open();
	const [one, two] = [watch({interval: 100, log: 1}), watch({interval: 100, log: 1})];
	await clock.pass(0);
	one.watching.stop();
	one.watching.stop();
	await clock.pass(1000);
	assert.deepEqual(state.dropped, []);
	two.watching.change({interval: 100, log: 2});
	await clock.pass(0);
	assert.deepEqual(state.dropped, ['log 1']);
	assert.equal(two.updates.length, 2);
	two.watching.stop();
	assert.deepEqual(state.dropped, ['log 1', 'log 2']);
	const made = state.made;
	watch({interval: 100, log: 1});
	await clock.pass(0);
	assert.equal(state.made, made + 1, 'and made again for who comes then');
});

test('who watches the same again after a change gets it though it is the same', async () => {
	const {clock, watch} = open();
	const {updates, watching} = watch({interval: 100, log: 1});
	await clock.pass(0);
	watching.change({interval: 100, log: 1});
	watching.change({interval: 200, log: 1});
	await clock.pass(0);
	assert.equal(updates.length, 2);
	await clock.pass(1000);
	assert.equal(updates.length, 2);
});

test('of a long list only what is another object is written again, and what comes to the same is no news', async () => {
	const clock = new HandClock();
	const written: number[] = [];
	const view = (id: number, text = 'a'): LogView => {
		const toJSON = () => {
			written.push(id);
			return {id, text};
		};
		return {at: id, level: 'info', text, toJSON} as LogView;
	};
	let list = Array.from({length: 100}, (_, id) => view(id));
	const watchers = new Watchers(
		{
			compose(_watch, section) {
				const log = section('log', 0, () => [...list]);
				return {revision: 0, ...(log && {log})};
			},
		},
		clock,
	);
	const updates: Update[] = [];
	watchers.watch({interval: 250, log: 1}, update => updates.push(update));
	await clock.pass(250);
	assert.deepEqual([written.length, updates.length], [100, 1]);
	list[3] = view(3);
	await clock.pass(250);
	assert.deepEqual([written.splice(100), updates.length], [[3], 1], 'another object, the same content');
	await clock.pass(250);
	assert.deepEqual([written.splice(100), updates.length], [[], 1]);
	list[7] = view(7, 'b');
	await clock.pass(250);
	assert.deepEqual([written.splice(100), updates.length], [[7], 2]);
	assert.deepEqual(JSON.parse(sectionText(updates[1]!.log)!)[7], {id: 7, text: 'b'});
	list = list.slice(0, 50);
	await clock.pass(250);
	assert.deepEqual([written.splice(100), updates.length], [[], 3]);
	assert.equal(JSON.parse(sectionText(updates[2]!.log)!).length, 50);
	watchers.stop();
});

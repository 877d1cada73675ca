import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Update, Watch} from '../../../source/api/snapshot.ts';
import {type SectionSource, Watchers} from '../../../source/engine/views/watchers.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

/** An engine of one number, which may be told apart by its revision. */
function open() {
	const clock = new HandClock();
	const state = {name: 'a', revision: 0, made: 0};
	const source: SectionSource = {
		compose(watch, section) {
			const view = watch.session
				? section('session', state.revision, () => {
						state.made++;
						return {name: state.name};
					})
				: undefined;
			const torrent =
				watch.torrent && section('gone', 0, () => true)
					? {id: watch.torrent.id, gone: true}
					: watch.torrent && {id: watch.torrent.id};
			return {revision: 0, ...(view && {session: view}), ...(torrent && {torrent})} as unknown as Update;
		},
	};
	const watchers = new Watchers(source, clock);
	const watch = (what: Watch) => {
		const updates: Update[] = [];
		return {updates, watching: watchers.watch(what, update => updates.push(update))};
	};
	return {clock, state, watchers, watch};
}

const names = (updates: readonly Update[]) => updates.map(({session}) => session?.name);

test('the first update comes at once, others no more often than was asked for, each numbered', async () => {
	const {clock, state, watch} = open();
	const {updates} = watch({interval: 200, session: true});
	await clock.pass(0);
	assert.deepEqual(names(updates), ['a']);
	state.name = 'b';
	await clock.pass(100);
	state.name = 'c';
	await clock.pass(99);
	assert.equal(updates.length, 1);
	await clock.pass(1);
	assert.deepEqual(names(updates), ['a', 'c']);
	assert.deepEqual(
		updates.map(({revision}) => revision),
		[1, 2],
	);
});

test('an interval that is too short is lengthened', async () => {
	const {clock, state, watch} = open();
	const {updates} = watch({interval: 1, session: true});
	await clock.pass(0);
	state.name = 'b';
	await clock.pass(49);
	assert.equal(updates.length, 1);
	await clock.pass(1);
	assert.equal(updates.length, 2);
});

test('nothing is said while nothing changes, and nothing made while the revision stays', async () => {
	const {clock, state, watch} = open();
	const {updates} = watch({interval: 100, session: true, torrent: {id: 'x'}});
	await clock.pass(1000);
	assert.equal(updates.length, 1);
	state.revision = 5;
	await clock.pass(100);
	const {made} = state;
	await clock.pass(1000);
	assert.equal(state.made, made);
	assert.equal(updates.length, 1, 'another revision with the same content is no news');
	state.name = 'b';
	await clock.pass(1000);
	assert.equal(updates.length, 1, 'the revision says that it is the same');
	state.revision = 6;
	await clock.pass(100);
	assert.deepEqual(names(updates), ['a', 'b']);
});

test('after a change everything that is watched now is told anew, and at once', async () => {
	const {clock, watch} = open();
	const {updates, watching} = watch({interval: 10_000, session: true});
	await clock.pass(0);
	watching.change({interval: 10_000, session: true, torrent: {id: 'x'}});
	await clock.pass(0);
	assert.deepEqual(names(updates), ['a', 'a']);
	assert.equal(updates[1]!.torrent?.id, 'x');
});

test('what a command did is shown at once to all, also when several came together', async () => {
	const {clock, state, watchers, watch} = open();
	const [one, two] = [watch({interval: 5000, session: true}), watch({interval: 9000, session: true})];
	await clock.pass(0);
	state.name = 'b';
	watchers.hurry();
	await clock.pass(5);
	watchers.hurry();
	await clock.pass(5);
	assert.deepEqual(names(one.updates), ['a', 'b']);
	assert.deepEqual(names(two.updates), ['a', 'b']);
	state.name = 'c';
	watchers.hurry();
	await clock.pass(10);
	assert.deepEqual(names(one.updates), ['a', 'b', 'c']);
	state.name = 'd';
	await clock.pass(4999);
	assert.equal(one.updates.length, 3);
	await clock.pass(1);
	assert.equal(one.updates.length, 4);
});

test('who stops looking hears no more and costs nothing, alone or with all others', async () => {
	const {clock, state, watchers, watch} = open();
	const [one, two] = [watch({interval: 50, session: true}), watch({interval: 50, session: true})];
	await clock.pass(0);
	one.watching.stop();
	state.name = 'b';
	watchers.hurry();
	await clock.pass(100);
	assert.deepEqual(names(one.updates), ['a']);
	assert.deepEqual(names(two.updates), ['a', 'b']);
	one.watching.change({interval: 50, session: true});
	await clock.pass(100);
	assert.equal(one.updates.length, 1);
	watchers.stop();
	assert.equal(clock.next, undefined);
	watchers.hurry();
	assert.equal(clock.next, undefined);
});

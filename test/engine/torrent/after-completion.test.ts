import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {WhenComplete} from '../../../source/api/known-torrent.ts';
import {AfterCompletion} from '../../../source/engine/torrent/after-completion.ts';
import type {TorrentEvent} from '../../../source/engine/torrent/torrent-event.ts';
import type {StorageFailure} from '../../../source/io/disk/storage.ts';

const failure: StorageFailure = {code: 'io', message: 'no room'};

/** A torrent that was told what to do when it is complete, and notes what it is asked. */
function open(whenComplete: WhenComplete | undefined, outcome?: StorageFailure, lacking = new Set<number>()) {
	const asked: string[] = [];
	const log: string[] = [];
	const resumeState = {revision: 0};
	const after = new AfterCompletion({
		resumeState,
		isWhole: file => !lacking.has(file),
		post(event: TorrentEvent) {
			if (event.type === 'rename') asked.push(`rename ${event.file} ${event.name}`);
			if (event.type === 'move') asked.push(`move ${event.dir}`);
			if (event.type === 'rename' || event.type === 'move') event.done(Promise.resolve(outcome));
		},
		log: (_, text) => void log.push(text),
	});
	after.take({whenComplete});
	return {after, asked, log, resumeState};
}

const settled = () => new Promise(resolve => setImmediate(resolve));
const wish: WhenComplete = {
	dir: '/srv/done',
	names: [
		[0, 'a'],
		[2, 'c'],
	],
};

test('files get their names one after the other, then their folder, once', async () => {
	const {after, asked, resumeState} = open(wish);
	after.complete();
	after.complete();
	assert.deepEqual(after.export(), {whenComplete: wish});
	await settled();
	after.complete();
	await settled();
	assert.deepEqual(asked, ['rename 0 a', 'rename 2 c', 'move /srv/done']);
	assert.deepEqual(after.export(), {});
	assert.equal(resumeState.revision, 1);
});

test('a file that nobody wants and that is not whole keeps its name until it is', async () => {
	const lacking = new Set([2]);
	const {after, asked} = open(wish, undefined, lacking);
	after.complete();
	await settled();
	after.complete();
	await settled();
	assert.deepEqual(asked, ['rename 0 a', 'move /srv/done']);
	assert.deepEqual(after.export(), {whenComplete: {names: [[2, 'c']]}});
	lacking.clear();
	after.complete();
	await settled();
	assert.deepEqual(asked.slice(2), ['rename 2 c']);
	assert.deepEqual(after.export(), {});
});

test('what fails is told, and not tried for ever', async () => {
	const {after, asked, log} = open({dir: '/srv/done'}, failure);
	after.complete();
	await settled();
	after.complete();
	await settled();
	assert.deepEqual(asked, ['move /srv/done']);
	assert.deepEqual(log, ['no room']);
});

test('what a person says of folder and names meanwhile holds', async () => {
	const {after, asked} = open(wish);
	after.placed();
	after.named(2);
	after.named(7);
	assert.deepEqual(after.export(), {whenComplete: {names: [[0, 'a']]}});
	after.complete();
	await settled();
	assert.deepEqual(asked, ['rename 0 a']);
});

test('without anything to do nothing is asked', async () => {
	const {after, asked} = open(undefined);
	after.placed();
	after.named(0);
	after.complete();
	await settled();
	assert.deepEqual([asked, after.export()], [[], {}]);
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isOurs, type KnownEntry, placed, thingOf} from '../../../source/policy/sharing/known-entry.ts';

const entry: KnownEntry = {
	name: 'film',
	look: '10 5',
	inode: '1:2',
	root: '1:1',
	id: 'a'.repeat(40),
	state: 'shared',
	hashedAt: 0,
	size: 10,
};

test('ours is what we have added or were about to', () => {
	const states = ['adding', 'shared', 'foreign', 'declined'] as const;
	assert.deepEqual(
		states.filter(state => isOurs({...entry, state})),
		['adding', 'shared'],
	);
});

test('a thing on a disk is the same under another name, and is another when it looks otherwise', () => {
	assert.equal(thingOf({...entry, name: 'other'} as KnownEntry), thingOf(entry));
	assert.notEqual(thingOf({...entry, look: '11 5'}), thingOf(entry));
	assert.notEqual(thingOf({...entry, inode: '1:3'}), thingOf(entry));
});

test('an entry that is placed keeps its torrent, and its folder when nobody knows that', () => {
	const seen = {name: 'film', inode: '2:2', look: '10 5', size: 10};
	assert.deepEqual(placed(entry, seen, '2:1'), {...entry, inode: '2:2', root: '2:1'});
	assert.equal(placed(entry, seen, undefined).root, '1:1');
});

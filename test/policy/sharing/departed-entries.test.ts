import assert from 'node:assert/strict';
import {test} from 'node:test';
import {DepartedEntries, type DepartedEntry} from '../../../source/policy/sharing/departed-entries.ts';

const day = 86_400_000;

function departed(id: string, more: Partial<DepartedEntry> = {}): DepartedEntry {
	return {folder: '/share', name: id, look: 'look', inode: `1:${id}`, id, at: 0, size: 10, ...more};
}

test('what comes back is known by the thing on its disk, or by its name in its folder, as long as it looks as it did', () => {
	const entries = new DepartedEntries();
	entries.remember(departed('a'));
	entries.remember(departed('b'));
	const find = (folder: string, name: string, inode: string, look = 'look') =>
		entries.find(folder, {name, inode, look})?.id;
	assert.equal(find('/other', 'new name', '1:b'), 'b');
	assert.equal(find('/share', 'b', '2:7'), 'b');
	assert.equal(find('/other', 'b', '2:7'), undefined);
	assert.equal(find('/share', 'b', '1:b', 'another'), undefined);
	assert.deepEqual(
		entries.alike({name: 'x', inode: '1:a', look: 'look'}).map(({id}) => id),
		['a'],
	);
	entries.forget(departed('b'));
	assert.equal(find('/share', 'b', '1:b'), undefined);
	assert.equal(find('/share', 'a', '1:a'), 'a');
});

test('after a month it is old', () => {
	const entries = new DepartedEntries();
	entries.remember(departed('a'));
	entries.remember(departed('b', {at: day}));
	assert.deepEqual(entries.old(30 * day), []);
	assert.deepEqual(
		entries.old(30 * day + 1).map(({id}) => id),
		['a'],
	);
});

test('of more than a thousand the oldest tenth is, too', () => {
	const entries = new DepartedEntries();
	for (let n = 0; n < 1000; n++) entries.remember(departed(`${n}`, {at: n}));
	assert.deepEqual(entries.old(1000), []);
	entries.remember(departed('1000', {at: 1000}));
	const old = entries.old(1000);
	assert.equal(old.length, 101);
	assert.equal(Math.max(...old.map(({at}) => at)), 100);
});

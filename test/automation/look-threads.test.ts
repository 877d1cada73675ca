import assert from 'node:assert/strict';
import {mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {FolderGone} from '../../source/automation/look/folder-look.ts';
import {lookAtFolder} from '../../source/automation/look/look-at-folder.ts';
import {LookThreads} from '../../source/automation/look/look-thread.ts';
import {Workspace} from '../helpers/workspace.ts';

test('a thread sees what is seen without one, however much it is, and says when nothing has changed', async t => {
	const space = new Workspace(t);
	const dir = space.folder('share');
	for (let n = 0; n < 2500; n++) writeFileSync(space.path('share', `f${n}`), '');
	mkdirSync(space.path('share', 'tree'));
	writeFileSync(space.path('share', 'tree', 'deep'), 'x');
	const looker = new LookThreads();
	t.after(() => looker.close());
	const rules = {most: 10_000, keepOut: []};
	const look = await looker.look(dir, rules);
	assert.equal(look.entries.length, 2501);
	assert.deepEqual(look, lookAtFolder(dir, rules));
	assert.equal(await looker.look(dir, rules, look), look);
	writeFileSync(space.path('share', 'tree', 'deep'), 'xy');
	const other = await looker.look(dir, rules, look);
	assert.notEqual(other.digest, look.digest);
	assert.deepEqual(
		other.entries.filter((entry, at) => entry.look !== look.entries[at]!.look).map(({name}) => name),
		['tree'],
	);
	const [first] = await Promise.all([looker.look(dir, {...rules, only: 'tree'}), looker.look(dir, rules)]);
	assert.deepEqual(
		first.entries.map(({name}) => name),
		['tree'],
	);
	renameSync(dir, space.path('away'));
	await assert.rejects(
		looker.look(dir, rules),
		error => error instanceof FolderGone && error.message === 'it is not there',
	);
	await assert.rejects(looker.look(space.path('away', 'f1'), rules), /it is no folder/);
});

test('no more entries are looked at than allowed, and it is told how many there are', async t => {
	const space = new Workspace(t);
	const dir = space.folder('share');
	for (const name of ['a', 'b', 'c', '.hidden', 'd.part']) writeFileSync(space.path('share', name), 'x');
	const look = lookAtFolder(dir, {most: 2, keepOut: []});
	assert.deepEqual(
		look.entries.map(({name}) => name),
		['a', 'b'],
	);
	assert.equal(look.beyond, 1);
});

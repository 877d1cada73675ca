import assert from 'node:assert/strict';
import {appendFileSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import test from 'node:test';
import {
	fileIdentity,
	isNotedFile,
	isStillMade,
	MadeFiles,
	readMade,
	writeMade,
} from '../../../source/io/ownership/made-files.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('a file that was noted when it was made is known again after it was written to, one in its place is not', async t => {
	const space = new Workspace(t);
	const [path, notes] = [space.path('file'), space.path('notes')];
	writeFileSync(path, '');
	new MadeFiles(notes).note(3, statSync(path));
	appendFileSync(path, 'bytes');
	const made = await readMade(notes);
	assert.deepEqual([...made.keys()], [3]);
	assert.ok(isNotedFile(made.get(3)?.identity, fileIdentity(statSync(path))));
	assert.ok(!isNotedFile(made.get(2)?.identity, fileIdentity(statSync(path))));
	writeFileSync(space.path('other'), 'bytes');
	assert.ok(!isNotedFile(made.get(3)?.identity, fileIdentity(statSync(space.path('other')))));
	assert.ok(!isNotedFile(made.get(3)?.identity, undefined));
});

test('where a disk keeps no time of birth the inode alone tells, and elsewhere an inode that is used again does not', () => {
	const born = {ino: 7, birthtimeMs: 1000.4, ctimeMs: 5000};
	assert.ok(isNotedFile('7 1000', fileIdentity(born)));
	assert.ok(!isNotedFile('7 2000', fileIdentity(born)));
	assert.ok(!isNotedFile('8 1000', fileIdentity(born)));
	for (const unborn of [
		{ino: 7, birthtimeMs: 5000, ctimeMs: 5000},
		{ino: 7, birthtimeMs: 0, ctimeMs: 5000},
	]) {
		assert.ok(isNotedFile('7 1000', fileIdentity(unborn)));
		assert.ok(!isNotedFile('8 1000', fileIdentity(unborn)));
	}
});

test('notes that are cut off or damaged cost those lines, and none at all is none', async t => {
	const space = new Workspace(t);
	const notes = space.path('notes');
	assert.equal((await readMade(notes)).size, 0);
	writeFileSync(notes, '0 11 100\n1 x 100\n\u0000\u0001\n2 13 300\n3 14 4');
	assert.deepEqual(
		[...(await readMade(notes))],
		[
			[0, {identity: '11 100'}],
			[2, {identity: '13 300'}],
			[3, {identity: '14 4'}],
		],
	);
	await writeMade(notes, new Map([[5, {identity: '15 500'}]]));
	assert.equal(readFileSync(notes, 'utf8'), '5 15 500\n');
	await writeMade(notes, new Map());
	rmSync(notes, {force: true});
	assert.equal((await readMade(notes)).size, 0);
});

test('how a file was left is read back to the fraction of a millisecond; what differs from it was written by somebody else', async t => {
	const space = new Workspace(t);
	const notes = space.path('notes');
	const left = {size: 1000, mtime: 1_700_000_000_000.25, writtenUntil: 1_700_000_000_900};
	const made = new MadeFiles(notes);
	made.noteLeft(new Map([[3, {identity: '7 100', left}]]));
	const note = (await readMade(notes)).get(3);
	assert.deepEqual(note, {identity: '7 100', left});
	const now = {size: 1000, mtime: left.mtime, identity: '7 100'};
	assert.ok(isStillMade(note, now));
	// A disk that keeps every second one, or settles times late.
	assert.ok(isStillMade(note, {...now, mtime: 1_700_000_000_000 - 1000}));
	assert.ok(isStillMade(note, {...now, mtime: left.writtenUntil}));
	assert.ok(!isStillMade(note, {...now, mtime: left.writtenUntil + 60_000}));
	assert.ok(!isStillMade(note, {...now, size: 999}));
	assert.ok(!isStillMade(note, {...now, identity: '8 100'}));
	assert.ok(!isStillMade(undefined, now));
	// Written to again, and then a crash: only that it was made is known.
	writeFileSync(notes, '3 7 100\n', {flag: 'a'});
	assert.ok(isStillMade((await readMade(notes)).get(3), {...now, size: 999, mtime: 5}));
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isJournal, journalWords, plainWords} from '../../../source/commands/engine-process/foreground-log.ts';

const at = new Date(2026, 10, 7, 9, 5, 3).getTime();

test('a line for a person has the time, the level where it matters, and the name of the torrent', () => {
	assert.equal(
		plainWords({at, level: 'info', text: 'is complete', name: 'debian.iso'}),
		'2026-11-07 09:05:03 debian.iso: is complete',
	);
	assert.equal(
		plainWords({at, level: 'warn', text: 'the disk is full'}),
		'2026-11-07 09:05:03 warn: the disk is full',
	);
});

test('a line for the journal has a number for its level, and no time', () => {
	const line = (level: 'debug' | 'info' | 'warn' | 'error') => journalWords({at, level, text: 'so it is'});
	assert.deepEqual((['debug', 'info', 'warn', 'error'] as const).map(line), [
		'<7>so it is',
		'<6>so it is',
		'<4>so it is',
		'<3>so it is',
	]);
});

test('a name cannot begin a line of its own, in the journal neither', () => {
	assert.equal(
		journalWords({at, level: 'info', text: 'is here', name: 'a\n<0>panic\u001B[2J'}),
		'<6>a <0>panic [2J: is here',
	);
});

test('standard error is the journal when it is the file of which the environment says so', () => {
	const stat = () => ({dev: 9n, ino: 1234n});
	assert.ok(isJournal({JOURNAL_STREAM: '9:1234'}, stat));
	assert.ok(!isJournal({JOURNAL_STREAM: '9:1235'}, stat));
	assert.ok(!isJournal({}, stat));
	assert.ok(
		!isJournal({JOURNAL_STREAM: '9:1234'}, () => {
			throw new Error('it is closed');
		}),
	);
});

import assert from 'node:assert/strict';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {test} from 'node:test';
import {openLog} from '../../source/commands/file-log.ts';
import {Workspace} from '../helpers/workspace.ts';

const lines = (path: string): unknown[] =>
	readFileSync(path, 'utf8')
		.split('\n')
		.slice(0, -1)
		.map(line => JSON.parse(line));

test('a log is one JSON object a line, appended; details come only when all is to be told', t => {
	const space = new Workspace(t);
	const path = space.path('log.jsonl');
	const before = Date.now();
	const log = openLog(path, false);
	log('info', 'added "a\nb"', 'ab'.repeat(20));
	log('debug', 'piece 3 verified');
	log('error', 'disk full: /d');
	openLog(path, true)('debug', 'piece 4 verified');
	const told = lines(path) as Array<{at: number}>;
	assert.ok(told.every(({at}) => at >= before && at <= Date.now()));
	assert.deepEqual(
		told.map(({at, ...rest}) => rest),
		[
			{level: 'info', text: 'added "a\nb"', torrent: 'ab'.repeat(20)},
			{level: 'error', text: 'disk full: /d'},
			{level: 'debug', text: 'piece 4 verified'},
		],
	);
	assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a log that cannot be opened is refused in one line; without one nothing is written', t => {
	const space = new Workspace(t);
	assert.throws(() => openLog(space.path('none', 'log'), false), {
		message: /^cannot write the log \S+: [^\n]+$/,
	});
	openLog(undefined, true)('error', 'nobody hears it');
});

test('a log whose disk is full ends, once, and says so', {
	skip: !existsSync('/dev/full') && 'there is no /dev/full',
}, t => {
	const said: string[] = [];
	t.mock.method(process.stderr, 'write', (text: string) => said.push(text) > 0);
	const log = openLog('/dev/full', false);
	log('warn', 'one');
	log('warn', 'two');
	t.mock.restoreAll();
	assert.equal(said.length, 1);
	assert.match(said[0]!, /^tortui: the log \/dev\/full ends here: ENOSPC[^\n]*\n$/);
});

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {
	closeSync,
	constants,
	existsSync,
	linkSync,
	openSync,
	readFileSync,
	readSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {test} from 'node:test';
import {openEngineLog, openLog} from '../../../source/commands/engine-process/file-log.ts';
import {Workspace} from '../../helpers/workspace.ts';

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

test('a log that is a link, a folder or a socket is refused, and what it leads to stays as it is', async t => {
	const space = new Workspace(t);
	writeFileSync(space.path('mine'), 'my thesis');
	symlinkSync(space.path('mine'), space.path('link'));
	symlinkSync(space.path('nowhere'), space.path('dangling'));
	space.folder('folder');
	spawnSync('mkfifo', [space.path('pipe')]);
	const server = createServer().listen(space.path('socket'));
	space.defer(() => server.close());
	await once(server, 'listening');
	for (const [name, why] of [
		['link', /it is a link; name the file itself$/],
		['dangling', /it is a link; name the file itself$/],
		['folder', /EISDIR/],
		['pipe', /it is a pipe that nobody reads/],
		['socket', /it is a pipe that nobody reads, or a socket$/],
	] as const) {
		assert.throws(() => openLog(space.path(name), false), {message: why});
		assert.throws(() => openEngineLog(space.path(name)), name);
	}
	assert.equal(readFileSync(space.path('mine'), 'utf8'), 'my thesis');
	assert.equal(existsSync(space.path('nowhere')), false);
});

test("the engine's own log is a file of one name only", t => {
	const space = new Workspace(t);
	writeFileSync(space.path('mine'), 'my thesis');
	linkSync(space.path('mine'), space.path('engine.log'));
	assert.throws(() => openEngineLog(space.path('engine.log')), /linked to from elsewhere, too; move it away/);
	assert.throws(() => openEngineLog('/dev/null'), /a device; move it away/);
	const log = openEngineLog(space.path('new.log'));
	assert.equal(statSync(space.path('new.log')).mode & 0o777, 0o600);
	closeSync(log);
});

test('a log may be a pipe that somebody reads, who misses what comes too fast, or what the process was handed', t => {
	const space = new Workspace(t);
	const path = space.path('pipe');
	spawnSync('mkfifo', [path]);
	const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	space.defer(() => closeSync(reader));
	const log = openLog(path, false);
	for (let line = 0; line < 5000; line++) log('info', `line ${line}`);
	const bytes = Buffer.alloc(1_000_000);
	const told = bytes.toString('utf8', 0, readSync(reader, bytes)).split('\n').slice(0, -1);
	assert.ok(told.length > 100 && told.length < 5000, `${told.length} lines`);
	assert.ok(told.every((line, n) => JSON.parse(line).text === `line ${n}`));
	const file = openSync(space.path('handed'), 'w');
	space.defer(() => closeSync(file));
	openLog(`/dev/fd/${file}`, false)('warn', 'handed over');
	assert.equal((lines(space.path('handed'))[0] as {text: string}).text, 'handed over');
	assert.throws(() => openLog('/dev/fd/999', false), /it is not open$/);
	openLog('/dev/null', false)('info', 'nobody reads it');
});

test('who is handed a pipe and writes its log there waits for no reader, and leaves the pipe to others as it was', t => {
	const space = new Workspace(t);
	const path = space.path('handed');
	spawnSync('mkfifo', [path]);
	const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	space.defer(() => closeSync(reader));
	// As a shell hands it over: whoever writes to it waits.
	const handed = openSync(path, 'w');
	space.defer(() => closeSync(handed));
	const script = `
		import {openLog} from './source/commands/engine-process/file-log.ts';
		const log = openLog('/dev/stderr', false);
		for (let line = 0; line < 5000; line++) log('info', 'line ' + line);
	`;
	const {status, error} = spawnSync(
		process.execPath,
		['--import=tsx', '--input-type=module', '--eval', script],
		{stdio: ['ignore', 'inherit', handed], timeout: 60_000},
	);
	assert.equal(status, 0, String(error));
	const flags = Number.parseInt(
		/flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${handed}`, 'utf8'))![1]!,
		8,
	);
	assert.equal(flags & constants.O_NONBLOCK, 0);
});

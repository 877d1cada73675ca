import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {
	closeSync,
	constants,
	existsSync,
	linkSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	statSync,
	symlinkSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {test} from 'node:test';
import {openEngineLog, openLog} from '../../../source/commands/engine-process/file-log.ts';
import {LogReader} from '../../../source/commands/engine-process/log-reader.ts';
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
	const log = openLog({log: path, verbose: false});
	log('info', 'added "a\nb"', 'ab'.repeat(20));
	log('debug', 'piece 3 verified');
	log('error', 'disk full: /d');
	openLog({log: path, verbose: true})('debug', 'piece 4 verified');
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
	assert.throws(() => openLog({log: space.path('none', 'log'), verbose: false}), {
		message: /^cannot write the log \S+: [^\n]+$/,
	});
	openLog({log: undefined, verbose: true})('error', 'nobody hears it');
});

test('while its disk is full a log says nothing, but once that it cannot; how much is missing stands in it then', t => {
	const space = new Workspace(t);
	const path = space.path('log');
	const said: string[] = [];
	let [isFull, now] = [true, 1_000_000];
	t.mock.method(process.stderr, 'write', (text: string) => said.push(text) > 0);
	t.mock.method(Date, 'now', () => now);
	const log = openLog({
		log: path,
		verbose: false,
		write: (descriptor, bytes) => {
			if (!isFull) return writeSync(descriptor, bytes);
			if (bytes.length <= 20)
				throw Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'});
			return writeSync(descriptor, bytes.subarray(0, 20));
		},
	});
	// The disk takes a part of the first, as disks do.
	log('warn', 'one');
	log('warn', 'two');
	isFull = false;
	log('warn', 'three');
	now += 61_000;
	log('warn', 'four');
	t.mock.restoreAll();
	assert.equal(said.length, 1);
	assert.match(said[0]!, /^tortui: the log \S+ cannot be written: ENOSPC[^\n]*\n$/);
	const [cut, ...whole] = readFileSync(path, 'utf8').split('\n');
	assert.ok(cut!.length >= 20 && cut!.length < 60, cut);
	assert.deepEqual(
		whole.filter(line => line !== '').map(line => JSON.parse(line).text),
		['3 lines are missing before this: they could not be written', 'four'],
	);
});

test('a log that has grown to its size is followed by another, and no more are kept than were asked for', t => {
	const space = new Workspace(t);
	const path = space.path('log');
	const log = openLog({log: path, verbose: false, logSize: 1024, logFiles: 2});
	for (let line = 0; line < 100; line++) log('info', `line ${line} ${'x'.repeat(50)}`);
	assert.deepEqual(
		readdirSync(space.path('.')).filter(name => /^log(?:\.\d)?$/.test(name)),
		['log', 'log.1', 'log.2'],
	);
	for (const name of ['log', 'log.1', 'log.2']) assert.ok(statSync(space.path(name)).size <= 1024, name);
	const all = ['log.2', 'log.1', 'log'].flatMap(name => lines(space.path(name)) as Array<{text: string}>);
	assert.deepEqual(
		all.map(({text}) => Number(text.split(' ')[1])),
		Array.from({length: all.length}, (_, at) => 100 - all.length + at),
	);
	const reader = new LogReader(path);
	const newest = (count: number) =>
		reader.newest(count, () => true).map(({text}) => Number(text.split(' ')[1]));
	assert.deepEqual(newest(3), [97, 98, 99]);
	assert.equal(newest(Infinity).length, all.length);
	for (let line = 100; line < 113; line++) log('info', `line ${line} ${'x'.repeat(50)}`);
	assert.deepEqual(
		reader.more().map(({text}) => Number(text.split(' ')[1])),
		Array.from({length: 13}, (_, at) => 100 + at),
		'who follows it reads on in the next',
	);
	reader.close();
});

test('two processes do not write one log; what was there goes on when the first has ended', async t => {
	const space = new Workspace(t);
	const path = space.path('log');
	const script = `
		import {openLog} from './source/commands/engine-process/file-log.ts';
		openLog({log: ${JSON.stringify(path)}, verbose: false})('info', 'mine');
		process.stdout.write('open\\n');
		process.stdin.resume();
	`;
	const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '--eval', script]);
	space.defer(() => child.kill('SIGKILL'));
	await once(child.stdout, 'data');
	assert.throws(() => openLog({log: path, verbose: false}), {
		message: `cannot write the log ${path}: process ${child.pid} writes it; name another file with --log`,
	});
	const ended = once(child, 'exit');
	child.kill('SIGKILL');
	await ended;
	openLog({log: path, verbose: false, logLevel: 'warn'})('info', 'too little');
	openLog({log: path, verbose: false, logLevel: 'warn'})('error', 'enough');
	assert.deepEqual(
		(lines(path) as Array<{text: string}>).map(({text}) => text),
		['mine', 'enough'],
	);
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
		assert.throws(() => openLog({log: space.path(name), verbose: false}), {message: why});
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
	const log = openLog({log: path, verbose: false});
	for (let line = 0; line < 5000; line++) log('info', `line ${line}`);
	const bytes = Buffer.alloc(1_000_000);
	const told = bytes.toString('utf8', 0, readSync(reader, bytes)).split('\n').slice(0, -1);
	assert.ok(told.length > 100 && told.length < 5000, `${told.length} lines`);
	assert.ok(told.every((line, n) => JSON.parse(line).text === `line ${n}`));
	const file = openSync(space.path('handed'), 'w');
	space.defer(() => closeSync(file));
	openLog({log: `/dev/fd/${file}`, verbose: false})('warn', 'handed over');
	assert.equal((lines(space.path('handed'))[0] as {text: string}).text, 'handed over');
	assert.throws(() => openLog({log: '/dev/fd/999', verbose: false}), /it is not open$/);
	openLog({log: '/dev/null', verbose: false})('info', 'nobody reads it');
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
		const log = openLog({log: '/dev/stderr', verbose: false});
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

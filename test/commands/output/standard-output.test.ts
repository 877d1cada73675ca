import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {Writable} from 'node:stream';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {StandardOutput, writeAll} from '../../../source/commands/output/standard-output.ts';

const cli = fileURLToPath(new URL('../../../source/cli.tsx', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'tortui-output-'));
after(() => rmSync(home, {recursive: true}));

/** A .torrent of so many files that what is said about it fills a pipe several times. */
function bigTorrent(): string {
	const file = join(home, 'big.torrent');
	const entry = (number: number) => `d6:lengthi1e4:pathl64:${String(number).padStart(64, 'x')}ee`;
	const files = Array.from({length: 4000}, (_, number) => entry(number)).join('');
	writeFileSync(
		file,
		`d4:infod5:filesl${files}e4:name3:big12:piece lengthi16384e6:pieces20:${'h'.repeat(20)}ee`,
	);
	return file;
}

function start(args: readonly string[], stdout: 'pipe' | number) {
	return spawn(process.execPath, [`--import=${import.meta.resolve('tsx')}`, cli, ...args], {
		env: {PATH: process.env['PATH'], HOME: home},
		stdio: ['ignore', stdout, 'pipe'],
	});
}

/** A stream that takes what is written when it is told to. */
function slowStream() {
	const waiting: Array<(error?: Error) => void> = [];
	const stream = new Writable({write: (_chunk, _encoding, done) => void waiting.push(done)});
	return {
		stream: stream as unknown as NodeJS.WriteStream,
		take: (error?: Error) => waiting.shift()?.(error),
	};
}

const turn = () => new Promise(resolve => setImmediate(resolve));

test('waits for a reader for as long as it takes', async context => {
	context.mock.timers.enable({apis: ['setTimeout']});
	const {stream, take} = slowStream();
	const output = new StandardOutput(stream, () => {});
	output.stream.write('all of it');
	let isWritten = false;
	const written = output.written().then(failure => {
		isWritten = true;
		return failure;
	});
	await turn();
	context.mock.timers.tick(24 * 3_600_000);
	for (let turns = 0; turns < 5; turns++) await turn();
	assert.equal(isWritten, false);
	take();
	await turn();
	take();
	assert.equal(await written, undefined);
});

test('who was interrupted waits no longer than it was given', async context => {
	context.mock.timers.enable({apis: ['setTimeout']});
	const output = new StandardOutput(slowStream().stream, () => {});
	output.stream.write('all of it');
	const written = output.written(2000);
	await turn();
	await turn();
	context.mock.timers.tick(2000);
	assert.equal(await written, undefined);
});

test('answers the first error, also one that comes only after the command is done', async () => {
	const {stream, take} = slowStream();
	const told: string[] = [];
	const output = new StandardOutput(stream, error => told.push(error.message));
	output.stream.write('all of it');
	const written = output.written();
	await turn();
	take(Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'}));
	assert.equal((await written)?.code, 'ENOSPC');
	assert.equal(told.length, 1);
});

test('asks again for what a disk did not take of a file, and fails when it takes no more', () => {
	const bytes = Buffer.from('0123456789');
	const taken: string[] = [];
	writeAll(1, bytes, (_descriptor, part) => {
		taken.push(Buffer.from(part.subarray(0, 4)).toString());
		return Math.min(4, part.length);
	});
	assert.equal(taken.join(''), '0123456789');
	assert.throws(() => writeAll(1, bytes, () => 0), {code: 'EIO'});
});

test('all of a long answer reaches a pipe that is read late', async () => {
	const child = start(['info', '--json', bigTorrent()], 'pipe');
	const status = new Promise(resolve => child.on('close', resolve));
	// The pipe is full before the first byte is read.
	await new Promise(resolve => child.stdout?.once('readable', resolve));
	let text = '';
	child.stdout?.setEncoding('utf8').on('data', chunk => (text += chunk));
	assert.equal(await status, 0);
	assert.equal(JSON.parse(text).files.length, 4000);
});

for (const args of [
	['--version'],
	['--help'],
	['info', '--json'],
	['info'],
	['completion', 'bash'],
	['config'],
]) {
	test(`says on a full disk that ${args.join(' ')} could not be written`, {
		skip: !existsSync('/dev/full'),
	}, async () => {
		const full = openSync('/dev/full', 'w');
		const child = start(args[0] === 'info' ? [...args, bigTorrent()] : args, full);
		closeSync(full);
		let told = '';
		child.stderr?.setEncoding('utf8').on('data', chunk => (told += chunk));
		assert.equal(await new Promise(resolve => child.on('close', resolve)), 1);
		assert.equal(told, 'tortui: standard output could not be written: no space left on device\n');
	});
}

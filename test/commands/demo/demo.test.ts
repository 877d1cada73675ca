import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {existsSync, globSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {DemoContent} from '../../../source/commands/demo/demo-content.ts';
import {demoName} from '../../../source/commands/demo/demo-recordings.ts';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {build, startTortui} from '../../helpers/tortui.ts';
import {Workspace} from '../../helpers/workspace.ts';

const megabyte = 1_048_576;
const trackers = ['udp://127.0.0.1:9/announce', 'http://127.0.0.1:9/announce'];

/** Starts the demo without a terminal, with temporary folders and a home of its own. */
function demo(space: Workspace, ...args: readonly string[]) {
	build();
	const env = {TMPDIR: space.folder('tmp'), HOME: space.folder('home'), TORTUI_HOME: space.path('state')};
	return startTortui(space, ['demo', ...args], {env});
}

/** Nothing of a demo may be left: no temporary file, no state of the user's own engine. */
function assertNothingLeft(space: Workspace): void {
	assert.deepEqual(
		readdirSync(space.path('tmp')).filter(name => name.startsWith('tortui-')),
		[],
	);
	assert(!existsSync(space.path('state')), 'the state folder was touched');
}

test('any part of the content is the same, however it is read', () => {
	const content = new DemoContent(2 * megabyte);
	const whole = new Uint8Array(content.length);
	content.read(0, whole);
	const again = new DemoContent(2 * megabyte);
	for (const step of [1009, 16_384, 333_333]) {
		const joined = new Uint8Array(content.length);
		for (let at = 0; at < joined.length; at += step) again.read(at, joined.subarray(at, at + step));
		assert(Buffer.compare(joined, whole) === 0, `in steps of ${step} bytes`);
	}
});

test('the torrent of the demo is valid, and its pieces are those of the content', async () => {
	const content = new DemoContent(3 * megabyte);
	const metainfo = parseMetainfo(await content.metainfo(trackers, 'test'), hashFunctions);
	assert.equal(metainfo.length, content.length);
	assert(Math.abs(metainfo.length - 3 * megabyte) < 4096);
	assert.deepEqual(
		metainfo.trackers,
		trackers.map(url => [url]),
	);
	const digests = new Set<string>();
	for (let piece = 0; piece < metainfo.pieceCount; piece++) {
		const start = piece * metainfo.pieceLength;
		const bytes = new Uint8Array(Math.min(metainfo.pieceLength, metainfo.length - start));
		content.read(start, bytes);
		const digest = createHash('sha1').update(bytes).digest('hex');
		digests.add(digest);
		const expected = metainfo.pieceHashes?.subarray(piece * 20, piece * 20 + 20) ?? new Uint8Array();
		assert.equal(digest, Buffer.from(expected).toString('hex'), `piece ${piece}`);
	}
	assert.equal(digests.size, metainfo.pieceCount, 'two pieces are the same');
});

test('the content has an empty file, files smaller than a piece, folders in folders, and playable recordings', async () => {
	const content = new DemoContent(160 * megabyte);
	const {files, pieceLength, pieceCount} = parseMetainfo(
		await content.metainfo(trackers, 'test'),
		hashFunctions,
	);
	assert(files.length >= 12 && files.length <= 30);
	assert(pieceCount >= 1000 && pieceCount <= 2000);
	assert(files.some(({length}) => length === 0));
	assert(files.filter(({length}) => length > 0 && length < pieceLength).length >= 3);
	assert(files.some(({path}) => path.length === 4));
	for (const {path, offset, length} of files.filter(file => file.path.at(-1)?.endsWith('.wav'))) {
		const header = Buffer.alloc(44);
		content.read(offset, header);
		assert.equal(header.toString('latin1', 0, 4), 'RIFF', path.join('/'));
		assert.equal(header.readUInt32LE(4), length - 8);
		assert.equal(header.toString('latin1', 36, 40), 'data');
		assert.equal(header.readUInt32LE(40), length - 44);
	}
});

test('making the content stops when it is told to', async () => {
	const content = new DemoContent(64 * megabyte);
	const making = content.metainfo(trackers, 'test', AbortSignal.abort(new Error('enough')));
	await assert.rejects(making, /enough/);
});

test('without a terminal the demo downloads everything, bans the liar, and keeps what --dir asks for', async t => {
	const space = new Workspace(t);
	const size = 8 * megabyte;
	const program = demo(space, '--fast', '--size', `${size}`, '--dir', 'kept');
	assert.deepEqual(await program.end(60_000), {code: 0, signal: null});
	assert.match(program.stdout, /^8 peers on 127\.0\.0\.1 share Coast Recordings, 8\.0+ M$/m);
	assert.match(program.stdout, /^Coast Recordings: complete, 8\.0+ M in /m);
	assert.match(program.stdout, /^the demo has ended; what it downloaded is in .*kept\/Coast Recordings$/m);
	assert.match(program.stderr, /^tortui: 127\.0\.0\.1:\d+ sent wrong data: banned$/m);

	const content = new DemoContent(size);
	const {files} = parseMetainfo(await content.metainfo(trackers, 'test'), hashFunctions);
	for (const {path, offset, length} of files) {
		const expected = new Uint8Array(length);
		content.read(offset, expected);
		const found = readFileSync(space.path('kept', ...path));
		assert(Buffer.compare(found, expected) === 0, `${path.join('/')} is not what was shared`);
	}
	const onDisk = globSync('**', {cwd: space.path('kept', demoName)}).filter(name =>
		statSync(join(space.path('kept', demoName), name)).isFile(),
	);
	assert.equal(onDisk.length, files.length);
	assertNothingLeft(space);
});

test('--json prints what get prints, and nothing is left of it', async t => {
	const space = new Workspace(t);
	const program = demo(space, '--fast', '--size', '2M', '--json');
	assert.deepEqual(await program.end(60_000), {code: 0, signal: null});
	const events = program.stdout
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line));
	assert.equal(events[0].event, 'added');
	assert.equal(events.at(-1).event, 'complete');
	assert.equal(events.at(-1).completed, events.at(-1).length);
	assertNothingLeft(space);
});

test('a second run finds in --dir what the first one left', async t => {
	const space = new Workspace(t);
	assert.equal((await demo(space, '--fast', '--size', '2M', '--dir', 'kept').end(60_000)).code, 0);
	const again = demo(space, '--fast', '--size', '2M', '--dir', 'kept');
	assert.equal((await again.end(60_000)).code, 0);
	assert.match(again.stdout, /complete, everything was there/);
});

test('told to end, the demo ends at once and leaves nothing behind', async t => {
	const space = new Workspace(t);
	const program = demo(space, '--json');
	await program.output(/"event":"progress".*"peers":[1-9]/, 30_000);
	const start = performance.now();
	program.child.kill('SIGTERM');
	assert.deepEqual(await program.end(10_000), {code: 130, signal: null});
	assert(performance.now() - start < 4000, 'it took too long');
	assertNothingLeft(space);
});

for (const [args, message] of [
	[['--size', '10K'], /^tortui: --size: the demo can be of 1M to 8G\n$/],
	[['--size', 'big'], /^tortui: --size: "big" is not a size/],
	[['more'], /^tortui: /],
] as const) {
	test(`tortui demo ${args.join(' ')} is refused in one line`, async t => {
		const space = new Workspace(t);
		const program = demo(space, ...args);
		assert.equal((await program.end(20_000)).code, 2);
		assert.match(program.stderr, message);
		assert.equal(program.stderr.split('\n').length, 2);
		assertNothingLeft(space);
	});
}

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {
	closeSync,
	existsSync,
	linkSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {join} from 'node:path';
import test, {after, type TestContext} from 'node:test';
import {Worker} from 'node:worker_threads';
import {StorageError} from '../../../source/io/disk/storage-failure.ts';
import {openForWriting, type WriteOptions} from '../../../source/io/disk-worker/open-file.ts';
import {removeBelow} from '../../../source/io/files/held-folder.ts';
import {LastFolder} from '../../../source/io/files/last-folder.ts';
import {Workspace} from '../../helpers/workspace.ts';

const usual: WriteOptions = {mode: 'make', executable: false, length: 100, mayCut: false};

// One for all tests: what one of them held must not be the way of the next.
const folders = new LastFolder();
after(() => folders.leave());

function write(root: string, path: string, options: Partial<WriteOptions> = {}): void {
	const {descriptor} = openForWriting(root, path, {...usual, ...options}, folders);
	writeSync(descriptor, 'written');
	closeSync(descriptor);
}

function place(t: TestContext): {root: string; outside: string} {
	const space = new Workspace(t);
	return {root: space.folder('root'), outside: space.folder('outside')};
}

/** What was said when it was refused. */
function refusal(run: () => void): string {
	try {
		run();
	} catch (error) {
		return error instanceof StorageError ? error.message : String((error as NodeJS.ErrnoException).code);
	}
	return 'it was written';
}

test('a new file is made with its folders, one that turned up meanwhile is left alone unless it is empty', t => {
	const {root} = place(t);
	write(root, 'deep/er/a');
	assert.equal(readFileSync(join(root, 'deep/er/a'), 'utf8'), 'written');
	assert.match(
		refusal(() => write(root, 'deep/er/a')),
		/^already there and not this torrent's: /,
	);
	writeFileSync(join(root, 'empty'), '');
	write(root, 'empty');
	assert.equal(readFileSync(join(root, 'empty'), 'utf8'), 'written');
});

test('only a file of ours is cut, and one with another name is never written to', t => {
	const {root, outside} = place(t);
	writeFileSync(join(root, 'long'), Buffer.alloc(200, 1));
	assert.match(
		refusal(() => write(root, 'long', {mode: 'exists'})),
		/^already there/,
	);
	assert.equal(statSync(join(root, 'long')).size, 200);
	write(root, 'long', {mode: 'exists', mayCut: true});
	assert.equal(statSync(join(root, 'long')).size, 100);
	writeFileSync(join(outside, 'mine'), 'precious');
	linkSync(join(outside, 'mine'), join(root, 'linked'));
	assert.match(
		refusal(() => write(root, 'linked', {mode: 'exists'})),
		/hard link/,
	);
	assert.equal(readFileSync(join(outside, 'mine'), 'utf8'), 'precious');
	write(root, 'linked', {mode: 'replace'});
	assert.equal(readFileSync(join(outside, 'mine'), 'utf8'), 'precious');
	assert.equal(readFileSync(join(root, 'linked'), 'utf8'), 'written');
});

test('devices, pipes, folders and links are refused without being touched', t => {
	const {root, outside} = place(t);
	spawnSync('mkfifo', [join(root, 'pipe')]);
	mkdirSync(join(root, 'folder'));
	symlinkSync(join(outside, 'mine'), join(root, 'link'));
	const hasDevice = spawnSync('mknod', [join(root, 'device'), 'c', '1', '3']).status === 0;
	for (const mode of ['make', 'exists', 'replace'] as const) {
		assert.match(
			refusal(() => write(root, 'pipe', {mode})),
			/^not a regular file: /,
		);
		assert.match(
			refusal(() => write(root, 'folder', {mode})),
			/^not a regular file: |^EISDIR/,
		);
		assert.match(
			refusal(() => write(root, 'link', {mode})),
			/^not a regular file: |^ELOOP/,
		);
		if (hasDevice)
			assert.match(
				refusal(() => write(root, 'device', {mode})),
				/^not a regular file: /,
			);
	}
	assert.equal(existsSync(join(outside, 'mine')), false);
	if (!hasDevice) t.diagnostic('devices were left out: only root can make them');
});

test('links between folders are followed below the download folder only', t => {
	const {root, outside} = place(t);
	mkdirSync(join(root, 'real/deep'), {recursive: true});
	symlinkSync('real', join(root, 'inside'));
	symlinkSync(join(root, 'inside/deep'), join(root, 'twice'));
	symlinkSync(outside, join(root, 'out'));
	symlinkSync('loop', join(root, 'loop'));
	write(root, 'inside/a');
	write(root, 'twice/b');
	assert.equal(readFileSync(join(root, 'real/a'), 'utf8'), 'written');
	assert.equal(readFileSync(join(root, 'real/deep/b'), 'utf8'), 'written');
	assert.match(
		refusal(() => write(root, 'out/c')),
		/^a symbolic link leads out of the download folder: /,
	);
	assert.match(
		refusal(() => write(root, 'loop/c')),
		/^ELOOP/,
	);
	assert.equal(existsSync(join(outside, 'c')), false);
	assert.equal(refusal(() => removeBelow(root, 'out/c')).startsWith('a symbolic link leads out'), true);
});

test('a folder that is swapped for a link again and again while files are made lets none out', {
	timeout: 60_000,
}, async t => {
	const {root, outside} = place(t);
	mkdirSync(join(root, 'swap'));
	const swapping = new Worker(
		`const {renameSync, symlinkSync, unlinkSync} = require('node:fs');
		const {workerData: {root, outside}} = require('node:worker_threads');
		symlinkSync(outside, root + '/link');
		for (;;) {
			renameSync(root + '/swap', root + '/away');
			renameSync(root + '/link', root + '/swap');
			renameSync(root + '/swap', root + '/link');
			renameSync(root + '/away', root + '/swap');
		}`,
		{eval: true, workerData: {root, outside}},
	);
	swapping.on('error', () => {});
	await new Promise(resolve => swapping.once('online', resolve));
	let made = 0;
	let refused = 0;
	for (let n = 0; n < 3000; n++) {
		try {
			write(root, `swap/${n}`);
			made++;
		} catch {
			refused++;
		}
	}
	await swapping.terminate();
	assert.deepEqual(readdirSync(outside), [], `${made} were made, ${refused} refused`);
	assert.ok(made > 0);
	for (const name of ['link', 'away']) rmSync(join(root, name), {recursive: true, force: true});
	if (existsSync(join(root, 'swap'))) renameSync(join(root, 'swap'), join(root, 'end'));
});

test('a folder that was moved, deleted or swapped since the last file in it is entered anew', t => {
	const {root, outside} = place(t);
	write(root, 't/in/first');
	// Nothing but the next file's folder is looked at: moved beyond the root it would lead out.
	renameSync(join(root, 't/in'), join(outside, 'in'));
	write(root, 't/in/second');
	assert.deepEqual(readdirSync(join(root, 't/in')), ['second']);
	assert.deepEqual(readdirSync(join(outside, 'in')), ['first']);
	rmSync(join(root, 't'), {recursive: true});
	write(root, 't/in/third');
	assert.deepEqual(readdirSync(join(root, 't/in')), ['third']);
	renameSync(join(root, 't'), join(outside, 't'));
	symlinkSync(join(outside, 't'), join(root, 't'));
	assert.match(
		refusal(() => write(root, 't/in/fourth')),
		/^a symbolic link leads out of the download folder: /,
	);
	rmSync(join(root, 't'));
	assert.equal(
		refusal(() => write(root, 't/in/fifth', {mode: 'exists'})),
		'ENOENT',
	);
	assert.deepEqual(readdirSync(join(outside, 't/in')), ['third']);
});

test('a link between folders that leads elsewhere since the last file is followed anew', t => {
	const {root} = place(t);
	for (const name of ['one', 'other']) mkdirSync(join(root, name));
	symlinkSync('one', join(root, 'link'));
	write(root, 'link/first');
	rmSync(join(root, 'link'));
	symlinkSync('other', join(root, 'link'));
	write(root, 'link/second');
	assert.deepEqual(readdirSync(join(root, 'one')), ['first']);
	assert.deepEqual(readdirSync(join(root, 'other')), ['second']);
});

test('the next file in the same folder costs no walk there', {
	skip: process.platform !== 'linux' && 'folders are held on Linux only',
}, t => {
	const {root} = place(t);
	const own = new LastFolder();
	const first = own.enter(root, ['t', 'in'], true);
	assert.equal(own.enter(root, ['t', 'in'], false), first);
	const other = own.enter(root, ['t'], false);
	assert.notEqual(other, first);
	assert.equal(own.enter(root, ['t'], true), other);
	const held = (): number => readdirSync('/proc/self/fd').length;
	const before = held();
	own.leave();
	assert.equal(held(), before - 1);
});

import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {after, type TestContext, test} from 'node:test';
import {setImmediate as turn} from 'node:timers/promises';
import {DiskWorkerQueue} from '../../../source/io/disk/worker-queue.ts';
import {until} from '../../helpers/deadline.ts';
import {makeTorrent, TestDisk} from '../torrent-on-disk.ts';

const disk = new TestDisk();
after(() => disk.close());

/** A torrent on the disk whose flushes are done only when the test says so, and what happened to it, in order. */
async function open(t: TestContext, name: string) {
	const torrent = disk.open(makeTorrent([['t/a', 40_000]], 32_768), {dir: join(disk.root, name)});
	await torrent.storeAll();
	const happened: string[] = [];
	const flushes: Array<() => void> = [];
	/** Flushes the disk has answered. */
	const answers: unknown[] = [];
	const {request} = DiskWorkerQueue.prototype;
	t.mock.method(
		DiskWorkerQueue.prototype,
		'request',
		async function (this: DiskWorkerQueue, ...args: Parameters<typeof request>) {
			if (args[1].type === 'flush') {
				await new Promise<void>(resolve => flushes.push(resolve));
				happened.push('flushed');
				const answer = await request.apply(this, args);
				answers.push(answer);
				return answer;
			}
			return request.apply(this, args);
		},
	);
	const to = join(disk.root, `${name} elsewhere`);
	const move = () =>
		torrent.storage.move(to, () => {}, {
			signal: new AbortController().signal,
			leaving: async () => void happened.push('leaving'),
			arrived: async () => void happened.push('arrived'),
		});
	return {torrent, happened, flushes, answers, move, to};
}

/** Waits for so many entries, and then until everything that follows from them has happened. */
async function wait(entries: readonly unknown[], count: number): Promise<void> {
	await until('a flush', 20_000, () => entries.length >= count, 1);
	for (let turns = 0; turns < 200; turns++) await turn();
	for (let looks = 0; looks < 20; looks++) await stat(disk.root);
}

test('what was written is on the disk before it is noted down that files go, and before one goes', async t => {
	const {torrent, happened, flushes, move, to} = await open(t, 'one');
	const moving = move();
	await wait(flushes, 1);
	assert.deepEqual(happened, []);
	assert.deepEqual(torrent.onDisk(0), torrent.expected(0));
	assert.equal(existsSync(to), false);
	for (const go of flushes) go();
	assert.equal(await moving, undefined);
	assert.deepEqual(happened, ['flushed', 'leaving', 'arrived']);
	assert.equal(torrent.onDisk(0), undefined);
});

test('a flush that was under way already is waited for, too', async t => {
	const {happened, flushes, answers, move, torrent} = await open(t, 'two');
	const flushed = torrent.storage.flush();
	const moving = move();
	await wait(flushes, 2);
	flushes[1]!();
	await wait(answers, 1);
	assert.deepEqual(happened, ['flushed']);
	flushes[0]!();
	assert.equal(await flushed, undefined);
	assert.equal(await moving, undefined);
	assert.deepEqual(happened, ['flushed', 'flushed', 'leaving', 'arrived']);
});

test('files that were moved, and not written to since, are still known to be its own', async () => {
	const torrent = disk.open(makeTorrent([['t/a', 40_000]], 32_768), {dir: join(disk.root, 'left')});
	await torrent.storeAll();
	const to = join(disk.root, 'left elsewhere');
	assert.equal(await torrent.storage.move(to, () => {}), undefined);
	// A check was cut short: nobody has looked at the files since.
	const {kept, deleted, failure} = await torrent.storage.remove({stamps: [], keep: () => undefined});
	assert.deepEqual([kept, deleted, failure], [[], 1, undefined]);
	assert.ok(!existsSync(join(to, 't/a')));
});

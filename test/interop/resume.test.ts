import assert from 'node:assert/strict';
import {randomInt} from 'node:crypto';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {assertSame} from '../helpers/compare.ts';
import {rawSeeder} from '../helpers/raw-peer.ts';
import {kibibyte, makeTorrent, mebibyte, writeFolder} from '../helpers/torrents.ts';
import {get} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const slow = 8 * mebibyte;

async function begin(space: Workspace, pieceLength: number) {
	const content = writeFolder(space.folder('theirs'), 'set', [
		['first.bin', 20 * mebibyte + 77],
		['folder/second.bin', 12 * mebibyte],
		['folder/third.bin', 1],
	]);
	const torrent = makeTorrent(content, pieceLength);
	const file = torrent.write(space.path('set.torrent'));
	const seeder = await rawSeeder(space, torrent, {rate: slow});
	const args = [file, '-d', space.folder('ours'), '--peer', seeder.address];
	return {content, torrent, seeder, args};
}

test('stopped at 40 %, it goes on there and fetches nothing twice', async t => {
	const space = new Workspace(t);
	const {content, seeder, args} = await begin(space, 256 * kibibyte);
	const first = await get(space, args);
	await first.event(({completed, length}) => completed > length * 0.4);
	first.program.child.kill('SIGTERM');
	const exit = await first.program.end(6000);
	assert.deepEqual(exit, {code: 130, signal: null});
	const had = first.events.at(-1)!.completed;
	const servedFirst = seeder.served.bytes;

	seeder.setRate(64 * mebibyte);
	const second = await get(space, args);
	const complete = await second.event('complete');
	await second.done();
	assertSame(space.path('ours', 'set'), content.root);
	assert.equal(complete.completed, content.length);
	const atStart = Math.max(...second.events.slice(0, 2).map(({completed}) => completed));
	assert.ok(atStart >= had, `it had ${had} bytes when it was stopped and began with ${atStart}`);
	// What was on its way when it was stopped comes again; parts of pieces may too.
	const again = seeder.served.bytes - content.length;
	assert.ok(
		again <= 8 * mebibyte,
		`${again} bytes were fetched twice: ${servedFirst} before, ${seeder.served.bytes - servedFirst} after the stop`,
	);
	assert.ok(
		seeder.served.bytes - servedFirst <= content.length - had + mebibyte,
		`${seeder.served.bytes - servedFirst} bytes were fetched for the ${content.length - had} missing ones`,
	);
	assert.ok(complete.downloaded <= content.length + 8 * mebibyte, `downloaded ${complete.downloaded}`);
});

test('complete already, it says so at once and fetches nothing', async t => {
	const space = new Workspace(t);
	const {content, seeder, args} = await begin(space, 256 * kibibyte);
	seeder.setRate(Number.POSITIVE_INFINITY);
	await (await get(space, args)).done();
	const served = seeder.served.bytes;
	const second = await get(space, args);
	await second.event('complete');
	await second.done();
	assert.equal(seeder.served.bytes, served);
	assertSame(space.path('ours', 'set'), content.root);
});

test('with the data there but no memory of it, it checks and fetches only what is missing', async t => {
	const space = new Workspace(t);
	const {content, seeder, args} = await begin(space, 256 * kibibyte);
	const first = await get(space, args);
	await first.event(({completed, length}) => completed > length * 0.4);
	await first.program.stop();
	const had = first.events.at(-1)!.completed;
	seeder.setRate(64 * mebibyte);
	const before = seeder.served.bytes;
	const second = await get(space, [...args, '--state-dir', space.path('another-state')]);
	await second.done();
	assertSame(space.path('ours', 'set'), content.root);
	const after = seeder.served.bytes - before;
	assert.ok(
		after <= content.length - had + mebibyte,
		`${after} bytes for the ${content.length - had} missing`,
	);
});

test('killed five times at random moments, it still completes and nothing is wrong', async t => {
	const space = new Workspace(t);
	const {content, seeder, args} = await begin(space, 64 * kibibyte);
	const delays = Array.from({length: 5}, () => randomInt(100, 1200));
	space.explain(() => `killed ${delays.join(', ')} ms after the first sign of progress`);
	seeder.setRate(3 * mebibyte);
	for (const delay of delays) {
		const ours = await get(space, args);
		await Promise.race([ours.event('progress').catch(() => {}), ours.program.exited]);
		await sleep(delay);
		await ours.program.stop('SIGKILL');
	}
	seeder.setRate(64 * mebibyte);
	const last = await get(space, args);
	await last.event('complete');
	await last.done();
	assertSame(space.path('ours', 'set'), content.root);
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {openDownload} from '../../helpers/open-download.ts';

test('whoever gives blocks is served, peer or not: asked for all, heard to the last, cancelled when another was first', () => {
	const {downloader, pool, stored, server, serve} = openDownload();
	const [one, other] = [server(), server()];
	downloader.refill(one);
	assert.deepEqual(one.heard, [
		'0+0:16384',
		'0+16384:16384',
		'1+0:16384',
		'1+16384:16384',
		'2+0:16384',
		'2+16384:100',
	]);
	// There is nothing else left to ask for.
	other.now = 30_000;
	downloader.refill(other);
	assert.ok(other.heard.length > 0);
	const asked = [...other.heard];
	serve(other);
	const cancelled = one.heard.filter(words => words.startsWith('-'));
	assert.deepEqual(
		cancelled,
		asked.map(words => `-${words}`),
	);
	// They come all the same, and twice is no offence.
	serve(one);
	assert.equal(one.strikes, 0);
	assert.deepEqual(stored.sort(), [0, 1, 2]);
	assert.equal(pool.available, 16 - 6, 'the disk has the blocks, and no more are promised');
});

test('a source that gives little is asked for that alone, and what it is asked for is taken back when it goes', () => {
	const {downloader, pool, server, counted} = openDownload();
	const one = server();
	one.offered = new Set([2]);
	downloader.refill(one);
	assert.deepEqual(one.heard, ['2+0:16384', '2+16384:100']);
	assert.equal(pool.available, 14);
	assert.equal(downloader.rejected(one, 2, 0, blockLength), true);
	assert.equal(downloader.rejected(one, 9, 0, blockLength), false);
	assert.equal(one.strikes, 1);
	one.isClosed = true;
	downloader.release(one);
	assert.deepEqual([pool.available, one.outstanding, downloader.partials.size], [16, 0, 0]);
	assert.equal(counted(), 0, 'the limits get back what did not come');
});

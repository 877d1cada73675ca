import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {leech, sender} from '../../helpers/lone-leech.ts';
import {openDownload} from '../../helpers/open-download.ts';

test('in the end game the copy that comes second is cancelled', async () => {
	const lone = await leech(1, 256, 4 * blockLength);
	const first = await sender(lone, 1);
	assert.equal((await first.hears('request')).length, 4);
	const second = await sender(lone, 2);
	const [copy] = await second.hears('request');
	assert.ok(copy);
	second.answer([copy]);
	await second.listen();
	assert.deepEqual(await first.hears('cancel'), [copy.replace('request', 'cancel')]);
	await lone.torrent.close();
});

test('what one owes is asked of another, and counts for nothing until it sends again', () => {
	const {downloader, server} = openDownload();
	const [one, other] = [server(), server()];
	downloader.refill(one);
	other.now = 30_000;
	downloader.refill(other);
	assert.equal(one.requests.queue.disregarded, true);
	assert.equal(other.requests.queue.disregarded, false);
	assert.equal(downloader.endGame.isOn, true);
	// Each block counts once: that the other was asked for.
	assert.equal(downloader.partials.get(1)!.requests[0], 1);
	one.now = 30_100;
	downloader.incoming.start(one, 0, 0, blockLength);
	downloader.incoming.end(one);
	assert.equal(downloader.endGame.isOn, false);
	assert.equal(one.requests.queue.disregarded, false);
	assert.equal(downloader.partials.get(1)!.requests[0], 2);
	assert.equal(downloader.partials.get(0)!.requests[0], 0, 'it is here');
	assert.ok(other.heard.includes('-0+0:16384'));
	assert.ok(!one.heard.some(words => words.startsWith('-')));
});

test('what one that is not counted on is asked for out of turn holds nobody up when it goes', () => {
	const {downloader, server, serve} = openDownload();
	const [one, other] = [server(), server()];
	downloader.refill(one);
	other.now = 30_000;
	downloader.refill(other);
	assert.equal(one.requests.queue.disregarded, true);
	const partial = downloader.partials.get(1)!;
	const before = [...partial.requests];
	for (let n = 0; n < 5; n++) downloader.askFor(one, 1, 0, 30_000);
	assert.deepEqual([...partial.requests], before);
	one.isClosed = true;
	downloader.release(one);
	downloader.cancelAll(other);
	assert.equal(partial.requests[0], 0);
	const third = server();
	third.now = 31_000;
	downloader.refill(third);
	serve(third);
	assert.equal(downloader.partials.get(1)?.hashing, true);
});

test('one that sent nothing is asked for a block now and then, to see whether it sends again', () => {
	for (const hindrance of ['nothing', 'parole', 'a choke', 'no memory']) {
		const {downloader, pool, server, serve} = openDownload();
		const [one, other] = [server(), server()];
		downloader.refill(one);
		other.now = 30_000;
		downloader.refill(other);
		// It refuses all it owes, and the other has one block left to send.
		for (const words of one.heard.splice(0)) {
			const [piece, begin, length] = words.split(/[+:]/).map(Number);
			downloader.rejected(one, piece!, begin!, length!);
		}
		other.heard.splice(0, 1);
		serve(other);
		assert.equal(one.outstanding, 0);
		one.onParole = hindrance === 'parole';
		one.offered = hindrance === 'a choke' ? new Set([0]) : undefined;
		if (hindrance === 'no memory') while (pool.available > 0) pool.promise(1);
		one.now = 999;
		downloader.refill(one);
		assert.deepEqual(one.heard, [], 'too soon');
		one.now = 1000;
		downloader.refill(one);
		assert.deepEqual(one.heard, hindrance === 'nothing' ? ['0+0:16384'] : [], hindrance);
		one.now = 3000;
		downloader.refill(one);
		assert.ok(one.heard.length <= 1, 'one at a time');
	}
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {leech, sender} from '../../helpers/lone-leech.ts';
import {seconds} from '../../helpers/lone-peer.ts';

test('a peer that falls silent is snubbed: others have what it was asked for, and it is asked for one at a time', async () => {
	const lone = await leech(60);
	const silent = await sender(lone, 1);
	const asked = await silent.hears('request');
	assert.ok(asked.length > 8);
	silent.answer(asked.slice(0, 4));
	await silent.hears();
	await seconds(lone, 19);
	assert.deepEqual(await silent.hears('cancel'), []);
	await seconds(lone, 3);
	assert.equal(silent.peer.snubbed, true);
	const heard = await silent.hears();
	assert.ok(heard.filter(text => text.startsWith('cancel')).length > 4);
	const again = heard.filter(text => text.startsWith('request'));
	assert.equal(again.length, 1);
	assert.equal(silent.peer.outstanding, 1);
	const other = await sender(lone, 2);
	const taken = await other.hears('request');
	assert.ok(asked.slice(5).some(text => taken.includes(text)));
	silent.answer(again);
	await silent.listen();
	assert.equal(silent.peer.snubbed, false);
	assert.ok((await silent.hears('request')).length > 1);
	await lone.torrent.close();
});

test('a peer that answers cancels with refusals, as it must, is not let go for that', async () => {
	const lone = await leech(400, 2048);
	const peer = await sender(lone, 1);
	for (let round = 0; round < 30; round++) {
		const heard = await peer.hears();
		lone.parts.downloader.cancelAll(peer.peer);
		const cancels = [...heard, ...(await peer.hears())].filter(text => text.startsWith('cancel'));
		peer.say(writer => {
			for (const text of cancels) {
				const [piece, begin, length] = text.split(' ').slice(1).map(Number);
				writer.block(messageId.reject, piece!, begin!, length!);
			}
		});
	}
	assert.equal(peer.connection.reason, undefined);
	assert.equal(peer.peer.requests.cancelled, 0);
	// Refusals of what was neither asked for nor cancelled are another matter.
	peer.say(writer => {
		for (let times = 0; times < 300; times++) writer.block(messageId.reject, 399, 0, blockLength);
	});
	assert.match(peer.connection.reason ?? 'it is still there', /senseless/);
	await lone.torrent.close();
});

test('a request that is passed over while others are answered is lost after a minute, and asked for again', async () => {
	const lone = await leech(400, 2048);
	const peer = await sender(lone, 1);
	const [lost, ...rest] = await peer.hears('request');
	let waiting = rest;
	for (let second = 0; second < 62; second++) {
		peer.answer(waiting.splice(0, 2));
		await seconds(lone, 1);
		const heard = await peer.hears();
		waiting.push(...heard.filter(text => text.startsWith('request')));
		if (second < 59) assert.ok(!heard.some(text => text.startsWith('cancel')), `second ${second}`);
	}
	assert.ok(waiting.includes(lost!), 'it was not asked for again');
	waiting = waiting.filter(text => text !== lost);
	assert.equal(peer.peer.snubbed, false);
	assert.ok(peer.peer.outstanding > 2, 'nothing else was taken back');
	await lone.torrent.close();
});

test('at the end a block is taken back from peers that are late for it, and asked of one that is not', async () => {
	const lone = await leech(1, 256, 6 * blockLength);
	const first = await sender(lone, 1);
	first.answer((await first.hears('request')).slice(0, 3));
	await seconds(lone, 1);
	const second = await sender(lone, 2);
	for (let copy = 0; copy < 2; copy++) second.answer(await second.hears('request'));
	await sender(lone, 3);
	const fourth = await sender(lone, 4);
	assert.deepEqual(await fourth.hears('request'), [], 'three have been asked for the last block');
	await seconds(lone, 5);
	const [last] = await fourth.hears('request');
	assert.ok(last);
	assert.ok((await first.hears('cancel')).length > 0);
	fourth.answer([last]);
	await seconds(lone, 1);
	assert.ok(lone.parts.have.full);
	await lone.torrent.close();
});

test('the window grows with what a fast peer sends, and is small for a slow one', async () => {
	const lone = await leech(400, 2048);
	const [fast, slow] = [await sender(lone, 1), await sender(lone, 2)];
	const [queue, slowQueue] = [await fast.hears('request'), await slow.hears('request')];
	for (let second = 0; second < 12; second++) {
		for (let tenth = 0; tenth < 10; tenth++) {
			fast.answer(queue.splice(0, 2));
			await lone.clock.pass(100);
			queue.push(...(await fast.hears('request')));
		}
		if (second % 4 === 3) slow.answer(slowQueue.splice(0, 1));
		lone.torrent.post({type: 'tick', now: lone.clock.now()});
		slowQueue.push(...(await slow.hears('request')));
		queue.push(...(await fast.hears('request')));
	}
	const {target} = fast.peer.requests.queue;
	assert.ok(target >= 50 && target <= 70, `${target} blocks for three seconds of 20 a second`);
	assert.equal(slow.peer.requests.queue.target, 2);
	await lone.torrent.close();
});

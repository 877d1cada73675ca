import assert from 'node:assert/strict';
import {test} from 'node:test';
import {hashesCome, linkedV2} from '../../helpers/lone-hashes.ts';
import {sender} from '../../helpers/lone-leech.ts';
import {type LonePeer, seconds} from '../../helpers/lone-peer.ts';

const turn = () => new Promise(resolve => setImmediate(resolve));

const asked = async (peer: LonePeer): Promise<number[]> =>
	(await peer.hears('request')).map(text => Number(text.split(' ')[1]));

test('nothing is asked for of pieces whose hash is not known, though we are interested; all of it when it is', async () => {
	const lone = linkedV2();
	await lone.start();
	const peer = await sender(lone, 1);
	assert.equal((await peer.hears('interested')).length, 1);
	assert.deepEqual(await asked(peer), []);
	assert.equal(lone.torrent.complete, false);
	await seconds(lone, 20, [peer]);
	assert.deepEqual(await asked(peer), []);
	hashesCome(lone, 1);
	const first = await peer.hears('request');
	assert.ok(first.length > 0 && first.every(text => Number(text.split(' ')[1]) >= 512), first.join());
	hashesCome(lone, 0);
	peer.answer(first);
	await seconds(lone, 1, [peer]);
	assert.ok((await asked(peer)).some(piece => piece < 512));
	await lone.torrent.close();
});

test('while nothing else can be asked for the reason told is that hashes are waited for', async () => {
	const lone = linkedV2();
	await lone.start();
	const peer = await sender(lone, 1);
	assert.equal((await peer.hears('interested')).length, 1);
	const waiting = () => lone.parts.awaitedHashes?.missing;
	assert.equal(waiting(), 600);
	hashesCome(lone, 1);
	assert.equal(waiting(), 0);
	hashesCome(lone, 0);
	assert.equal(waiting(), 0);
	await lone.torrent.close();
});

test('what is overdue is not asked for out of turn either', async () => {
	const lone = linkedV2();
	await lone.start();
	const peer = await sender(lone, 1);
	lone.torrent.post({type: 'deadline', pieces: [[3, 5]], within: 300});
	await seconds(lone, 3, [peer]);
	assert.deepEqual(await asked(peer), []);
	assert.equal(lone.parts.downloader.partials.size, 0);
	await lone.torrent.close();
});

test('a piece that is due waits for its hash as well', async () => {
	const lone = linkedV2();
	await lone.start();
	const peer = await sender(lone, 1);
	lone.torrent.post({type: 'deadline', pieces: [[3, 5]], within: 60_000});
	await seconds(lone, 3, [peer]);
	assert.deepEqual(await asked(peer), []);
	hashesCome(lone, 0);
	await seconds(lone, 1, [peer]);
	assert.deepEqual((await asked(peer)).slice(0, 3), [3, 4, 5]);
	await lone.torrent.close();
});

test('what is on the disk is looked at when its hash is known, and not fetched', async () => {
	const lone = linkedV2({onDisk: true});
	lone.torrent.post({type: 'start', check: 'full'});
	while (lone.torrent.activity.name === 'checking') await turn();
	assert.equal(lone.parts.have.count, 0);
	const peer = await sender(lone, 1);
	hashesCome(lone, 1);
	await seconds(lone, 1, [peer]);
	assert.equal(lone.parts.have.count, 600 - 512);
	assert.deepEqual(await asked(peer), []);
	hashesCome(lone, 0);
	await seconds(lone, 1, [peer]);
	assert.equal(lone.parts.have.full, true);
	assert.equal(lone.torrent.complete, true);
	assert.deepEqual(await asked(peer), []);
	await lone.torrent.close();
});

test('a hybrid does not wait: its v1 hashes do', async () => {
	const lone = linkedV2({version: 'hybrid'});
	await lone.start();
	const peer = await sender(lone, 1);
	assert.ok((await asked(peer)).length > 0);
	await lone.torrent.close();
});

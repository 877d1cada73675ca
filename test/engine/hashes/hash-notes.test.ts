import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ResumeData} from '../../../source/io/state/resume-data.ts';
import {decodeResumeData, encodeResumeData} from '../../../source/io/state/resume-data.ts';
import {hashesCome, linkedV2, wholeTrees} from '../../helpers/lone-hashes.ts';
import type {LoneTorrent} from '../../helpers/lone-torrent.ts';

const known = (lone: LoneTorrent): string =>
	[0, 511, 512, 599].map(piece => (lone.parts.hashes!.canVerify(piece) ? 'x' : '.')).join('');

/** What the next session gets to know. */
function kept(lone: LoneTorrent): ResumeData {
	return decodeResumeData(encodeResumeData(lone.torrent.resumeState.nothing()));
}

function next(memory: ResumeData): LoneTorrent {
	const lone = linkedV2();
	lone.torrent.post({type: 'remember', memory});
	return lone;
}

test('hashes that peers gave are known in the next session, a part of them or all', () => {
	const lone = linkedV2();
	assert.equal(kept(lone).hashes, undefined);
	hashesCome(lone, 1);
	const second = next(kept(lone));
	assert.equal(known(second), '..xx');
	assert.equal(second.parts.exchange?.missing, 1);
	assert.equal(second.parts.downloader.picker.isHeld(512), false);
	assert.equal(second.parts.downloader.picker.isHeld(0), true);
	hashesCome(second, 0);
	const third = next(kept(second));
	assert.equal(known(third), 'xxxx');
	assert.equal(third.parts.hashes!.complete, true);
	// What came in an earlier session is not forgotten in this one.
	assert.equal(known(next(kept(third))), 'xxxx');
});

test('notes that are not right are passed over', () => {
	const lone = linkedV2();
	hashesCome(lone, 1);
	const part = kept(lone);
	hashesCome(lone, 0);
	const whole = kept(lone);
	for (const memory of [part, whole]) {
		const [note] = memory.hashes!;
		const bent = note!.hashes.slice();
		bent[7]! ^= 1;
		for (const wrong of [
			{...note!, hashes: bent},
			{...note!, hashes: note!.hashes.subarray(32)},
			{...note!, root: new Uint8Array(32)},
			{...note!, range: {base: 0, index: 0, length: 512, proofLayers: 9}},
			{...note!, range: {base: 99, index: -1, length: 8193, proofLayers: -1}},
		]) {
			assert.equal(known(next({...memory, hashes: [wrong]})), '....');
		}
	}
});

test('when all are known its .torrent gets them, and they need not be noted down any more', async () => {
	const lone = linkedV2();
	let told = 0;
	lone.listener.keepLayers = async () => ++told > 0;
	hashesCome(lone, 0);
	assert.equal(told, 0);
	hashesCome(lone, 1);
	await new Promise(resolve => setImmediate(resolve));
	assert.equal(told, 1);
	assert.equal(kept(lone).hashes, undefined);
});

test('where its .torrent could not get them they are noted down as before', async () => {
	const lone = linkedV2();
	hashesCome(lone, 0);
	hashesCome(lone, 1);
	await new Promise(resolve => setImmediate(resolve));
	assert.equal(kept(lone).hashes?.length, 1);
});

test('a .torrent that is added to a torrent without hashes gives it those', () => {
	const lone = linkedV2();
	const whole = wholeTrees(lone);
	lone.torrent.post({
		type: 'metadata',
		info: {...lone.metainfo, infoHashV2: undefined, pieceLayers: whole.layers()},
	});
	assert.equal(known(lone), '....');
	lone.torrent.post({type: 'metadata', info: {...lone.metainfo, pieceLayers: whole.layers()}});
	assert.equal(known(lone), 'xxxx');
	assert.equal(lone.parts.downloader.picker.isHeld(3), false);
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../source/base/units.ts';
import type {Peer} from '../../source/engine/peer.ts';
import {UploadQueue} from '../../source/engine/upload-queue.ts';
import {Uploader, type UploadSource} from '../../source/engine/uploader.ts';
import type {StorageFailure} from '../../source/io/storage.ts';
import {HandClock} from '../helpers/hand-clock.ts';

const broken: StorageFailure = {code: 'io', message: 'the disk is broken'};

/** A peer that takes what it is sent at once, and remembers it. */
function open(failure?: StorageFailure) {
	const sent: number[] = [];
	const rejects: Array<readonly number[]> = [];
	const failures: StorageFailure[] = [];
	const reads: Array<readonly [piece: number, begin: number, bytes: number]> = [];
	let done = 0;
	const peer = {
		uploads: new UploadQueue(),
		isClosed: false,
		upload: {rate: () => 1e6},
		sendReject: (...block: number[]) => rejects.push(block),
		sendFrames: (bytes: Uint8Array, _now: number, then: () => void) => {
			sent.push(bytes.length);
			then();
		},
	};
	const source: UploadSource = {
		readPiece: (piece, begin, views, told) => {
			reads.push([piece, begin, views.reduce((sum, view) => sum + view.length, 0)]);
			told(failure);
		},
		uploadGrant: wanted => wanted,
		uploadUsed: () => {},
		pacedWrites: {active: false, dropped: () => {}} as unknown as UploadSource['pacedWrites'],
		uploadDone: (_peer, bytes) => {
			done += bytes;
		},
		readFailed: (_peer, why) => failures.push(why),
	};
	const uploader = new Uploader(new HandClock());
	return {
		...{peer, sent, rejects, failures, reads},
		pump: () => uploader.pump(peer as unknown as Peer, source),
		done: () => done,
	};
}

test('blocks that could not be read are refused, each with its own length, and it is told once a read', () => {
	const {peer, pump, rejects, failures, sent} = open(broken);
	peer.uploads.push(3, 0, blockLength);
	peer.uploads.push(3, blockLength, blockLength);
	peer.uploads.push(3, 2 * blockLength, 5000);
	pump();
	assert.deepEqual(rejects, [
		[3, 0, blockLength],
		[3, blockLength, blockLength],
		[3, 2 * blockLength, 5000],
	]);
	assert.deepEqual(failures, [broken]);
	assert.deepEqual(sent, []);
	assert.equal(peer.uploads.inFlight, 0);
	assert.equal(peer.uploads.bytesInFlight, 0);
});

test('neighbours are read and sent in one go, and counted once', () => {
	const {peer, pump, reads, sent, done, rejects} = open();
	for (let block = 0; block < 3; block++) peer.uploads.push(1, block * blockLength, blockLength);
	peer.uploads.push(2, 0, 100);
	pump();
	assert.deepEqual(reads, [
		[1, 0, 3 * blockLength],
		[2, 0, 100],
	]);
	assert.deepEqual(sent, [3 * (blockLength + 13), 113]);
	assert.equal(done(), 3 * blockLength + 100);
	assert.deepEqual(rejects, []);
	assert.equal(peer.uploads.isIdle, true);
});

test('to a peer that has gone nothing is sent', () => {
	const {peer, pump, sent, done} = open();
	peer.uploads.push(1, 0, blockLength);
	peer.isClosed = true;
	pump();
	assert.deepEqual(sent, []);
	assert.equal(done(), 0);
});

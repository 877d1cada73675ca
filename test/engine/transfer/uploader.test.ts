import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {UploadQueue} from '../../../source/engine/transfer/upload-queue.ts';
import {Uploader, type UploadPeer, type UploadSource} from '../../../source/engine/transfer/uploader.ts';
import type {StorageFailure} from '../../../source/io/disk/storage.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';

const broken: StorageFailure = {code: 'io', message: 'the disk is broken'};

/** A peer that takes what it is sent at once, and remembers it. */
function open(failure?: StorageFailure) {
	const sent: number[] = [];
	const rejects: Array<readonly number[]> = [];
	const failures: StorageFailure[] = [];
	const reads: Array<readonly [piece: number, begin: number, bytes: number]> = [];
	let done = 0;
	const peer = {
		id: 1,
		uploads: new UploadQueue(),
		isClosed: false,
		traffic: {upload: {rate: () => 1e6}, left() {}},
		sendPortion() {},
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
		...{peer, source, sent, rejects, failures, reads},
		pump: () => uploader.pump(peer, source),
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

test('neighbours are read in one go, all is sent in one go, and counted once', () => {
	const {peer, pump, reads, sent, done, rejects} = open();
	for (let block = 0; block < 3; block++) peer.uploads.push(1, block * blockLength, blockLength);
	peer.uploads.push(2, 0, 100);
	pump();
	assert.deepEqual(reads, [
		[1, 0, 3 * blockLength],
		[2, 0, 100],
	]);
	assert.deepEqual(sent, [3 * (blockLength + 13) + 113]);
	assert.equal(done(), 3 * blockLength + 100);
	assert.deepEqual(rejects, []);
	assert.equal(peer.uploads.isIdle, true);
});

test('blocks from anywhere are sent in one write, each with its own header and bytes, when the last was read', () => {
	const {peer, frames, source} = slow(new Uploader(new HandClock()));
	const uploader = new Uploader(new HandClock());
	const reads: Array<() => void> = [];
	const blocks = [7, 3, 12].map(piece => [piece, piece * 10 * blockLength] as const);
	for (const [piece, begin] of blocks) peer.uploads.push(piece, begin, blockLength);
	uploader.pump(peer, {
		...source,
		readPiece: (piece, _begin, views, told) =>
			reads.unshift(() => {
				for (const view of views) view.fill(piece);
				told(undefined);
			}),
	});
	assert.equal(reads.length, 3);
	for (const read of reads.slice(0, 2)) read();
	assert.equal(frames.length, 0, 'what is still being read would be sent');
	reads[2]!();
	assert.equal(frames.length, 1);
	const frame = Buffer.from(frames[0]!);
	for (const [n, [piece, begin]] of blocks.entries()) {
		const at = n * (blockLength + 13);
		assert.deepEqual([frame.readUInt32BE(at + 5), frame.readUInt32BE(at + 9)], [piece, begin]);
		assert.ok(frame.subarray(at + 13, at + 13 + blockLength).every(byte => byte === piece));
	}
	assert.equal(frame.length, 3 * (blockLength + 13));
});

test('what would take a slow line long is not put together: what lies apart goes write by write', () => {
	const {peer, pump, sent} = open();
	peer.traffic.upload.rate = () => 150_000;
	for (const piece of [4, 2, 7]) peer.uploads.push(piece, 0, blockLength);
	pump();
	assert.deepEqual(sent, Array(3).fill(blockLength + 13));
});

test('when one of several reads fails all that was to go with it is refused, once the last of them has ended', () => {
	const {peer, source, failures, rejects, sent} = open();
	const reads: Array<(failure?: StorageFailure) => void> = [];
	const uploader = new Uploader(new HandClock());
	for (const piece of [4, 2]) peer.uploads.push(piece, 0, blockLength);
	uploader.pump(peer, {...source, readPiece: (_piece, _begin, _views, told) => reads.push(told)});
	reads[0]!(broken);
	assert.equal(peer.uploads.inFlight, 1, 'its memory would be given away while it is read to');
	assert.deepEqual(rejects, []);
	reads[1]!();
	assert.deepEqual(rejects, [
		[4, 0, blockLength],
		[2, 0, blockLength],
	]);
	assert.deepEqual(failures, [broken]);
	assert.deepEqual(sent, []);
	assert.equal(peer.uploads.inFlight, 0);
});

test('to a peer that has gone nothing is sent', () => {
	const {peer, pump, sent, done} = open();
	peer.uploads.push(1, 0, blockLength);
	peer.isClosed = true;
	pump();
	assert.deepEqual(sent, []);
	assert.equal(done(), 0);
});

/** A peer that takes what it is sent when it is told to. */
function slow(uploader: Uploader, bytes: (at: number) => number = () => 0) {
	const frames: Uint8Array[] = [];
	const taking: Array<() => void> = [];
	const grants: Array<readonly [granted: number, used: number]> = [];
	const peer = {
		id: 1,
		uploads: new UploadQueue(),
		isClosed: false,
		traffic: {upload: {rate: () => 1e9}, left() {}},
		sendPortion() {},
		sendReject: () => assert.fail('nothing is refused'),
		sendFrames: (sent: Uint8Array, _now: number, done: () => void) => {
			frames.push(sent.slice());
			taking.push(done);
		},
	};
	const source: UploadSource = {
		readPiece: (_piece, begin, views, told) => {
			let at = begin;
			for (const view of views) {
				for (let n = 0; n < view.length; n++) view[n] = bytes(at + n);
				at += view.length;
			}
			told(undefined);
		},
		uploadGrant: wanted => wanted,
		uploadUsed: (granted, used) => grants.push([granted, used]),
		pacedWrites: {active: false, dropped: () => {}} as unknown as UploadSource['pacedWrites'],
		uploadDone: () => {},
		readFailed: () => assert.fail('nothing fails'),
	};
	return {
		...{peer, source, frames, grants},
		/** Takes the oldest that was sent. */
		take: (): void => taking.shift()?.(),
		waiting: (): number => taking.length,
		pump: () => uploader.pump(peer, source),
	};
}

test('what is sent is framed block by block, with the bytes of the piece, the last one as long as it is', () => {
	const {peer, pump, frames} = slow(new Uploader(new HandClock()), at => at % 251);
	const lengths = [blockLength, blockLength, 777];
	for (const [n, length] of lengths.entries()) peer.uploads.push(6, n * blockLength, length);
	pump();
	assert.equal(frames.length, 1);
	const frame = Buffer.from(frames[0]!);
	let at = 0;
	for (const [n, length] of lengths.entries()) {
		assert.equal(frame.readUInt32BE(at), 9 + length);
		assert.deepEqual(
			[frame[at + 4], frame.readUInt32BE(at + 5), frame.readUInt32BE(at + 9)],
			[7, 6, n * blockLength],
		);
		for (const byte of [0, 1, length - 1])
			assert.equal(frame[at + 13 + byte], (n * blockLength + byte) % 251);
		at += 13 + length;
	}
	assert.equal(at, frame.length);
});

test('one peer has a few writes on its way at a time, and the next goes when one was taken', () => {
	const {peer, pump, take, frames, waiting} = slow(new Uploader(new HandClock()));
	// A short block is the last of a write.
	for (let n = 0; n < 10; n++) peer.uploads.push(n, 0, 1000);
	pump();
	const most = frames.length;
	assert.ok(most >= 2 && most < 10, `${most} at a time`);
	pump();
	assert.equal(frames.length, most);
	take();
	assert.equal(frames.length, most + 1);
	for (let n = 0; n < 20; n++) take();
	assert.equal(frames.length, 10);
	assert.equal(waiting(), 0);
	assert.equal(peer.uploads.isIdle, true);
});

test('memory for all peers together is limited: who finds none has its turn when some comes free', () => {
	const uploader = new Uploader(new HandClock());
	const peers = Array.from({length: 700}, () => slow(uploader));
	const all = 4 * peers.length;
	for (const {peer, pump} of peers) {
		for (let n = 0; n < 4; n++) peer.uploads.push(n, 0, 1000);
		pump();
	}
	const sent = (): number => peers.reduce((sum, {frames}) => sum + frames.length, 0);
	const most = sent();
	assert.ok(most < all, 'there is no end to it');
	assert.equal(peers.at(-1)!.frames.length, 0);
	// Each that is taken makes room for one more, until all have what they asked for.
	for (let round = 0; round < 200 && sent() < all; round++) for (const {take} of peers) take();
	assert.equal(sent(), all);
	for (const {take} of peers) for (let n = 0; n < 4; n++) take();
	uploader.trim();
	const [one] = peers;
	one!.peer.uploads.push(9, 0, blockLength);
	one!.pump();
	assert.equal(one!.frames.length, 5);
});

test('quick peers share the memory evenly: each sends as much at a time as the others, however late it came', () => {
	const uploader = new Uploader(new HandClock());
	const peers = Array.from({length: 40}, () => slow(uploader));
	for (const {peer, pump} of peers) {
		for (let n = 0; n < 320; n++) peer.uploads.push(n >> 4, (n & 15) * blockLength, blockLength);
		pump();
	}
	const blocks = (frames: readonly Uint8Array[]): number =>
		frames.reduce((sum, {length}) => sum + length / (blockLength + 13), 0);
	for (let round = 0; round < 4; round++) for (const {take} of peers) take();
	for (const {frames} of peers) frames.length = 0;
	for (let round = 0; round < 5; round++) for (const {take} of peers) take();
	for (const [n, {frames}] of peers.entries()) assert.equal(blocks(frames), 5 * 16, `peer ${n}`);
	for (const {peer} of peers) assert.equal(peer.uploads.inFlight, 1);
	for (const {peer, take} of peers.slice(1)) {
		peer.uploads.clear(() => {});
		take();
	}
	peers[0]!.take();
	assert.equal(peers[0]!.waiting(), 4, 'what the others held is not left to the last one');
});

test('who may send nothing for now, and who went away before it could, keeps nothing from quick peers', () => {
	const uploader = new Uploader(new HandClock());
	const ask = ({uploads}: {uploads: UploadQueue}): void => {
		for (let n = 0; n < 320; n++) uploads.push(n >> 4, (n & 15) * blockLength, blockLength);
	};
	for (const {peer, source, pump} of Array.from({length: 80}, () => slow(uploader))) {
		ask(peer);
		source.uploadGrant = () => 0;
		pump();
		peer.isClosed = true;
	}
	const quick = slow(uploader);
	ask(quick.peer);
	quick.pump();
	assert.equal(quick.waiting(), 4);
});

test('who takes nothing any more has no part a second later of what quick peers share', async () => {
	const clock = new HandClock();
	const uploader = new Uploader(clock);
	const ask = ({uploads}: {uploads: UploadQueue}): void => {
		for (let n = 0; n < 320; n++) uploads.push(n >> 4, (n & 15) * blockLength, blockLength);
	};
	for (const {peer, pump} of Array.from({length: 20}, () => slow(uploader))) {
		ask(peer);
		pump();
	}
	await clock.pass(2000);
	const quick = slow(uploader);
	ask(quick.peer);
	quick.pump();
	assert.equal(quick.waiting(), 4);
});

test('what may not leave now is not taken from the queue, and what was granted is accounted for', () => {
	const {peer, pump, grants, frames} = slow(new Uploader(new HandClock()));
	peer.uploads.push(0, 0, 1000);
	pump();
	assert.equal(grants.length, 1);
	assert.equal(grants[0]![1], 1000);
	const stingy = slow(new Uploader(new HandClock()));
	stingy.peer.uploads.push(0, 0, 1000);
	const uploader = new Uploader(new HandClock());
	const used: number[] = [];
	uploader.pump(stingy.peer, {
		...({} as UploadSource),
		uploadGrant: () => 0,
		uploadUsed: (_, bytes) => used.push(bytes),
	});
	assert.deepEqual(used, [0]);
	assert.equal(stingy.peer.uploads.length, 1);
	assert.equal(frames.length, 1);
});

test('at a low limit blocks go bit by bit, and each byte is counted once', () => {
	const uploader = new Uploader(new HandClock());
	const {peer} = slow(uploader);
	let counted = 0;
	let left: (bytes: number) => void = () => {};
	let done: () => void = () => {};
	let length = 0;
	const source: UploadSource = {
		readPiece: (_piece, _begin, _views, told) => told(undefined),
		uploadGrant: () => 1,
		uploadUsed: () => {},
		pacedWrites: {
			active: true,
			dropped: () => {},
			send: (
				_peer: UploadPeer,
				frames: Uint8Array,
				_now: number,
				onLeft: typeof left,
				onDone: () => void,
			) => {
				length = frames.length;
				left = onLeft;
				done = onDone;
			},
		} as unknown as UploadSource['pacedWrites'],
		uploadDone: (_peer, bytes) => {
			counted += bytes;
		},
		readFailed: () => {},
	};
	peer.uploads.push(0, 0, 5000);
	uploader.pump(peer, source);
	assert.equal(length, 5013);
	left(2000);
	assert.equal(counted, 2000);
	// The frame is longer than the block: what is beyond it is no payload.
	left(3013);
	assert.equal(counted, 5000);
	done();
	assert.equal(counted, 5000);
	assert.equal(peer.uploads.isIdle, true);
});

/** A peer that takes everything at once, of a torrent that is in memory but for some pieces. */
function inMemory(missing: readonly number[] = []) {
	const uploader = new Uploader(new HandClock());
	const {peer, source, frames, take} = slow(uploader);
	const asked: number[] = [];
	let isQuick = true;
	const readAtOnce: number[] = [];
	const cached: UploadSource = {
		...source,
		isCached: true,
		readCached: (piece, _begin, views) => {
			if (missing.includes(piece)) return false;
			readAtOnce.push(piece);
			for (const view of views) view.fill(piece);
			return true;
		},
		readPiece: (piece, _begin, views, told) => {
			asked.push(piece);
			for (const view of views) view.fill(piece);
			setImmediate(told, undefined);
		},
	};
	const quick: UploadPeer = {
		...peer,
		get isClosed() {
			return peer.isClosed;
		},
		sendFrames: (bytes, now, done) => {
			peer.sendFrames(bytes, now, done);
			if (isQuick) process.nextTick(take);
		},
	};
	return {
		...{peer, frames, asked, readAtOnce, take},
		pump: () => uploader.pump(quick, cached),
		becomeSlow: () => {
			isQuick = false;
		},
	};
}

const turn = () => new Promise(resolve => setImmediate(resolve));

test('what is in memory is read and sent at once, a slab at a time', () => {
	const {peer, frames, readAtOnce, asked, pump, becomeSlow} = inMemory();
	becomeSlow();
	for (let block = 0; block < 64; block++) peer.uploads.push(5, block * blockLength, blockLength);
	pump();
	pump();
	assert.deepEqual([frames.length, readAtOnce, asked], [1, [5], []]);
	assert.equal(peer.uploads.inFlight, 1);
	assert.ok(frames[0]!.subarray(13, 13 + blockLength).every(byte => byte === 5));
});

test('of blocks that go together those that are not in memory are waited for', async () => {
	for (const missing of [[2], [4], [2, 4], [4, 9]]) {
		const {peer, frames, asked, pump} = inMemory(missing);
		for (const piece of [4, 2, 9]) peer.uploads.push(piece, 0, blockLength);
		pump();
		assert.equal(frames.length, 0, 'it was sent before all of it was read');
		await settled();
		assert.deepEqual(asked.toSorted(), missing);
		assert.equal(frames.length, 1);
		for (const [n, piece] of [4, 2, 9].entries()) {
			const data = frames[0]!.subarray(n * (blockLength + 13) + 13, (n + 1) * (blockLength + 13));
			assert.ok(data.every(byte => byte === piece));
		}
		assert.equal(peer.uploads.isIdle, true);
	}
});

test('who takes all at once what is in memory leaves others their turn after eight slabs', async () => {
	const {peer, frames, pump} = inMemory();
	for (let block = 0; block < 1600; block++) peer.uploads.push(5, block * blockLength, blockLength);
	pump();
	for (let most = 8; most < 104; most += 8) {
		await turn();
		assert.ok(frames.length <= most, `${frames.length} slabs before the others' turn number ${most / 8}`);
	}
	for (let turns = 0; turns < 100 && frames.length < 100; turns++) await turn();
	assert.equal(frames.length, 100);
	await settled();
	assert.equal(peer.uploads.isIdle, true);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {pacedBelow, portionOf} from '../../../source/engine/limits/slow-reads.ts';
import {narrower, TorrentRateLimits} from '../../../source/engine/limits/torrent-limits.ts';
import {RateLimiter} from '../../../source/policy/rates/rate-limiter.ts';

const start = 100_000;

/** A peer that counts what is read from it and sent to it. */
class Counter {
	most: number | undefined;
	paused = false;
	isClosed = false;
	sent = 0;
	readonly portions: number[] = [];
	readAtMost(most: number | undefined): void {
		this.most = most;
	}
	pauseReading(): void {
		this.paused = true;
	}
	resumeReading(): void {
		this.paused = false;
	}
	sendPortion(bytes: Uint8Array, _now: number, last: boolean, done?: () => void): void {
		this.sent += bytes.length;
		this.portions.push(last ? -bytes.length : bytes.length);
		done?.();
	}
}

function open(limits: {download?: number; upload?: number; own?: {download?: number; upload?: number}} = {}) {
	const all = {download: new RateLimiter(limits.download), upload: new RateLimiter(limits.upload)};
	const rateLimits = new TorrentRateLimits(all);
	rateLimits.download.setRate(limits.own?.download, start - 10_000);
	rateLimits.upload.setRate(limits.own?.upload, start - 10_000);
	// Everybody has saved up what may be.
	for (const limiter of [all.download, all.upload, rateLimits.download, rateLimits.upload]) {
		limiter.nextDeadline(start - 10_000);
		limiter.nextDeadline(start);
	}
	return {rateLimits, all};
}

test('the narrower of two limits holds, and either may be none', () => {
	assert.equal(narrower(undefined, undefined), undefined);
	assert.equal(narrower(5, undefined), 5);
	assert.equal(narrower(undefined, 7), 7);
	assert.equal(narrower(5, 7), 5);
	assert.equal(narrower(9, 7), 7);
	assert.equal(narrower(0, 7), 0);
	const {rateLimits} = open({download: 500, upload: 100, own: {download: 300}});
	assert.deepEqual([rateLimits.maxDownload, rateLimits.maxUpload], [300, 100]);
});

test('only another limit is news: ten thousand torrents without any do not make each other look', () => {
	const {rateLimits} = open({own: {upload: 100}});
	assert.equal(rateLimits.set({maxDownload: null}, start), false);
	assert.equal(rateLimits.set({maxUpload: 100}, start), false);
	assert.equal(rateLimits.set({}, start), false);
	assert.equal(rateLimits.set({maxDownload: 300, maxUpload: 100}, start), true);
	assert.equal(rateLimits.set({maxDownload: 300}, start), false);
	assert.equal(rateLimits.set({maxUpload: null}, start), true);
	assert.equal(rateLimits.ownUpload, undefined);
	// What was chosen is kept also while a narrower cap holds.
	rateLimits.setCap(50, start);
	assert.equal(rateLimits.set({maxUpload: 200}, start), false);
	assert.equal(rateLimits.ownUpload, 200);
});

test('whole blocks are asked for: the rest of one that is begun is on credit', () => {
	// A quarter of a second is one and a half blocks.
	const {rateLimits} = open({download: 6 * blockLength});
	assert.equal(rateLimits.downloadGrant(start, 10 * blockLength), 2 * blockLength);
	assert.equal(rateLimits.downloadGrant(start, blockLength), 0);
	// Half a block is owed: it takes a twelfth of a second to pay that.
	assert.equal(rateLimits.downloadGrant(start + 83, blockLength), 0);
	assert.equal(rateLimits.downloadGrant(start + 90, blockLength), blockLength);
	const free = open();
	assert.equal(free.rateLimits.downloadGrant(start, 10 * blockLength), 10 * blockLength);
});

test('no more is granted than is wanted, and what is not used comes back', () => {
	const {rateLimits} = open({download: 16 * blockLength});
	assert.equal(rateLimits.downloadGrant(start, blockLength), blockLength);
	assert.equal(rateLimits.downloadGrant(start, 9 * blockLength), 3 * blockLength);
	rateLimits.downloadUsed(start, 3 * blockLength, blockLength);
	assert.equal(rateLimits.downloadGrant(start, 9 * blockLength), 2 * blockLength);
	// What came unasked is paid for as well.
	rateLimits.downloadUsed(start, 0, 4 * blockLength);
	assert.equal(rateLimits.downloadGrant(start + 249, blockLength), 0);
	assert.equal(rateLimits.downloadGrant(start + 260, blockLength), blockLength);
});

test('a limit at which a block takes long is kept bit by bit, and another is not', () => {
	assert.equal(portionOf(20_000), 2000);
	assert.equal(portionOf(100), 512);
	assert.equal(portionOf(10_000_000), blockLength);
	const peers = [new Counter(), new Counter()];
	const apply = (rate: number | undefined, downloads = true) => {
		const {rateLimits, all} = open();
		all.download.setRate(rate, start);
		rateLimits.apply(peers, downloads, start);
		return rateLimits.reads;
	};
	assert.equal(apply(pacedBelow - 1).active, true);
	assert.deepEqual(
		peers.map(({most}) => most),
		[portionOf(pacedBelow - 1), portionOf(pacedBelow - 1)],
	);
	assert.equal(apply(pacedBelow).active, false);
	assert.equal(apply(undefined).active, false);
	assert.equal(apply(1000, false).active, false, 'it does not download');
});

test('at a low limit a peer is read no faster, and whoever waits goes on in turn', () => {
	const {rateLimits, all} = open();
	const peers = [new Counter(), new Counter(), new Counter()];

	all.download.setRate(10_000, start);
	rateLimits.apply(peers, true, start);
	let read = 0;
	const resumed = new Set<number>();
	for (let now = start; now < start + 10_000; now += 20) {
		rateLimits.reads.wake(peers, now);
		for (const [n, counter] of peers.entries()) {
			if (counter.paused) continue;
			resumed.add(n);
			read += counter.most!;
			rateLimits.reads.took(counter, counter.most!, now);
		}
	}
	assert.ok(Math.abs(read / 100_000 - 1) < 0.1, `${read} bytes in 10 s`);
	assert.equal(resumed.size, 3);
	const late = new Counter();
	rateLimits.reads.join(late);
	assert.equal(late.most, 1000);
	// Lifted, all are read at once again.
	peers[0]!.paused = true;
	all.download.setRate(undefined, start + 10_000);
	rateLimits.apply(peers, true, start + 10_000);
	assert.deepEqual([peers[0]!.paused, peers[0]!.most], [false, undefined]);
});

test('at a low limit blocks leave bit by bit, one after the other, told as they leave', () => {
	const {rateLimits} = open({upload: 10_000});
	rateLimits.apply([], false, start);
	const {writes} = rateLimits;
	const [one, two] = [new Counter(), new Counter()];
	let [left, done] = [0, ''];
	const count = (bytes: number): void => {
		left += bytes;
	};
	assert.equal(rateLimits.uploadGrant(start, 5 * blockLength), 1, 'one block at a time');
	rateLimits.uploadUsed(start, 1, blockLength);
	assert.equal(rateLimits.uploadGrant(start, blockLength), 0, 'while it is read');
	writes.send(one, new Uint8Array(6000), start, count, () => {
		done += '1';
	});
	assert.ok(one.sent > 0 && one.sent <= 2500 && one.sent === left, `${one.sent} at once`);
	assert.equal(rateLimits.uploadGrant(start, blockLength), 0, 'while it leaves');
	writes.send(two, new Uint8Array(3000), start, count, () => {
		done += '2';
	});
	let oneDoneAt = 0;
	let now = start;
	for (; writes.busy && now < start + 20_000; now += 10) {
		writes.wake(now);
		if (done !== '' && oneDoneAt === 0) oneDoneAt = now;
		assert.ok(two.sent === 0 || one.sent === 6000, 'one after the other');
	}
	assert.equal(done, '12');
	assert.deepEqual([one.sent, two.sent, left], [6000, 3000, 9000]);
	assert.ok(one.portions.at(-1)! < 0 && one.portions.slice(0, -1).every(bytes => bytes > 0 && bytes <= 1000));
	const took = now - start;
	assert.ok(took > 600 && took < 1000, `9000 bytes left in ${took} ms`);
	assert.equal(rateLimits.uploadGrant(now + 1000, blockLength), 1);
});

test('when the limit is lifted what waits goes at once; what is for somebody who has gone is let go', () => {
	const {rateLimits, all} = open({upload: 4000});
	rateLimits.apply([], false, start);
	const [gone, here] = [new Counter(), new Counter()];
	let done = '';
	rateLimits.writes.send(
		gone,
		new Uint8Array(4000),
		start,
		() => {},
		() => {
			done += 'g';
		},
	);
	rateLimits.writes.send(
		here,
		new Uint8Array(4000),
		start,
		() => {},
		() => {
			done += 'h';
		},
	);
	const {sent} = gone;
	assert.ok(sent < 4000);
	gone.isClosed = true;
	rateLimits.writes.wake(start);
	assert.equal(done, 'g');
	assert.equal(gone.sent, sent);
	all.upload.setRate(undefined, start);
	rateLimits.apply([], false, start);
	assert.equal(done, 'gh');
	assert.equal(here.sent, 4000);
	assert.equal(rateLimits.writes.busy, false);
	assert.equal(rateLimits.uploadGrant(start, 5 * blockLength), 5 * blockLength);
});

test('a block that could not be read makes room for the next', () => {
	const {rateLimits} = open({upload: 4000});
	rateLimits.apply([], false, start);
	rateLimits.uploadUsed(start, 1, blockLength);
	assert.equal(rateLimits.writes.busy, true);
	rateLimits.writes.dropped();
	rateLimits.writes.dropped();
	assert.equal(rateLimits.writes.busy, false);
	rateLimits.uploadUsed(start, 1, 0);
	assert.equal(rateLimits.writes.busy, false);
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {MetadataDownload} from '../../../source/policy/metadata/metadata-download.js';
import {seeded} from '../../helpers/fake-engine.js';

const block = 16_384;

/** The right metadata of a size, or another for another letter. */
function metadata(size: number, fill = 1): Uint8Array {
	return new Uint8Array(size).fill(fill);
}

const pieceOf = (bytes: Uint8Array, piece: number): Uint8Array =>
	bytes.subarray(piece * block, (piece + 1) * block);

test('pieces are asked of different peers, each once', () => {
	const download = new MetadataDownload(seeded(1));
	for (const peer of [1, 2, 3]) download.offer(peer, 5 * block + 10, 0, `host ${peer}`);
	const requests = download.next(0);
	assert.deepEqual(
		requests.map(({piece}) => piece),
		[0, 1, 2, 3, 4, 5],
	);
	for (const peer of [1, 2, 3]) assert.equal(requests.filter(other => other.peer === peer).length, 2);
	assert.deepEqual(download.next(1000), []);
	assert.equal(download.asked, 3);
});

test('what came from several is one whole', () => {
	const download = new MetadataDownload(seeded(1));
	const whole = metadata(2 * block + 5);
	for (const peer of [1, 2]) download.offer(peer, whole.length, 0, `host ${peer}`);
	const outcomes = download
		.next(0)
		.map(({peer, piece}) => download.received(peer, piece, whole.length, pieceOf(whole, piece), 0));
	assert.deepEqual(
		outcomes.map(({kind}) => kind),
		['kept', 'kept', 'whole'],
	);
	assert.deepEqual(outcomes[2]!.kind === 'whole' && outcomes[2]!.bytes, whole);
	assert.equal(download.progress, 1);
});

test('what one is silent about for two seconds another is asked for who is idle, and who refuses is passed over', () => {
	const download = new MetadataDownload(seeded(1));
	for (const peer of [1, 2]) download.offer(peer, 10, 0, `host ${peer}`);
	const [first] = download.next(0);
	assert.equal(download.nextDeadline(0), 2000);
	assert.deepEqual(download.next(1999), []);
	const [second] = download.next(2000);
	assert.notEqual(second!.peer, first!.peer);
	assert.equal(download.nextDeadline(2000), 4000);
	download.rejected(second!.peer, 0, 2001);
	assert.deepEqual(download.next(11_000), [], 'nobody else is left');
	download.offer(3, 10, 12_000, 'host 3');
	assert.deepEqual(download.next(12_000), [{peer: 3, piece: 0}]);
	assert.equal(
		download.received(first!.peer, 0, 10, metadata(10), 12_000).kind,
		'whole',
		'a late answer counts',
	);
});

test('who has something to answer is not asked, too, for what others are silent about before ten seconds', () => {
	const download = new MetadataDownload(seeded(1));
	for (const peer of [1, 2]) download.offer(peer, 2 * block, 0, `host ${peer}`);
	assert.equal(download.next(0).length, 2);
	assert.deepEqual(download.next(9999), []);
	download.offer(3, 2 * block, 9999, 'host 3');
	assert.equal(download.next(9999).length, 1);
	assert.equal(download.next(10_000).length, 1);
});

test('of who goes is asked nothing more, and what it was asked for is asked of others', () => {
	const download = new MetadataDownload(seeded(1));
	for (const peer of [1, 2]) download.offer(peer, 10, 0, `host ${peer}`);
	const [first] = download.next(0);
	download.left(first!.peer);
	assert.deepEqual(download.next(1), [{peer: 3 - first!.peer, piece: 0}]);
	assert.equal(download.sources, 1);
});

test('sizes that cannot be are no offer', () => {
	const download = new MetadataDownload(seeded(1));
	for (const size of [0, -5, 10_000_001, Number.NaN])
		assert.equal(download.offer(1, size, 0, 'host 1'), false, `${size}`);
	assert.equal(download.offer(1, 10_000_000, 0, 'host 1'), true);
});

test('a liar with a size of megabytes keeps nobody waiting, though it came first', () => {
	const download = new MetadataDownload(seeded(1));
	download.offer(1, 9_000_000, 0, 'host 1');
	download.offer(2, 9_000_000, 0, 'host 2');
	download.offer(3, 40_000, 0, 'host 3');
	assert.deepEqual([...new Set(download.next(0).map(({peer}) => peer))], [3]);
});

test('the size most say is tried first; when it is wrong the others are', () => {
	const download = new MetadataDownload(seeded(1));
	for (const peer of [1, 2, 3]) download.offer(peer, 100, 0, `host ${peer}`);
	download.offer(4, 50, 0, 'host 4');
	const [request] = download.next(0);
	assert.ok(request!.peer <= 3);
	const outcome = download.received(request!.peer, 0, 100, metadata(100), 0);
	assert.ok(outcome.kind === 'whole');
	download.failed(outcome.attempt, 0);
	const peers = download.next(1).map(({peer}) => peer);
	assert.ok(peers.includes(4), `${peers}`);
});

test('after a wrong whole of several each of the next is of one peer, and who gave a wrong one alone is not asked again', () => {
	const download = new MetadataDownload(seeded(3));
	const size = 2 * block;
	for (const peer of [1, 2, 3]) download.offer(peer, size, 0, `host ${peer}`);
	let wrong: number | undefined;
	for (const {peer, piece} of download.next(0)) {
		const outcome = download.received(peer, piece, size, metadata(block, peer), 0);
		if (outcome.kind === 'whole') wrong = outcome.attempt;
	}
	download.failed(wrong!, 0);
	assert.equal(download.failures, 1);
	assert.deepEqual(
		download.next(100).filter(({peer}) => peer < 3),
		[],
		'those who gave rest for 20 to 70 s',
	);
	const asked = download.next(70_001);
	assert.ok(asked.length >= 4);
	let ended = 0;
	const outcomes: string[] = [];
	for (const {peer, piece} of asked) {
		const outcome = download.received(peer, piece, size, metadata(block, peer), 70_002);
		outcomes.push(outcome.kind);
		if (outcome.kind !== 'whole') continue;
		assert.ok(
			outcome.bytes.every(byte => byte === peer),
			'all of it is of one',
		);
		download.failed(outcome.attempt, 70_002);
		ended++;
	}
	assert.ok(ended >= 2, outcomes.join());
	assert.equal(download.sources, 3 - ended);
});

test('pieces of another length or of another size cost whoever sent them its part in it; what nobody asked for too', () => {
	const download = new MetadataDownload(seeded(1));
	download.offer(1, 100, 0, 'host 1');
	download.next(0);
	assert.equal(download.received(1, 5, 100, metadata(10), 0).kind, 'wrong');
	assert.equal(download.received(1, 0, 100, metadata(99), 0).kind, 'wrong');
	assert.equal(download.sources, 0);
	download.offer(2, 100, 0, 'host 2');
	download.next(0);
	assert.equal(download.received(2, 0, 101, metadata(100), 0).kind, 'wrong');
	assert.equal(download.received(9, 0, 100, metadata(100), 0).kind, 'nothing');
});

/** When the right metadata is here, of the last who comes, though all others take nine seconds for wrong pieces; in seconds. */
function timeAmongSlowLiars(
	sizeOf: (liar: number) => number,
	before?: (download: MetadataDownload) => void,
): number {
	const download = new MetadataDownload(seeded(1));
	before?.(download);
	const size = 5 * block;
	for (let liar = 0; liar < 10; liar++) download.offer(liar, sizeOf(liar), 0, `host ${liar}`);
	download.offer(100, size, 0, 'host 100');
	const due: Array<{peer: number; piece: number; at: number}> = [];
	for (let now = 0; now < 3_600_000; now += 500) {
		for (const request of download.next(now))
			due.push({...request, at: now + (request.peer === 100 ? 500 : 9000)});
		for (const {peer, piece} of due.filter(({at}) => at === now)) {
			const length = Math.min(block, (peer === 100 ? size : sizeOf(peer)) - piece * block);
			const outcome = download.received(peer, piece, undefined, metadata(length, peer === 100 ? 7 : 9), now);
			if (outcome.kind !== 'whole') continue;
			if (outcome.bytes.every(byte => byte === 7)) return now / 1000;
			download.failed(outcome.attempt, now);
		}
	}
	return Infinity;
}

test('who is slow with megabytes, or with many sizes, does not keep the right metadata waiting', () => {
	const sameSize = timeAmongSlowLiars(() => 3 << 20);
	const sizes = timeAmongSlowLiars(liar => (3 << 20) + liar);
	const true2 = timeAmongSlowLiars(() => 5 * block);
	assert.ok(sameSize <= 10, `of one size: ${sameSize} s`);
	assert.ok(sizes <= 30, `of ten sizes: ${sizes} s`);
	assert.ok(true2 <= 30, `of the right size: ${true2} s`);
});

test('nor does it once one whole was wrong and each is of one peer, nor with the largest sizes', () => {
	const oneWrong = (download: MetadataDownload): void => {
		download.offer(50, 10, 0, 'host 50');
		download.next(0);
		const outcome = download.received(50, 0, 10, metadata(10), 0);
		assert.ok(outcome.kind === 'whole');
		download.failed(outcome.attempt, 0);
	};
	for (const sizeOf of [() => 3 << 20, () => 9_000_000, (liar: number) => (3 << 20) + liar]) {
		const time = timeAmongSlowLiars(sizeOf, oneWrong);
		assert.ok(time <= 15, `${sizeOf(0)}: ${time} s`);
	}
});

test('of more who are slow than are asked at a time the slowest make room', () => {
	const download = new MetadataDownload(seeded(1));
	for (let liar = 0; liar < 40; liar++) download.offer(liar, (2 << 20) + liar, 0, `host ${liar}`);
	download.offer(100, 5 * block, 0, 'host 100');
	let askedAt = Infinity;
	const open: Array<{peer: number; piece: number; at: number}> = [];
	for (let now = 0; now < 600_000 && askedAt === Infinity; now += 500) {
		for (const request of download.next(now)) {
			if (request.peer === 100) askedAt = now;
			open.push({...request, at: now});
		}
		for (const {peer, piece} of open.filter(({at}) => at === now - 9000))
			download.received(peer, piece, undefined, metadata(block, 9), now);
	}
	assert.ok(askedAt <= 120_000, `${askedAt / 1000} s`);
});

test('a refusal of what was not asked for is told from one of what was', () => {
	const download = new MetadataDownload(seeded(1));
	download.offer(1, 10, 0, 'host 1');
	download.next(0);
	assert.equal(download.rejected(1, 3, 0), false);
	assert.equal(download.rejected(2, 0, 0), false);
	assert.equal(download.rejected(1, 0, 0), true);
	assert.equal(download.rejected(1, 0, 0), false);
});

test('whatever peers do, metadata comes as soon as one of them is honest and stays', () => {
	for (let seed = 1; seed <= 40; seed++) {
		const random = seeded(seed);
		const size = 1 + Math.floor(random() * 6 * block);
		const right = metadata(size, 7);
		const download = new MetadataDownload(random);
		const liars = Math.floor(random() * 8);
		for (let peer = 0; peer < liars; peer++)
			download.offer(peer, random() < 0.5 ? size : 1 + Math.floor(random() * 9_999_999), 0, `host ${peer}`);
		download.offer(100, size, 0, 'host 100');
		let done = false;
		let now = 0;
		for (; now < 3_600_000 && !done; now += 500) {
			for (const {peer, piece} of download.next(now)) {
				if (peer !== 100 && random() < 0.3) continue;
				if (peer !== 100 && random() < 0.2) {
					download.rejected(peer, piece, now);
					continue;
				}
				const data = pieceOf(peer === 100 || random() < 0.3 ? right : metadata(size, 9), piece);
				const outcome = download.received(peer, piece, peer === 100 ? size : undefined, data, now);
				if (outcome.kind !== 'whole') continue;
				done = outcome.bytes.every(byte => byte === 7) && outcome.bytes.length === size;
				if (!done) download.failed(outcome.attempt, now);
			}
		}
		assert.ok(done, `seed ${seed}`);
		assert.ok(now < 1_200_000, `seed ${seed}: ${now / 1000} s`);
	}
});

test('who goes takes nothing along of what others gave', () => {
	const download = new MetadataDownload(seeded(1));
	const whole = metadata(3 * block);
	for (const peer of [1, 2]) download.offer(peer, whole.length, 0, `host ${peer}`);
	const [first] = download.next(0);
	assert.equal(
		download.received(first!.peer, first!.piece, whole.length, pieceOf(whole, first!.piece), 0).kind,
		'kept',
	);
	download.left(first!.peer === 1 ? 2 : 1);
	assert.equal(download.progress, 1 / 3);
	download.left(first!.peer);
	assert.equal(download.progress, 1 / 3);
});

/** A whole of one block that is wrong, of this peer alone. */
function giveWrong(download: MetadataDownload, peer: number, now: number): void {
	const outcome = download.received(peer, 0, 10, metadata(10, 9), now);
	assert.ok(outcome.kind === 'whole');
	download.failed(outcome.attempt, now);
}

const askedOf = (download: MetadataDownload, now: number): number[] =>
	download.next(now).map(({peer}) => peer);

test('a liar that comes back by another connection is not asked anew for ten minutes, nor by one it has already', () => {
	const download = new MetadataDownload(seeded(1));
	download.offer(1, 10, 0, 'liar');
	assert.deepEqual(askedOf(download, 0), [1]);
	download.offer(2, 10, 0, 'liar');
	giveWrong(download, 1, 100);
	download.left(1);
	download.offer(3, 10, 200, 'liar');
	assert.deepEqual([askedOf(download, 200), download.sources], [[], 0]);
	download.offer(4, 10, 300, 'another');
	assert.deepEqual([askedOf(download, 300), download.sources], [[4], 1]);
	download.left(4);
	assert.deepEqual(askedOf(download, 599_000), []);
	assert.equal(download.nextDeadline(599_000), 600_100);
	assert.deepEqual(askedOf(download, 600_100).sort(), [2, 3], 'others may have come to that address');
});

test('nor is one that says another size than it did, or sends pieces of another length', () => {
	const download = new MetadataDownload(seeded(1));
	download.offer(1, 100, 0, 'liar');
	download.next(0);
	assert.equal(download.received(1, 0, 100, metadata(99), 0).kind, 'wrong');
	download.left(1);
	download.offer(2, 200, 0, 'liar');
	assert.deepEqual(askedOf(download, 0), []);
});

test('hosts that are remembered have a ceiling: the oldest is forgotten', () => {
	const download = new MetadataDownload(seeded(1));
	for (let liar = 0; liar < 1001; liar++) {
		download.offer(liar, 10, liar, `liar ${liar}`);
		assert.deepEqual(askedOf(download, liar), [liar]);
		giveWrong(download, liar, liar);
		download.left(liar);
	}
	download.offer(2000, 10, 1001, 'liar 1');
	assert.deepEqual(askedOf(download, 1001), []);
	download.offer(2001, 10, 1001, 'liar 0');
	assert.deepEqual(askedOf(download, 1001), [2001]);
});

/** Everybody who is asked gives something else, and the whole is found to be wrong. */
function mixWrong(download: MetadataDownload, size: number): void {
	let wrong = -1;
	for (const {peer, piece} of download.next(0)) {
		const outcome = download.received(peer, piece, size, metadata(block, peer), 0);
		if (outcome.kind === 'whole') wrong = outcome.attempt;
	}
	download.failed(wrong, 0);
}

test('an honest one that had part in a wrong whole is asked at once when nobody else is left', () => {
	for (const leaves of [false, true]) {
		const download = new MetadataDownload(seeded(1));
		const size = 2 * block;
		for (const peer of [1, 2]) download.offer(peer, size, 0, `host ${peer}`);
		mixWrong(download, size);
		if (leaves) download.left(1);
		const asked = download.next(100).filter(({peer}) => peer === 2);
		assert.deepEqual(
			asked.map(({piece}) => piece),
			[0, 1],
		);
		for (const {piece} of asked) {
			const outcome = download.received(2, piece, size, metadata(block, 2), 200);
			if (piece === 1) assert.ok(outcome.kind === 'whole' && outcome.bytes.every(byte => byte === 2));
		}
	}
});

test('who had part in a wrong whole comes last also by another connection', () => {
	const download = new MetadataDownload(seeded(1));
	const size = 2 * block;
	for (const peer of [1, 2]) download.offer(peer, size, 0, `host ${peer}`);
	mixWrong(download, size);
	for (const peer of [1, 2]) download.left(peer);
	for (const peer of [3, 4]) download.offer(peer, size, 50, `host ${peer - 2}`);
	download.offer(5, size, 50, 'another');
	assert.deepEqual([...new Set(askedOf(download, 100))], [5]);
	// It has had its time.
	assert.deepEqual([...new Set(askedOf(download, 2100))].sort(), [3, 4]);
});

interface Liars {
	/** How long each takes to answer. */
	readonly lag: number;
	/** A share of pieces they are silent about, and of those that are right. */
	readonly silent?: number;
	readonly right?: number;
	/** Each says a size of its own. */
	readonly sizes?: boolean;
	/** Whoever gave a wrong whole comes back by a new connection at once. */
	readonly comeBack?: boolean;
}

/** When the right metadata is here, of one honest peer that answers in 0.1 s, among ten liars; in ms. */
function timeAmongLiars(seed: number, blocks: number, liars: Liars): number {
	const random = seeded(seed);
	const download = new MetadataDownload(random);
	const size = blocks * block - 5;
	const who = new Map<number, number>();
	const honest = 10;
	let connections = 0;
	const sizeOf = (host: number): number => size + (liars.sizes && host !== honest ? block * (1 + host) : 0);
	const join = (host: number, now: number): void => {
		who.set(connections, host);
		download.offer(connections++, sizeOf(host), now, `host ${host}`);
	};
	for (let at = 0; at < 11; at++) join((at + seed) % 11, 0);
	let due: Array<{readonly peer: number; readonly piece: number; readonly at: number}> = [];
	for (let now = 0; now < 600_000; now += 100) {
		for (const {peer, piece} of download.next(now)) {
			const isHonest = who.get(peer) === honest;
			if (!isHonest && random() < (liars.silent ?? 0)) continue;
			due.push({peer, piece, at: now + (isHonest ? 100 : liars.lag)});
		}
		const come = due.filter(({at}) => at <= now);
		due = due.filter(({at}) => at > now);
		for (const {peer, piece} of come) {
			const host = who.get(peer);
			if (host === undefined) continue;
			const isRight = host === honest || random() < (liars.right ?? 0);
			const length = Math.min(block, sizeOf(host) - piece * block);
			const outcome = download.received(peer, piece, undefined, metadata(length, isRight ? 7 : 9), now);
			if (outcome.kind !== 'whole') continue;
			if (outcome.bytes.length === size && outcome.bytes.every(byte => byte === 7)) return now;
			download.failed(outcome.attempt, now);
			if (!liars.comeBack || host === honest) continue;
			download.left(peer);
			who.delete(peer);
			join(host, now);
		}
	}
	return Infinity;
}

for (const [what, liars, most] of [
	['answer at once', {lag: 100}, [500, 1500, 12_000]],
	['answer at once and come back', {lag: 100, comeBack: true}, [500, 1500, 12_000]],
	['take 1.5 s', {lag: 1500}, [2000, 5000, 13_000]],
	['take 9 s and come back', {lag: 9000, comeBack: true}, [10_000, 10_000, 10_000]],
	['give half of the pieces right', {lag: 100, right: 0.5}, [500, 1500, 12_000]],
	['answer every second question', {lag: 1500, silent: 0.5}, [13_000, 14_000, 14_000]],
	['say sizes of their own', {lag: 1500, sizes: true}, [4000, 8000, 35_000]],
	['say sizes of their own and take 9 s', {lag: 9000, sizes: true}, [12_000, 20_000, 25_000]],
] as const)
	test(`ten liars that ${what} keep the metadata of one honest peer waiting no longer than a while`, () => {
		for (const [at, blocks] of [1, 5, 40].entries())
			for (let seed = 1; seed <= 11; seed++) {
				const time = timeAmongLiars(seed, blocks, liars);
				assert.ok(time <= most[at]!, `${blocks} blocks, seed ${seed}: ${time} ms`);
			}
	});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {UnreadBytes} from '../../../source/policy/utp/unread-bytes.js';
import {seededRandom} from '../../helpers/seeded-random.ts';

const mebibyte = 1 << 20;

/** Packets of these lengths, and all that is in them. */
function packets(lengths: readonly number[]): {all: Uint8Array; each: Uint8Array[]} {
	const all = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
	for (let at = 0; at < all.length; at++) all[at] = (at * 31 + (at >> 8) * 7) & 255;
	let end = 0;
	const each = lengths.map(length => {
		end += length;
		return all.slice(end - length, end);
	});
	return {all, each};
}

test('a mebibyte of packets of one byte is kept in a few hundred pieces, and comes as it was', () => {
	const unread = new UnreadBytes();
	const {all, each} = packets(new Array(mebibyte).fill(1));
	for (const packet of each) unread.push(packet);
	assert.equal(unread.length, mebibyte);
	assert.ok(unread.pieces < 400, `${unread.pieces}`);
	const taken = new Uint8Array(mebibyte);
	assert.equal(unread.take(taken, mebibyte), mebibyte);
	assert.deepEqual(taken, all);
	assert.deepEqual([unread.length, unread.pieces], [0, 0]);
});

test('small packets among long ones cost no more than a few times what is in them', () => {
	for (const lengths of [
		[1, 4000],
		[1, 513],
		[1, 1232],
		[600, 1, 1],
		[1, 5000, 1],
	]) {
		const unread = new UnreadBytes();
		for (let round = 0; round < 1000; round++)
			for (const packet of packets(lengths).each) unread.push(packet);
		const most = unread.length / 256 + 64;
		assert.ok(unread.pieces < most, `${unread.pieces} pieces of ${unread.length} bytes, ${lengths}`);
	}
});

test('few packets are kept as they came, without a copy', () => {
	const unread = new UnreadBytes();
	const {each} = packets([10, 1232, 20]);
	for (const packet of each) unread.push(packet);
	assert.equal(unread.pieces, 3);
	const taken = new Uint8Array(2000);
	assert.deepEqual([unread.take(taken, 5), unread.take(taken, 2000), unread.take(taken, 5)], [5, 1257, 0]);
});

for (let seed = 1; seed <= 20; seed++)
	test(`whatever comes and is taken in between, it comes as it was (seed ${seed})`, () => {
		const random = seededRandom(seed);
		const below = (most: number) => Math.floor(random.next() * most);
		const unread = new UnreadBytes();
		const {all, each} = packets(
			Array.from({length: 5000}, () => below(below(3) === 0 ? 1400 : below(8) === 0 ? 6000 : 20)),
		);
		const taken = new Uint8Array(all.length);
		let at = 0;
		const take = (most: number) => {
			const portion = new Uint8Array(most);
			const count = unread.take(portion, most);
			taken.set(portion.subarray(0, count), at);
			at += count;
		};
		for (const packet of each) {
			unread.push(packet);
			if (below(40) === 0) take(below(30_000));
		}
		assert.equal(unread.length, all.length - at);
		take(all.length);
		assert.deepEqual(taken, all);
	});

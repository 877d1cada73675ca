import assert from 'node:assert/strict';
import test from 'node:test';
import {ReceiveWindow} from '../../../source/policy/utp/receive-window.ts';
import {type AckNews, SendWindow} from '../../../source/policy/utp/send-window.ts';

/** A window with packets 1 .. `count` of 100 bytes under way, sent 1 ms apart. */
function underWay(count: number, first = 1) {
	const released: number[] = [];
	const window = new SendWindow(first, ({sequence}) => released.push(sequence));
	for (let n = 0; n < count; n++) window.sent(window.add(new Uint8Array(120), 100), n);
	const news: AckNews = {bytes: 0, roundTrip: -1, lost: 0, isNewLoss: false};
	/** @param came numbers above `acknowledged` that have come */
	const ack = (acknowledged: number, came: number[] = [], now = 100): AckNews => {
		const bits = new Uint8Array(8);
		for (const sequence of came) {
			const bit = ((sequence - acknowledged) & 0xffff) - 2;
			bits[bit >> 3]! |= 1 << (bit & 7);
		}
		window.acknowledge(acknowledged, came.length > 0 ? bits : undefined, true, now, news);
		return {...news};
	};
	return {window, released, ack};
}

/** The numbers that are to be sent again, which it does. */
function again(window: SendWindow): number[] {
	const sequences: number[] = [];
	for (let packet = window.waiting; packet !== undefined; packet = window.waiting) {
		sequences.push(packet.sequence);
		window.sent(packet, 200);
	}
	return sequences;
}

test('an ack lets go of all up to its number, and tells how long the last was under way', () => {
	const {window, released, ack} = underWay(5);
	assert.equal(window.inFlight, 500);
	assert.deepEqual(ack(3), {bytes: 300, roundTrip: 98, lost: 0, isNewLoss: false});
	assert.deepEqual([released, window.count, window.inFlight], [[1, 2, 3], 2, 200]);
});

test('numbers go round the end', () => {
	const {window, released, ack} = underWay(6, 0xfffd);
	assert.equal(window.mayBe(0xfffc), true);
	assert.equal(window.mayBe(2), true);
	assert.equal(window.mayBe(3), false);
	assert.equal(ack(0xffff, [1, 2]).bytes, 500);
	assert.deepEqual(released, [0xfffd, 0xfffe, 0xffff]);
	assert.equal(ack(2).bytes, 100);
	assert.equal(window.count, 0);
});

test('acks of what was never sent, or of what was long ago, are none', () => {
	const {window} = underWay(3, 5000);
	for (const sequence of [4999, 5000, 5002, 4000]) assert.equal(window.mayBe(sequence), true, `${sequence}`);
	for (const sequence of [5003, 6000, 3900, 5000 + 0x8000]) assert.equal(window.mayBe(sequence), false);
});

test('what three later ones have overtaken is lost, once, and is sent again', () => {
	const {window, ack} = underWay(10);
	assert.equal(ack(1, [3]).lost, 0);
	assert.equal(ack(1, [3, 4]).lost, 0);
	const news = ack(1, [3, 4, 5]);
	assert.deepEqual([news.lost, news.isNewLoss, news.bytes], [1, true, 100]);
	window.cut();
	assert.deepEqual(again(window), [2]);
	assert.equal(ack(1, [3, 4, 5, 6]).lost, 0);
});

test('a packet that was lost again is found by those that were sent after it', () => {
	const {window, ack} = underWay(5);
	ack(0, [2, 3, 4]);
	window.cut();
	assert.deepEqual(again(window), [1]);
	for (let n = 0; n < 3; n++) window.sent(window.add(new Uint8Array(120), 100), 300);
	assert.equal(ack(0, [2, 3, 4, 5, 6, 7]).lost, 0);
	const news = ack(0, [2, 3, 4, 5, 6, 7, 8]);
	assert.deepEqual([news.lost, news.isNewLoss], [1, true]);
});

test('of what is lost of one cut of the window is told as one, and four at a time', () => {
	const {window, ack} = underWay(20);
	const news = ack(0, [10, 11, 12]);
	assert.deepEqual([news.lost, news.isNewLoss], [4, true]);
	window.cut();
	assert.deepEqual(again(window), [1, 2, 3, 4]);
	const more = ack(0, [10, 11, 12, 13]);
	assert.deepEqual([more.lost, more.isNewLoss], [4, false]);
});

test('without selective acks three that say the same tell of a loss', () => {
	const {window, ack} = underWay(6);
	ack(1);
	assert.deepEqual([ack(1).lost, ack(1).lost, ack(1).lost], [0, 0, 1]);
	assert.deepEqual(again(window), [2]);
});

test('a time-out has all sent again that has not come', () => {
	const {window, ack} = underWay(5);
	ack(1, [3]);
	window.timedOut();
	assert.equal(window.inFlight, 0);
	assert.deepEqual(again(window), [2, 4, 5]);
	assert.equal(window.inFlight, 300);
});

test('bits of a selective ack for what was never sent say nothing', () => {
	const {window, ack} = underWay(3);
	assert.equal(ack(0, [2, 3, 4, 40, 60]).bytes, 200);
	assert.equal(window.inFlight, 100);
});

test('a thousand packets are kept', () => {
	const {window, ack} = underWay(1000, 65_000);
	assert.equal(window.count, 1000);
	assert.equal(ack((65_000 + 999) & 0xffff).bytes, 100_000);
});

const text = (payload: Uint8Array | undefined) => payload && Buffer.from(payload).toString();
const packet = (word: string) => Buffer.from(word);

test('packets are put in their order', () => {
	const window = new ReceiveWindow(0xfffe);
	assert.equal(window.take(0, packet('b'), 100), 'early');
	assert.equal(window.take(2, packet('d'), 100), 'early');
	assert.equal(window.take(0, packet('b'), 100), 'again');
	assert.equal(window.shift(), undefined);
	assert.equal(window.take(0xffff, packet('a'), 100), 'next');
	assert.deepEqual([text(window.shift()), text(window.shift())], ['b', undefined]);
	assert.equal(window.acknowledged, 0);
	assert.equal(window.take(0xfff0, packet('x'), 100), 'again');
	assert.equal(window.hasGap, true);
	assert.equal(window.take(1, packet('c'), 100), 'next');
	assert.equal(text(window.shift()), 'd');
	assert.deepEqual([window.acknowledged, window.hasGap, window.bytes], [2, false, 0]);
});

test('what is too far ahead, or for what there is no room, is not kept', () => {
	const window = new ReceiveWindow(10);
	assert.equal(window.take(10 + 1025, packet('x'), 100), 'refused');
	assert.equal(window.take(10 + 1024, packet('x'), 100), 'early');
	assert.equal(window.take(12, new Uint8Array(99), 100), 'early');
	assert.equal(window.take(13, packet('x'), 100), 'refused');
	assert.equal(window.take(11, new Uint8Array(1000), 100), 'next');
});

test('the selective ack begins with the packet after the one that is lacking', () => {
	const window = new ReceiveWindow(65_530);
	assert.equal(window.sackLength, 0);
	for (const sequence of [65_532, 65_533, 2, 29]) window.take(sequence, packet('x'), 100);
	assert.equal(window.sackLength, 8);
	const bytes = new Uint8Array(10).fill(0xff);
	window.writeSack(bytes, 1, 8);
	// 65532 and 65533 are the first two bits, 2 is the seventh, 29 the thirty-fourth.
	assert.equal(Buffer.from(bytes).toString('hex'), 'ff4300000002000000ff');
});

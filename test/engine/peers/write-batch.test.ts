import assert from 'node:assert/strict';
import test from 'node:test';
import type {Clock} from '../../../source/base/ports.ts';
import {type Flushable, WriteBatch} from '../../../source/engine/peers/write-batch.ts';

function open() {
	const soon: Array<() => void> = [];
	const clock = {now: () => 77, soon: (callback: () => void) => soon.push(callback)} as unknown as Clock;
	const writeBatch = new WriteBatch(clock);
	const flushed: string[] = [];
	const peer = (name: string, onFlush: () => void = () => {}): Flushable => ({
		flush(now) {
			flushed.push(`${name} ${now}`);
			onFlush();
		},
	});
	const turn = (): string[] => {
		for (const callback of soon.splice(0)) callback();
		return flushed.splice(0);
	};
	return {writeBatch, peer, turn, soon};
}

test('who has something to say says it once a turn, in the order of asking', () => {
	const {writeBatch, peer, turn, soon} = open();
	const [one, two] = [peer('one'), peer('two')];
	for (const each of [one, two, one, one, two]) writeBatch.post(each);
	assert.equal(soon.length, 1);
	assert.deepEqual(turn(), ['one 77', 'two 77']);
	assert.deepEqual(turn(), []);
	writeBatch.post(two);
	assert.deepEqual(turn(), ['two 77']);
});

test('who has more to say while it speaks has its turn the next time', () => {
	const {writeBatch, peer, turn} = open();
	let times = 0;
	const two = peer('two');
	const talkative = peer('one', () => {
		if (times++ > 1) return;
		writeBatch.post(talkative);
		writeBatch.post(two);
	});
	writeBatch.post(talkative);
	assert.deepEqual(turn(), ['one 77']);
	assert.deepEqual(turn(), ['one 77', 'two 77']);
	assert.deepEqual(turn(), ['one 77', 'two 77']);
	assert.deepEqual(turn(), []);
});

test('what is said now is not said again in the turn', () => {
	const {writeBatch, peer, turn} = open();
	writeBatch.post(peer('one'));
	writeBatch.flush();
	assert.deepEqual(turn(), ['one 77']);
	writeBatch.post(peer('two'));
	assert.deepEqual(turn(), ['two 77']);
});

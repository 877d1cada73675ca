import assert from 'node:assert/strict';
import test from 'node:test';
import {planQueue, type QueueFacts, type QueueLimits} from '../../../source/policy/session/torrent-queue.ts';

const limits: QueueLimits = {downloads: 2, seeds: 2, total: 500};

/**
 * One letter a torrent in queue order: `d` waits to download, `D` downloads, `s` waits to seed, `S` seeds; a mark behind it:
 * `~` stalled, `!` forced. Its id is letter and place.
 */
function queue(letters: string): QueueFacts[] {
	return (letters.match(/[dDsS][~!]?/g) ?? []).map((entry, position) => ({
		id: `${entry[0]}${position}`,
		position,
		wants: entry[0]!.toLowerCase() === 'd' ? 'download' : 'seed',
		active: /[DS]/.test(entry),
		stalled: entry[1] === '~',
		forced: entry[1] === '!',
	}));
}

function plan(letters: string, change: Partial<QueueLimits> = {}): string {
	return planQueue(queue(letters), {...limits, ...change}).join(' ');
}

test('the first in the queue run, as many as may', () => {
	assert.equal(plan('dddsss'), 'd0 d1 s3 s4');
});

test('a download that is moved to the front takes the place of the last', () => {
	assert.equal(plan('dDD'), 'd0 D1');
});

test('the order of the list does not matter, the position does', () => {
	assert.deepEqual(planQueue(queue('ddd').reverse(), limits), ['d0', 'd1']);
});

test('a stalled torrent runs on and leaves its place to the next', () => {
	assert.equal(plan('D~Ddd'), 'D0 D1 d2');
	assert.equal(plan('S~S~sss'), 'S0 S1 s2 s3');
});

test('a torrent that waits is not called stalled', () => {
	assert.equal(plan('d~d~d~'), 'd0 d1');
});

test('a forced torrent runs beside the others', () => {
	assert.equal(plan('dds!d!'), 's2 d3 d0 d1');
	assert.equal(plan('d!', {downloads: 0, total: 0}), 'd0');
});

test('all together there is a ceiling, stalled ones included, and downloads go first', () => {
	assert.equal(plan('D~D~D~D~S~', {total: 3}), 'D0 D1 D2');
	assert.equal(plan('SSd', {total: 2}), 'd2 S0');
});

test('without limits everything runs', () => {
	assert.equal(plan('ddddssss', {downloads: undefined, seeds: undefined}).split(' ').length, 8);
	assert.equal(plan(''), '');
});

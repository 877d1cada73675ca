import assert from 'node:assert/strict';
import {test} from 'node:test';
import {LogRing} from '../../../source/engine/log/log-ring.ts';

test('keeps a warning however many details come after it', () => {
	const ring = new LogRing();
	ring.add(1, 'warn', 'banned');
	for (let line = 0; line < 20_000; line++) ring.add(2, 'debug', `piece ${line} verified`);
	assert.deepEqual(
		ring.newest(200, undefined, 'info').map(({text}) => text),
		['banned'],
	);
	assert.equal(ring.newest(10).at(-1)?.text, 'piece 19999 verified');
});

test('counts as news only what somebody looks for', () => {
	const ring = new LogRing();
	const before = ring.revision('info');
	ring.add(1, 'debug', 'a detail');
	assert.equal(ring.revision('info'), before);
	ring.add(1, 'info', 'something');
	assert.ok(ring.revision('info') > before);
});

test('answers the newest lines in the order they came, those of one torrent and of none', () => {
	const ring = new LogRing();
	for (const [text, torrent] of [['one', 'a'], ['two', 'b'], ['three'], ['four', 'a']] as const)
		ring.add(1, 'info', text, torrent);
	assert.deepEqual(
		ring.newest(2, 'a').map(({text}) => text),
		['three', 'four'],
	);
});

test('a line that is said again takes the place of the one before, and counts it, for each torrent by itself', () => {
	const ring = new LogRing();
	for (let minute = 0; minute < 12; minute++) {
		ring.add(minute * 60_000, 'warn', 'tracker x: no answer', 'a', 'First');
		ring.add(minute * 60_000, 'warn', 'tracker x: no answer', 'b', 'Second');
		if (minute === 5) ring.add(minute * 60_000, 'info', 'something else');
	}
	assert.deepEqual(
		ring.newest(10).map(({at, text, name, times}) => [at / 60_000, text, name, times]),
		[
			[5, 'something else', undefined, undefined],
			[11, 'tracker x: no answer', 'First', 12],
			[11, 'tracker x: no answer', 'Second', 12],
		],
	);
	ring.add(10 * 3_600_000, 'warn', 'tracker x: no answer', 'a', 'First');
	assert.equal(ring.newest(1)[0]!.times, undefined, 'what is long ago is another matter');
});

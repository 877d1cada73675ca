import assert from 'node:assert/strict';
import {test} from 'node:test';
import {LogRing} from '../../source/engine/log-ring.ts';

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

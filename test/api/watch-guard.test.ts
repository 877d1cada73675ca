import assert from 'node:assert/strict';
import {test} from 'node:test';
import {asWatch} from '../../source/api/watch-guard.ts';

/** More of anything than a screen has room for. */
const tooMany = 10_001;

test('what a screen asks for is taken as it is', () => {
	for (const watch of [
		{interval: 250},
		{interval: 50, keeps: true, session: true, torrents: false, log: 0},
		{interval: 1000, log: 10_000, logFrom: 'warn', speed: {range: 60, samples: 10_000}},
		{
			interval: 100,
			torrent: {
				...{id: 'x', overview: true, pieces: 10_000, peers: true, trackers: false, files: true},
				...{cell: 9999, peer: 2 ** 40, peerMaps: true},
				speed: {range: 0.5, samples: 1},
			},
		},
	]) {
		assert.deepEqual(asWatch(watch), watch);
	}
});

test('more cells, samples or log lines than any screen has room for are refused', () => {
	const speed = {range: 60, samples: 100};
	for (const count of [tooMany, 2 ** 40, -1, 1.5, Number.NaN, '5', null, [1]]) {
		assert.equal(asWatch({interval: 250, log: count}), undefined, `${count} lines`);
		assert.equal(asWatch({interval: 250, torrent: {id: 'x', pieces: count}}), undefined, `${count} cells`);
		for (const bad of [{...speed, samples: count}, {samples: count}]) {
			assert.equal(asWatch({interval: 250, speed: bad}), undefined, `${count} samples`);
			assert.equal(asWatch({interval: 250, torrent: {id: 'x', speed: bad}}), undefined);
		}
	}
});

test('a range that is no span of time is refused', () => {
	for (const range of [0, -1, 1e9, Infinity, Number.NaN, '60', undefined, null])
		assert.equal(asWatch({interval: 250, speed: {range, samples: 10}}), undefined, String(range));
});

test('an interval that is too short is lengthened, and one that is none refused', () => {
	for (const interval of [0, -5, 49, 1e-9]) assert.equal(asWatch({interval})?.interval, 50);
	assert.equal(asWatch({interval: 51})?.interval, 51);
	for (const interval of [undefined, '250', Number.NaN, Infinity, null])
		assert.equal(asWatch({interval}), undefined, String(interval));
});

test('sections, ids and levels of another kind are refused', () => {
	for (const key of ['session', 'torrents'])
		for (const value of [1, 'true', {}, null])
			assert.equal(asWatch({interval: 250, [key]: value}), undefined);
	for (const peer of [-1, 1.5, '1', null, {}])
		assert.equal(asWatch({interval: 250, torrent: {id: 'x', peer}}), undefined);
	for (const key of ['overview', 'peers', 'peerMaps', 'trackers', 'files'])
		for (const value of [1, 'true', {}, null])
			assert.equal(asWatch({interval: 250, torrent: {id: 'x', [key]: value}}), undefined);
	for (const torrent of [{}, {id: 5}, 'x', null, ['x']])
		assert.equal(asWatch({interval: 250, torrent}), undefined);
	for (const logFrom of ['loud', 1, null]) assert.equal(asWatch({interval: 250, log: 5, logFrom}), undefined);
	for (const watch of [undefined, null, 5, 'x', [250]]) assert.equal(asWatch(watch), undefined);
});

test('an interval longer than any timer takes is shortened', () => {
	assert.equal(asWatch({interval: 1e308})?.interval, 86_400_000);
	assert.equal(asWatch({interval: 2 ** 31})?.interval, 86_400_000);
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {brailleGraph, resample, roundScale} from '../../../source/ui/present/graph.ts';

test('draws graphs two samples and four steps to a cell', () => {
	assert.deepEqual(brailleGraph([0, 1, 2, 3, 4, 4], 3, 1, 4), ['⢀⣴⣿']);
	assert.deepEqual(resample([1, 3, 5, 7], 2), [2, 6]);
	assert.deepEqual(resample([5], 3), [0, 0, 5]);
	for (const peak of [0, 1, 20_000, 1e6, 1e9, 3e12]) assert.ok(roundScale(peak) >= peak);
});

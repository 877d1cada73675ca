import assert from 'node:assert/strict';
import {test} from 'node:test';
import {asCommand} from '../../source/api/command-guard.ts';

const id = 'ab'.repeat(20);

test('commands for pieces are taken with numbers and runs of them', () => {
	for (const command of [
		{type: 'piece.priority', id, pieces: [0, 7, [3, 9]], priority: 4},
		{type: 'piece.priority', id, pieces: [], priority: null},
		{type: 'piece.deadline', id, pieces: [[5, 5]], within: 0},
		{type: 'piece.deadline', id, pieces: [1], within: 1500.5},
		{type: 'piece.deadline', id, pieces: [1], within: null},
		{type: 'piece.deadline', id, pieces: [[1, 9]], within: 0, step: 250.5},
		{type: 'piece.deadline', id, pieces: new Array(10_000).fill([0, 1]), within: 1},
	]) {
		assert.deepEqual(asCommand(command), command);
	}
});

test('commands for pieces with anything else are refused', () => {
	const odd = [
		-1,
		0.5,
		'1',
		null,
		[1],
		[1, 2, 3],
		[2, 1],
		[0, -1],
		['0', '1'],
		{},
		[[1, 2]],
		2 ** 60,
		Number.NaN,
	];
	for (const piece of odd) {
		assert.equal(
			asCommand({type: 'piece.priority', id, pieces: [piece], priority: 1}),
			undefined,
			String(piece),
		);
		assert.equal(
			asCommand({type: 'piece.deadline', id, pieces: [piece], within: 1}),
			undefined,
			String(piece),
		);
	}
	for (const pieces of [undefined, null, 5, '5', {0: 1, length: 1}, new Array(10_001).fill(0)]) {
		assert.equal(asCommand({type: 'piece.priority', id, pieces, priority: 1}), undefined);
		assert.equal(asCommand({type: 'piece.deadline', id, pieces, within: 1}), undefined);
	}
	for (const priority of [undefined, 5, -1, 1.5, '1', true])
		assert.equal(asCommand({type: 'piece.priority', id, pieces: [1], priority}), undefined);
	for (const within of [undefined, -1, '1', true, Number.NaN, Infinity, []])
		assert.equal(asCommand({type: 'piece.deadline', id, pieces: [1], within}), undefined);
	assert.equal(asCommand({type: 'piece.deadline', pieces: [1], within: 1}), undefined);
});

test('what another program knew of a torrent is taken in its form alone', () => {
	const add = (known: unknown) => asCommand({type: 'torrent.add', metainfo: '', options: {known}});
	const right = {
		have: 'AA==',
		stamps: [null, [5, 1.5]],
		partials: [[1, 'gA==']],
		parts: [[0, '']],
		renamed: [[0, ['a', 'b']]],
		whenComplete: {dir: '/x', names: [[0, 'b']]},
		trackers: [['http://a/announce']],
		webSeeds: [],
		addedAt: 1,
		superSeeding: true,
	};
	assert.notEqual(add({}), undefined);
	assert.notEqual(add(right), undefined);
	const wrong: ReadonlyArray<readonly [string, readonly unknown[]]> = [
		['have', [1, null, [], {}]],
		['stamps', [[1], [[1]], [[1, -1]], [[1, 2, 3]], [undefined], 'x']],
		['partials', [[[-1, '']], [[1]], [[1, 2]]]],
		['parts', [[['0', '']], {}]],
		['renamed', [[[0, []]], [[0, 'a']], [[0.5, ['a']]]]],
		['whenComplete', [null, [], {dir: 1}, {names: [[0, 1]]}]],
		['trackers', [['http://a'], [[1]]]],
		['webSeeds', ['http://a']],
		['addedAt', [-1, '1', Number.NaN, 2 ** 60]],
		['superSeeding', [1]],
	];
	for (const [field, values] of wrong)
		for (const value of values) assert.equal(add({...right, [field]: value}), undefined, field);
	for (const known of [null, 1, 'x', []]) assert.equal(add(known), undefined);
});

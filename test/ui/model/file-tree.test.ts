import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {FileView} from '../../../source/api/snapshot.ts';
import {fileTree, matchRule, treeRows} from '../../../source/ui/model/file-tree.ts';

const files: readonly FileView[] = [
	{index: 0, path: ['root', 'b', 'two.mkv'], length: 200 * 1024 ** 2},
	{index: 2, path: ['root', 'b', 'sample.mkv'], length: 1024 ** 2},
	{index: 3, path: ['root', 'a.txt'], length: 10},
];

test('makes a tree of files that leaves out the folder all are in', () => {
	const rows = treeRows(fileTree(files), undefined, {
		folded: new Set(),
		filter: '',
		sort: 'path',
		reverse: false,
	});
	assert.deepEqual(
		rows.map(({key, depth}) => `${depth} ${key}`),
		['0 root/b', '1 root/b/two.mkv', '1 root/b/sample.mkv', '0 root/a.txt'],
	);
	const folded = treeRows(fileTree(files), undefined, {
		folded: new Set(['root/b']),
		filter: '',
		sort: 'path',
		reverse: false,
	});
	assert.equal(folded.length, 2);
});

test('picks files by pattern, size, expression, or a part of their path', () => {
	const picked = (rule: string) => {
		const result = matchRule(rule, files);
		return 'positions' in result ? result.positions : result.problem;
	};
	assert.deepEqual(picked('*.mkv'), [0, 1]);
	assert.deepEqual(picked('>100M'), [0]);
	assert.deepEqual(picked('<1K'), [2]);
	assert.deepEqual(picked('/SAMPLE/i'), [1]);
	assert.deepEqual(picked('a.t'), [2]);
	assert.match(String(picked('>big')), /not a size/);
	assert.match(String(picked('/(/')), /cannot be read/);
});

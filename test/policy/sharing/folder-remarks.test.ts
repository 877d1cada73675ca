import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crowdRemark, type FolderFacts, folderRemarks} from '../../../source/policy/sharing/folder-remarks.ts';

const quiet: FolderFacts = {
	dir: '/share',
	gone: undefined,
	held: 0,
	leftOut: [],
	remark: undefined,
	slow: [],
};

/** What is said, a line each. */
function lines(more: Partial<FolderFacts>): string[] {
	return folderRemarks({...quiet, ...more}).flatMap(({level, text}) =>
		text === undefined ? [] : [`${level}: ${text}`],
	);
}

test('of a folder that is gone is said what its torrents do, and nothing else', () => {
	const gone = {gone: 'it is not there', leftOut: [{name: 'x', why: 'y'}]};
	assert.deepEqual(lines(gone), ['warn: /share is gone (it is not there) until it is back']);
	assert.match(lines({...gone, held: 1})[0]!, /, its torrent is paused until/);
	assert.match(lines({...gone, held: 7})[0]!, /, its 7 torrents are paused until/);
});

test('of one that is there is said what is left out and what takes long, of each kind twenty at the most', () => {
	assert.deepEqual(lines({leftOut: undefined}), []);
	assert.deepEqual(lines({leftOut: [{name: 'x', why: 'links are not shared'}], slow: ['log']}), [
		'info: /share: «x» is left out: links are not shared',
		'info: /share: «log» is being written still: it is shared when that ends',
	]);
	const names = Array.from({length: 50}, (_, n) => `${n}`);
	assert.equal(lines({leftOut: names.map(name => ({name, why: ''})), slow: names}).length, 40);
});

test('that it is gone, or holds too much, is over when it is not so any more', () => {
	const over = folderRemarks(quiet).filter(({text}) => text === undefined);
	assert.deepEqual(
		over.map(({about}) => about),
		['gone', 'remark'],
	);
});

test('a folder of more entries than are shared says what to do', () => {
	assert.equal(crowdRemark(10_000, 0, 10_000), undefined);
	assert.equal(
		crowdRemark(10_005, 5, 10_000),
		'it holds 10005 entries: the first 10000 are shared; put the others into folders',
	);
});

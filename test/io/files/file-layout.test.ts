import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FileLayout} from '../../../source/io/files/file-layout.ts';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {geometryOf} from '../../../source/policy/pieces/piece-geometry.ts';
import {fileTable} from '../../../source/protocol/metainfo/file-table.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {type Bencodable, bencode} from '../../helpers/bencode.ts';

function torrent(files: readonly Bencodable[]) {
	const length = files.length * 10_000;
	const pieces = Buffer.alloc(20 * Math.ceil(length / 16_384));
	return parseMetainfo(bencode({info: {name: 'set', 'piece length': 16_384, pieces, files}}), hashFunctions);
}

const place = {dir: '/data', partPath: '/state/x.part'};

/** What the thread that has the disk reads of what it is sent. */
function sent(layout: FileLayout): string[] {
	const paths = layout.sentPaths ?? layout.packPaths(0, layout.fileCount);
	const there = FileLayout.sent(structuredClone(layout.data), structuredClone(paths))!;
	return Array.from({length: there.fileCount}, (_, file) => there.path(file));
}

test('the thread of the disk knows every file by the path it has', () => {
	const files = [
		{path: ['a', 'b.txt'], length: 10_000},
		{path: ['ä', '\u202e.txt'], length: 10_000},
		{path: ['_____padding_file_0'], length: 10_000},
		{path: ['.hidden'], length: 10_000},
	];
	const metainfo = torrent(files);
	assert.ok(fileTable(metainfo).pathColumns !== undefined);
	const renamed = new Map([[1, ['set', 'other']]]);
	const layout = FileLayout.of(metainfo, geometryOf(metainfo), place, renamed);
	const expected = ['set/a/b.txt', 'set/other', 'set/_____padding_file_0', 'set/.hidden'];
	assert.deepEqual(
		sent(layout),
		expected.map(path => `/data/${path}`),
	);
	assert.deepEqual(sent(layout.in('/moved').withPath(0, ['top'])), [
		'/moved/top',
		...expected.slice(1).map(path => `/moved/${path}`),
	]);
	// What is sent is the names, and nothing else of the torrent that they were read in.
	const {sentPaths} = layout;
	assert.ok(typeof sentPaths === 'object' && sentPaths.columns.names.buffer.byteLength < 300);
});

test('names that are not in columns are sent one after the other', () => {
	const metainfo = torrent([
		{path: ['a'], length: 10_000},
		{path: ['a'], length: 10_000},
	]);
	assert.equal(fileTable(metainfo).pathColumns, undefined);
	const layout = FileLayout.of(metainfo, geometryOf(metainfo), place);
	assert.deepEqual(sent(layout), ['/data/set/a', '/data/set/a.1']);
	assert.equal(FileLayout.sent(layout.data, 'one\0two\0three'), undefined);
});

test('a path that leads elsewhere is refused where it is used, however it came there', () => {
	const metainfo = torrent([
		{path: ['abc'], length: 10_000},
		{path: ['b'], length: 10_000},
	]);
	const layout = FileLayout.of(metainfo, geometryOf(metainfo), place);
	const {sentPaths} = layout;
	assert.ok(typeof sentPaths === 'object');
	const names = Uint8Array.from(sentPaths.columns.names);
	names.set(new TextEncoder().encode('../'), sentPaths.columns.starts[0]);
	const there = FileLayout.sent(layout.data, {...sentPaths, columns: {...sentPaths.columns, names}})!;
	assert.throws(() => there.path(0), TypeError);
	assert.equal(there.path(1), '/data/set/b');
});

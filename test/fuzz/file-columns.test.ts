import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.js';
import {FileLayout} from '../../source/io/files/file-layout.js';
import {mayClash} from '../../source/io/ownership/find-names.js';
import {placeOf} from '../../source/io/ownership/place-of.js';
import {geometryOf} from '../../source/policy/pieces/piece-geometry.js';
import {decodeBencode} from '../../source/protocol/bencode/bencode.js';
import {layOut, readFileList} from '../../source/protocol/metainfo/file-list.js';
import {fileTable} from '../../source/protocol/metainfo/file-table.js';
import type {Metainfo} from '../../source/protocol/metainfo/metainfo.js';
import {parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.js';
import {seeded} from '../policy/seeded.ts';
import {HostileTorrents} from './hostile-torrents.ts';
import {fuzzRounds, fuzzSeed} from './mutate.ts';

const digest = (algorithm: string) => (bytes: Uint8Array) => createHash(algorithm).update(bytes).digest();
const hash = {sha1: digest('sha1'), sha256: digest('sha256')};
const seed = fuzzSeed(20_261_127);

/** What reading file by file says of a v1 torrent: its files, or what is wrong with them. */
function oneByOne(bytes: Uint8Array, name: string): object {
	try {
		return layOut(readFileList(decodeBencode(bytes).get('info')!, name)!).files;
	} catch (error) {
		assert.ok(error instanceof ProtocolError);
		return {message: error.message};
	}
}

/** Columns say the same as files, wherever they are asked. */
function requireColumns(torrent: Metainfo): void {
	const table = fileTable(torrent);
	// Also before anybody has asked for the list, and from behind.
	const paths = Array.from(table.lengths, (_, n) => table.path(table.count - 1 - n)).reverse();
	const {files} = torrent;
	assert.deepEqual(
		paths,
		files.map(({path}) => path),
	);
	const {offsets, lengths, flags, pathColumns} = table;
	for (const [file, {offset, length, pad, executable}] of files.entries()) {
		assert.deepEqual([offsets[file], lengths[file], table.isPad(file)], [offset, length, pad]);
		assert.equal(flags[file]! >= 2, executable);
	}
	const layout = FileLayout.of(torrent, geometryOf(torrent), {dir: '/d', partPath: '/p/x.part'});
	const sent = structuredClone(layout.sentPaths ?? layout.packPaths(0, layout.fileCount));
	const there = FileLayout.sent(structuredClone(layout.data), sent)!;
	const place = placeOf(table, '/d', new Map());
	const folders = new Set(place.heads?.map(head => head.slice(0, head.lastIndexOf('/'))));
	for (const [file, {path, pad}] of files.entries()) {
		assert.equal(there.relative(file), path.join('/'));
		assert.equal(place.paths[file], pad ? undefined : path.join('/'));
		if (pathColumns !== undefined) assert.ok(folders.has(path.slice(0, -1).join('/')));
	}
	if (pathColumns?.staysApart)
		assert.equal(mayClash(files.filter(({pad}) => !pad).map(({path}) => path)), false);
}

test(`whatever a torrent's files are like, columns say what reading one by one says (seed ${seed})`, () => {
	const torrents = new HostileTorrents(seeded(seed));
	let [read, columns, refused] = [0, 0, 0];
	for (let round = 0; round < fuzzRounds(4000); round++) {
		const bytes = torrents.next();
		try {
			const torrent = parseMetainfo(bytes, hash);
			requireColumns(torrent);
			read++;
			if (fileTable(torrent).pathColumns !== undefined) columns++;
			if (torrent.version === '1') assert.deepEqual(torrent.files, oneByOne(bytes, torrent.name));
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			refused++;
		}
	}
	assert.ok(read > 0 && columns > 0 && refused > 0, `${read} read, ${columns} as columns, ${refused} not`);
});

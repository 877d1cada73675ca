import assert from 'node:assert/strict';
import {test} from 'node:test';
import {TorrentUploadSource} from '../../../source/engine/transfer/upload-source.js';
import type {StorageFailure} from '../../../source/io/disk/storage.js';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.js';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';

const block = 16_384;
const pieceLength = 2 * block;

/** A torrent of two files of v2, the second of 5 bytes: a disk that answers with sevens, and refuses what is not there. */
function source() {
	const files = [
		{offset: 0, length: pieceLength + 100, pad: false},
		{offset: 2 * pieceLength, length: 5, pad: false},
	];
	const map = PieceGeometry.aligned(2 * pieceLength + 5, pieceLength, files);
	const reads: Array<[position: number, length: number]> = [];
	const storage = {
		read(
			position: number,
			views: readonly Uint8Array[],
			done: (failure: StorageFailure | undefined) => void,
		) {
			const length = views.reduce((sum, view) => sum + view.length, 0);
			reads.push([position, length]);
			if (position + length > map.length) return done({code: 'io', message: 'not there'});
			for (const view of views) view.fill(7);
			done(undefined);
		},
	};
	const made = new TorrentUploadSource({map, storage} as never, {} as never);
	const read = async (piece: number, begin: number, lengths: readonly number[]): Promise<string> => {
		const views = lengths.map(length => new Uint8Array(length).fill(255));
		const failure = await new Promise(resolve => made.readPiece(piece, begin, views, resolve));
		assert.equal(failure, undefined);
		const all = Buffer.concat(views);
		const solid = all.findIndex(byte => byte !== 7);
		const length = solid < 0 ? all.length : solid;
		assert.ok(all.subarray(length).every(byte => byte === 0));
		return `${length} of ${all.length}`;
	};
	return {read, reads, map};
}

test('what is asked for behind the end of the last file is zeros, and is not looked for on the disk', async () => {
	const {read, reads} = source();
	assert.equal(await read(2, 0, [block]), `5 of ${block}`);
	assert.equal(await read(2, 0, [block, block]), `5 of ${2 * block}`);
	assert.equal(await read(2, block, [block]), `0 of ${block}`);
	assert.equal(await read(2, 0, [5]), '5 of 5');
	assert.deepEqual(reads, [
		[2 * pieceLength, 5],
		[2 * pieceLength, 5],
		[2 * pieceLength, 5],
	]);
});

test('of a v2-only torrent whole pieces may be asked for, of others no more than there is', () => {
	const {map} = source();
	assert.ok(map.holds(2, 0, block) && map.holds(1, block, block) && map.holds(2, block, block));
	assert.ok(!map.holds(2, block, block + 1) && !map.holds(3, 0, 1) && !map.holds(2, 0, 0));
	const uniform = PieceGeometry.uniform(2 * pieceLength + 5, pieceLength);
	assert.ok(uniform.holds(2, 0, 5) && !uniform.holds(2, 0, 6));
});

test('a peer that asks for the padding behind a v2 file gets it', async () => {
	const lone = new LoneTorrent({version: '2', seeds: true});
	await lone.start();
	const peer = await LonePeer.meet(lone, 1, {v2: true});
	peer.say(writer => writer.plain(2));
	for (let second = 0; second < 12; second++) {
		await lone.clock.pass(1000);
		lone.torrent.post({type: 'tick', now: lone.clock.now()});
	}
	assert.ok((await peer.hears('unchoke')).length > 0);
	peer.say(writer => writer.block(6, 11, block, block));
	for (let turns = 0; turns < 20 && peer.heard.length === 0; turns++) await peer.listen();
	assert.deepEqual(peer.heard, [`block 11 ${block} ${block}`]);
	await lone.torrent.close();
});

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {exportMetainfo} from '../../../source/engine/adding/export-metainfo.ts';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import type {SavedTorrent} from '../../../source/io/state/torrent-store.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {wrapInfo} from '../../../source/protocol/metainfo/wrap-info.ts';
import {hashesCome, linkedV2} from '../../helpers/lone-hashes.ts';

const find = (metainfo: Uint8Array | undefined) => ({
	find: async () => metainfo && ({metainfo} as SavedTorrent),
});

test('a .torrent that came by a link is given away with its piece layers as soon as they are known', async () => {
	const lone = linkedV2();
	const before = await exportMetainfo(lone.torrent, find(undefined));
	assert.equal(parseMetainfo(before, hashFunctions).pieceLayers?.size, 0);
	hashesCome(lone, 0);
	assert.deepEqual(await exportMetainfo(lone.torrent, find(undefined)), before);
	hashesCome(lone, 1);
	const after = parseMetainfo(await exportMetainfo(lone.torrent, find(undefined)), hashFunctions);
	assert.equal(after.pieceLayers?.size, 1);
	assert.equal(after.infoHashV2, lone.metainfo.infoHashV2);
});

test('one that was added without them keeps all else that it says, byte for byte', async () => {
	const lone = linkedV2();
	const bare = Buffer.from(wrapInfo(lone.metainfo.info, [['http://t.example/']], ['http://s.example/']));
	const zest = Buffer.concat([bare.subarray(0, -1), Buffer.from('4:zesti7ee')]);
	hashesCome(lone, 0);
	hashesCome(lone, 1);
	const bytes = Buffer.from(await exportMetainfo(lone.torrent, find(zest)));
	const layers = Buffer.from(encodeBencode('piece layers'));
	const at = bytes.indexOf(layers);
	const size = layers.length + 1 + 35 + '19200:'.length + 600 * 32 + 1;
	assert.deepEqual(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]), zest);
	const {trackers, webSeeds, pieceLayers} = parseMetainfo(bytes, hashFunctions);
	assert.deepEqual([trackers, webSeeds], [[['http://t.example/']], ['http://s.example/']]);
	assert.equal(pieceLayers?.size, 1);
});

test('one that has them is given away as it is', async () => {
	const lone = linkedV2({layers: true});
	const bytes = wrapInfo(lone.metainfo.info, []);
	assert.equal(await exportMetainfo(lone.torrent, find(bytes)), bytes);
});

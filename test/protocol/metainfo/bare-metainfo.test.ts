import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {hashFunctions} from '../../../source/io/machine/hash-functions.js';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.js';
import {bareMetainfo} from '../../../source/protocol/metainfo/bare-metainfo.js';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.js';

const fixture = (name: string) =>
	new Uint8Array(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)));

test('a bare .torrent is the same torrent, with its layers and without trackers or anything else that was in it', () => {
	for (const name of ['libtorrent-hybrid.torrent', 'libtorrent-v2.torrent']) {
		const whole = parseMetainfo(fixture(name), hashFunctions);
		const bytes = bareMetainfo(fixture(name));
		const bare = parseMetainfo(bytes, hashFunctions);
		assert.deepEqual([bare.infoHash, bare.infoHashV2], [whole.infoHash, whole.infoHashV2], name);
		assert.deepEqual(bare.pieceLayers, whole.pieceLayers);
		assert.deepEqual(
			[bare.trackers, bare.webSeeds, bare.comment, bare.createdBy],
			[[], [], undefined, undefined],
		);
	}
	const info = {name: 'x', 'piece length': 16_384, length: 5, pieces: new Uint8Array(20)};
	const secret = encodeBencode({announce: 'http://host/passkey-1/announce', comment: 'passkey-2', info});
	const text = Buffer.from(bareMetainfo(Uint8Array.from(secret))).toString('latin1');
	assert.doesNotMatch(text, /passkey/);
	assert.match(text, /^d4:infod/);
});

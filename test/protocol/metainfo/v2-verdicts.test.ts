import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.js';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.js';
import {v2Cases} from '../../helpers/v2-torrents.ts';

const digest = (algorithm: string) => (bytes: Uint8Array) =>
	new Uint8Array(createHash(algorithm).update(bytes).digest());
const hash = {sha1: digest('sha1'), sha256: digest('sha256')};

for (const {what, bytes, verdict} of v2Cases) {
	if (verdict instanceof RegExp) {
		test(`a torrent with ${what} is refused`, () => {
			assert.throws(
				() => parseMetainfo(bytes, hash),
				error => error instanceof ProtocolError && verdict.test(error.message),
			);
		});
		continue;
	}
	test(`a torrent with ${what} is read`, () => {
		const {files, infoHashV2, pieceCount, pieceLength} = parseMetainfo(bytes, hash);
		const told = files
			.filter(({pad}) => !pad)
			.map(
				({path, length, symlink}) =>
					`${path.join('/')} ${length}${symlink === undefined ? '' : ` -> ${symlink.join('/')}`}`,
			);
		assert.deepEqual(told, verdict);
		assert.equal(infoHashV2?.length, 64);
		for (const {offset, piecesRoot, length} of files) {
			if (piecesRoot === undefined) continue;
			assert.equal(offset % pieceLength, 0);
			assert.ok(offset + length <= pieceCount * pieceLength);
		}
	});
}

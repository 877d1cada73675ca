import assert from 'node:assert/strict';
import {blockLength} from '../../source/base/units.ts';
import {hashFunctions} from '../../source/io/machine/hash-functions.ts';
import {HashTrees} from '../../source/policy/hashes/hash-trees.ts';
import {rootOfPieces} from '../../source/protocol/metainfo/merkle.ts';
import {seeded} from '../policy/seeded.ts';
import {type LoneOptions, LoneTorrent} from './lone-torrent.ts';

const pieces = 600;

/** A v2 torrent of 600 pieces of one block, of which no hash is known. */
export function linkedV2(options: LoneOptions = {}): LoneTorrent {
	return new LoneTorrent({
		...{pieces, pieceLength: blockLength, short: 0, random: seeded(3)},
		...{version: '2' as const, layers: false},
		...options,
	});
}

/** All hashes of such a torrent. */
export function wholeTrees(lone: LoneTorrent): HashTrees {
	const {sha256} = hashFunctions;
	const layer = new Uint8Array(pieces * 32);
	for (let piece = 0; piece < pieces; piece++) {
		layer.set(sha256(lone.content.subarray(piece * blockLength, (piece + 1) * blockLength)), piece * 32);
	}
	const root = rootOfPieces(layer, blockLength, sha256);
	return new HashTrees(
		{...lone.metainfo, pieceLayers: new Map([[Buffer.from(root).toString('hex'), layer]])},
		sha256,
	);
}

/** Hands the hashes of one window, 0 or 1, to the torrent. */
export function hashesCome(lone: LoneTorrent, window: number): void {
	const {hashes} = lone.parts;
	const {range} = [...hashes!.missing()].find(({range}) => range.index === window * 512)!;
	const added = hashes!.add(range, wholeTrees(lone).read(range)!);
	assert.equal(added.kind, 'added');
	lone.parts.hashesCame(added.kind === 'added' ? added.pieces : []);
}

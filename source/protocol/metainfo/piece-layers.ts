import {sameBytes} from '../../base/bytes.js';
import {ProtocolError} from '../../base/errors.js';
import {toHex} from '../../base/hex.js';
import type {Bytes} from '../../base/units.js';
import type {BencodeNode} from '../bencode/bencode.js';
import {hashLength, rootOfPieces, type Sha256} from './merkle.js';
import type {MetainfoFile} from './metainfo.js';

/**
 * The piece layers of a v2 .torrent by the hex root of their file, each checked against that root. Files without one
 * are left out: their hashes have to come from peers. BEP 52.
 *
 * @throws {ProtocolError} when one belongs to no file, or has the wrong size or hash
 */
export function readPieceLayers(
	node: BencodeNode,
	files: readonly MetainfoFile[],
	pieceLength: Bytes,
	sha256: Sha256,
): ReadonlyMap<string, Uint8Array> {
	if (node.type !== 'dictionary') {
		throw new ProtocolError('bad-piece-layers', 'its piece layers are not a dictionary', 52);
	}

	// Files with the same content share a root, and so a layer.
	const lengths = new Map<string, Bytes>();
	for (const {piecesRoot, length} of files) {
		if (piecesRoot && length > pieceLength) lengths.set(toHex(piecesRoot), length);
	}

	const layers = new Map<string, Uint8Array>();
	for (const [key, value] of node.entries()) {
		const root = toHex(key);
		const length = lengths.get(root);
		if (length === undefined) {
			throw new ProtocolError(
				'bad-piece-layers',
				'it has a piece layer that belongs to none of its files',
				52,
			);
		}

		const layer = value.bytes();
		if (layer?.length !== Math.ceil(length / pieceLength) * hashLength) {
			throw new ProtocolError('bad-piece-layers', 'a piece layer has not the size of its file', 52);
		}

		if (!sameBytes(rootOfPieces(layer, pieceLength, sha256), key)) {
			throw new ProtocolError('bad-piece-layers', 'a piece layer does not hash to the root of its file', 52);
		}

		layers.set(root, layer);
	}

	return layers;
}

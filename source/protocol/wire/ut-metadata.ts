import type {Bytes} from '../../base/units.js';
import {type BencodeNode, decodeDictionary, encodeBencode} from '../bencode/bencode.js';
import {readPositive} from './extension-handshake.js';

/** Metadata travels in pieces of so many bytes. BEP 9. */
export const metadataPiece: Bytes = 16_384;

/** How long a peer says in its extension handshake that the info dictionary is; undefined for what cannot be. BEP 9. */
export function readMetadataSize(handshake: BencodeNode): Bytes | undefined {
	return readPositive(handshake, 'metadata_size', 32 << 20);
}

/** One message of BEP 9. */
export interface MetadataMessage {
	readonly type: 'request' | 'data' | 'reject';
	readonly piece: number;
	/** A view of the payload; empty but for `data`. */
	readonly data: Uint8Array;
	readonly totalSize: number | undefined;
}

/** Reads a BEP 9 message; undefined for types nobody has given a meaning. Throws a ProtocolError on rubbish. */
export function decodeMetadataMessage(payload: Uint8Array): MetadataMessage | undefined {
	const root = decodeDictionary(payload, 'the metadata message', {depth: 4, tokens: 64});
	const type = (['request', 'data', 'reject'] as const)[root.get('msg_type')?.number() ?? -1];
	const piece = root.get('piece')?.number();
	if (type === undefined || piece === undefined || piece < 0) return undefined;
	return {
		type,
		piece,
		data: payload.subarray(root.end),
		totalSize: root.get('total_size')?.number(),
	};
}

/** Asks for a piece of the metadata. BEP 9. */
export function encodeMetadataRequest(piece: number): Uint8Array {
	return encodeBencode({msg_type: 0, piece});
}

/** The answer to a metadata request: the piece, or a reject when there is none such. BEP 9. */
export function answerMetadataRequest(info: Uint8Array | undefined, piece: number): Uint8Array {
	if (info === undefined || piece * metadataPiece >= info.length) {
		return encodeBencode({msg_type: 2, piece});
	}
	const head = encodeBencode({msg_type: 1, piece, total_size: info.length});
	const data = info.subarray(piece * metadataPiece, (piece + 1) * metadataPiece);
	const message = new Uint8Array(head.length + data.length);
	message.set(head);
	message.set(data, head.length);
	return message;
}

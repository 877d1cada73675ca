import {decodeDictionary, encodeBencode} from '../bencode/bencode.js';

/** The numbers under which we take extension messages; peers have numbers of their own. BEP 10. */
export const extensionId = {handshake: 0, metadata: 1, donthave: 3, uploadOnly: 4} as const;

/** What a peer tells of itself in the extension handshake; absent what it did not say or said wrongly. BEP 10. */
export interface ExtensionHandshake {
	/** Its numbers for the extensions we know; 0 or absent where it has none. */
	readonly metadata?: number | undefined;
	readonly pex?: number | undefined;
	readonly donthave?: number | undefined;
	readonly uploadOnlyId?: number | undefined;
	readonly metadataSize?: number | undefined;
	/** Requests it takes at a time. */
	readonly reqq?: number | undefined;
	/** Its listen port. */
	readonly port?: number | undefined;
	/** Its own name for itself, as it came: not safe for a terminal. */
	readonly client?: string | undefined;
	/** BEP 21. */
	readonly uploadOnly?: boolean | undefined;
	/** Our address as it sees it: 4 or 16 bytes. */
	readonly yourIp?: Uint8Array | undefined;
}

/** Reads the payload of extension message 0. Throws a ProtocolError when it is not a dictionary. */
export function decodeExtensionHandshake(payload: Uint8Array): ExtensionHandshake {
	const root = decodeDictionary(payload, 'the extension handshake', {depth: 10, tokens: 2000});
	const messages = root.get('m');
	const number = (name: string): number | undefined => {
		const value = messages?.get(name)?.number();
		return value !== undefined && value >= 0 && value <= 255 ? value : undefined;
	};
	const positive = (name: string, most: number): number | undefined => {
		const value = root.get(name)?.number();
		return value !== undefined && value > 0 && value <= most ? value : undefined;
	};
	const uploadOnly = root.get('upload_only')?.number();
	const client = root.get('v')?.bytes();
	return {
		metadata: number('ut_metadata'),
		pex: number('ut_pex'),
		donthave: number('lt_donthave'),
		uploadOnlyId: number('upload_only'),
		metadataSize: positive('metadata_size', 32 << 20),
		reqq: positive('reqq', 1 << 20),
		port: positive('p', 65_535),
		client: client && new TextDecoder().decode(client.subarray(0, 128)),
		uploadOnly: uploadOnly === undefined ? undefined : uploadOnly !== 0,
		yourIp: root.get('yourip')?.bytes()?.slice(0, 16),
	};
}

/** What we tell of ourselves. */
export function encodeExtensionHandshake(ours: {
	readonly client: string;
	readonly reqq: number;
	readonly port: number;
	readonly metadataSize: number;
	readonly uploadOnly: boolean;
	readonly yourIp: Uint8Array | undefined;
}): Uint8Array {
	return encodeBencode({
		m: {
			ut_metadata: extensionId.metadata,
			lt_donthave: extensionId.donthave,
			upload_only: extensionId.uploadOnly,
		},
		metadata_size: ours.metadataSize,
		p: ours.port,
		reqq: ours.reqq,
		upload_only: ours.uploadOnly,
		v: ours.client,
		yourip: ours.yourIp,
	});
}

/** Metadata travels in pieces of so many bytes. BEP 9. */
export const metadataPiece = 16_384;

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

import type {BencodeNode} from '../bencode/bencode.js';

/** Whether a peer says in its extension handshake that it only uploads; undefined when it does not say. BEP 21. */
export function readUploadOnly(handshake: BencodeNode): boolean | undefined {
	const value = handshake.get('upload_only')?.number();
	return value === undefined ? undefined : value !== 0;
}

/** The message that says it later. */
export function encodeUploadOnly(uploadOnly: boolean): Uint8Array {
	return Uint8Array.of(uploadOnly ? 1 : 0);
}

/** Undefined for a message without content, which says nothing. */
export function decodeUploadOnly(payload: Uint8Array): boolean | undefined {
	return payload.length === 0 ? undefined : payload[0] !== 0;
}

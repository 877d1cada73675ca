import {ProtocolError} from '../../base/errors.js';
import {toHex} from '../../base/hex.js';
import {hashLength} from '../metainfo/merkle.js';

/** Hashes that may be asked for at a time. */
export const mostHashes = 8192;
/** No tree we accept has more layers than this. */
export const mostProofHashes = 48;

const headerLength = hashLength + 16;

/** Which hashes of a file's tree are asked for, told or refused. BEP 52, "hash request". */
export interface HashRequest {
	/** The root of the file's tree: 32 bytes. */
	readonly root: Uint8Array;
	/** Layers above the leaves, which are the hashes of blocks. */
	readonly base: number;
	/** The first of them, counted in that layer. */
	readonly index: number;
	/** How many. */
	readonly length: number;
	/** Layers of ancestors to prove them by, those included that follow from the hashes themselves. */
	readonly proofLayers: number;
}

/** What answers a request: a layer's hashes, and those that prove them, 32 bytes each after each other. */
export interface HashesMessage extends HashRequest {
	/** The hashes, then the uncles from the bottom up. */
	readonly hashes: Uint8Array;
}

/** Tells requests apart: those about the same hashes and the same proof have the same. */
export function hashRequestKey({root, base, index, length, proofLayers}: HashRequest): string {
	return `${toHex(root)} ${base} ${index} ${length} ${proofLayers}`;
}

function readRequest(payload: Uint8Array): HashRequest {
	const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
	return {
		root: payload.slice(0, hashLength),
		base: view.getUint32(hashLength),
		index: view.getUint32(hashLength + 4),
		length: view.getUint32(hashLength + 8),
		proofLayers: view.getUint32(hashLength + 12),
	};
}

/** Reads the 48 bytes of a `hash request` or `hash reject`; the root is a copy. Throws a ProtocolError for any other length. */
export function decodeHashRequest(payload: Uint8Array): HashRequest {
	if (payload.length === headerLength) return readRequest(payload);
	throw new ProtocolError('bad-length', `hash request of ${payload.length} bytes`, 52);
}

/**
 * Reads a `hashes` message. The hashes are a view of the payload. Throws a ProtocolError when they are none, no whole
 * number of them, or more than anybody may ask for.
 */
export function decodeHashes(payload: Uint8Array): HashesMessage {
	const bytes = payload.length - headerLength;
	const most = (mostHashes + mostProofHashes) * hashLength;
	if (bytes < hashLength || bytes % hashLength !== 0 || bytes > most)
		throw new ProtocolError('bad-length', `hashes of ${payload.length} bytes`, 52);
	return {...readRequest(payload), hashes: payload.subarray(headerLength)};
}

/** The payload of a `hash request` or `hash reject`. */
export function encodeHashRequest(request: HashRequest): Uint8Array {
	return encodeHashes(request, new Uint8Array(0));
}

/** The payload of a `hashes` message. @param hashes the hashes, then the uncles */
export function encodeHashes(request: HashRequest, hashes: Uint8Array): Uint8Array {
	const payload = new Uint8Array(headerLength + hashes.length);
	const view = new DataView(payload.buffer);
	payload.set(request.root);
	view.setUint32(hashLength, request.base);
	view.setUint32(hashLength + 4, request.index);
	view.setUint32(hashLength + 8, request.length);
	view.setUint32(hashLength + 12, request.proofLayers);
	payload.set(hashes, headerLength);
	return payload;
}

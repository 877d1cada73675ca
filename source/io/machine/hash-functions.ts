import {hash} from 'node:crypto';
import type {HashFunctions} from '../../protocol/metainfo/metainfo-reader.js';

/** SHA-1 and SHA-256 at once, in this thread: for what is small. */
export const hashFunctions: HashFunctions = {
	sha1: bytes => hash('sha1', bytes, 'buffer'),
	sha256: bytes => (bytes.length === pairLength ? hashPair(bytes) : hash('sha256', bytes, 'buffer')),
};

/** Two hashes of a Merkle tree: there are as many of these as blocks. */
const pairLength = 64;

/** One character a byte costs a third of a buffer. */
function hashPair(bytes: Uint8Array): Uint8Array {
	const text = hash('sha256', bytes, 'binary');
	const digest = new Uint8Array(32);
	for (let at = 0; at < digest.length; at++) digest[at] = text.charCodeAt(at);
	return digest;
}

import {hash} from 'node:crypto';
import type {HashFunctions} from '../../protocol/metainfo/metainfo-reader.js';

/** SHA-1 and SHA-256 at once, in this thread: for what is small. */
export const hashFunctions: HashFunctions = {
	sha1: bytes => hash('sha1', bytes, 'buffer'),
	sha256: bytes => hash('sha256', bytes, 'buffer'),
};

import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {parseMetainfo} from '../../protocol/metainfo/metainfo-reader.js';
import {hashFunctions} from '../machine/hash-functions.js';

/** What was read of bytes that are still somewhere in this process: one array is read once, whoever asks again. */
const read = new WeakMap<Uint8Array, Metainfo>();

/** Reads a .torrent as `parseMetainfo` does, for a command that has nothing else to do meanwhile. The bytes stay as they are. */
export function readMetainfoHere(bytes: Uint8Array): Metainfo {
	const metainfo = read.get(bytes) ?? parseMetainfo(bytes, hashFunctions);
	read.set(bytes, metainfo);
	return metainfo;
}

/** What `readMetainfoHere` has answered for this very array; undefined when it was not asked. */
export function alreadyRead(bytes: Uint8Array): Metainfo | undefined {
	return read.get(bytes);
}

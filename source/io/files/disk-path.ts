import {realpathSync} from 'node:fs';
import {nameFromBytes, nameToBytes, needsBytes} from '../../protocol/metainfo/name-bytes.js';

/** A path as the system takes it: bytes where some of it is no UTF-8. See `nameFromBytes`. */
export function diskPath(path: string): string | Buffer {
	if (!needsBytes(path)) return path;
	const bytes = nameToBytes(path);
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** As `realpathSync`, for paths of any bytes. */
export function realDiskPath(path: string): string {
	if (!needsBytes(path)) return realpathSync(path);
	return nameFromBytes(realpathSync.native(diskPath(path), {encoding: 'buffer'}));
}

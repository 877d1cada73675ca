import {basename, dirname, join} from 'node:path';
import {nameToBytes} from '../../protocol/metainfo/name-bytes.js';
import {cutName, maximumElementBytes, sanitizePathElement} from '../../protocol/metainfo/sanitize-path.js';
import {typedPath} from './typed-path.js';

/** `NAME.torrent` of what is at a path, such as others will have the name; of a long one so much that disks take it. */
export function torrentName(path: string): string {
	const ending = '.torrent';
	const name = sanitizePathElement(nameToBytes(basename(typedPath(path))));
	return `${cutName(name, maximumElementBytes - ending.length)}${ending}`;
}

/** The folder that something is in. */
export function folderOf(path: string): string {
	return dirname(typedPath(path));
}

/** Where the .torrent of what is at a path goes by itself: beside it. */
export function torrentBeside(path: string): string {
	return join(folderOf(path), torrentName(path));
}

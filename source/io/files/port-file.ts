import {resolve} from 'node:path';
import type {Bytes} from '../../base/units.js';
import {readRegularFile, readRegularFileNow, type UnreadableFile} from './regular-file.js';

/** A number and what surrounds it. */
const longestFile: Bytes = 1024;

/** What stands in a file that is to hold a port. */
export type PortFileText =
	| {readonly kind: 'port'; readonly port: number}
	/** It says that there is none now: 0, as whoever forwards ports writes when the forwarding ends; or nothing yet. */
	| {readonly kind: 'none'}
	/** `why` in words. */
	| {readonly kind: 'wrong'; readonly why: string};

function read(bytes: Uint8Array): PortFileText {
	const text = Buffer.from(bytes).toString('latin1').trim();
	if (text === '' || /^0+$/.test(text)) return {kind: 'none'};
	const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
	if (port >= 1 && port <= 65_535) return {kind: 'port', port};
	return {kind: 'wrong', why: 'it holds no port from 1 to 65535'};
}

function unread(error: unknown): PortFileText {
	const {code, message} = error as UnreadableFile;
	return code === 'ENOENT' || code === 'ENOTDIR' ? {kind: 'none'} : {kind: 'wrong', why: message};
}

/** Reads a file that holds a port, as gluetun and its like write it. Nothing of it throws. */
export async function readPortFile(path: string): Promise<PortFileText> {
	try {
		return read(await readRegularFile(path, longestFile));
	} catch (error) {
		return unread(error);
	}
}

/** The port in a file, at once, for whoever starts; undefined when there is none. */
export function portInFileNow(path: string): number | undefined {
	try {
		const found = read(readRegularFileNow(resolve(path), longestFile));
		return found.kind === 'port' ? found.port : undefined;
	} catch {
		return undefined;
	}
}

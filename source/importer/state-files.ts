import {readdir, stat} from 'node:fs/promises';

import {ProtocolError} from '../base/errors.js';
import type {Bytes, Millis} from '../base/units.js';
import {readRegularFile, type UnreadableFile} from '../io/files/regular-file.js';
import {type BencodeNode, decodeDictionary} from '../protocol/bencode/bencode.js';

/** No client's state of one torrent, or of all of them, is larger. */
const ceiling: Bytes = 256 << 20;

/** A file of another client, with the time it was written. */
export interface StateFile {
	readonly bytes: Uint8Array;
	/** Milliseconds since 1970. */
	readonly mtime: Millis;
}

/**
 * A file of another client's state, only ever read; undefined when there is none.
 *
 * @throws {ProtocolError} `unreadable` when it cannot be read
 */
export async function readStateFile(path: string): Promise<StateFile | undefined> {
	try {
		const {mtimeMs} = await stat(path);
		return {bytes: await readRegularFile(path, ceiling), mtime: mtimeMs};
	} catch (error) {
		const {code, message} = error as UnreadableFile;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw new ProtocolError('unreadable', message);
	}
}

/** As `readStateFile`, of a bencoded dictionary. @throws {ProtocolError} also for one that is damaged */
export async function readStateDictionary(
	path: string,
	what: string,
): Promise<{readonly root: BencodeNode; readonly mtime: Millis} | undefined> {
	const file = await readStateFile(path);
	if (file === undefined) return undefined;
	return {root: wholeDictionary(file.bytes, what), mtime: file.mtime};
}

/** @throws {ProtocolError} for anything else, and for one that is followed by something */
export function wholeDictionary(bytes: Uint8Array, what: string): BencodeNode {
	if (bytes.length === 0) throw new ProtocolError('bad-state', `${what} is empty`);
	let root: BencodeNode;
	try {
		root = decodeDictionary(bytes, what);
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		throw new ProtocolError('bad-state', `${what} is damaged: ${error.message.replace(`${what} is `, '')}`);
	}
	if (root.end !== bytes.length)
		throw new ProtocolError('bad-state', `${what} is damaged: something else follows in it`);
	return root;
}

/** JSON of another client's state; undefined when there is none, or it is none. */
export async function readStateJson(path: string): Promise<unknown> {
	try {
		const file = await readStateFile(path);
		return file && JSON.parse(new TextDecoder().decode(file.bytes));
	} catch {
		return undefined;
	}
}

/** The names in a folder that end so, in order; undefined when there is no such folder. */
export async function namesIn(dir: string, ending: string): Promise<string[] | undefined> {
	try {
		const names = await readdir(dir);
		return names.filter(name => name.endsWith(ending) && name.length > ending.length).sort();
	} catch {
		return undefined;
	}
}

/** The first of several folders that holds one of these names. */
export async function firstWith(
	dirs: readonly string[],
	isIt: (dir: string) => Promise<boolean>,
): Promise<string | undefined> {
	for (const dir of dirs) if (await isIt(dir)) return dir;
	return undefined;
}

export function isFolder(path: string): Promise<boolean> {
	return stat(path).then(
		stats => stats.isDirectory(),
		() => false,
	);
}

export function isFile(path: string): Promise<boolean> {
	return stat(path).then(
		stats => stats.isFile(),
		() => false,
	);
}

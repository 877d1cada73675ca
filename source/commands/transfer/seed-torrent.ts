import {lstatSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {UserError} from '../../base/errors.js';
import {replaceFile} from '../../io/files/replace-file.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {maximumMetainfoLength, parseMetainfo} from '../../protocol/metainfo/metainfo-reader.js';
import {cutName, maximumElementBytes} from '../../protocol/metainfo/sanitize-path.js';

function idOf({infoHash, infoHashV2}: Metainfo): string {
	return infoHash ?? infoHashV2 ?? '';
}

/** Whether there is nothing at a path, or an earlier .torrent of the same torrent. */
function isFree(path: string, id: string): boolean {
	const stats = lstatSync(path, {throwIfNoEntry: false});
	if (stats === undefined) return true;
	if (!stats.isFile() || stats.size > maximumMetainfoLength) return false;
	try {
		return idOf(parseMetainfo(readFileSync(path), hashFunctions)) === id;
	} catch {
		return false;
	}
}

/**
 * Keeps the .torrent of what is seeded in `torrents` of the state folder, to be given to others: as `NAME.torrent`, or
 * with some of its info-hash behind the name where another torrent has that.
 *
 * @returns where it is
 * @throws {UserError} when it cannot be written
 */
export async function keepTorrent(stateDir: string, bytes: Uint8Array, metainfo: Metainfo): Promise<string> {
	const folder = join(stateDir, 'torrents');
	const id = idOf(metainfo);
	const named = (ending: string): string =>
		join(folder, `${cutName(metainfo.name, maximumElementBytes - ending.length - '.tmp'.length)}${ending}`);
	const [plain, numbered] = [named('.torrent'), named(`.${id.slice(0, 8)}.torrent`)];
	const path = isFree(plain, id) ? plain : numbered;
	try {
		await replaceFile(path, bytes);
	} catch (error) {
		throw new UserError('state-dir', `cannot write ${path}: ${(error as Error).message.split(',')[0]}`);
	}
	return path;
}

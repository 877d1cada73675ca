import {isAbsolute} from 'node:path';
import {UserError} from '../../base/errors.js';
import {maximumMetainfoLength} from '../../protocol/metainfo/metainfo-reader.js';
import type {HttpClient} from '../net/http/http-client.js';
import {readRegularFile, type UnreadableFile} from './regular-file.js';

/** Fetches the .torrent behind an absolute path or an http(s) URL. Rejects with a UserError. */
export async function readTorrentLink(link: string, http: HttpClient): Promise<Uint8Array> {
	if (/^magnet:/i.test(link)) {
		throw new UserError('magnet', 'magnet links cannot be opened yet: give the .torrent file or its URL');
	}
	if (/^https?:\/\//i.test(link)) {
		try {
			const answer = await http.get(link, {maximumBody: maximumMetainfoLength});
			if (answer.status === 200) return answer.body;
			throw new Error(`the server answers ${answer.status}`);
		} catch (error) {
			throw new UserError('fetch', `cannot fetch ${link}: ${(error as Error).message}`);
		}
	}
	if (!isAbsolute(link))
		throw new UserError('relative-path', `${link} is no absolute path, URL or magnet link`, 2);
	try {
		return await readRegularFile(link, maximumMetainfoLength);
	} catch (error) {
		throw unreadableTorrent(link, error as UnreadableFile);
	}
}

/** Why a path could not be read as a .torrent, as a person would say it. */
export function unreadableTorrent(path: string, {code, kind}: UnreadableFile): UserError {
	switch (code) {
		case 'ENOENT':
		case 'ENOTDIR':
			return new UserError('no-file', `no such file: ${path}`);
		case 'EACCES':
			return new UserError('no-permission', `not allowed to read ${path}`);
		case 'not-regular':
			return new UserError('not-a-file', `${path} is ${kind}, not a .torrent file`);
		case 'too-large':
			return new UserError(
				'too-large',
				`${path} is not a valid torrent: larger than ${maximumMetainfoLength / 1_000_000} MB`,
				3,
			);
		default:
			return new UserError('unreadable', `cannot read ${path} (${code})`);
	}
}

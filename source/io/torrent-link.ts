import {readFile} from 'node:fs/promises';
import {isAbsolute} from 'node:path';
import {UserError} from '../base/errors.js';
import {maximumMetainfoLength} from '../protocol/metainfo-reader.js';
import type {HttpClient} from './http-client.js';

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
		const bytes = await readFile(link);
		if (bytes.length <= maximumMetainfoLength) return bytes;
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		throw new UserError(
			'unreadable',
			code === 'ENOENT' ? `no such file: ${link}` : `cannot read ${link} (${code})`,
		);
	}
	throw new UserError('too-large', `${link} is not a valid torrent: larger than 10 MB`, 3);
}

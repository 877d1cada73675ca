import {basename, isAbsolute} from 'node:path';
import {UserError} from '../../base/errors.js';
import {nearlyInfoHash} from '../../protocol/metainfo/info-hash-text.js';
import {maximumMetainfoLength} from '../../protocol/metainfo/metainfo-reader.js';
import type {HttpClient} from '../net/http/http-client.js';
import {readRegularFile, readRegularFileNow, type UnreadableFile} from './regular-file.js';

/** Fetches the .torrent behind an absolute path or an http(s) URL. Rejects with a UserError. */
export async function readTorrentLink(link: string, http: HttpClient): Promise<Uint8Array> {
	if (isTorrentUrl(link)) return fetchTorrent(link, http);
	if (!isAbsolute(link))
		throw new UserError('relative-path', `${link} is no absolute path, URL or magnet link`, 2);
	try {
		return await readRegularFile(link, maximumMetainfoLength);
	} catch (error) {
		throw unreadableTorrent(link, error as UnreadableFile);
	}
}

/** Whether a word is the URL of something that can be fetched. */
export function isTorrentUrl(word: string): boolean {
	return /^https?:\/\//i.test(word);
}

/** Fetches the .torrent behind an http(s) URL. Rejects with a UserError, which leaves out a password in the URL. */
export async function fetchTorrent(url: string, http: HttpClient): Promise<Uint8Array> {
	try {
		const {status, body} = await http.get(url, {maximumBody: maximumMetainfoLength});
		if (status === 200) return body;
		throw new Error(`the server answers ${status}`);
	} catch (error) {
		const shown = url.replace(/^(https?:\/\/)[^/?#]*@/i, '$1');
		throw new UserError('fetch', `cannot fetch ${shown}: ${(error as Error).message}`);
	}
}

/** Reads the .torrent at a path, for a command that has nothing else to do meanwhile. Throws a UserError. */
export function readTorrentFileNow(path: string): Uint8Array {
	try {
		return readRegularFileNow(path, maximumMetainfoLength);
	} catch (error) {
		throw unreadableTorrent(path, error as UnreadableFile);
	}
}

/** The error for what is longer than any .torrent. */
export function tooLargeTorrent(label: string): UserError {
	const most = maximumMetainfoLength / 1_000_000;
	return new UserError('too-large', `${label} is not a valid torrent: larger than ${most} MB`, 3);
}

/** Why a path could not be read as a .torrent, as a person would say it. */
function unreadableTorrent(path: string, {code, kind}: UnreadableFile): UserError {
	switch (code) {
		case 'ENOENT':
		case 'ENOTDIR': {
			const fault = nearlyInfoHash(basename(path));
			if (fault !== undefined) return new UserError('bad-magnet', `${fault}: copy all of it`, 3);
			return new UserError('no-file', `no such file: ${path}`);
		}
		case 'EACCES':
			return new UserError('no-permission', `not allowed to read ${path}`);
		case 'not-regular':
			return new UserError('not-a-file', `${path} is ${kind}, not a .torrent file`);
		case 'too-large':
			return tooLargeTorrent(path);
		default:
			return new UserError('unreadable', `cannot read ${path} (${code})`);
	}
}

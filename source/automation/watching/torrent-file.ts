import {createHash} from 'node:crypto';
import {UserError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';
import {readRegularFile, type UnreadableFile} from '../../io/files/regular-file.js';
import {maximumMetainfoLength} from '../../protocol/metainfo/metainfo-reader.js';

const mostLinks = 1000;
const largestLinks: Bytes = 1_048_576;

/** What a file in a watched folder holds. */
export interface FoundTorrents {
	/** The same text for the same bytes. */
	readonly digest: string;
	readonly metainfo?: Uint8Array;
	/** Magnet links and bare info-hashes. */
	readonly links: readonly string[];
	/** Lines that are neither. */
	readonly faults: readonly string[];
}

/** Names of these endings are looked at. */
export const torrentEndings: readonly string[] = ['.torrent', '.magnet'];

/** Reads a .torrent, or the links in a .magnet, one a line. Rejects with a `UserError`. */
export async function readTorrentFile(path: string): Promise<FoundTorrents> {
	const isTorrent = /\.torrent$/i.test(path);
	const limit = isTorrent ? maximumMetainfoLength : largestLinks;
	let bytes: Uint8Array;
	try {
		bytes = await readRegularFile(path, limit);
	} catch (error) {
		const {code, message} = error as UnreadableFile;
		if (code === 'too-large') throw new UserError('too-large', `larger than ${limit / 1_000_000} MB`);
		throw new UserError(code, code === 'EACCES' ? 'not allowed to read it' : message);
	}
	const digest = createHash('sha256').update(bytes).digest('hex');
	if (isTorrent) return {digest, metainfo: bytes, links: [], faults: []};
	const lines = Buffer.from(bytes)
		.toString('utf8')
		.replace(/^\uFEFF/, '')
		.split(/\r?\n/)
		.map(line => line.trim())
		.filter(line => line !== '' && !line.startsWith('#'));
	if (lines.length === 0) throw new UserError('empty', 'no link is in it');
	if (lines.length > mostLinks) throw new UserError('too-many', `more than ${mostLinks} links are in it`);
	// Nothing else: an address would be fetched, and a path read, for whoever can write to the folder.
	const isLink = (line: string) => /^(?:magnet:\?|(?:[\da-f]{40}|[\da-f]{64}|[a-z2-7]{32})$)/i.test(line);
	return {
		digest,
		links: lines.filter(isLink),
		faults: lines.filter(line => !isLink(line)),
	};
}

import {ProtocolError} from '../../base/errors.js';
import {safeText} from '../../base/safe-text.js';
import {asInfoHash, type Bytes, type InfoHash} from '../../base/units.js';
import {asNick, nickRule} from './nick.js';

/** A request may be no longer. */
export const longestRequest: Bytes = 65_536;
/** One entry of it, as JSON. */
export const longestEntry: Bytes = 4096;
/** Entries of one request. */
export const mostEntries = 200;
/** In characters; what is longer is cut. */
const longestName = 255;
/** No torrent has more files. */
const mostFiles = 3_000_000;

/** What somebody says of one torrent that they share. */
export interface CatalogueEntry {
	/** The v1 hash where there is one. */
	readonly infoHash: InfoHash;
	/** Of a hybrid: the other one. */
	readonly infoHashV2?: InfoHash | undefined;
	/** Safe for one line of a terminal. */
	readonly name: string;
	readonly size: Bytes;
	readonly files: number;
	/** 40 or 64 hex digits that are the same for the same list of files; see `fileListText`. */
	readonly listHash: string;
}

/** The same as it is published: with who shares it, and the peer id under which they announce it. */
export interface Publication extends CatalogueEntry {
	/** 40 hex digits. */
	readonly peerId: string;
	readonly nick: string;
}

/**
 * What `listHash` is the hash of: for each file in the torrent's order, pad files left out, its path with `/` between the
 * elements, a zero byte, its length in decimal digits and a line feed.
 */
export function fileListText(
	files: Iterable<{readonly path: readonly string[]; readonly length: Bytes; readonly pad?: boolean}>,
): string {
	let text = '';
	for (const {path, length, pad} of files) if (!pad) text += `${path.join('/')}\0${length}\n`;
	return text;
}

/**
 * Reads a batch of publications.
 *
 * @throws {ProtocolError} that says what is wrong with it, for whoever sent it
 */
export function readPublications(text: string): Publication[] {
	const value = parse(text);
	if (!Array.isArray(value)) throw wrong('a list of entries is expected');
	if (value.length > mostEntries) throw wrong(`no more than ${mostEntries} entries go into a request`);
	const publications = value.map(readPublication);
	const [first] = publications;
	if (publications.some(({nick}) => nick !== first?.nick))
		throw wrong('all entries of a request have the same nick');
	return publications;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw wrong('this is not JSON');
	}
}

function readPublication(value: unknown, index: number): Publication {
	const at = `entry ${index + 1}`;
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw wrong(`${at} is not an object`);
	if (new TextEncoder().encode(JSON.stringify(value)).length > longestEntry)
		throw wrong(`${at} is longer than ${longestEntry} bytes`);
	const fields = value as Readonly<Record<string, unknown>>;
	const entry = asCatalogueEntry(fields);
	if (entry === undefined)
		throw wrong(
			`${at} lacks one of infoHash, name, size, files and listHash, or it makes no sense: see the documentation`,
		);
	const {peerId} = fields;
	if (!isHex(peerId, 40)) throw wrong(`${at}: peerId is not 40 hex digits`);
	const nick = asNick(fields['nick']);
	if (nick === undefined) throw wrong(`${at}: ${nickRule}`);
	return {...entry, peerId: peerId.toLowerCase(), nick};
}

/** The entry, its name made safe; undefined when something of it is missing or makes no sense. */
export function asCatalogueEntry(fields: Readonly<Record<string, unknown>>): CatalogueEntry | undefined {
	const infoHash = asHash(fields['infoHash']);
	const infoHashV2 = fields['infoHashV2'] === undefined ? undefined : asHash(fields['infoHashV2']);
	const {name: written, size, files, listHash} = fields;
	if (infoHash === undefined || typeof written !== 'string') return undefined;
	if (fields['infoHashV2'] !== undefined && (infoHashV2?.length !== 64 || infoHash.length !== 40))
		return undefined;
	const name = safeText(written, longestName);
	const isEntry =
		name !== '' &&
		isCount(size) &&
		isCount(files) &&
		files >= 1 &&
		files <= mostFiles &&
		(isHex(listHash, 40) || isHex(listHash, 64));
	if (!isEntry) return undefined;
	return {
		infoHash,
		...(infoHashV2 !== undefined && {infoHashV2}),
		name,
		size: size as Bytes,
		files: files as number,
		listHash: (listHash as string).toLowerCase(),
	};
}

function asHash(value: unknown): InfoHash | undefined {
	return typeof value === 'string' ? asInfoHash(value) : undefined;
}

function isHex(value: unknown, digits: number): value is string {
	return typeof value === 'string' && value.length === digits && /^[\da-f]+$/i.test(value);
}

function isCount(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}

function wrong(text: string): ProtocolError {
	return new ProtocolError('bad-publication', text);
}

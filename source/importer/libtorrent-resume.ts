import type {FilePriority} from '../api/snapshot.js';
import {ProtocolError} from '../base/errors.js';
import {toHex} from '../base/hex.js';
import {asInfoHash, type Bytes, type InfoHash, type Millis} from '../base/units.js';
import type {BencodeNode} from '../protocol/bencode/bencode.js';
import {formatMagnet} from '../protocol/metainfo/magnet.js';
import type {Metainfo} from '../protocol/metainfo/metainfo.js';
import {wrapInfo} from '../protocol/metainfo/wrap-info.js';
import {Bitfield} from '../protocol/wire/bitfield.js';
import {isSet, pathOf, positive, textsOf, tiersOf, timeOf, words} from './fields.js';
import type {ForeignData, ForeignTorrent, FoundFile} from './foreign-torrent.js';

/** Resume data of libtorrent: what qBittorrent and Deluge write of each torrent. */
export interface LibtorrentResume {
	readonly root: BencodeNode;
	/** When it was written, in milliseconds since 1970: what was written to files later it knows nothing of. */
	readonly mtime: Millis;
}

/** Written just before the resume data was, on another disk maybe. */
const slack: Millis = 2000;

/** What both clients keep there alike. */
export function torrentOf(
	resume: LibtorrentResume,
	metainfo: Uint8Array | undefined,
	priorityOf: (theirs: number) => FilePriority,
): Pick<
	ForeignTorrent,
	| 'name'
	| 'metainfo'
	| 'link'
	| 'sequential'
	| 'superSeeding'
	| 'maxDownload'
	| 'maxUpload'
	| 'trackers'
	| 'webSeeds'
	| 'addedAt'
	| 'completedAt'
	| 'downloaded'
	| 'uploaded'
	| 'activeTime'
	| 'seedingTime'
	| 'data'
> {
	const {root} = resume;
	const torrent = metainfo ?? infoOf(root);
	return {
		name: words(root.get('name')) ?? '',
		metainfo: torrent,
		link: torrent === undefined ? linkOf(root) : undefined,
		sequential: isSet(root.get('sequential_download')),
		superSeeding: isSet(root.get('super_seeding')),
		maxDownload: positive(root.get('download_rate_limit')),
		maxUpload: positive(root.get('upload_rate_limit')),
		trackers: tiersOf(root.get('trackers')),
		webSeeds: textsOf(root.get('url-list')),
		addedAt: timeOf(root.get('added_time')),
		completedAt: timeOf(root.get('completed_time')),
		downloaded: positive(root.get('total_downloaded')),
		uploaded: positive(root.get('total_uploaded')),
		activeTime: positive(root.get('active_time')),
		seedingTime: positive(root.get('seeding_time')),
		data: torrent === undefined ? undefined : metainfo => dataOf(resume, metainfo, priorityOf),
	};
}

/** The hashes that it says are the torrent's. */
export function hashesOf(root: BencodeNode): {
	infoHash: InfoHash | undefined;
	infoHashV2: InfoHash | undefined;
} {
	const hash = (key: string, length: number): InfoHash | undefined => {
		const bytes = root.get(key)?.bytes();
		if (bytes?.length !== length || bytes.every(byte => byte === 0)) return undefined;
		return asInfoHash(toHex(bytes));
	};
	return {infoHash: hash('info-hash', 20), infoHashV2: hash('info-hash2', 32)};
}

function infoOf(root: BencodeNode): Uint8Array | undefined {
	const info = root.get('info');
	return info?.type === 'dictionary' ? wrapInfo(info.raw, []) : undefined;
}

function linkOf(root: BencodeNode): string | undefined {
	const hashes = hashesOf(root);
	if (hashes.infoHash === undefined && hashes.infoHashV2 === undefined) return undefined;
	return formatMagnet({
		...hashes,
		name: words(root.get('name')) ?? '',
		trackers: tiersOf(root.get('trackers')) ?? [],
		webSeeds: textsOf(root.get('url-list')),
	});
}

function dataOf(
	{root, mtime}: LibtorrentResume,
	metainfo: Metainfo,
	priorityOf: (theirs: number) => FilePriority,
): ForeignData {
	requireHashes(root, metainfo);
	// Both count pad files, also those that stand between files of v2.
	const {files, pieceCount} = metainfo;
	const have = new Bitfield(pieceCount);
	const pieces = root.get('pieces')?.bytes() ?? new Uint8Array();
	if (pieces.length !== 0 && pieces.length !== pieceCount)
		throw new ProtocolError(
			'bad-state',
			`what is known of it has ${pieces.length} pieces, not ${pieceCount}`,
		);
	for (const [piece, state] of pieces.entries()) if ((state & 1) !== 0) have.set(piece);
	const priorities = new Array<FilePriority>(files.length).fill(2);
	for (const [file, priority] of [...(root.get('file_priority')?.items() ?? [])].entries()) {
		const theirs = priority.number();
		if (file < files.length && theirs !== undefined) priorities[file] = priorityOf(theirs);
	}
	const paths = new Array<readonly string[] | undefined>(files.length).fill(undefined);
	for (const [file, path] of [...(root.get('mapped_files')?.items() ?? [])].entries()) {
		const bytes = path.bytes();
		if (files[file]?.pad === false && bytes && bytes.length > 0) paths[file] = pathOf(bytes);
	}
	const noted = notedFiles(root);
	return {
		have,
		priorities,
		paths,
		partials: [...(root.get('unfinished')?.items() ?? [])].flatMap(entry => {
			const piece = entry.get('piece')?.number();
			const blocks = entry.get('bitmask')?.bytes();
			if (piece === undefined || piece < 0 || piece >= pieceCount || !blocks || have.has(piece)) return [];
			return [{piece, blocks: isOld(root) ? reversed(blocks) : blocks.slice()}];
		}),
		isAsLeft(file, found) {
			const note = noted.get(file);
			if (note === undefined) return found.mtime <= mtime + slack;
			return found.size === note.size && Math.abs(Math.floor(found.mtime / 1000) * 1000 - note.mtime) <= 1000;
		},
		partFile: true,
	};
}

/** What is known of another torrent says nothing of this one's data. */
function requireHashes(root: BencodeNode, metainfo: Metainfo): void {
	const {infoHash, infoHashV2} = hashesOf(root);
	const differs = (theirs: string | undefined, ours: string | undefined) =>
		theirs !== undefined && ours !== undefined && theirs !== ours;
	if (differs(infoHash, metainfo.infoHash) || differs(infoHashV2, metainfo.infoHashV2))
		throw new ProtocolError('bad-state', 'what is known of it is of another torrent');
}

/** Older versions noted what each file was. */
function notedFiles(root: BencodeNode): Map<number, FoundFile> {
	const noted = new Map<number, FoundFile>();
	for (const [file, entry] of [...(root.get('file sizes')?.items() ?? [])].entries()) {
		const [size, mtime] = [...entry.items()].map(item => item.number());
		if (size !== undefined && mtime !== undefined && mtime > 0) noted.set(file, {size, mtime: mtime * 1000});
	}
	return noted;
}

/** Versions before 1.2 began bits of blocks with the lowest of each byte. */
function isOld(root: BencodeNode): boolean {
	const [major = 0, minor = 0] = (words(root.get('libtorrent-version')) ?? '').split('.').map(Number);
	return major < 1 || (major === 1 && minor < 2);
}

function reversed(bytes: Uint8Array): Uint8Array {
	return bytes.map(byte => {
		let other = 0;
		for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) other |= 128 >> bit;
		return other;
	});
}

/** Where libtorrent keeps what it has of files that are not wanted: a file beside them. */
export function partFileName(id: string): string {
	return `.${id.slice(0, 40)}.parts`;
}

const largestIndex = 3_000_000;

/** How long the index at the beginning of a part file is. */
export function partIndexLength(pieceCount: number): Bytes {
	return Math.ceil((8 + 4 * pieceCount) / 1024) * 1024;
}

/**
 * Reads the beginning of a part file: two numbers, then for each piece which of the slots behind it has its bytes; as long
 * as `partIndexLength` says.
 *
 * @throws {ProtocolError} when it is not that of a torrent with so many pieces of this length
 */
export function readPartIndex(
	bytes: Uint8Array,
	pieceCount: number,
	pieceLength: Bytes,
): ReadonlyMap<number, Bytes> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const isRight =
		pieceCount <= largestIndex &&
		bytes.length >= 8 + 4 * pieceCount &&
		view.getUint32(0) === pieceCount &&
		view.getUint32(4) === pieceLength;
	if (!isRight) throw new ProtocolError('bad-parts', 'its part file is of another torrent');
	const offsets = new Map<number, Bytes>();
	for (let piece = 0; piece < pieceCount; piece++) {
		const slot = view.getUint32(8 + 4 * piece);
		if (slot !== 0xffff_ffff) offsets.set(piece, partIndexLength(pieceCount) + slot * pieceLength);
	}
	return offsets;
}

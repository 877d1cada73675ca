import {ProtocolError} from '../../base/errors.js';
import {toHex} from '../../base/hex.js';
import type {Bytes, InfoHash} from '../../base/units.js';
import {type BencodeNode, decodeBencode} from '../bencode/bencode.js';
import {arrangeFiles, type ListedFile, layOut, readFileList, readFileTree} from './file-list.js';
import {FileTable, withFiles} from './file-table.js';
import {readListColumns} from './list-columns.js';
import type {Metainfo} from './metainfo.js';
import {readPieceLayers} from './piece-layers.js';
import {isNothing, isOddName, sanitizeName, sanitizePathElement} from './sanitize-path.js';
import {readNodes, readTrackers, readWebSeeds} from './source-urls.js';

/** The hash functions of torrents: SHA-1 answers 20 bytes, SHA-256 32. */
export interface HashFunctions {
	sha1(bytes: Uint8Array): Uint8Array;
	sha256(bytes: Uint8Array): Uint8Array;
}

/** The largest .torrent that is read. */
export const maximumMetainfoLength: Bytes = 10_000_000;

const maximumPieceLength = 536_854_528;
const maximumPieces = 2_097_152;
const minimumPieceLengthV2 = 16_384;
/** Beyond it a date can no longer be written in four digits of year. */
const endOfYear9999 = 253_402_300_799;

/**
 * Reads and checks a .torrent file. BEP 3, 5, 12, 19, 27, 47, 52.
 * The answer looks into `bytes`, which must not change.
 *
 * @throws {ProtocolError} whose message says in one clause what is wrong
 */
export function parseMetainfo(bytes: Uint8Array, hash: HashFunctions): Metainfo {
	if (bytes.length > maximumMetainfoLength) {
		throw new ProtocolError('too-large', `it is larger than ${maximumMetainfoLength / 1_000_000} MB`);
	}

	if (bytes.length === 0) throw new ProtocolError('empty', 'it is empty');
	if (bytes[0] !== 0x64) throw new ProtocolError('not-bencode', 'it does not begin as a torrent does', 3);
	const root = decodeBencode(bytes);
	const info = root.get('info');
	if (!info) throw new ProtocolError('no-info', 'it has no info dictionary', 3);
	const {table, torrent} = readInfo(info, hash);
	const layers = root.get('piece layers');
	const whole = {
		...torrent,
		pieceLayers:
			torrent.infoHashV2 && layers
				? readPieceLayers(layers, table.list, torrent.pieceLength, hash.sha256)
				: torrent.pieceLayers,
		trackers: readTrackers(root),
		webSeeds: readWebSeeds(root),
		nodes: readNodes(root),
		comment: (root.get('comment.utf-8') ?? root.get('comment'))?.text(),
		createdBy: (root.get('created by.utf-8') ?? root.get('created by'))?.text(),
		creationDate: readDate(root.get('creation date')),
	};
	return withFiles(whole, table);
}

/**
 * Reads and checks a bare info dictionary, as peers hand it out for a magnet link: no trackers, no piece layers. BEP 9.
 * Whether it has the hash that was asked for is the caller's question.
 *
 * @throws {ProtocolError} whose message says in one clause what is wrong
 */
export function parseInfo(bytes: Uint8Array, hash: HashFunctions): Metainfo {
	if (bytes.length > maximumMetainfoLength) {
		throw new ProtocolError('too-large', `it is larger than ${maximumMetainfoLength / 1_000_000} MB`);
	}

	const info = decodeBencode(bytes);
	if (info.end !== bytes.length) {
		throw new ProtocolError('trailing-bytes', 'there is something after the info dictionary', 9);
	}

	const {table, torrent} = readInfo(info, hash);
	return withFiles(torrent, table);
}

/** The files of an info dictionary as columns, and whether some of their names could be other ones on a disk. */
function readFiles(
	info: BencodeNode,
	{isV1, isV2, name, pieceLength}: {isV1: boolean; isV2: boolean; name: string; pieceLength: Bytes},
): {readonly table: FileTable; readonly length: Bytes; readonly oddNames: boolean} {
	const list = isV2 ? undefined : info.get('files');
	const columns = list && readListColumns(list, name);
	if (columns !== undefined) {
		const {length, oddNames} = columns;
		return {table: FileTable.read(columns), length, oddNames};
	}
	let oddNames = false;
	const rule = (element: Uint8Array): string => {
		oddNames ||= isOddName(element);
		return sanitizePathElement(element);
	};
	const v1 = isV1 ? readFileList(info, name, rule) : undefined;
	const v2 = isV2 ? readFileTree(info, name, rule) : undefined;
	if (isV2 && !v2) throw new ProtocolError('no-files', 'it has no file tree', 52);
	if (isV1 && !v1) throw new ProtocolError('no-files', 'it lists no files', 3);
	if (v2) requireOwnRoots(v2);
	const {files, length} = layOut(arrangeFiles(v1, v2, name, pieceLength));
	return {table: FileTable.of(files), length, oddNames};
}

function readInfo(
	info: BencodeNode,
	hash: HashFunctions,
): {readonly table: FileTable; readonly torrent: Omit<Metainfo, 'files'>} {
	if (info.type !== 'dictionary') throw new ProtocolError('no-info', 'its info is not a dictionary', 3);
	const isV2 = readMetaVersion(info);
	const raw = info.raw;
	const isV1 = !isV2 || info.has('pieces');
	const infoHash = isV1 ? (toHex(hash.sha1(raw)) as InfoHash) : undefined;
	const infoHashV2 = isV2 ? (toHex(hash.sha256(raw)) as InfoHash) : undefined;
	const name = readName(info) || (infoHash ?? infoHashV2!);
	const pieceLength = readPieceLength(info, isV2);
	const hasOddName = isOddName(nameBytes(info));
	const {table, length, oddNames} = readFiles(info, {isV1, isV2, name, pieceLength});
	if (length === 0) throw new ProtocolError('no-data', 'its files hold no data', 3);
	const pieceCount = Math.ceil(length / pieceLength);
	if (pieceCount > maximumPieces) {
		throw new ProtocolError('too-many-pieces', `it has more than ${maximumPieces} pieces`, 3);
	}

	const isPrivate = info.get('private')?.integer();
	const torrent = {
		version: isV2 ? (isV1 ? ('hybrid' as const) : ('2' as const)) : ('1' as const),
		infoHash,
		infoHashV2,
		info: raw,
		name,
		pieceLength,
		pieceCount,
		length,
		pieceHashes: isV1 ? readPieces(info, pieceCount) : undefined,
		pieceLayers: isV2 ? new Map() : undefined,
		oddNames: hasOddName || oddNames,
		private: isPrivate !== undefined && isPrivate !== 0,
		trackers: [],
		webSeeds: [],
		nodes: [],
		comment: undefined,
		createdBy: undefined,
		creationDate: undefined,
		source: info.get('source')?.text(),
	};
	return {table, torrent};
}

/** Files of the same root have the same content, and so the same length: or one of them could never be right. BEP 52. */
function requireOwnRoots(files: ReadonlyArray<Pick<ListedFile, 'length' | 'piecesRoot'>>): void {
	const lengths = new Map<string, Bytes>();
	for (const {length, piecesRoot} of files) {
		if (piecesRoot === undefined) continue;
		const root = toHex(piecesRoot);
		if ((lengths.get(root) ?? length) !== length) {
			throw new ProtocolError('bad-pieces-root', 'two of its files have one root and different lengths', 52);
		}

		lengths.set(root, length);
	}
}

/** Whether it is a v2 torrent, which must be in canonical form to the last byte. */
function readMetaVersion(info: BencodeNode): boolean {
	const node = info.get('meta version');
	if (!node) return false;
	const version = node.integer();
	if (version !== 1 && version !== 2) {
		throw new ProtocolError('unknown-version', `its meta version is ${version ?? 'not a number'}, not 2`, 52);
	}

	if (info.deviation !== undefined) throw new ProtocolError('not-canonical', info.deviation, 52);
	return version === 2;
}

function nameBytes(info: BencodeNode): Uint8Array {
	const bytes = (info.get('name.utf-8') ?? info.get('name'))?.bytes();
	if (!bytes) throw new ProtocolError('no-name', 'it has no name', 3);
	return bytes;
}

function readName(info: BencodeNode): string {
	const name = sanitizeName(nameBytes(info));
	return name !== '' && isNothing(name) ? '_' : name;
}

function readPieceLength(info: BencodeNode, isV2: boolean): Bytes {
	const length = info.get('piece length')?.integer();
	if (length === undefined) throw new ProtocolError('bad-piece-length', 'it has no piece length', 3);
	if (typeof length === 'bigint' || length < 1 || length > maximumPieceLength) {
		const range = `1 to ${maximumPieceLength}`;
		throw new ProtocolError(
			'bad-piece-length',
			`its piece length is ${length}, which is outside ${range}`,
			3,
		);
	}

	if (isV2 && (length < minimumPieceLengthV2 || !Number.isInteger(Math.log2(length)))) {
		const rule = 'not a power of two from 16 KiB up';
		throw new ProtocolError('bad-piece-length', `its piece length is ${length}, which is ${rule}`, 52);
	}

	return length;
}

function readPieces(info: BencodeNode, pieceCount: number): Uint8Array {
	const pieces = info.get('pieces')?.bytes();
	if (!pieces) throw new ProtocolError('bad-pieces', 'it has no piece hashes', 3);
	if (pieces.length % 20 !== 0) {
		throw new ProtocolError(
			'bad-pieces',
			`its piece hashes are ${pieces.length} bytes, not a multiple of 20`,
			3,
		);
	}

	if (pieces.length !== pieceCount * 20) {
		const found = `${pieces.length / 20} piece hashes`;
		throw new ProtocolError('bad-pieces', `it has ${found} where its length needs ${pieceCount}`, 3);
	}

	return pieces;
}

function readDate(node: BencodeNode | undefined): number | undefined {
	const date = node?.number();
	return date !== undefined && date > 0 && date <= endOfYear9999 ? date : undefined;
}

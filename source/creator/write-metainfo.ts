import {fromHex, toHex} from '../base/hex.js';
import type {Bytes} from '../base/units.js';
import {hashFunctions} from '../io/machine/hash-functions.js';
import {type Bencodable, encodeBencode} from '../protocol/bencode/bencode.js';
import {hashLength, rootOfPieces} from '../protocol/metainfo/merkle.js';
import type {Metainfo} from '../protocol/metainfo/metainfo.js';
import {nameToBytes, needsBytes} from '../protocol/metainfo/name-bytes.js';
import type {CreateOptions} from './create-options.js';
import type {SourceFile, SourceTree} from './source-files.js';

/** A file in the stream of pieces, or padding when `file` is undefined. */
export interface LaidFile {
	readonly file: SourceFile | undefined;
	readonly offset: Bytes;
	readonly length: Bytes;
}

/** Everything a .torrent says. */
export interface MetainfoParts {
	readonly options: CreateOptions;
	readonly version: Metainfo['version'];
	readonly tree: SourceTree;
	readonly files: readonly LaidFile[];
	readonly pieceLength: Bytes;
	/** 20 bytes a piece, unless v2 only. */
	readonly sha1: SharedArrayBuffer | undefined;
	/** 32 bytes a piece, unless v1 only. */
	readonly sha256: SharedArrayBuffer | undefined;
}

/**
 * Files after each other; with a piece length, each is padded to whole pieces: the last one too, as libtorrent has it,
 * but not a file that is alone. BEP 47, 52.
 */
export function layOutFiles(
	files: readonly SourceFile[],
	pieceLength: Bytes | undefined,
): {files: LaidFile[]; length: Bytes} {
	const laid: LaidFile[] = [];
	let offset = 0;
	for (const file of files) {
		laid.push({file, offset, length: file.length});
		offset += file.length;
		if (pieceLength === undefined || files.length === 1 || offset % pieceLength === 0) continue;
		const length = pieceLength - (offset % pieceLength);
		laid.push({file: undefined, offset, length});
		offset += length;
	}

	return {files: laid, length: offset};
}

type Dictionary = Map<Uint8Array | string, Bencodable>;

function dictionary(entries: ReadonlyArray<readonly [string, Bencodable | undefined]>): Dictionary {
	return new Map(entries.filter((entry): entry is readonly [string, Bencodable] => entry[1] !== undefined));
}

/** A name as the disk has it: bytes where they are no UTF-8. */
function asName(name: string): string | Uint8Array {
	return needsBytes(name) ? nameToBytes(name) : name;
}

/** BEP 47. */
function attributes(file: SourceFile): string | undefined {
	if (file.symlink) return 'l';
	return file.executable ? 'x' : undefined;
}

/** What the hashes and names alone take of a .torrent, a little less than it will be long. */
export function leastMetainfoLength(
	version: Metainfo['version'],
	files: readonly LaidFile[],
	pieceLength: Bytes,
): Bytes {
	let length = 0;
	let pieces = 0;
	// Files with the same content share their hashes: those of one length may.
	const lengths = new Set<Bytes>();
	for (const {file, length: data} of files) {
		pieces += data / pieceLength;
		if (version !== '2') length += 25 + (file ? textLength(file.path) : 10);
		if (version === '1' || !file) continue;
		length += 22 + file.path.at(-1)!.length + (data > 0 ? 46 : 0);
		if (data > pieceLength) lengths.add(data);
	}
	for (const data of lengths) length += Math.ceil(data / pieceLength) * hashLength;
	return length + (version === '2' ? 0 : Math.ceil(pieces) * 20);
}

function textLength(path: readonly string[]): number {
	return path.reduce((sum, element) => sum + element.length + 2, 0);
}

function fileList(files: readonly LaidFile[]): Bencodable {
	return files.map(({file, length}) =>
		file
			? dictionary([
					['attr', attributes(file)],
					['length', length],
					['path', file.path.map(asName)],
					['symlink path', file.symlink?.map(asName)],
				])
			: dictionary([
					['attr', 'p'],
					['length', length],
					['path', ['.pad', String(length)]],
				]),
	);
}

/** The dictionary of a folder in the tree, made with those above it when it is not there yet. */
function folderOf(root: Dictionary, folders: Map<string, Dictionary>, path: readonly string[]): Dictionary {
	if (path.length === 0) return root;
	const key = path.join('/');
	let folder = folders.get(key);
	if (!folder) {
		folder = new Map();
		folders.set(key, folder);
		folderOf(root, folders, path.slice(0, -1)).set(asName(path.at(-1)!), folder);
	}

	return folder;
}

function fileTree(parts: MetainfoParts, layers: Dictionary): Bencodable {
	const root: Dictionary = new Map();
	const folders = new Map<string, Dictionary>();
	const known = new Set<string>();
	const hashes = new Uint8Array(parts.sha256!);
	for (const {file, offset, length} of parts.files) {
		if (!file) continue;
		let piecesRoot: Uint8Array | undefined;
		if (length > 0) {
			const first = offset / parts.pieceLength;
			const pieces = Math.ceil(length / parts.pieceLength);
			const layer = hashes.slice(first * hashLength, (first + pieces) * hashLength);
			piecesRoot = pieces === 1 ? layer : rootOfPieces(layer, parts.pieceLength, hashFunctions.sha256);
			const key = toHex(piecesRoot);
			if (pieces > 1 && !known.has(key)) {
				known.add(key);
				layers.set(piecesRoot, layer);
			}
		}

		const folder = folderOf(root, folders, file.path.slice(0, -1));

		const leaf = dictionary([
			['attr', attributes(file)],
			['length', length],
			['pieces root', piecesRoot],
			['symlink path', file.symlink?.map(asName)],
		]);
		folder.set(asName(file.path.at(-1)!), dictionary([['', leaf]]));
	}

	return root;
}

function nonEmpty<Item>(list: readonly Item[] | undefined): readonly Item[] | undefined {
	return list === undefined || list.length === 0 ? undefined : list;
}

/** Writes the .torrent. BEP 3, 12, 19, 27, 38, 47, 52. */
export function writeMetainfo(parts: MetainfoParts): Uint8Array {
	const {options, tree, files, version} = parts;
	const isV1 = version !== '2';
	const isV2 = version !== '1';
	const [only] = tree.files;
	const layers: Dictionary = new Map();
	const info = dictionary([
		['attr', isV1 && tree.single ? attributes(only!) : undefined],
		['collections', nonEmpty(options.collections)],
		['file tree', isV2 ? fileTree(parts, layers) : undefined],
		['files', isV1 && !tree.single ? fileList(files) : undefined],
		['length', isV1 && tree.single ? only!.length : undefined],
		['meta version', isV2 ? 2 : undefined],
		['name', asName(tree.name)],
		['piece length', parts.pieceLength],
		['pieces', isV1 ? new Uint8Array(parts.sha1!) : undefined],
		['private', options.private ? 1 : undefined],
		['similar', nonEmpty(options.similar?.map(hash => fromHex(hash)!))],
		['source', options.source],
	]);
	const tiers = (options.trackers ?? []).filter(tier => tier.length > 0);
	const severalTrackers = tiers.flat().length > 1;
	return encodeBencode(
		dictionary([
			['announce', tiers[0]?.[0]],
			['announce-list', severalTrackers ? tiers : undefined],
			['comment', options.comment],
			['created by', options.createdBy],
			['creation date', options.creationDate],
			['info', info],
			['piece layers', isV2 ? layers : undefined],
			['url-list', nonEmpty(options.webSeeds)],
		]),
	);
}

import {createCipheriv, createHash} from 'node:crypto';
import {closeSync, ftruncateSync, mkdirSync, openSync, readSync, writeFileSync, writeSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {bencode} from './bencode.ts';

export const kibibyte = 1024;
export const mebibyte = 1024 * kibibyte;
export const gibibyte = 1024 * mebibyte;

/** The same bytes for the same seed, on every machine. */
export function bytesFrom(seed: string, length: number): Buffer {
	const key = createHash('sha256').update(seed).digest().subarray(0, 16);
	return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Content on disk, in the order of its torrent: one file when its path is empty, else a folder of them. */
export interface Content {
	readonly name: string;
	/** The file or folder itself. */
	readonly root: string;
	/** Its parent: what clients call the download folder. */
	readonly dir: string;
	readonly files: ReadonlyArray<{readonly path: readonly string[]; readonly length: number}>;
	readonly length: number;
}

/** Writes one file of `length` bytes into `dir`. */
export function writeFile(dir: string, name: string, length: number): Content {
	const root = join(dir, name);
	mkdirSync(dir, {recursive: true});
	writeFileSync(root, bytesFrom(name, length));
	return {name, root, dir, files: [{path: [], length}], length};
}

/** Writes a folder of files, given as `['a/b.bin', bytes]`, into `dir`. */
export function writeFolder(
	dir: string,
	name: string,
	entries: ReadonlyArray<readonly [path: string, length: number]>,
): Content {
	const root = join(dir, name);
	for (const [path, length] of entries) {
		mkdirSync(dirname(join(root, path)), {recursive: true});
		writeFileSync(join(root, path), bytesFrom(`${name}/${path}`, length));
	}
	const files = entries.map(([path, length]) => ({path: path.split('/'), length}));
	return {name, root, dir, files, length: entries.reduce((sum, [, length]) => sum + length, 0)};
}

/** Writes a file that is zeros but for `length` bytes at each of `islands`: as good as no room on the disk. */
export function writeSparseFile(
	dir: string,
	name: string,
	length: number,
	islands: readonly number[],
	islandLength: number,
): Content {
	const root = join(dir, name);
	mkdirSync(dir, {recursive: true});
	const file = openSync(root, 'w');
	ftruncateSync(file, length);
	for (const at of islands) writeSync(file, bytesFrom(`${name}@${at}`, islandLength), 0, islandLength, at);
	closeSync(file);
	return {name, root, dir, files: [{path: [], length}], length};
}

export interface Torrent {
	readonly content: Content;
	readonly pieceLength: number;
	readonly pieces: number;
	/** 20 bytes. */
	readonly infoHash: Buffer;
	/** The info dictionary. */
	readonly info: Buffer;
	/** The magnet link, with nothing but the hash. */
	readonly magnet: string;
	/** Writes a .torrent with these trackers, one tier each, and gives its path back. */
	write(path: string, trackers?: readonly string[], webSeeds?: readonly string[]): string;
}

/** SHA-1 of every piece, 20 bytes each. All-zero pieces, which sparse files are full of, are hashed once. */
function hashPieces(content: Content, pieceLength: number): Buffer {
	const zero = Buffer.alloc(pieceLength);
	const zeroHash = createHash('sha1').update(zero).digest();
	const hashes: Buffer[] = [];
	const piece = Buffer.alloc(pieceLength);
	let filled = 0;
	const finish = () => {
		const view = piece.subarray(0, filled);
		hashes.push(
			filled === pieceLength && view.equals(zero) ? zeroHash : createHash('sha1').update(view).digest(),
		);
		filled = 0;
	};
	for (const {path, length} of content.files) {
		const file = openSync(join(content.root, ...path), 'r');
		for (let at = 0; at < length; ) {
			const read = readSync(file, piece, filled, Math.min(pieceLength - filled, length - at), at);
			if (read === 0) throw new Error(`${join(...path)} is shorter than ${length} bytes`);
			at += read;
			filled += read;
			if (filled === pieceLength) finish();
		}
		closeSync(file);
	}
	if (filled > 0) finish();
	return Buffer.concat(hashes);
}

/**
 * Makes a v1 torrent of content. Private, so that no client looks for peers elsewhere than a test told it, unless a test
 * is about that.
 */
export function makeTorrent(content: Content, pieceLength: number, isPublic = false): Torrent {
	const hashes = hashPieces(content, pieceLength);
	const single = content.files.length === 1 && content.files[0]!.path.length === 0;
	const info = bencode({
		...(single ? {length: content.length} : {files: content.files.map(({path, length}) => ({path, length}))}),
		name: content.name,
		'piece length': pieceLength,
		pieces: hashes,
		...(!isPublic && {private: 1}),
	});
	const infoHash = createHash('sha1').update(info).digest();
	return {
		content,
		pieceLength,
		pieces: hashes.length / 20,
		infoHash,
		info,
		magnet: `magnet:?xt=urn:btih:${infoHash.toString('hex')}`,
		write(path, trackers = [], webSeeds = []) {
			// The info dictionary's bytes are what the info-hash is of, so they are put in as they are.
			const parts: Buffer[] = [Buffer.from('d')];
			if (trackers.length > 0) {
				parts.push(bencode('announce'), bencode(trackers[0]!));
				parts.push(bencode('announce-list'), bencode(trackers.map(url => [url])));
			}
			parts.push(bencode('info'), info);
			if (webSeeds.length > 0) parts.push(bencode('url-list'), bencode(webSeeds));
			parts.push(Buffer.from('e'));
			writeFileSync(path, Buffer.concat(parts));
			return path;
		},
	};
}

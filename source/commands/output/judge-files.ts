import {join} from 'node:path';
import type {Bytes} from '../../base/units.js';
import {diskPath} from '../../io/files/disk-path.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {UnreadableFiles} from './unreadable-files.js';

/**
 * What became of a file. `unknown`: no piece that is its alone is wrong, but one is that it shares with a file that is
 * missing or wrong, or that may be; which of the two is at fault no hash can tell. Or the torrent lacks hashes of it.
 * `unreadable`: it is there, and may not be read.
 */
export type FileState = 'ok' | 'missing' | 'wrong' | 'unknown' | 'unreadable';

/** One file of a torrent; the path is the one on the disk. */
export interface FileResult {
	readonly path: readonly string[];
	readonly length: number;
	readonly state: FileState;
	/**
	 * Of one that is `wrong` or `unknown` and there: the bytes of it that are in pieces which are not right, from and to,
	 * without those beyond its end.
	 */
	readonly ranges?: ReadonlyArray<readonly [from: Bytes, to: Bytes]>;
}

/**
 * Judges files by their pieces, 1 where one is right, and by their sizes: what is too long is wrong whatever fits.
 *
 * @param renamed the paths of files that have others than the torrent says, below `dir`
 * @param isKnown whether the torrent has the hash of a piece: of v2 it may lack some
 */
export async function judgeFiles(
	metainfo: Metainfo,
	dir: string,
	renamed: ReadonlyMap<number, readonly string[]>,
	right: Uint8Array,
	isKnown: (piece: number) => boolean = () => true,
	unreadable: UnreadableFiles = new Map(),
): Promise<FileResult[]> {
	const {stat} = await import('node:fs/promises');
	const {files, pieceLength} = metainfo;
	const sharers = countSharers(metainfo);
	return Promise.all(
		[...files.entries()]
			.filter(([, {pad, symlink}]) => !pad && symlink === undefined)
			.map(async ([index, {path: written, length, offset}]) => {
				const path = renamed.get(index) ?? written;
				const found = await stat(diskPath(join(dir, ...path))).catch(() => undefined);
				if (unreadable.has(index)) return {path, length, state: 'unreadable'} as const;
				if (!found?.isFile()) return {path, length, state: 'missing'} as const;
				let state: FileState = found.size === length ? 'ok' : 'wrong';
				const ranges: Array<[from: Bytes, to: Bytes]> = [];
				const last = length === 0 ? -1 : Math.floor((offset + length - 1) / pieceLength);
				for (let piece = Math.floor(offset / pieceLength); piece <= last; piece++) {
					if (right[piece] === 1) continue;
					if (sharers[piece]! < 2 && isKnown(piece)) state = 'wrong';
					else if (state === 'ok') state = 'unknown';
					const from = Math.max(0, piece * pieceLength - offset);
					const to = Math.min(length, (piece + 1) * pieceLength - offset);
					if (ranges.at(-1)?.[1] === from) ranges.at(-1)![1] = to;
					else ranges.push([from, to]);
				}
				return ranges.length === 0 ? {path, length, state} : {path, length, state, ranges};
			}),
	);
}

/** How many files have bytes of their own in each piece, two at the most. */
function countSharers({files, pieceLength, pieceCount}: Metainfo): Uint8Array {
	const sharers = new Uint8Array(pieceCount);
	for (const {pad, length, offset} of files) {
		if (pad || length === 0) continue;
		const last = Math.floor((offset + length - 1) / pieceLength);
		for (let piece = Math.floor(offset / pieceLength); piece <= last; piece++)
			sharers[piece] = Math.min(2, sharers[piece]! + 1);
	}
	return sharers;
}

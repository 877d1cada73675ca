import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import {join} from 'node:path';
import {diskPath} from '../../io/files/disk-path.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';

/** Why a file that is there cannot be read, as the system says it, by its number in the torrent. */
export type UnreadableFiles = ReadonlyMap<number, string>;

/** Finds the files of a torrent that are there and may not be read. @param renamed as for `judgeFiles` */
export async function unreadableFiles(
	{files}: Metainfo,
	dir: string,
	renamed: ReadonlyMap<number, readonly string[]>,
): Promise<UnreadableFiles> {
	const found = new Map<number, string>();
	for (const [index, {path, pad, symlink}] of files.entries()) {
		if (pad || symlink !== undefined) continue;
		try {
			await access(diskPath(join(dir, ...(renamed.get(index) ?? path))), constants.R_OK);
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code === 'EACCES' || code === 'EPERM' || code === 'EIO') found.set(index, message.split(',')[0]!);
		}
	}
	return found;
}

/** Which pieces have bytes of one of these files: 1 for such a piece. */
export function piecesOfFiles(
	{files, pieceLength, pieceCount}: Metainfo,
	these: UnreadableFiles,
): Uint8Array {
	const pieces = new Uint8Array(pieceCount);
	for (const index of these.keys()) {
		const {offset, length} = files[index]!;
		if (length > 0)
			pieces.fill(1, Math.floor(offset / pieceLength), Math.floor((offset + length - 1) / pieceLength) + 1);
	}
	return pieces;
}

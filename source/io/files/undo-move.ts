import {constants} from 'node:fs';
import {open, readlink, unlink} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {StorageFailure} from '../disk/storage.js';
import {failureOf} from '../disk/storage-failure.js';
import {removeEmptyFolders} from '../ownership/delete-files.js';
import {diskPath} from './disk-path.js';
import {checkPath} from './file-layout.js';
import {guardFolders} from './held-folder.js';
import {into, type MovedPath, moveFile} from './move-files.js';
import {statOf} from './stat-of.js';

const chunkLength = 1 << 20;
const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Where the files of a torrent are: its folder, and those with another path than it says. */
export interface Place {
	/** Absolute. */
	readonly dir: string;
	readonly renamed: Iterable<readonly [file: number, path: readonly string[]]>;
}

/**
 * Puts a torrent's files back that a move which was cut short had moved already, and deletes what it had copied:
 * afterwards all of them are `here`, and none is `there`. Answers why some are not.
 *
 * @param files the numbers of those that may be at the other place
 */
export async function undoMove(
	metainfo: Metainfo,
	here: Place,
	there: Place,
	files: readonly number[],
): Promise<StorageFailure | undefined> {
	const renamedHere = new Map(here.renamed);
	const renamedThere = new Map(there.renamed);
	const paths: MovedPath[] = [];
	for (const file of [...new Set(files)].sort((one, other) => one - other)) {
		const entry = metainfo.files[file];
		if (entry === undefined || entry.pad) continue;
		const pathIn = (renamed: ReadonlyMap<number, readonly string[]>): string =>
			checkPath(renamed.get(file) ?? entry.path).join('/');
		paths.push([file, pathIn(renamedHere), pathIn(renamedThere)]);
	}
	for (const [, path, otherPath] of paths) {
		const to = join(here.dir, path);
		const from = join(there.dir, otherPath);
		if (from === to) continue;
		try {
			const found = await statOf(from);
			if (!found || found.isDirectory()) continue;
			guardFolders(there.dir, otherPath.split('/').slice(0, -1), false);
			// What is at the other place may be no copy of ours: somebody has put a file of that name there since.
			if (await statOf(to)) {
				if (await isCopy(from, to)) await unlink(diskPath(from));
			} else {
				await into({root: here.dir, to}, path => moveFile(from, path, to));
			}
		} catch (error) {
			// On another file system there are copies only: whoever took the file away meanwhile knows better than we do.
			if ((error as NodeJS.ErrnoException).code !== 'EXDEV') return failureOf(error, from);
		}
	}
	await removeEmptyFolders(there.dir, new Set(paths.map(([, , path]) => dirname(path))));
	return undefined;
}

/**
 * Whether a file is a copy of another, or the beginning of one: every byte is the same, or has not been written yet.
 * Links are copies when they lead to the same place.
 */
async function isCopy(path: string, original: string): Promise<boolean> {
	const [copyStats, stats] = [await statOf(path), await statOf(original)];
	if (!copyStats || !stats) return false;
	if (copyStats.isSymbolicLink() && stats.isSymbolicLink())
		return (await readlink(diskPath(path))) === (await readlink(diskPath(original)));
	if (!copyStats.isFile() || !stats.isFile() || copyStats.size > stats.size) return false;
	const [copy, from] = [await open(diskPath(path), readOnly), await open(diskPath(original), readOnly)];
	try {
		const one = Buffer.allocUnsafe(chunkLength);
		const other = Buffer.allocUnsafe(chunkLength);
		for (let at = 0; at < copyStats.size; ) {
			const {bytesRead} = await copy.read(one, 0, chunkLength, at);
			if (bytesRead === 0) break;
			await from.read(other, 0, bytesRead, at);
			const part = one.subarray(0, bytesRead);
			if (!part.equals(other.subarray(0, bytesRead)) && !isBeginning(part, other)) return false;
			at += bytesRead;
		}
		return true;
	} finally {
		await copy.close();
		await from.close();
	}
}

/** Bytes that were not written before the crash are zeros. */
function isBeginning(part: Buffer, original: Buffer): boolean {
	for (let at = 0; at < part.length; at++) if (part[at] !== 0 && part[at] !== original[at]) return false;
	return true;
}

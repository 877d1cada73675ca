import {rename, unlink} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Metainfo} from '../protocol/metainfo.js';
import {removeEmptyFolders} from './delete-files.js';
import {FileLayout, packLayout} from './file-layout.js';
import {makeFolders, movedPaths, statOf} from './move-files.js';
import {guardFolders} from './open-file.js';
import type {StorageFailure} from './storage.js';
import {failureOf} from './storage-failure.js';

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
export async function bringBack(
	metainfo: Metainfo,
	here: Place,
	there: Place,
	files: readonly number[],
): Promise<StorageFailure | undefined> {
	const layout = ({dir, renamed}: Place): FileLayout =>
		new FileLayout(packLayout(metainfo, dir, '', new Map(renamed)));
	const concerned = new Set(files);
	const paths = movedPaths(layout(here), layout(there)).filter(([file]) => concerned.has(file));
	for (const [, path, otherPath] of paths) {
		const to = join(here.dir, path);
		const from = join(there.dir, otherPath);
		if (from === to) continue;
		try {
			const found = await statOf(from);
			if (!found || found.isDirectory()) continue;
			guardFolders(there.dir, otherPath.split('/').slice(0, -1), false);
			if (await statOf(to)) await unlink(from);
			else {
				await makeFolders({root: here.dir, to});
				await rename(from, to);
			}
		} catch (error) {
			// On another file system there are copies only: whoever took the file away meanwhile knows better than we do.
			if ((error as NodeJS.ErrnoException).code !== 'EXDEV') return failureOf(error, from);
		}
	}
	await removeEmptyFolders(there.dir, new Set(paths.map(([, , path]) => dirname(path))));
	return undefined;
}

import type {Stats} from 'node:fs';
import {readlink} from 'node:fs/promises';
import {dirname, join, relative} from 'node:path';
import {isAsLeft, isSameStamp} from '../../policy/pieces/check-plan.js';
import {fileOwner, isOurs} from '../../policy/session/file-ownership.js';
import type {KeptFile, Removal, RemovalRules, StorageFailure} from '../disk/storage.js';
import {failureOf} from '../disk/storage-failure.js';
import {diskPath} from '../files/disk-path.js';
import type {FileLayout} from '../files/file-layout.js';
import {guardFolders, removeBelow} from '../files/held-folder.js';
import {statOf} from '../files/stat-of.js';
import {removeEmptyFolders} from './delete-files.js';
import {fileIdentity, isAsNoted, isStillMade, type MadeFile} from './made-files.js';

/**
 * Deletes those of a torrent's files that are its own and nobody else's, and the folders that are empty then. What a
 * person put there, has changed since, or has linked from elsewhere stays, and is told. Goes on after a failure and
 * tells the first one.
 *
 * @param made which files were made, and how they were left
 */
export async function removeOwned(
	layout: FileLayout,
	rules: RemovalRules,
	made: ReadonlyMap<number, MadeFile>,
): Promise<Removal> {
	const kept: KeptFile[] = [];
	const folders = new Set<string>();
	let deleted = 0;
	let failure: StorageFailure | undefined;
	for (let file = 0; file < layout.fileCount; file++) {
		if (layout.isPad(file)) continue;
		const path = layout.relative(file);
		try {
			const seen = await statOf(join(layout.dir, path));
			if (seen === undefined) continue;
			const why = await whyKept(layout, file, seen, rules, made.get(file));
			// What has come into its place meanwhile is somebody else's.
			if (why !== undefined || !removeBelow(layout.dir, path, seen)) {
				kept.push({path, why: why ?? 'it was changed'});
				continue;
			}
			deleted++;
			folders.add(dirname(path));
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code === 'ENOENT' || code === 'ENOTDIR') continue;
			failure ??= failureOf(error, join(layout.dir, path));
			kept.push({path, why: 'it cannot be deleted'});
		}
	}
	return {deleted, kept, failure: failure ?? (await removeEmptyFolders(layout.dir, folders))};
}

/** Undefined for a file that may go. */
async function whyKept(
	layout: FileLayout,
	file: number,
	stats: Stats,
	rules: RemovalRules,
	made: MadeFile | undefined,
): Promise<string | undefined> {
	const relativePath = layout.relative(file);
	const path = join(layout.dir, relativePath);
	try {
		guardFolders(layout.dir, relativePath.split('/').slice(0, -1), false);
	} catch {
		return 'a link leads to it';
	}
	const target = layout.links.get(file);
	if (target !== undefined && stats.isSymbolicLink()) {
		const ours = relative(dirname(path), join(layout.dir, target));
		return (await readlink(diskPath(path))) === ours ? undefined : 'it is a link of somebody else';
	}
	if (!stats.isFile()) return stats.isSymbolicLink() ? 'it is a link' : 'it is not a file';
	const owner = layout.owners[file];
	if (!isOurs(owner)) return 'it was there before';
	const rule = rules.keep(file);
	if (rule !== undefined) return rule;
	if (stats.nlink > 1) return 'it has another name (a hard link)';
	const now = {size: stats.size, mtime: stats.mtimeMs, identity: fileIdentity(stats)};
	const noted = owner === fileOwner.made ? made?.left : undefined;
	// We never write beyond the end; and of a file that is not whole the last look at it may have been at another's bytes.
	if (stats.size > layout.lengths[file]! || (noted !== undefined && !isAsNoted(noted, now)))
		return 'it was changed';
	const left = rules.stamps[file];
	if (left !== undefined) return isSameStamp(now, left) || isAsLeft(now, left) ? undefined : 'it was changed';
	// What we made and never finished has nothing in it that anybody could miss.
	const isOwn = stats.size === 0 || (noted !== undefined && isStillMade(made, now));
	return owner === fileOwner.made && isOwn ? undefined : 'it may have been changed';
}

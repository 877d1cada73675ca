import {type FileHandle, lstat, open, readlink, rename, symlink, unlink} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Bytes} from '../base/units.js';
import {guardFolders} from './open-file.js';
import {failureOf, StorageError} from './storage-failure.js';

const chunkLength: Bytes = 1 << 20;
const zeros = Buffer.alloc(chunkLength);

/** A file to be moved: absolute paths. */
export interface Move {
	readonly from: string;
	readonly to: string;
	/** What is at `to` must lie below this folder. */
	readonly root: string;
	readonly size: Bytes;
}

/**
 * The moves of those files that are there.
 *
 * @param paths pairs of old and new path below `oldRoot` and `newRoot`
 * @throws {StorageError} when something is in the way
 */
export async function planMoves(
	oldRoot: string,
	newRoot: string,
	paths: ReadonlyArray<readonly [from: string, to: string]>,
): Promise<Move[]> {
	const moves: Move[] = [];
	for (const [oldPath, newPath] of paths) {
		const from = join(oldRoot, oldPath);
		const to = join(newRoot, newPath);
		const stats = from === to ? undefined : await statOf(from);
		if (!stats) continue;
		if (await statOf(to)) {
			throw new StorageError('io', `already there: ${to}: move it away or choose another place`);
		}
		moves.push({from, to, root: newRoot, size: stats.size});
	}
	return moves;
}

/**
 * Renames the files, or none of them.
 *
 * @returns false when the new place is on another file system
 * @throws {StorageError}
 */
export async function renameFiles(moves: readonly Move[]): Promise<boolean> {
	const done: Move[] = [];
	for (const move of moves) {
		try {
			makeFolders(move);
			await rename(move.from, move.to);
			done.push(move);
		} catch (error) {
			for (const {from, to} of done.reverse()) await rename(to, from);
			if ((error as NodeJS.ErrnoException).code === 'EXDEV') return false;
			throw asStorageError(error, move.to);
		}
	}
	return true;
}

/**
 * Copies the files onto the disk, with their times; the old ones stay. When it fails the copies are deleted.
 *
 * @param told bytes copied so far
 * @throws {StorageError}
 */
export async function copyFiles(moves: readonly Move[], told: (copied: Bytes) => void): Promise<void> {
	let copied = 0;
	const begun: string[] = [];
	for (const move of moves) {
		const {from, to, size} = move;
		try {
			makeFolders(move);
			await copyOne(from, to, begun, some => {
				copied += some;
				told(copied);
			});
			const stats = await lstat(to);
			if (stats.size !== size)
				throw new StorageError('io', `changed while it was copied: ${from}: move the torrent again`);
		} catch (error) {
			for (const path of begun) await unlink(path).catch(() => undefined);
			throw asStorageError(error, to);
		}
	}
}

async function copyOne(
	from: string,
	to: string,
	begun: string[],
	told: (some: Bytes) => void,
): Promise<void> {
	const stats = await lstat(from);
	if (stats.isSymbolicLink()) {
		await symlink(await readlink(from), to);
		begun.push(to);
		told(stats.size);
		return;
	}
	const source = await open(from, 'r');
	try {
		const target = await open(to, 'wx', stats.mode);
		begun.push(to);
		try {
			const chunk = Buffer.allocUnsafe(chunkLength);
			for (let at = 0; ; ) {
				const {bytesRead} = await source.read(chunk, 0, chunkLength, at);
				if (bytesRead === 0) break;
				const view = chunk.subarray(0, bytesRead);
				// Holes stay holes.
				if (!view.equals(zeros.subarray(0, bytesRead))) await writeWhole(target, view, at);
				at += bytesRead;
				told(bytesRead);
			}
			await target.truncate(stats.size);
			await target.utimes(stats.atimeMs / 1000, stats.mtimeMs / 1000);
			await target.sync();
		} finally {
			await target.close();
		}
	} finally {
		await source.close();
	}
}

async function writeWhole(file: FileHandle, bytes: Buffer, position: Bytes): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		const {bytesWritten} = await file.write(bytes, done, bytes.length - done, position + done);
		done += bytesWritten;
	}
}

function makeFolders({root, to}: Move): void {
	const elements = dirname(to)
		.slice(root.length)
		.split('/')
		.filter(element => element !== '');
	guardFolders(root, elements, true);
}

async function statOf(path: string): Promise<{size: Bytes} | undefined> {
	try {
		return await lstat(path);
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw asStorageError(error, path);
	}
}

function asStorageError(error: unknown, path: string): StorageError {
	const {code, message} = failureOf(error, path);
	return new StorageError(code, message);
}

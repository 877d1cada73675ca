import {constants, type Stats} from 'node:fs';
import {type FileHandle, link, lstat, open, readlink, rename, symlink, unlink} from 'node:fs/promises';
import {basename, dirname, join, relative} from 'node:path';
import {sizeText} from '../../base/quantity-text.js';
import type {Bytes} from '../../base/units.js';
import {freeSpace} from '../disk/free-space.js';
import {failureOf, StorageError} from '../disk/storage-failure.js';
import {removeEmptyFolders} from '../ownership/delete-files.js';
import {diskPath} from './disk-path.js';
import type {FileLayout} from './file-layout.js';
import {HeldFolder} from './held-folder.js';
import {statOf} from './stat-of.js';

const chunkLength: Bytes = 1 << 20;
const zeros = Buffer.alloc(chunkLength);

/** What was a file may be a link or a pipe by now: the one would lead elsewhere, the other never end. */
const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A file to be moved: absolute paths. */
export interface Move {
	/** Its number in the torrent. */
	readonly file: number;
	readonly from: string;
	readonly to: string;
	/** What is at `to` must lie below this folder. */
	readonly root: string;
	readonly size: Bytes;
	/** What it takes up on the disk. */
	readonly room: Bytes;
}

/** Where one file is and where it is to be, below two folders. */
export type MovedPath = readonly [file: number, from: string, to: string];

/** Where each file of a torrent is in one layout and in another; pad files are nowhere. */
export function movedPaths(from: FileLayout, to: FileLayout): MovedPath[] {
	return Array.from({length: from.fileCount}, (_, file) => file)
		.filter(file => !from.isPad(file))
		.map(file => [file, from.relative(file), to.relative(file)]);
}

/**
 * The moves of those files that are there.
 *
 * @throws {StorageError} when something is in the way
 */
export async function planMoves(
	oldRoot: string,
	newRoot: string,
	paths: readonly MovedPath[],
): Promise<Move[]> {
	const moves: Move[] = [];
	for (const [file, oldPath, newPath] of paths) {
		const from = join(oldRoot, oldPath);
		const to = join(newRoot, newPath);
		const stats = from === to ? undefined : await about(from, statOf(from));
		if (!stats) continue;
		// A pipe, say, that somebody has put in its place is nothing of the torrent's.
		if (!stats.isFile() && !stats.isSymbolicLink()) throw notAFile(from);
		if (await about(to, statOf(to))) {
			throw alreadyThere(to);
		}
		moves.push({file, from, to, root: newRoot, size: stats.size, room: stats.blocks * 512});
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
			await into(move, to => moveFile(move.from, to, move.to));
			done.push(move);
		} catch (error) {
			for (const {from, to} of done.reverse()) await moveFile(to, from);
			if ((error as NodeJS.ErrnoException).code === 'EXDEV') return false;
			await leaveNoFolders(moves);
			if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(move.to);
			throw moveError(error, move.to);
		}
	}
	return true;
}

/**
 * Copies the files onto the disk, with their times; the old ones stay. When it fails, or is aborted, or somebody changes
 * a file meanwhile, the copies are deleted.
 *
 * @param told bytes copied so far
 * @returns what tells the old files, as they were copied, from such as somebody changes later: by number
 * @throws {StorageError}
 */
export async function copyFiles(
	moves: readonly Move[],
	told: (copied: Bytes) => void,
	signal?: AbortSignal,
): Promise<ReadonlyMap<number, string>> {
	let copied = 0;
	const sources = new Map<number, string>();
	const begun: string[] = [];
	try {
		await requireRoom(moves);
		for (const move of moves) {
			const source = await into(move, to =>
				copyOne(move, to, begun, some => {
					if (signal?.aborted) throw moveStopped();
					copied += some;
					told(copied);
				}),
			).catch(error => {
				throw moveError(error, move.to);
			});
			sources.set(move.file, source);
		}
		// The first may have been copied an hour before the last.
		for (const {file, from} of moves)
			if ((await about(from, stateOf(from))) !== sources.get(file)) throw changedMeanwhile(from);
		return sources;
	} catch (error) {
		for (const path of begun) await unlink(diskPath(path)).catch(() => undefined);
		await leaveNoFolders(moves);
		throw error instanceof StorageError ? error : moveError(error, moves[0]?.root ?? '');
	}
}

/**
 * Gives a file another path on the same file system, and replaces nothing: somebody may have put a file there since it
 * was looked at.
 *
 * @param named what `to` is called in an error
 */
export async function moveFile(from: string, to: string, named = to): Promise<void> {
	try {
		await link(diskPath(from), diskPath(to));
	} catch (error) {
		// Not every file system knows two names for a file.
		if (!noLinkCodes.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
		if (await statOf(to)) throw alreadyThere(named);
		return rename(diskPath(from), diskPath(to));
	}
	await unlink(diskPath(from));
}

const noLinkCodes = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EACCES']);

function alreadyThere(path: string): StorageError {
	return new StorageError('io', `already there: ${path}: move it away or choose another place`);
}

/** Somebody does not want it any more. */
export function moveStopped(): StorageError {
	return new StorageError('io', 'the move was stopped');
}

/** It is kinder to say at once what would be found out an hour later. */
async function requireRoom(moves: readonly Move[]): Promise<void> {
	const root = moves[0]?.root;
	const free = root === undefined ? undefined : await freeSpace(root);
	const needed = moves.reduce((sum, {room}) => sum + room, 0);
	if (free === undefined || needed <= free) return;
	throw new StorageError(
		'disk-full',
		`disk full: ${root} (needs ${sizeText(needed)}, ${sizeText(free)} free): free some space or choose another folder`,
	);
}

/** Whatever changes with a file's bytes, or when another is put in its place; undefined when nothing is there. */
export async function stateOf(path: string): Promise<string | undefined> {
	const stats = await statOf(path);
	return stats && stateIn(stats);
}

function stateIn({ino, size, mtimeMs}: Stats): string {
	return `${ino} ${size} ${mtimeMs}`;
}

function changedMeanwhile(path: string): StorageError {
	return new StorageError('io', `changed while it was copied: ${path}: move the torrent again`);
}

/** @returns how the file was that was copied */
async function copyOne(
	{from, to, size}: Move,
	held: string,
	begun: string[],
	told: (some: Bytes) => void,
): Promise<string> {
	const stats = await about(from, lstat(diskPath(from)));
	if (stats.isSymbolicLink()) {
		const target = await about(from, readlink(diskPath(from), 'buffer'));
		await about(to, symlink(target, diskPath(held)));
		begun.push(to);
		told(stats.size);
		return stateIn(stats);
	}
	const source = await about(from, open(diskPath(from), readOnly));
	try {
		const {ino, dev} = await about(from, source.stat());
		if (ino !== stats.ino || dev !== stats.dev) throw notAFile(from);
		const target = await about(to, open(diskPath(held), 'wx', stats.mode));
		begun.push(to);
		try {
			const chunk = Buffer.allocUnsafe(chunkLength);
			let at = 0;
			for (;;) {
				const {bytesRead} = await about(from, source.read(chunk, 0, chunkLength, at));
				if (bytesRead === 0) break;
				const view = chunk.subarray(0, bytesRead);
				// Holes stay holes.
				if (!view.equals(zeros.subarray(0, bytesRead))) await about(to, writeWhole(target, view, at));
				at += bytesRead;
				told(bytesRead);
			}
			if (at !== size || stateIn(await about(from, source.stat())) !== stateIn(stats))
				throw changedMeanwhile(from);
			await about(to, finish(target, stats));
			return stateIn(stats);
		} finally {
			await target.close();
		}
	} finally {
		await source.close();
	}
}

/** What the system does not do by itself: the length where a hole is at the end, the times, and onto the disk. */
async function finish(target: FileHandle, {size, atimeMs, mtimeMs}: Stats): Promise<void> {
	await target.truncate(size);
	await target.utimes(atimeMs / 1000, mtimeMs / 1000);
	await target.sync();
}

async function writeWhole(file: FileHandle, bytes: Buffer, position: Bytes): Promise<void> {
	for (let done = 0; done < bytes.length; ) {
		const {bytesWritten} = await file.write(bytes, done, bytes.length - done, position + done);
		done += bytesWritten;
	}
}

/**
 * Makes the folders that a file is to be in, and hands the path over by which it is reached whatever they are swapped
 * for meanwhile.
 */
export async function into<Value>(
	{root, to}: {readonly root: string; readonly to: string},
	put: (path: string) => Promise<Value>,
): Promise<Value> {
	const elements = relative(root, dirname(to))
		.split('/')
		.filter(element => element !== '');
	const folder = new HeldFolder(root, elements, true);
	try {
		return await put(folder.entry(basename(to)));
	} finally {
		folder.close();
	}
}

async function leaveNoFolders(moves: readonly Move[]): Promise<void> {
	const root = moves[0]?.root;
	if (root === undefined) return;
	await removeEmptyFolders(root, new Set(moves.map(({to}) => relative(root, dirname(to)) || '.')));
}

/** Which of the two files an error is about is known only where it is touched. */
async function about<Value>(path: string, done: Promise<Value>): Promise<Value> {
	try {
		return await done;
	} catch (error) {
		throw moveError(error, path);
	}
}

function notAFile(path: string): StorageError {
	return new StorageError('io', `not a regular file: ${path}: move it away, then move the torrent again`);
}

/** The torrent goes on where it is: what one is told to do is not to resume it. */
function moveError(error: unknown, path: string): StorageError {
	if (error instanceof StorageError) return error;
	const {code, message} = failureOf(error, path);
	return new StorageError(code, message.replace(/, then resume$/, ', then move it again'));
}

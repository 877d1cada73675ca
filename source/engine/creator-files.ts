import {isUtf8} from 'node:buffer';
import type {Dirent, Stats} from 'node:fs';
import {lstat, readdir, readlink, realpath} from 'node:fs/promises';
import {basename, dirname, join, relative, resolve, sep} from 'node:path';
import {UserError} from '../base/errors.js';
import type {Bytes, Millis} from '../base/units.js';
import {compareBytes} from '../protocol/bencode.js';
import {excludes, type Glob} from './glob.js';

/** A file on disk that goes into a torrent. */
export interface SourceFile {
	/** Where it is. */
	readonly source: string;
	/** Elements below the torrent's folder; for a single file just its name. */
	readonly path: readonly string[];
	readonly length: Bytes;
	readonly mtime: Millis;
	readonly executable: boolean;
	/** What a symbolic link leads to, below the torrent's folder; such a file has no data. BEP 47. */
	readonly symlink?: readonly string[];
}

/** What a torrent is made of, in the order of its pieces. */
export interface SourceTree {
	readonly name: string;
	/** Whether it is one file and no folder. */
	readonly single: boolean;
	readonly files: readonly SourceFile[];
}

const maximumDepth = 90;

/** A `UserError` about one path, from what the system said. */
export function unreadable(path: string, error: unknown): UserError {
	const code = (error as NodeJS.ErrnoException).code;
	if (code === 'ENOENT' || code === 'ENOTDIR')
		return new UserError('missing', `${path}: no such file or folder`);
	if (code === 'EACCES' || code === 'EPERM') {
		return new UserError(
			'no-permission',
			`${path}: not allowed to read it (change its permissions, or leave it out)`,
		);
	}

	return new UserError('unreadable', `${path} cannot be read: ${(error as Error).message}`);
}

function describe(source: string, path: readonly string[], stats: Stats): SourceFile {
	const executable = (stats.mode & 0o111) !== 0;
	return {source, path, length: stats.size, mtime: stats.mtimeMs, executable};
}

/**
 * Finds the files of a torrent: one file, or all in a folder, every folder's entries sorted by the bytes of their
 * names, which is the order of a v2 file tree. Hidden files are left out unless asked for. Links to what is inside the
 * folder stay links.
 *
 * @throws {UserError} naming what cannot be shared
 */
export async function findFiles(
	path: string,
	options: {readonly includeHidden: boolean; readonly exclude: readonly Glob[]},
): Promise<SourceTree> {
	let root: string;
	let stats: Stats;
	try {
		// A link given by hand stands for what it leads to, but keeps its name.
		root = await realpath(path);
		stats = await lstat(root);
	} catch (error) {
		throw unreadable(path, error);
	}

	const name = basename(resolve(path));
	if (name === '')
		throw new UserError('no-name', `${path} has no name a torrent could have: share a folder in it`);
	if (stats.isFile()) return {name, single: true, files: [describe(root, [name], stats)]};
	if (!stats.isDirectory()) throw new UserError('not-a-file', `${path} is neither a file nor a folder`);
	const files: SourceFile[] = [];
	const walk = async (folder: string, below: readonly string[]): Promise<void> => {
		if (below.length > maximumDepth)
			throw new UserError('too-deep', `${folder}: too many folders inside each other`);
		let entries: Array<Dirent<Buffer>>;
		try {
			entries = await readdir(folder, {withFileTypes: true, encoding: 'buffer'});
		} catch (error) {
			throw unreadable(folder, error);
		}

		entries.sort((a, b) => compareBytes(a.name, b.name));
		for (const entry of entries) {
			const element = entry.name.toString();
			const at = [...below, element];
			if (!options.includeHidden && element.startsWith('.')) continue;
			if (excludes(options.exclude, at)) continue;
			const source = join(folder, element);
			if (!isUtf8(entry.name)) {
				throw new UserError(
					'bad-name',
					`${source}: its name is not UTF-8 (rename it, or leave it out with --exclude)`,
				);
			}

			if (entry.isDirectory()) await walk(source, at);
			else if (entry.isFile()) {
				try {
					files.push(describe(source, at, await lstat(source)));
				} catch (error) {
					throw unreadable(source, error);
				}
			} else if (entry.isSymbolicLink()) files.push(await readLink(root, source, at));
			else {
				throw new UserError(
					'not-a-file',
					`${source} is neither a file nor a folder (leave it out with --exclude)`,
				);
			}
		}
	};

	await walk(root, []);
	return {name, single: false, files};
}

async function readLink(root: string, source: string, path: readonly string[]): Promise<SourceFile> {
	const advice = 'replace it by what it leads to, or leave it out with --exclude';
	let target: string;
	try {
		target = resolve(dirname(source), await readlink(source));
		await realpath(source);
	} catch {
		throw new UserError('bad-link', `${source} is a link that leads nowhere (${advice})`);
	}

	const inside = relative(root, target).split(sep);
	if (inside[0] === '..' || inside[0] === '') {
		throw new UserError('bad-link', `${source} is a link that leads out of the folder (${advice})`);
	}

	return {source, path, length: 0, mtime: 0, executable: false, symlink: inside};
}

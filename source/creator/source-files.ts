import {accessSync, constants, lstatSync, readdirSync, readlinkSync, realpathSync, type Stats} from 'node:fs';
import {basename, dirname, relative, resolve, sep} from 'node:path';
import {UserError} from '../base/errors.js';
import type {Bytes} from '../base/units.js';
import {diskPath} from '../io/files/disk-path.js';
import {typedPath} from '../io/files/typed-path.js';
import {nextTurn} from '../io/machine/next-turn.js';
import {compareBytes} from '../protocol/bencode/bencode.js';
import {nameFromBytes, nameToBytes} from '../protocol/metainfo/name-bytes.js';
import {compileExclusion, type Exclusion} from './exclusion.js';

/** A file on disk that goes into a torrent. Names and paths are as `nameFromBytes` writes them. */
export interface SourceFile {
	/** Where it is. */
	readonly source: string;
	/** Elements below the torrent's folder; for a single file just its name. */
	readonly path: readonly string[];
	readonly length: Bytes;
	/** What tells it from what it was before, and from what took its place. */
	readonly stamp: string;
	/** For its owner. */
	readonly executable: boolean;
	/** What a symbolic link leads to, below the torrent's folder; such a file has no data. BEP 47. */
	readonly symlink?: readonly string[];
}

/** What a torrent is made of, in the order of a v2 file tree. */
export interface SourceTree {
	readonly name: string;
	/** Whether it is one file and no folder. */
	readonly single: boolean;
	readonly files: readonly SourceFile[];
	/** What is there and cannot be in a torrent, a line each. */
	readonly skipped: readonly string[];
}

const maximumDepth = 90;
/** So many or more make a .torrent that many clients refuse, and folders that nobody can look through. */
const tooManyFiles = 250_000;
/** So many entries are looked at before others have a turn. */
const turnEntries = 500;

/** A path in a message of one line: what cannot be shown of it stands there as it would be written in JSON. */
export function shown(path: string): string {
	return path
		.toWellFormed()
		.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
			character < ' '
				? JSON.stringify(character).slice(1, -1)
				: `\\u{${character.codePointAt(0)!.toString(16)}}`,
		);
}

/** A `UserError` about one path, from what the system said. */
export function unreadable(path: string, error: unknown): UserError {
	const {code, message} = error as NodeJS.ErrnoException;
	const where = shown(path);
	switch (code) {
		case 'ENOENT':
		case 'ENOTDIR':
			return new UserError('missing', `${where}: no such file or folder`);
		case 'EACCES':
		case 'EPERM':
			return new UserError(
				'no-permission',
				`${where}: not allowed to read it (change its permissions, or leave it out with --exclude)`,
			);
		case 'ENAMETOOLONG':
			return new UserError('unreadable', `${where}: the path is longer than the system takes`);
		default:
			return new UserError('unreadable', `${where} cannot be read: ${message.split(',')[0]}`);
	}
}

function look(path: string): Stats {
	return lstatSync(diskPath(path));
}

/** The change time among it: whoever sets the time of a file back sets that on. */
function stampOf({dev, ino, size, mtimeMs, ctimeMs}: Stats): string {
	return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

function describe(source: string, path: readonly string[], stats: Stats): SourceFile {
	const executable = (stats.mode & constants.S_IXUSR) !== 0;
	return {source, path, length: stats.size, stamp: stampOf(stats), executable};
}

/** Whether a file is still what it was when it was found. */
export function isUnchanged({source, stamp}: SourceFile): boolean {
	try {
		return stampOf(look(source)) === stamp;
	} catch {
		return false;
	}
}

/** What goes into a torrent of a folder, and what does not. */
export interface FindOptions {
	readonly includeHidden: boolean;
	/** Patterns of what is left out: see `compileExclusion`. */
	readonly exclude: readonly string[];
	/** What symbolic links lead to stands for them. */
	readonly followLinks: boolean;
	/** Where the .torrent goes, which is no part of it. */
	readonly output?: string | undefined;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the files of a torrent: one file, or all in a folder, every folder's entries sorted by the bytes of their
 * names, which is the order of a v2 file tree. Any name will do. Hidden files are left out unless asked for. Links to
 * what is inside the folder stay links unless they are to be followed; other links, devices, pipes and sockets are left
 * out and told.
 *
 * @throws {UserError} naming what cannot be read
 */
export async function findFiles(path: string, options: FindOptions): Promise<SourceTree> {
	const typed = typedPath(path);
	let root: string;
	let stats: Stats;
	try {
		// A link given by hand stands for what it leads to, but keeps its name.
		root = realPath(typed);
		stats = look(root);
	} catch (error) {
		throw unreadable(path, error);
	}

	const name = basename(typed);
	if (name === '')
		throw new UserError('no-name', `${shown(path)} has no name a torrent could have: share a folder in it`);
	const output = options.output === undefined ? undefined : realPathOf(options.output);
	if (stats.isFile()) {
		if (root === output)
			throw new UserError(
				'own-output',
				`${shown(path)} is where the .torrent would go: name another place`,
				2,
			);
		requireReadable([root]);
		return {name, single: true, files: [describe(root, [name], stats)], skipped: []};
	}
	if (!stats.isDirectory())
		throw new UserError('not-a-file', `${shown(path)} is neither a file nor a folder`);
	const walk = new Walk(root, {...options, output, isExcluded: compileExclusion(options.exclude, name)});
	await walk.enter(root, [], stats);
	const found = walk.settleLinks();
	requireReadable(found.files.filter(({symlink}) => !symlink).map(({source}) => source));
	return {name, single: false, ...found};
}

function realPath(path: string): string {
	return nameFromBytes(realpathSync.native(diskPath(path), {encoding: 'buffer'}));
}

/** Where a path leads; undefined when nothing is there. */
function realPathOf(path: string): string | undefined {
	try {
		return realPath(path);
	} catch {
		return undefined;
	}
}

/** Hashing may take an hour: what cannot be read is told before. */
function requireReadable(sources: readonly string[]): void {
	for (const source of sources) {
		try {
			accessSync(diskPath(source), constants.R_OK);
		} catch (error) {
			throw unreadable(source, error);
		}
	}
}

const ascii = /^[ -~]*$/;

/** The names in a folder, sorted by their bytes. */
function namesIn(folder: string): readonly string[] {
	try {
		const names = readdirSync(diskPath(folder));
		if (names.every(name => ascii.test(name))) return names.sort();
		const raw = names.some(name => name.includes('\ufffd'))
			? readdirSync(diskPath(folder), {encoding: 'buffer'})
			: names.map(nameToBytes);
		return raw.sort(compareBytes).map(nameFromBytes);
	} catch (error) {
		throw unreadable(folder, error);
	}
}

interface WalkOptions extends FindOptions {
	readonly isExcluded: Exclusion;
}

/** One round through a folder. */
class Walk {
	readonly #root: string;
	readonly #options: WalkOptions;
	readonly #files: SourceFile[] = [];
	readonly #skipped: string[] = [];
	/** The folders it is in, each by what no two have alike. */
	readonly #inside = new Set<string>();
	#entries = 0;

	constructor(root: string, options: WalkOptions) {
		this.#root = root;
		this.#options = options;
	}

	async enter(folder: string, below: readonly string[], {dev, ino}: Stats): Promise<void> {
		if (below.length > maximumDepth)
			throw new UserError('too-deep', `${shown(folder)}: too many folders inside each other`);
		const id = `${dev} ${ino}`;
		this.#inside.add(id);
		for (const element of namesIn(folder)) {
			// System calls that wait for nobody cost a tenth of those that do; but everybody else waits for them.
			if (++this.#entries % turnEntries === 0) {
				await nextTurn();
				this.#options.signal?.throwIfAborted();
			}
			const at = [...below, element];
			if (!this.#options.includeHidden && element.startsWith('.')) continue;
			if (this.#options.isExcluded(at)) continue;
			const source = `${folder === sep ? '' : folder}${sep}${element}`;
			let stats: Stats;
			try {
				stats = look(source);
			} catch (error) {
				throw unreadable(source, error);
			}
			if (!stats.isSymbolicLink()) await this.#take(source, at, stats, source);
			else if (this.#options.followLinks) await this.#follow(source, at);
			else this.#takeLink(source, at);
		}
		this.#inside.delete(id);
	}

	/** @param named how it is called where it is left out */
	async #take(source: string, at: readonly string[], stats: Stats, named: string): Promise<void> {
		if (stats.isDirectory()) await this.enter(source, at, stats);
		else if (!stats.isFile()) this.#skip(named, `is ${kindOf(stats)}`);
		else if (source !== this.#options.output) this.#put(describe(source, at, stats));
	}

	#put(file: SourceFile): void {
		if (this.#files.push(file) < tooManyFiles) return;
		throw new UserError(
			'too-many-files',
			`${shown(this.#root)} holds ${tooManyFiles} files or more: share them in several torrents`,
		);
	}

	async #follow(source: string, at: readonly string[]): Promise<void> {
		let target: string;
		let stats: Stats;
		try {
			target = realPath(source);
			stats = look(target);
		} catch {
			this.#skip(source, 'is a link that leads nowhere');
			return;
		}
		if (this.#inside.has(`${stats.dev} ${stats.ino}`)) this.#skip(source, 'is a link to a folder it is in');
		else await this.#take(target, at, stats, source);
	}

	#takeLink(source: string, path: readonly string[]): void {
		let target: string;
		try {
			const written = nameFromBytes(readlinkSync(diskPath(source), {encoding: 'buffer'}));
			target = realPath(source);
			// As it was written where that leads there by itself: a link to a link stays one.
			const direct = resolve(dirname(source), written);
			if (this.#isBelow(direct)) target = direct;
		} catch {
			this.#skip(source, 'is a link that leads nowhere');
			return;
		}
		if (!this.#isBelow(target)) {
			this.#skip(source, 'is a link that leads out of the folder');
			return;
		}
		const symlink = relative(this.#root, target).split(sep);
		this.#put({source, path, length: 0, stamp: '', executable: false, symlink});
	}

	#isBelow(path: string): boolean {
		return path.startsWith(this.#root === sep ? sep : this.#root + sep) && path !== this.#root;
	}

	#skip(source: string, why: string): void {
		this.#skipped.push(`${shown(source)} ${why}: left out`);
	}

	/** Links to what is not in the torrent are left out, and links to those. */
	settleLinks(): Pick<SourceTree, 'files' | 'skipped'> {
		let files = this.#files;
		for (let before = -1; files.length !== before; ) {
			before = files.length;
			if (!files.some(({symlink}) => symlink)) break;
			const there = new Set<string>();
			for (const {path} of files)
				for (let depth = path.length; depth > 0; depth--) {
					const at = path.slice(0, depth).join('/');
					if (there.has(at)) break;
					there.add(at);
				}
			files = files.filter(({symlink, source}) => {
				if (!symlink || there.has(symlink.join('/'))) return true;
				this.#skip(source, 'is a link to what is not in the torrent');
				return false;
			});
		}
		return {files, skipped: this.#skipped};
	}
}

function kindOf(stats: Stats): string {
	switch (stats.mode & constants.S_IFMT) {
		case constants.S_IFIFO:
			return 'a pipe';
		case constants.S_IFSOCK:
			return 'a socket';
		default:
			return 'a device';
	}
}

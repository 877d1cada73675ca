import {
	closeSync,
	constants,
	existsSync,
	fstatSync,
	ftruncateSync,
	lstatSync,
	mkdirSync,
	openSync,
	rmdirSync,
	type Stats,
	statSync,
	unlinkSync,
} from 'node:fs';
import {dirname, join, sep} from 'node:path';
import type {Bytes} from '../../base/units.js';
import {StorageError, sizeText} from '../disk/storage-failure.js';
import {changed} from '../disk/torrent-reader.js';
import {diskPath, realDiskPath} from '../files/disk-path.js';

export interface WriteOptions {
	/**
	 * `make` a file that nobody else has made meanwhile; open one that `exists`; or `replace` what is there by a new one.
	 */
	readonly mode: 'make' | 'exists' | 'replace';
	readonly executable: boolean;
	/** What the torrent says of it. */
	readonly length: Bytes;
	/** Whether a longer file may be cut to this length. */
	readonly mayCut: boolean;
}

/** A file open for reading and writing. */
export interface OpenFile {
	readonly descriptor: number;
	readonly stats: Stats;
	/** Whether it was not there before. */
	readonly isNew: boolean;
}

/** A folder that is held open without any right to read it, so that it cannot be swapped for another: Linux only. */
const pathOnly = 0o10_000_000;
const descriptorFolder = '/proc/self/fd';
const canHoldFolders = process.platform === 'linux' && existsSync(descriptorFolder);
/** As many links as Linux itself follows in one path. */
const mostLinks = 40;

/**
 * Opens a file of a torrent for reading and writing; makes its folders when it may be made. Every folder on the way is
 * held while the next is entered, so that nothing that is swapped meanwhile, for a link say, leads out of `root`.
 *
 * @param relative below `root`, `/` between elements
 * @throws {StorageError} for what is not the torrent's: links that lead out, devices, files of somebody else; system
 * errors otherwise
 */
export function openForWriting(root: string, relative: string, options: WriteOptions): OpenFile {
	const elements = relative.split('/');
	const name = elements.pop()!;
	const whole = join(root, relative);
	const folder = new HeldFolder(root, elements, options.mode !== 'exists');
	try {
		const path = folder.entry(name);
		const {executable, mode} = options;
		const access = executable ? 0o777 : 0o666;
		const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
		let opened: OpenFile | undefined;
		if (mode === 'replace') removeFile(path, whole);
		if (mode !== 'exists') {
			try {
				const descriptor = openSync(diskPath(path), flags | constants.O_CREAT | constants.O_EXCL, access);
				opened = {descriptor, stats: fstatSync(descriptor), isNew: true};
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
			}
		}
		if (opened === undefined) {
			requireFile(path, whole);
			const descriptor = openSync(diskPath(path), flags);
			opened = {descriptor, stats: fstatSync(descriptor), isNew: false};
		}
		try {
			folder.require(whole, opened.stats);
			judge(opened, whole, options);
		} catch (error) {
			closeSync(opened.descriptor);
			throw error;
		}
		return opened;
	} finally {
		folder.close();
	}
}

/**
 * Deletes a file or link below `root`; no folder on the way can be swapped for another meanwhile.
 *
 * @param relative below `root`, `/` between elements
 * @param seen what it was when somebody judged that it may go: another one stays
 * @returns whether it was that one
 */
export function removeBelow(root: string, relative: string, seen?: Pick<Stats, 'ino' | 'dev'>): boolean {
	return inFolder(root, relative, path => {
		if (seen !== undefined) {
			const {ino, dev} = lstatSync(path);
			if (ino !== seen.ino || dev !== seen.dev) return false;
		}
		unlinkSync(path);
		return true;
	});
}

/** Removes an empty folder below `root`, as `removeBelow` does a file. */
export function removeFolderBelow(root: string, relative: string): void {
	inFolder(root, relative, path => rmdirSync(path));
}

function inFolder<Value>(root: string, relative: string, act: (path: string | Buffer) => Value): Value {
	const elements = relative.split('/');
	const name = elements.pop()!;
	const folder = new HeldFolder(root, elements, false);
	try {
		return act(diskPath(folder.entry(name)));
	} finally {
		folder.close();
	}
}

/** Sees that what was opened may be written to. */
function judge({descriptor, stats, isNew}: OpenFile, path: string, options: WriteOptions): void {
	if (!stats.isFile()) throw notAFile(path);
	if (isNew) return;
	if (options.mode !== 'exists' && stats.size > 0) throw foreignFile(path, stats.size, options.length);
	if (stats.nlink > 1) {
		throw new StorageError(
			'foreign',
			`has another name that would change too (a hard link): ${path}: put a copy in its place, then resume`,
		);
	}
	if (stats.size <= options.length) return;
	if (!options.mayCut) throw foreignFile(path, stats.size, options.length);
	ftruncateSync(descriptor, options.length);
}

/**
 * A file in the way that is none of the torrent's, as a person would say it.
 *
 * @param others how many more there are
 */
export function foreignFile(path: string, size: Bytes, length: Bytes, others = 0): StorageError {
	const more = others > 0 ? ` and ${others} more` : '';
	const sizes = `${sizeText(size)}, to be ${sizeText(length)}`;
	return new StorageError(
		'foreign',
		`already there and not this torrent's: ${path} (${sizes})${more}: move it away, or --overwrite`,
		{path, size, length, files: 1 + others},
	);
}

/**
 * What is said of a file that is none of the torrent's. One that is gone, or was never at the path that the file has now,
 * is to be judged anew.
 */
export function inTheWay(path: string, length: Bytes): StorageError {
	const stats = lstatSync(diskPath(path), {throwIfNoEntry: false});
	if (stats !== undefined) return foreignFile(path, stats.size, length);
	const {code, message} = changed(path);
	return new StorageError(code, message);
}

function notAFile(path: string): StorageError {
	return new StorageError('io', `not a regular file: ${path}: move it away, then resume`);
}

/** Devices do things when they are opened, and pipes wait. Links and folders are told by the system. */
function requireFile(path: string, whole: string): void {
	const stats = lstatSync(diskPath(path), {throwIfNoEntry: false});
	if (stats && !stats.isFile() && !stats.isSymbolicLink() && !stats.isDirectory()) throw notAFile(whole);
}

function removeFile(path: string, whole: string): void {
	const stats = lstatSync(diskPath(path), {throwIfNoEntry: false});
	if (stats === undefined) return;
	if (!stats.isFile()) throw notAFile(whole);
	unlinkSync(diskPath(path));
}

/** A folder below `root`, the one a file is in: held open where the system can do that, else looked at again afterwards. */
export class HeldFolder {
	readonly #root: string;
	readonly #path: string;
	readonly #descriptor: number | undefined;

	constructor(root: string, elements: readonly string[], create: boolean) {
		if (create) makeFolder(root);
		this.#root = root;
		this.#path = join(root, ...elements);
		if (canHoldFolders) this.#descriptor = holdFolder(root, elements, create);
		else guardFolders(root, elements, create);
	}

	/** The path of something in it. */
	entry(name: string): string {
		return join(
			this.#descriptor === undefined ? this.#path : `${descriptorFolder}/${this.#descriptor}`,
			name,
		);
	}

	/** Where folders cannot be held: what was opened must be what is there now, and below the root. */
	require(path: string, {ino, dev}: Stats): void {
		if (this.#descriptor !== undefined) return;
		const real = realDiskPath(path);
		const stats = statSync(diskPath(real));
		if (!isBelow(realDiskPath(this.#root), real) || stats.ino !== ino || stats.dev !== dev)
			throw leadsOut(path);
	}

	close(): void {
		if (this.#descriptor !== undefined) closeSync(this.#descriptor);
	}
}

/** Enters one folder after the other. A link is followed only to a folder below `root`, and that is walked to again. */
function holdFolder(root: string, elements: readonly string[], create: boolean, links = 0): number {
	const realRoot = realDiskPath(root);
	const flags = constants.O_DIRECTORY | constants.O_NOFOLLOW | pathOnly;
	let held = openSync(realRoot, flags);
	for (const [depth, element] of elements.entries()) {
		const path = `${descriptorFolder}/${held}/${element}`;
		let next: number;
		try {
			next = enter(path, flags, create);
		} catch (error) {
			const isLink = lstatSync(diskPath(path), {throwIfNoEntry: false})?.isSymbolicLink();
			closeSync(held);
			if (!isLink) throw error;
			const whole = join(root, ...elements.slice(0, depth + 1));
			const real = realDiskPath(whole);
			if (!isBelow(realRoot, real) || links >= mostLinks) throw leadsOut(whole);
			const inner = real.slice(realRoot.length).split(sep).filter(Boolean);
			return holdFolder(root, [...inner, ...elements.slice(depth + 1)], create, links + 1);
		}
		closeSync(held);
		held = next;
	}
	return held;
}

function enter(path: string, flags: number, create: boolean): number {
	try {
		return openSync(diskPath(path), flags);
	} catch (error) {
		if (!create || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
	}
	try {
		mkdirSync(diskPath(path));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
	}
	return openSync(diskPath(path), flags);
}

function isBelow(realRoot: string, real: string): boolean {
	return real === realRoot || real.startsWith(realRoot === sep ? sep : realRoot + sep);
}

function leadsOut(path: string): StorageError {
	return new StorageError(
		'io',
		`a symbolic link leads out of the download folder: ${path}: remove it, then resume`,
	);
}

/**
 * Sees that every folder on the way is a folder, or a symbolic link that stays below `root`; makes the missing ones
 * when asked to.
 */
export function guardFolders(root: string, elements: readonly string[], create: boolean): void {
	if (create) makeFolder(root);
	let folder = root;
	for (const element of elements) {
		folder = join(folder, element);
		let stats = lstatSync(diskPath(folder), {throwIfNoEntry: false});
		if (!stats && create) {
			makeFolder(folder);
			stats = lstatSync(diskPath(folder));
		}

		if (!stats?.isSymbolicLink()) continue;
		if (!isBelow(realDiskPath(root), realDiskPath(folder))) throw leadsOut(folder);
	}
}

/** Makes a folder and those above it. Node's own recursive way tells ENOENT whatever the reason is. */
function makeFolder(path: string): void {
	try {
		mkdirSync(diskPath(path));
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'EEXIST') return;
		if (code !== 'ENOENT' || dirname(path) === path) throw error;
		makeFolder(dirname(path));
		mkdirSync(diskPath(path));
	}
}

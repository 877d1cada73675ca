import {
	closeSync,
	constants,
	fstatSync,
	ftruncateSync,
	lstatSync,
	openSync,
	type Stats,
	unlinkSync,
} from 'node:fs';
import {join} from 'node:path';
import {sizeText} from '../../base/quantity-text.js';
import type {Bytes} from '../../base/units.js';
import {StorageError} from '../disk/storage-failure.js';
import {changed} from '../disk/torrent-reader.js';
import {diskPath} from '../files/disk-path.js';
import type {LastFolder} from '../files/last-folder.js';

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

/**
 * Opens a file of a torrent for reading and writing; makes its folders when it may be made. Every folder on the way is
 * held while the next is entered, so that nothing that is swapped meanwhile, for a link say, leads out of `root`.
 *
 * @param relative below `root`, `/` between elements
 * @param folders holds the folder on for the next file in it
 * @throws {StorageError} for what is not the torrent's: links that lead out, devices, files of somebody else; system
 * errors otherwise
 */
export function openForWriting(
	root: string,
	relative: string,
	options: WriteOptions,
	folders: LastFolder,
): OpenFile {
	const elements = relative.split('/');
	const name = elements.pop()!;
	const whole = join(root, relative);
	const folder = folders.enter(root, elements, options.mode !== 'exists');
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

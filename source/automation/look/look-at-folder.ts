import {createHash} from 'node:crypto';
import {lstatSync, readdirSync, type Stats, statSync} from 'node:fs';
import {sep} from 'node:path';
import type {Bytes, Millis} from '../../base/units.js';
import {diskPath, realDiskPath} from '../../io/files/disk-path.js';
import {hasCompanion, isHiddenName, isPartialName} from '../../policy/sharing/entry-names.js';
import {nameFromBytes} from '../../protocol/metainfo/name-bytes.js';
import {type EntrySight, FolderGone, type FolderLook, type LeftOut, type LookRules} from './folder-look.js';

/** Of one entry; larger ones make a .torrent that nobody takes. */
const mostFiles = 250_000;
const deepest = 90;

/** What is wrong with something that is left out. */
class Unfit extends Error {
	readonly unclear: boolean;

	constructor(why: string, unclear = false) {
		super(why);
		this.unclear = unclear;
	}
}

/**
 * Looks what is directly in a folder, and how it all is: sizes and times, links not followed. Waits for the disk: for a
 * thread that has nothing else to do. What is hidden or not whole yet is passed over without a word.
 *
 * @throws {FolderGone} when it is not there, or cannot be read
 */
export function lookAtFolder(dir: string, {most, keepOut, only, endings}: LookRules): FolderLook {
	const {real, root, names} = open(dir);
	const all = new Set(names);
	const wanted = names
		.filter(name => only === undefined || name === only)
		.filter(name => endings === undefined || endings.some(end => name.toLowerCase().endsWith(end)))
		.filter(name => !isHiddenName(name) && !isPartialName(name) && !hasCompanion(name, all))
		.sort();
	const entries: EntrySight[] = [];
	const leftOut: LeftOut[] = [];
	const below = real === sep ? sep : real + sep;
	for (const name of wanted.slice(0, most)) {
		const path = below + name;
		const kept = keepOut.find(({path: other}) => other === path || other.startsWith(path + sep));
		if (kept !== undefined) {
			leftOut.push({name, why: kept.why});
			continue;
		}
		try {
			const sight = look(path, name, endings !== undefined);
			if (sight !== undefined) entries.push(sight);
		} catch (error) {
			if (!(error instanceof Unfit)) throw error;
			leftOut.push({name, why: error.message, ...(error.unclear && {unclear: true})});
		}
	}
	const beyond = Math.max(0, wanted.length - most);
	const digest = createHash('sha256')
		.update(JSON.stringify([root, real, entries, leftOut, beyond]))
		.digest('hex');
	return {root, real, entries, leftOut, beyond, digest};
}

function open(dir: string): {real: string; root: string; names: string[]} {
	try {
		const real = realDiskPath(dir);
		const {dev, ino} = statSync(diskPath(real), {bigint: true});
		const names = readdirSync(diskPath(real), {encoding: 'buffer'}).map(nameFromBytes);
		return {real, root: `${dev}:${ino}`, names};
	} catch (error) {
		throw new FolderGone(goneText(error as NodeJS.ErrnoException));
	}
}

function goneText({code, message}: NodeJS.ErrnoException): string {
	switch (code) {
		case 'ENOENT':
			return 'it is not there';
		case 'ENOTDIR':
			return 'it is no folder';
		case 'EACCES':
		case 'EPERM':
			return 'not allowed to read it';
		default:
			return `it cannot be read: ${message.split(',')[0]}`;
	}
}

/** Undefined for what went away meanwhile. */
function lstat(path: string): Stats | undefined {
	try {
		return lstatSync(diskPath(path));
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw new Unfit(`it cannot be looked at (${code})`, true);
	}
}

function look(path: string, name: string, onlyFiles: boolean): EntrySight | undefined {
	const stats = lstat(path);
	if (stats === undefined) return undefined;
	const inode = `${stats.dev}:${stats.ino}`;
	if (stats.isFile()) {
		const look = `${stats.size} ${stats.mtimeMs}`;
		return {name, kind: 'file', inode, look, size: stats.size, files: 1};
	}
	if (stats.isSymbolicLink()) throw new Unfit(onlyFiles ? 'links are not followed' : 'links are not shared');
	if (!stats.isDirectory()) throw new Unfit('neither a file nor a folder');
	if (onlyFiles) return undefined;
	const tree = new TreeLook();
	tree.enter(path, '', 0);
	return {name, kind: 'folder', inode, ...tree.summary};
}

/** How everything in a folder looks, in one text. */
class TreeLook {
	readonly #hash = createHash('sha256');
	#size: Bytes = 0;
	#files = 0;
	#partialAt: Millis | undefined;

	enter(folder: string, below: string, depth: number): void {
		if (depth > deepest) throw new Unfit('too many folders inside each other');
		for (const name of namesIn(folder)) {
			if (isHiddenName(name)) continue;
			const path = folder + sep + name;
			const stats = lstat(path);
			if (stats === undefined) continue;
			if (isPartialName(name)) {
				this.#partialAt = Math.max(this.#partialAt ?? 0, stats.mtimeMs);
				continue;
			}
			const at = `${below}/${name}`;
			if (stats.isDirectory()) this.enter(path, at, depth + 1);
			else {
				if (++this.#files > mostFiles) throw new Unfit(`more than ${mostFiles} files are in it`);
				const isFile = stats.isFile();
				if (isFile) this.#size += stats.size;
				const size = isFile ? stats.size : 'other';
				this.#hash.update(`${at}\0${size} ${stats.mtimeMs}\n`);
			}
		}
	}

	get summary(): Pick<EntrySight, 'look' | 'size' | 'files' | 'partialAt'> {
		return {
			look: this.#hash.digest('hex').slice(0, 40),
			size: this.#size,
			files: this.#files,
			...(this.#partialAt !== undefined && {partialAt: this.#partialAt}),
		};
	}
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(diskPath(folder), {encoding: 'buffer'}).map(nameFromBytes).sort();
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return [];
		throw new Unfit(
			code === 'EACCES' || code === 'EPERM'
				? 'not allowed to read all of it'
				: `it cannot be looked at (${code})`,
			true,
		);
	}
}

import {
	closeSync,
	constants,
	existsSync,
	lstatSync,
	mkdirSync,
	openSync,
	readlinkSync,
	rmdirSync,
	type Stats,
	statSync,
	unlinkSync,
} from 'node:fs';
import {dirname, join, sep} from 'node:path';
import {StorageError} from '../disk/storage-failure.js';
import {diskPath, realDiskPath} from './disk-path.js';

/** A folder that is held open without any right to read it, so that it cannot be swapped for another: Linux only. */
const pathOnly = 0o10_000_000;
const descriptorFolder = '/proc/self/fd';
const canHoldFolders = process.platform === 'linux' && existsSync(descriptorFolder);
/** As many links as Linux itself follows in one path. */
const mostLinks = 40;

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

	/**
	 * Whether it is held and still where its path says, with no link on the way: neither moved, nor deleted, nor swapped
	 * for another. What leads there by links is to be entered anew.
	 */
	get isAtItsPlace(): boolean {
		if (this.#descriptor === undefined) return false;
		return readlinkSync(`${descriptorFolder}/${this.#descriptor}`) === this.#path;
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

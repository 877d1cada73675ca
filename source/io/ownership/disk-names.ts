import {randomBytes} from 'node:crypto';
import {constants} from 'node:fs';
import {lstat, open, readdir, stat, unlink} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';

/** Which names a disk takes for the same one. */
export interface NameRules {
	/** Whether `a` and `A` are two names. */
	readonly caseSensitive: boolean;
	/** Whether the composed and the decomposed form of a letter (NFC, NFD) are one name. */
	readonly normalises: boolean;
}

/** What finding out the rules of a disk asks of it. */
export interface NamedDisk {
	isFolder(path: string): Promise<boolean>;
	/** All the names in a folder; none when it cannot be read. */
	names(folder: string): Promise<readonly string[]>;
	/** What tells a file from all others; undefined when there is nothing under this path. */
	identity(path: string): Promise<string | undefined>;
	/** Makes an empty file of ours. False when that cannot be; never touches what is there. */
	make(path: string): Promise<boolean>;
	/** Removes a file that `make` made. */
	unmake(path: string): Promise<void>;
}

/** The rules of disks that tell all names apart. */
export const exactNames: NameRules = {caseSensitive: true, normalises: false};

/** The disks of this machine. */
export const machineNames: NamedDisk = {
	async isFolder(path) {
		return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
	},
	async names(folder) {
		return readdir(folder).catch(() => []);
	},
	async identity(path) {
		const stats = await lstat(path, {bigint: true}).catch(() => undefined);
		return stats && `${stats.dev}:${stats.ino}`;
	},
	async make(path) {
		try {
			const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
			await file.close();
			return true;
		} catch {
			return false;
		}
	},
	async unmake(path) {
		// Somebody may have been quicker.
		await unlink(path).catch(() => undefined);
	},
};

function otherCase(name: string): string {
	const lower = name.toLowerCase();
	return lower === name ? name.toUpperCase() : lower;
}

function otherForm(name: string): string {
	const composed = name.normalize('NFC');
	return composed === name ? name.normalize('NFD') : composed;
}

/** ASCII only: how a disk folds other letters says nothing about how it folds these. */
function hasCase(name: string): boolean {
	return /^[\u0020-\u007e]*$/.test(name) && otherCase(name) !== name;
}

/**
 * Whether a folder takes a name and its variant for one, from a file that is in it; undefined when that does not say.
 *
 * @param all the names in the folder: one that is there itself was not found under the name of another
 */
async function areOne(
	disk: NamedDisk,
	folder: string,
	name: string,
	variant: string,
	all: ReadonlySet<string>,
): Promise<boolean | undefined> {
	// Both are there, so they are two.
	if (all.has(variant)) return false;
	const own = await disk.identity(join(folder, name));
	if (own === undefined) return undefined;
	const found = await disk.identity(join(folder, variant));
	if (found === undefined) return false;
	return found === own ? true : undefined;
}

async function look(disk: NamedDisk, folder: string): Promise<Partial<NameRules>> {
	const names = await disk.names(folder);
	const all = new Set(names);
	const found: {caseSensitive?: boolean; normalises?: boolean} = {};
	for (const name of names) {
		if (found.caseSensitive === undefined && hasCase(name)) {
			const one = await areOne(disk, folder, name, otherCase(name), all);
			if (one !== undefined) found.caseSensitive = !one;
		}
		if (found.normalises === undefined && otherForm(name) !== name && name.isWellFormed()) {
			const one = await areOne(disk, folder, name, otherForm(name), all);
			if (one !== undefined) found.normalises = one;
		}
		if (found.caseSensitive !== undefined && found.normalises !== undefined) break;
	}
	return found;
}

/** Asks the disk with a hidden file of ours, which is removed at once; undefined where none can be made. */
async function tryOut(disk: NamedDisk, folder: string): Promise<NameRules | undefined> {
	// A capital, and a letter that has a decomposed form.
	const name = `.tortui-Names-\u00e9-${randomBytes(8).toString('hex')}`;
	const path = join(folder, name);
	if (!(await disk.make(path))) return undefined;
	try {
		return {
			caseSensitive: (await disk.identity(join(folder, name.toLowerCase()))) === undefined,
			normalises: (await disk.identity(join(folder, name.normalize('NFD')))) !== undefined,
		};
	} finally {
		await disk.unmake(path);
	}
}

/**
 * Finds out which names the disk of a folder takes for the same one: from the names that are in it, else with a hidden
 * file of ours, made only if nothing is there under its name and removed at once, else from the folder's own name. In
 * a folder that is not there yet the nearest one above it is looked at, which is what its disk will be. Where nothing
 * can be found out nothing can be written either: then all names are told apart.
 *
 * @param dir absolute
 */
export async function probeNameRules(dir: string, disk: NamedDisk = machineNames): Promise<NameRules> {
	let folder = resolve(dir);
	while (!(await disk.isFolder(folder)) && dirname(folder) !== folder) folder = dirname(folder);
	const seen = await look(disk, folder);
	const {caseSensitive, normalises} = seen;
	if (caseSensitive !== undefined && normalises !== undefined) return {caseSensitive, normalises};
	const tried = await tryOut(disk, folder);
	const above = tried ? {} : await lookAtName(disk, folder);
	return {
		caseSensitive: caseSensitive ?? tried?.caseSensitive ?? above.caseSensitive ?? exactNames.caseSensitive,
		normalises: normalises ?? tried?.normalises ?? above.normalises ?? exactNames.normalises,
	};
}

/** What the name of a folder itself says, for one that can only be read. */
async function lookAtName(disk: NamedDisk, folder: string): Promise<Partial<NameRules>> {
	const name = basename(folder);
	const parent = dirname(folder);
	const all = new Set(await disk.names(parent));
	const ofCase = hasCase(name) ? await areOne(disk, parent, name, otherCase(name), all) : undefined;
	const form = otherForm(name);
	const ofForm = form === name ? undefined : await areOne(disk, parent, name, form, all);
	return {
		...(ofCase !== undefined && {caseSensitive: !ofCase}),
		...(ofForm !== undefined && {normalises: ofForm}),
	};
}

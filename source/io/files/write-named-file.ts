import {randomBytes} from 'node:crypto';
import {constants, type Stats} from 'node:fs';
import {type FileHandle, link, lstat, open, realpath, rename, stat, unlink} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {UserError} from '../../base/errors.js';

/** What is said where something is in the way. */
export interface NamedFileRules {
	/** A file that is there is replaced. */
	readonly force: boolean;
	/** How it can be had nevertheless: `choose another name, or replace it with --force`. */
	readonly advice: string;
}

async function statOrNothing(path: string, look: typeof stat): Promise<Stats | undefined> {
	try {
		return await look(path);
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT') return undefined;
		throw explain(path, error);
	}
}

function explain(path: string, error: unknown): UserError {
	if (error instanceof UserError) return error;
	const {code, message} = error as NodeJS.ErrnoException;
	switch (code) {
		case 'ENOENT':
			return new UserError('no-folder', `cannot write ${path}: its folder does not exist`);
		case 'ENOTDIR':
			return new UserError('no-folder', `cannot write ${path}: what should be its folder is a file`);
		case 'EACCES':
		case 'EPERM':
			return new UserError('no-permission', `not allowed to write ${path}`);
		case 'EROFS':
			return new UserError('no-permission', `cannot write ${path}: the disk can only be read`);
		case 'ENOSPC':
		case 'EDQUOT':
			return new UserError('disk-full', `cannot write ${path}: the disk is full`);
		case 'ENAMETOOLONG':
			return new UserError('long-name', `cannot write ${path}: its name is too long for the disk`);
		case 'ENXIO':
			return new UserError('unwritable', `cannot write ${path}: it is a socket`);
		default:
			return new UserError('unwritable', `cannot write ${path}: ${message.split(',')[0]}`);
	}
}

function inTheWay(path: string, {advice}: NamedFileRules): UserError {
	return new UserError('already-there', `${path} is there already: ${advice}`);
}

/**
 * Whether a path that a person named may be written to: for whoever does long work first.
 *
 * @throws {UserError} when `writeNamedFile` would refuse it for what is there now
 */
export async function checkNamedFile(path: string, rules: NamedFileRules): Promise<void> {
	const there = await statOrNothing(path, stat);
	if (there?.isDirectory()) throw new UserError('is-folder', `${path} is a folder: name a file in it`);
	if (there === undefined) {
		const isLink = (await statOrNothing(path, lstat)) !== undefined;
		if (isLink && !rules.force) throw inTheWay(path, rules);
		const folder = isLink ? undefined : await statOrNothing(dirname(path), stat);
		if (!isLink && folder === undefined) throw explain(path, {code: 'ENOENT'});
		return;
	}
	if (there.isFile() && !rules.force) throw inTheWay(path, rules);
}

/**
 * Writes a file to a path that a person named, whole or not at all, and over nothing of theirs: a file that is there
 * is refused unless it may be replaced, and keeps its owner and mode then; a link to it stays one. What is no regular file, a
 * device or a pipe, is written to, never replaced.
 *
 * @throws {UserError} saying what is in the way
 */
export async function writeNamedFile(path: string, bytes: Uint8Array, rules: NamedFileRules): Promise<void> {
	await checkNamedFile(path, rules);
	try {
		const there = await stat(path).catch(() => undefined);
		if (there === undefined) await writeNew(path, bytes, rules);
		else if (there.isFile()) await replace(await realpath(path), bytes, there);
		else await writeInto(path, bytes);
	} catch (error) {
		throw explain(path, error);
	}
}

async function fill(file: FileHandle, bytes: Uint8Array): Promise<void> {
	try {
		await file.writeFile(bytes);
	} finally {
		await file.close();
	}
}

/** A file of ours beside another one, for as long as `use` takes. Its name fits wherever the other's does. */
async function withDraft(
	beside: string,
	bytes: Uint8Array,
	like: Stats | undefined,
	use: (draft: string) => Promise<void>,
): Promise<void> {
	const draft = join(dirname(beside), `.tortui-${randomBytes(8).toString('hex')}`);
	const file = await open(draft, 'wx', like === undefined ? 0o666 : like.mode & 0o777);
	if (like !== undefined) await takeAfter(file, like);
	try {
		await fill(file, bytes);
		await use(draft);
	} finally {
		await unlink(draft).catch(() => undefined);
	}
}

/** Gives a new file owner and mode of another one, as far as this process and the disk can. */
async function takeAfter(file: FileHandle, {uid, gid, mode}: Stats): Promise<void> {
	// A file of somebody else stays theirs: only one who may do everything can see to that.
	await file.chown(uid, gid).catch(() => undefined);
	// What the mask of the process takes from a new file an old one had.
	await file.chmod(mode & 0o7777).catch(() => undefined);
}

async function writeNew(path: string, bytes: Uint8Array, rules: NamedFileRules): Promise<void> {
	// Through a link that leads nowhere, to where it leads.
	if ((await lstat(path).catch(() => undefined)) !== undefined) {
		await fill(await open(path, 'w'), bytes);
		return;
	}
	await withDraft(path, bytes, undefined, async draft => {
		try {
			// Not renamed: that would replace what came meanwhile.
			await link(draft, path);
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code === 'EEXIST') throw inTheWay(path, rules);
			if (code === 'ENOENT' || code === 'ENOSPC' || code === 'ENAMETOOLONG') throw error;
			await writeWithoutLinks(path, bytes, rules);
		}
	});
}

/** For disks that know no second name of a file. */
async function writeWithoutLinks(path: string, bytes: Uint8Array, rules: NamedFileRules): Promise<void> {
	let file: FileHandle;
	try {
		file = await open(path, 'wx');
	} catch (error) {
		throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? inTheWay(path, rules) : error;
	}
	try {
		await fill(file, bytes);
	} catch (error) {
		await unlink(path).catch(() => undefined);
		throw error;
	}
}

function replace(path: string, bytes: Uint8Array, there: Stats): Promise<void> {
	return withDraft(path, bytes, there, draft => rename(draft, path));
}

/** Neither made nor cut: it is no file. */
async function writeInto(path: string, bytes: Uint8Array): Promise<void> {
	const file = await open(path, constants.O_WRONLY | constants.O_NOCTTY);
	try {
		for (let done = 0; done < bytes.length; ) {
			const {bytesWritten} = await file.write(bytes, done, bytes.length - done, null);
			done += bytesWritten;
		}
	} finally {
		await file.close();
	}
}

import {chmodSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, join} from 'node:path';
import process from 'node:process';
import {UserError} from '../../base/errors.js';
import {readRegularFileNow, type UnreadableFile} from '../../io/files/regular-file.js';
import {originOf, unitName} from './unit-text.js';

const largestUnit = 65_536;

/** Where the unit is: of the machine's administrator, or of a person. */
export function unitPath(scope: 'system' | 'user', {XDG_CONFIG_HOME, HOME}: NodeJS.ProcessEnv): string {
	if (scope === 'system') return join('/etc/systemd/system', unitName);
	const base = XDG_CONFIG_HOME?.startsWith('/') ? XDG_CONFIG_HOME : join(HOME || homedir(), '.config');
	return join(base, 'systemd', 'user', unitName);
}

/** The text of a unit; undefined when there is none. */
export function readUnit(path: string): string | undefined {
	try {
		return Buffer.from(readRegularFileNow(path, largestUnit)).toString('utf8');
	} catch (error) {
		const {code, message} = error as UnreadableFile;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw new UserError('service', message);
	}
}

/** Refuses what this program has not written, or somebody has changed since, unless it is told not to mind. */
export function requireOwnUnit(path: string, text: string, force: boolean): void {
	const {origin} = originOf(text);
	if (force || origin === 'ours') return;
	throw new UserError(
		'service-foreign',
		origin === 'foreign'
			? `${path} was not written by tortui and stays as it is; --force to do it all the same`
			: `${path} was changed by hand and stays as it is: keep the changes with systemctl edit, or use --force`,
	);
}

/** For what only the administrator may write. */
function refused(path: string, error: unknown): UserError {
	const {code, message} = error as NodeJS.ErrnoException;
	const isDenied = code === 'EACCES' || code === 'EPERM';
	return new UserError(
		'service',
		isDenied && process.getuid?.() !== 0
			? `${path} is for the administrator to write: put sudo before it, or leave out --system for a service of your own`
			: `${path} cannot be written: ${message.split(',')[0]}`,
	);
}

/** Puts the unit there at once: nobody reads half of it. */
export function writeUnit(path: string, text: string): void {
	const draft = `${path}.${process.pid}.draft`;
	try {
		if (lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink()) rmSync(path);
		mkdirSync(dirname(path), {recursive: true});
		writeFileSync(draft, text, {mode: 0o644, flag: 'wx'});
		renameSync(draft, path);
	} catch (error) {
		rmSync(draft, {force: true});
		throw refused(path, error);
	}
}

/**
 * Begins the config file of the machine's own service, unless there is one: who it runs as reads it, and the administrator
 * changes it, so that one which `config set` makes for a person alone would not do.
 */
export function beginConfig(path: string): void {
	try {
		mkdirSync(dirname(path), {recursive: true, mode: 0o755});
		writeFileSync(path, '{}\n', {mode: 0o644, flag: 'wx'});
		// Whatever the administrator's mask is.
		chmodSync(path, 0o644);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw refused(path, error);
	}
}

/** Deletes it. */
export function removeUnit(path: string): void {
	try {
		rmSync(path, {force: true});
	} catch (error) {
		throw refused(path, error);
	}
}

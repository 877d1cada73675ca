import {lstatSync, type Stats, statSync} from 'node:fs';
import {dirname} from 'node:path';
import process from 'node:process';
import {UserError} from '../../base/errors.js';

/** May be written to by the group, or by everybody. */
const others = 0o022;

/** Whether something is of the user this process runs as; where there are no users everything is. */
function isOurs({uid}: Stats): boolean {
	return process.getuid === undefined || uid === process.getuid();
}

/**
 * Makes sure that nobody else can put anything into `folder`: whoever can makes us write to files of their choice, and
 * speak to an engine of theirs. A link to such a folder is as good.
 *
 * @param what begins the error: `the state folder`
 * @throws {UserError} that says what to do; when there is no such folder that is not for here to say
 */
export function requireOwnFolder(folder: string, what: string): void {
	const stats = statSync(folder, {throwIfNoEntry: false});
	if (stats === undefined) return;
	if (!stats.isDirectory())
		throw new UserError('state-dir', `${what} ${folder} is not a folder: choose another with --state-dir`);
	if (!isOurs(stats)) {
		throw new UserError(
			'state-dir',
			`${what} ${folder} belongs to another user (${stats.uid}): choose another with --state-dir, or take it over with chown`,
		);
	}
	if ((stats.mode & others) !== 0) {
		throw new UserError(
			'state-dir',
			`others can write to ${what} ${folder}: keep them out with: chmod go-w ${folder}`,
		);
	}
}

/**
 * Makes sure that who listens at `path` was started by this user: what is said there could be anybody's to hear.
 *
 * @throws {UserError} when it is not so; when nothing is there that is not for here to say
 */
export function requireOwnSocket(path: string): void {
	const stats = lstatSync(path, {throwIfNoEntry: false});
	if (stats === undefined) return;
	requireOwnFolder(dirname(path), "the folder of the engine's socket");
	if (!isOurs(stats)) {
		throw new UserError(
			'engine-foreign',
			`the engine at ${path} belongs to another user (${stats.uid}); choose another --state-dir`,
		);
	}
	if (!stats.isSocket()) {
		throw new UserError('engine-foreign', `${path} is not a socket: remove it, then try again`);
	}
}

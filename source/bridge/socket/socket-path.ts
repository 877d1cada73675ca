import {createHash} from 'node:crypto';
import {lstatSync, mkdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {UserError} from '../../base/errors.js';

/** The system's limit for the path of a socket, its closing zero byte left out, as small as it is anywhere. */
const longestPath = 103;

/** Makes sure that `folder` is ours alone: in a shared place another user could have made it first. */
function claim(folder: string): void {
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const stat = lstatSync(folder);
	if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o077) !== 0) {
		throw new UserError('socket-folder', `${folder} must be a folder that only you can use (mode 0700)`);
	}
}

/**
 * Where the engine of a state folder listens: in that folder, or, when its path is too long for a socket, in one
 * of this user's own below `XDG_RUNTIME_DIR` or the folder for temporary files, named after the state folder.
 */
export function socketPath(stateDir: string, env: NodeJS.ProcessEnv): string {
	const usual = join(stateDir, 'engine.sock');
	if (Buffer.byteLength(usual) <= longestPath) return usual;
	const name = `${createHash('sha256').update(stateDir).digest('hex').slice(0, 16)}.sock`;
	const {XDG_RUNTIME_DIR} = env;
	const folders = [
		...(XDG_RUNTIME_DIR?.startsWith('/') ? [join(XDG_RUNTIME_DIR, 'tortui')] : []),
		join(tmpdir(), `tortui-${process.getuid?.() ?? 0}`),
	];
	const folder = folders.find(candidate => Buffer.byteLength(join(candidate, name)) <= longestPath);
	if (folder === undefined)
		throw new UserError('socket-path', `the path of the state folder is too long: ${stateDir}`);
	claim(folder);
	return join(folder, name);
}

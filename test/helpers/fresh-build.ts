import {spawnSync} from 'node:child_process';
import {existsSync, globSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import process from 'node:process';

const root = resolve(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.js');

/** Builds the program when its source is newer than what was built. Answers whether it stands. */
export function freshBuild(): boolean {
	const newest = Math.max(
		...globSync('source/**/*.{ts,tsx}', {cwd: root}).map(file => statSync(join(root, file)).mtimeMs),
	);
	if (existsSync(cli) && statSync(cli).mtimeMs > newest) return true;
	const {status} = spawnSync(process.execPath, [join(root, '.build.js')], {
		cwd: root,
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	return status === 0;
}

// Before several processes would do so at the same time.
if (process.argv[1] === import.meta.filename) process.exitCode = freshBuild() ? 0 : 1;

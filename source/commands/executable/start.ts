// The beginning of the single executable: Node.js with the built program in it, as files. They are unpacked once, into this
// user's cache, for threads and modules are loaded from files; what is run then is what runs everywhere else.
import {lstatSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {homedir, tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import process from 'node:process';
import {getAsset, getRawAsset} from 'node:sea';

/** What is in it: `digest` names all of it, `files` has the length of each in bytes. */
interface Contents {
	readonly digest: string;
	readonly files: Readonly<Record<string, number>>;
}

const {digest, files} = JSON.parse(getAsset('contents.json', 'utf8')) as Contents;

/** Where it may be unpacked, the best place first. */
function places({XDG_CACHE_HOME, HOME}: NodeJS.ProcessEnv): string[] {
	const cache = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : join(HOME || homedir(), '.cache');
	return [join(cache, 'tortui'), join(tmpdir(), `tortui-${process.getuid?.() ?? 0}`)];
}

/** Makes sure that nobody but this user can put anything into `folder`: it is run. */
function claim(folder: string): void {
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const stats = lstatSync(folder);
	if (!stats.isDirectory() || stats.uid !== (process.getuid?.() ?? stats.uid) || (stats.mode & 0o022) !== 0)
		throw new Error(`others can write to ${folder}`);
}

function isWhole(folder: string): boolean {
	return Object.entries(files).every(
		([name, length]) => statSync(join(folder, name), {throwIfNoEntry: false})?.size === length,
	);
}

/** Each file comes under its name when it is whole: another one may be starting at the same time. */
function unpack(folder: string): void {
	for (const name of Object.keys(files)) {
		const path = join(folder, name);
		const draft = `${path}.${process.pid}.draft`;
		mkdirSync(dirname(path), {recursive: true, mode: 0o700});
		try {
			writeFileSync(draft, new Uint8Array(getRawAsset(name)), {mode: 0o600});
			renameSync(draft, path);
		} catch (error) {
			rmSync(draft, {force: true});
			throw error;
		}
	}
}

/** The folder that the program is in; undefined, with the reason said, when there is none. */
function unpacked(): string | undefined {
	const reasons: string[] = [];
	for (const place of places(process.env)) {
		const folder = join(place, `program-${digest}`);
		try {
			claim(place);
			claim(folder);
			if (!isWhole(folder)) unpack(folder);
			return folder;
		} catch (error) {
			reasons.push((error as Error).message);
		}
	}
	process.stderr.write(
		`tortui: it has nowhere to unpack itself (${reasons.join('; ')}): name a folder with XDG_CACHE_HOME\n`,
	);
	return undefined;
}

const folder = unpacked();
// Who starts node with the program's file, as the program itself does for an engine in the background, means this one.
if (/[\\/]program-[0-9a-f]{16}[\\/]dist[\\/]cli\.js$/.test(process.argv[2] ?? '')) process.argv.splice(2, 1);
if (process.argv[2] === '--man') process.stdout.write(getAsset('media/tortui.1', 'utf8'));
else if (folder === undefined) process.exitCode = 1;
else {
	const program = join(folder, 'dist', 'cli.js');
	createRequire(program)(program);
}

import {readdir, readFile, readlink, stat} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import process from 'node:process';
import type {Person} from './foreign-torrent.js';

/** What tells a client's process that runs on this state from one that runs on another. */
export interface StateOfProcess {
	/** The folder of the state; absolute. */
	readonly state: string;
	/** Options of its command line that name a folder with such a state. */
	readonly option: readonly string[];
	/** Folders it takes when none is named, by who it runs for. */
	usualDirs(person: Person): readonly string[];
}

/** The state may lie so many folders below the one that is named. */
const mostBelow = 4;

/** Whether a process is there and, as far as one can tell, runs a program with such a name: numbers are given anew. */
export async function runsProgram(pid: number, name: string): Promise<boolean> {
	try {
		process.kill(pid, 0);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
	}
	const words = await partsOf(`/proc/${pid}/cmdline`);
	return words.length === 0 || words.some(word => basename(word).includes(name));
}

/**
 * The process of one of these programs that runs on a state, in words; undefined where the system tells of none. One in a
 * container, which calls the same folder otherwise, counts as well; and one of which nobody may look what it runs on.
 */
export async function findProcess(
	programs: readonly string[],
	{state, option, usualDirs}: StateOfProcess,
): Promise<string | undefined> {
	const pids = await readdir('/proc').catch(() => []);
	const places = await identitiesAbove(state);
	for (const pid of pids) {
		if (!/^\d+$/.test(pid)) continue;
		const [command = '', ...args] = await partsOf(`/proc/${pid}/cmdline`);
		if (!programs.includes(basename(command))) continue;
		if (await runsOn(pid, namedBy(args, option), usualDirs, places))
			return `${basename(command)} (process ${pid})`;
	}
	return undefined;
}

async function runsOn(
	pid: string,
	named: string | undefined,
	usualDirs: (person: Person) => readonly string[],
	places: ReadonlySet<string>,
): Promise<boolean> {
	const own = (path: string) => identityOf(join(`/proc/${pid}/root`, path));
	if (named !== undefined) {
		const folder = resolve(await readlink(`/proc/${pid}/cwd`).catch(() => '/'), named);
		const identity = (await own(folder)) ?? (await identityOf(folder));
		return identity !== undefined && places.has(identity);
	}
	const variables = await partsOf(`/proc/${pid}/environ`);
	if (variables.length === 0) return true;
	const env = Object.fromEntries(
		variables.map(each => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
	);
	for (const dir of usualDirs({home: env['HOME'] ?? '/', env})) {
		const identity = await own(dir);
		if (identity !== undefined && places.has(identity)) return true;
	}
	return false;
}

/** Texts with NUL behind each; none when it cannot be read. */
async function partsOf(path: string): Promise<string[]> {
	return readFile(path, 'utf8').then(
		text => text.split('\0').slice(0, -1),
		() => [],
	);
}

/** What tells a folder from every other, whatever it is called. */
async function identityOf(path: string): Promise<string | undefined> {
	return stat(path).then(
		({dev, ino}) => `${dev}:${ino}`,
		() => undefined,
	);
}

/** A folder, and those above it. */
async function identitiesAbove(dir: string): Promise<ReadonlySet<string>> {
	const found = new Set<string>();
	let at = resolve(dir);
	for (let level = 0; level <= mostBelow && dirname(at) !== at; level++) {
		const identity = await identityOf(at);
		if (identity !== undefined) found.add(identity);
		at = dirname(at);
	}
	return found;
}

function namedBy(args: readonly string[], options: readonly string[]): string | undefined {
	for (const [at, arg] of args.entries()) {
		for (const option of options) {
			if (arg === option) return args[at + 1];
			if (arg.startsWith(`${option}=`)) return arg.slice(option.length + 1);
			if (/^-\w$/.test(option) && arg.startsWith(option) && arg.length > 2) return arg.slice(2);
		}
	}
	return undefined;
}

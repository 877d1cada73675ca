import {readdir, readFile, readlink} from 'node:fs/promises';
import {basename, resolve} from 'node:path';
import process from 'node:process';

/** What tells a client's process that runs on this state from one that runs on another. */
export interface StateOfProcess {
	/** The folder of the state; absolute. */
	readonly state: string;
	/** Options of its command line that name such a folder. */
	readonly option: readonly string[];
	/** Folders it takes when none is named. */
	readonly usual: readonly string[];
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** The process of one of these programs that runs on a state, in words; undefined where the system tells of none. */
export async function findProcess(
	programs: readonly string[],
	{state, option, usual}: StateOfProcess,
): Promise<string | undefined> {
	const pids = await readdir('/proc').catch(() => []);
	for (const pid of pids) {
		if (!/^\d+$/.test(pid)) continue;
		const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').then(
			text => text.split('\0').slice(0, -1),
			() => [],
		);
		const [command = '', ...args] = words;
		if (!programs.includes(basename(command))) continue;
		const named = namedBy(args, option);
		const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '/');
		const dirs = named === undefined ? usual : [resolve(cwd, named)];
		// Whoever named another folder runs on that; of one that named none nobody knows for certain.
		const isIt =
			named === undefined
				? usual.length === 0 || usual.some(dir => isWithin(state, dir))
				: dirs.some(dir => isWithin(state, dir));
		if (isIt) return `${basename(command)} (process ${pid})`;
	}
	return undefined;
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

/** Whether one folder is the other, or one of the two is in the other. */
function isWithin(one: string, other: string): boolean {
	const [a, b] = [resolve(one), resolve(other)];
	return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

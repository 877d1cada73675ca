import {
	closeSync,
	constants,
	fstatSync,
	linkSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';

/** A lock's number rises by one a start; junk may have any. */
const largestNumber = 1_000_000_000;
/** In bytes; no holder writes more. */
const largestHolder = 1024;

/** Who holds a lock. */
export interface LockHolder {
	readonly pid: number;
	/** When that process began, as the system counts; tells it from a later one with the same number. */
	readonly began: string;
}

/** A lock that is held; letting go twice is harmless. The end of the process lets go by itself. */
export interface ProcessLock {
	release(): void;
}

/** When a process began, in the kernel's ticks; empty where the system does not say, and for one that is dead. */
function beginning(pid: number): string {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
		// The name in parentheses may hold spaces and parentheses itself; the 22nd field counts from behind it.
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		// Nobody has asked how it ended yet: in a container without an init nobody ever does.
		return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
	} catch {
		return '';
	}
}

function isAlive({pid, began}: LockHolder): boolean {
	try {
		process.kill(pid, 0);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
	}
	// Where the system tells when processes began, who has not noted it is no holder.
	if (began === '' && beginning(process.pid) === '') return true;
	return began !== '' && beginning(pid) === began;
}

/** The locks of one name there are in a folder, by number. */
function numbers(folder: string, name: string): number[] {
	return readdirSync(folder)
		.map(file =>
			file.startsWith(`${name}-`) ? /^(\d{1,15})\.lock$/.exec(file.slice(name.length + 1)) : null,
		)
		.flatMap(match => (match ? [Number(match[1])] : []))
		.filter(number => number < largestNumber)
		.sort((a, b) => a - b);
}

function readHolder(path: string): LockHolder | undefined {
	try {
		const {pid, began} = JSON.parse(readSmall(path));
		if (Number.isSafeInteger(pid) && pid > 0 && typeof began === 'string') return {pid, began};
	} catch {
		// Gone, let go of, or not ours: nobody holds it.
	}
	return undefined;
}

/** A pipe or a device of that name is not waited for. */
function readSmall(path: string): string {
	const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
	try {
		if (!fstatSync(file).isFile()) return '';
		const bytes = Buffer.alloc(largestHolder);
		return bytes.toString('utf8', 0, readSync(file, bytes));
	} finally {
		closeSync(file);
	}
}

/** A lock nobody holds, or what has its name without being one: a folder, say, stays where it is. */
function discard(path: string): void {
	try {
		rmSync(path, {force: true});
	} catch {
		// It holds nobody up: only higher numbers of living processes count.
	}
}

function pathOf(folder: string, name: string, number: number): string {
	return join(folder, `${name}-${number}.lock`);
}

/** Who holds the lock `name` in `folder` now; undefined when nobody does. */
export function lockHolder(folder: string, name: string): LockHolder | undefined {
	return livingHolder(folder, name, numbers(folder, name));
}

/** The process behind the highest of some locks whose process lives. */
function livingHolder(folder: string, name: string, among: readonly number[]): LockHolder | undefined {
	for (const number of among.toReversed()) {
		const holder = readHolder(pathOf(folder, name, number));
		if (holder && isAlive(holder)) return holder;
	}
	return undefined;
}

/**
 * Takes the lock `name` in `folder`, which is made when missing, or answers who holds it.
 *
 * A lock is a file with a number, and only a higher one can follow it. A lock whose process is gone is not deleted
 * but succeeded, which two at once cannot both do: creating the next number is atomic. Who lets go deletes its file,
 * so numbers may begin anew while somebody slow still reckons with the old ones. Therefore a lock is held only by who
 * finds, after its file is there, no other of a living process: of any two the one that came last sees the first.
 * Who sees another steps back and looks again; of two that see each other at most one is then told that the other
 * has it, because it looks only after its own file is gone.
 */
export function takeLock(folder: string, name: string): ProcessLock | LockHolder {
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const draft = join(folder, `${name}-${process.pid}-${process.hrtime.bigint()}.draft`);
	writeFileSync(draft, JSON.stringify({pid: process.pid, began: beginning(process.pid)}), {mode: 0o600});
	try {
		for (;;) {
			const before = numbers(folder, name);
			const holder = livingHolder(folder, name, before);
			if (holder) return holder;
			const newest = before.at(-1) ?? 0;
			if (newest === largestNumber - 1) {
				// No lock has ever come so far, and none could follow.
				rmSync(pathOf(folder, name, newest), {force: true, recursive: true});
				continue;
			}
			const mine = pathOf(folder, name, newest + 1);
			try {
				linkSync(draft, mine);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
				throw error;
			}
			const all = numbers(folder, name);
			const others = all.filter(number => number !== newest + 1);
			if (all.at(-1) !== newest + 1 || livingHolder(folder, name, others)) {
				rmSync(mine, {force: true});
				continue;
			}
			for (const old of others) discard(pathOf(folder, name, old));
			let released = false;
			return {
				release() {
					if (released) return;
					released = true;
					if (readHolder(mine)?.pid === process.pid) discard(mine);
				},
			};
		}
	} finally {
		rmSync(draft, {force: true});
	}
}

/** Lets go of the lock `name` in `folder` for whoever holds it, where that is agreed between both. */
export function breakLock(folder: string, name: string): void {
	for (const number of numbers(folder, name)) discard(pathOf(folder, name, number));
}

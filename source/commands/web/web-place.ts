import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';

const ownPath = (stateDir: string) => join(stateDir, 'web', `place-${process.pid}`);

/** Writes down where this process has opened a web door, for others to make links to it. */
export function writeWebPlace(stateDir: string, url: string): void {
	writeFileSync(ownPath(stateDir), `${url}\n`, {mode: 0o600});
}

/** Where a web door of this state folder is open; undefined when none is. */
export function readWebPlace(stateDir: string): string | undefined {
	const folder = join(stateDir, 'web');
	try {
		for (const name of readdirSync(folder).sort()) {
			const [, pid] = /^place-(\d+)$/.exec(name) ?? [];
			if (pid === undefined) continue;
			if (isAlive(Number(pid))) return readFileSync(join(folder, name), 'utf8').trim();
			rmSync(join(folder, name), {force: true});
		}
	} catch {} // Nobody has ever opened one, or it was closed a moment ago.
	return undefined;
}

/** The door of this process is closed. */
export function forgetWebPlace(stateDir: string): void {
	rmSync(ownPath(stateDir), {force: true});
}

/** Whether a process of this user runs. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

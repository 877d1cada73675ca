import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';

const pathOf = (stateDir: string) => join(stateDir, 'web', 'place.json');

/** Writes down where this process has opened a web door, for others to make links to it. */
export function writeWebPlace(stateDir: string, url: string): void {
	writeFileSync(pathOf(stateDir), `${JSON.stringify({url, pid: process.pid})}\n`, {mode: 0o600});
}

/** Where a web door of this state folder is open; undefined when none is. */
export function readWebPlace(stateDir: string): string | undefined {
	try {
		const {url, pid} = JSON.parse(readFileSync(pathOf(stateDir), 'utf8')) as {url: unknown; pid: unknown};
		if (typeof url !== 'string' || typeof pid !== 'number') return undefined;
		process.kill(pid, 0);
		return url;
	} catch {
		// Nobody has, or whoever had has ended without a word.
		return undefined;
	}
}

/** The door is closed. That of another process stays written down. */
export function forgetWebPlace(stateDir: string): void {
	try {
		const {pid} = JSON.parse(readFileSync(pathOf(stateDir), 'utf8')) as {pid: unknown};
		if (pid === process.pid) rmSync(pathOf(stateDir), {force: true});
	} catch {} // It is not written down.
}

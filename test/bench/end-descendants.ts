import {globSync, readFileSync} from 'node:fs';
import process from 'node:process';

/** Ends every program that this one started, and those that they did, at once. On Linux; elsewhere a terminal tells them. */
export function endDescendants(of: number = process.pid): void {
	for (const list of globSync(`/proc/${of}/task/*/children`)) {
		let children: number[];
		try {
			children = readFileSync(list, 'utf8').trim().split(' ').filter(Boolean).map(Number);
		} catch {
			// It has ended.
			continue;
		}
		for (const child of children) {
			endDescendants(child);
			try {
				process.kill(child, 'SIGKILL');
			} catch {
				// It has ended.
			}
		}
	}
}

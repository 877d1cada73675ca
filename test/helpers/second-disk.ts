import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {Workspace} from './workspace.ts';

/** A folder on another file system than `path`, gone when the test ends; undefined where there is none. */
export function secondDisk(space: Workspace, path: string = space.dir): string | undefined {
	const device = statSync(path).dev;
	for (const candidate of ['/dev/shm', '/var/tmp', import.meta.dirname]) {
		try {
			if (statSync(candidate).dev === device) continue;
			const folder = mkdtempSync(join(candidate, 'tortui-test-'));
			space.defer(() => rmSync(folder, {recursive: true, force: true}));
			return folder;
		} catch {
			// Not there, or not for us.
		}
	}
	return undefined;
}

/** For `t.skip`. */
export const noSecondDisk = 'there is no second file system to write to';

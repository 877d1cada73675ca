import {statfs, statfsSync} from 'node:fs';
import {dirname} from 'node:path';
import type {Bytes} from '../../base/units.js';

/** Bytes this user may still write where `path` is, or would be: the nearest folder that exists counts. Undefined when the system does not tell. */
export function freeSpace(path: string): Promise<Bytes | undefined> {
	return new Promise(resolve => {
		statfs(path, (error, stats) => {
			if (!error) resolve(stats.bavail * stats.bsize);
			else if (error.code === 'ENOENT' && dirname(path) !== path) resolve(freeSpace(dirname(path)));
			else resolve(undefined);
		});
	});
}

/** As `freeSpace`, at once: for the disk worker. */
export function freeSpaceNow(path: string): Bytes | undefined {
	try {
		const stats = statfsSync(path);
		return stats.bavail * stats.bsize;
	} catch {
		return undefined;
	}
}

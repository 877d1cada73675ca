import {spawnSync} from 'node:child_process';
import {statfsSync} from 'node:fs';

/** `statfs` of a file system that is memory: tmpfs, ramfs. */
const inMemory: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);
/** As much may be left, of all: what was read ahead meanwhile. */
const mostLeft = 0.02;

/** Whether a folder lies on a disk, and not in memory. */
export function isOnDisk(folder: string): boolean {
	return !inMemory.has(statfsSync(folder).type);
}

/**
 * Has the system forget what it keeps of a file in memory, as anybody may who can write to it. What a program has mapped
 * stays.
 *
 * @returns why it is not so; undefined when it is
 */
export function forgetCached(path: string, length: number): string | undefined {
	const dropped = spawnSync('dd', [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0']);
	if (dropped.status !== 0) return 'there is no dd here that drops what is in the cache';
	const told = spawnSync('fincore', ['--bytes', '--noheadings', '--output', 'RES', path], {encoding: 'utf8'});
	const left = Number(told.stdout?.trim() || Number.NaN);
	if (told.status !== 0 || Number.isNaN(left))
		return 'there is no fincore here that tells what is in the cache';
	if (left <= length * mostLeft) return undefined;
	return `${Math.round((100 * left) / length)} % of its file stays in memory`;
}

import {execFileSync} from 'node:child_process';
import type {Workspace} from './workspace.ts';

/** A small disk of its own; undefined, after `t.skip`, where this user may not mount one. */
export function mountDisk(space: Workspace, size: string): string | undefined {
	const dir = space.folder('disk');
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tortui-test', dir], {
			stdio: 'pipe',
		});
	} catch {
		space.test.skip('this user may not mount a small disk');
		return undefined;
	}
	space.defer(() => execFileSync('umount', ['-l', dir]));
	return dir;
}

/** Changes how it is mounted. */
export function remount(dir: string, options: string): void {
	execFileSync('mount', ['-o', `remount,${options}`, dir], {stdio: 'pipe'});
}

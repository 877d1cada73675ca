import {lockHolder} from '../../io/state/process-lock.js';

/** The process that is the engine of a state folder now, if any. */
export function enginePid(stateDir: string): number | undefined {
	try {
		return lockHolder(stateDir, 'engine')?.pid;
	} catch {
		return undefined;
	}
}

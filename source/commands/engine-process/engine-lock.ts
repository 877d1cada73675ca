import process from 'node:process';
import {breakLock, lockHolder, takeLock} from '../../io/state/process-lock.js';

/** Held by an engine that has let go of its folder, until another is the engine. */
const handOver = 'hand-over';

function holder(stateDir: string, name: string): number | undefined {
	try {
		return lockHolder(stateDir, name)?.pid;
	} catch {
		return undefined;
	}
}

/** The process that is the engine of a state folder now, if any. */
export function enginePid(stateDir: string): number | undefined {
	return holder(stateDir, 'engine');
}

/** The process that is the engine of a state folder, whether it can be reached yet or not, or that hands over to the next one. */
export function comingEngine(stateDir: string): number | undefined {
	return enginePid(stateDir) ?? holder(stateDir, handOver);
}

/** What an engine that hands over tells everybody: that there will be another in a moment. */
export interface HandOver {
	/** Whether the other has become the engine, and has said so. */
	isTaken(): boolean;
	/** Nobody is to wait for another any more. */
	release(): void;
}

/** Begins one. A folder that takes nothing any more is no hindrance: who asks in that moment finds nobody. */
export function announceHandOver(stateDir: string): HandOver {
	try {
		const lock = takeLock(stateDir, handOver);
		if ('release' in lock) {
			const isTaken = () => holder(stateDir, handOver) !== process.pid;
			return {isTaken, release: () => lock.release()};
		}
	} catch {
		// As above.
	}
	return {isTaken: () => false, release() {}};
}

/** Ends the hand-over to this process, which is the engine now. */
export function takeHandOver(stateDir: string): void {
	breakLock(stateDir, handOver);
}

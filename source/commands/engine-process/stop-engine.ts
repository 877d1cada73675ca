import {UserError} from '../../base/errors.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {FolderWatch} from '../../io/files/folder-watch.js';
import {enginePid} from './engine-lock.js';

/** In ms: a process that was killed takes no lock away that one could be told of. */
const lookAgain = 100;

/** Waits until the engine's process has let go of its state folder. */
export async function engineGone(stateDir: string, pid: number, time = 10_000): Promise<boolean> {
	const deadline = performance.now() + time;
	const folder = new FolderWatch(stateDir);
	try {
		while (enginePid(stateDir) === pid) {
			if (performance.now() > deadline) return false;
			await folder.next(lookAgain);
		}
		return true;
	} finally {
		folder.close();
	}
}

/** Stops the engine and waits for its end. */
export async function stopEngine(engine: RemoteEngine, stateDir: string): Promise<void> {
	const {pid} = engine.hello;
	try {
		await engine.send({type: 'session.stop'});
	} catch (error) {
		// It may end before its answer has left.
		if (!(error instanceof UserError) || error.code !== 'engine-lost') throw error;
	}
	if (!(await engineGone(stateDir, pid))) {
		throw new UserError(
			'engine-stays',
			`the engine (process ${pid}) has not ended yet; end it with: kill ${pid}`,
		);
	}
}

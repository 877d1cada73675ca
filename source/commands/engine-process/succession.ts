import process from 'node:process';
import {UserError} from '../../base/errors.js';
import type {Millis} from '../../base/units.js';
import {EngineMismatch, type RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {FolderWatch} from '../../io/files/folder-watch.js';
import {enginePid} from './engine-lock.js';
import type {EngineSeat} from './ensure-engine.js';
import {findEngine, reachEngine} from './find-engine.js';
import {engineGone} from './stop-engine.js';

/** A process that lives and has not become the engine by then never will. */
const patience: Millis = 20_000;
/** An engine that does not say where it listens by then is not asked again. */
const answerTime: Millis = 3000;
/** The end of a process is told to nobody. */
const lookAgain: Millis = 50;

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** Whether an engine answers, of whatever version. */
async function answers({stateDir, env, version}: EngineSeat): Promise<boolean> {
	try {
		const engine = await findEngine(stateDir, env, version);
		engine?.close();
		return engine !== undefined;
	} catch (error) {
		return error instanceof EngineMismatch;
	}
}

/**
 * Waits, when an engine has let go of its state folder for process `successor`, until somebody is the engine. Answers
 * whether somebody is: not when that process has ended without becoming it.
 *
 * @param until.isTaken whether somebody has said to be the engine
 * @param until.ended resolves when it is not to be waited for any more
 */
export async function hasSucceeded(
	seat: EngineSeat,
	successor: number,
	{isTaken, ended}: {readonly isTaken: () => boolean; readonly ended: Promise<unknown>},
): Promise<boolean> {
	const folder = new FolderWatch(seat.stateDir);
	let isOver = false;
	void ended.then(() => {
		isOver = true;
		folder.wake();
	});
	try {
		const deadline = performance.now() + patience;
		for (;;) {
			if (isOver || isTaken()) return true;
			// Who holds the lock may have many torrents to take up: it is waited for as long as it lives.
			const isHeld = enginePid(seat.stateDir) !== undefined;
			if (isHeld && (await answers(seat))) return true;
			if (!isHeld && (!isAlive(successor) || performance.now() > deadline)) return false;
			await folder.next(lookAgain);
		}
	} finally {
		folder.close();
	}
}

/** Where peers know an engine; undefined when it does not say. */
function listenPort(engine: RemoteEngine): Promise<number | undefined> {
	return new Promise(resolve => {
		setTimeout(() => resolve(undefined), answerTime).unref();
		const watching = engine.watch({interval: 60_000, session: true}, ({session}) => {
			if (session === undefined) return;
			watching.stop();
			resolve(session.port === 0 ? undefined : session.port);
		});
		void engine.closed.then(() => resolve(undefined));
	});
}

/**
 * Has the engine of a state folder, if one runs, make place for this process, which is ready to be the engine. Answers
 * what is taken along.
 *
 * @throws {UserError} when it does not let go
 */
export async function takeOver(seat: EngineSeat): Promise<{readonly port?: number | undefined}> {
	const {stateDir, env, version} = seat;
	let pid: number;
	let port: number | undefined;
	try {
		const engine = await reachEngine(stateDir, env, version);
		if (engine === undefined) return {};
		({pid} = engine.hello);
		port = await listenPort(engine);
		// It says goodbye, which is its answer.
		engine.send({type: 'session.stop', handOver: process.pid}).catch(() => {});
		await Promise.race([engine.closed, engineGone(stateDir, pid)]);
		engine.close();
	} catch (error) {
		// One that cannot be spoken to still understands a signal.
		if (!(error instanceof EngineMismatch)) throw error;
		({pid} = error);
		process.kill(pid, 'SIGTERM');
	}
	if (await engineGone(stateDir, pid)) return {port};
	throw new UserError(
		'engine-stays',
		`the engine that runs (process ${pid}) does not let go; end it with: kill ${pid}`,
	);
}

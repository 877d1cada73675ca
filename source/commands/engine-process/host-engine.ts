import {UserError} from '../../base/errors.js';
import type {Millis} from '../../base/units.js';
import {serveEngine} from '../../bridge/socket/serve-engine.js';
import {socketPath} from '../../bridge/socket/socket-path.js';
import {lockHolder, takeLock} from '../../io/state/process-lock.js';
import {interruption} from '../transfer/interruption.js';
import type {Companions} from './companions.js';
import type {LocalEngine} from './open-session.js';

/** So long those beside the engine have to let go of everything. */
const companionTime: Millis = 1000;

/** What a process needs to be the engine of a state folder. */
export interface HostSettings {
	readonly stateDir: string;
	readonly env: NodeJS.ProcessEnv;
	readonly version: string;
	/** What it was started with, told to every client. */
	readonly about: Readonly<Record<string, unknown>>;
	/** Those that end it; the second one at once. */
	readonly signals: readonly NodeJS.Signals[];
	/** Those beside the engine let go first. */
	readonly open: () => Promise<{readonly engine: LocalEngine; readonly companions: Pick<Companions, 'stop'>}>;
}

/** The process that is the engine of a state folder now, if any. */
export function enginePid(stateDir: string): number | undefined {
	try {
		return lockHolder(stateDir, 'engine')?.pid;
	} catch {
		return undefined;
	}
}

/**
 * Is the engine of a state folder until it is told to stop, by a client or by a signal. Refuses when another
 * process is it already.
 */
export async function hostEngine({
	stateDir,
	env,
	version,
	about,
	signals,
	open,
}: HostSettings): Promise<void> {
	const lock = takeLock(stateDir, 'engine');
	if ('pid' in lock) {
		throw new UserError(
			'engine-runs',
			`an engine runs already (process ${lock.pid}); reach it with: tortui attach`,
		);
	}
	const interrupted = interruption(signals);
	try {
		const {engine, companions} = await open();
		try {
			const served = await serveEngine(engine, socketPath(stateDir, env), {version, about});
			const why = await Promise.race([
				interrupted.first.then(signal => `the engine was ended by ${signal}`),
				engine.closed,
			]);
			const late = new Promise<void>(resolve => setTimeout(resolve, companionTime).unref());
			await Promise.race([companions.stop(), late, interrupted.second]);
			const stopped = engine.stop();
			await Promise.race([stopped, interrupted.second]);
			await served.close(why);
		} finally {
			await Promise.race([engine.stop(), interrupted.second]);
		}
	} finally {
		interrupted.release();
		lock.release();
	}
}

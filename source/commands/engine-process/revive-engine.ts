import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {startedWith} from '../arguments/engine-arguments.js';
import {type EnsureSettings, ensureEngine} from './ensure-engine.js';
import {successorOf} from './successor-of.js';

/**
 * How the engine behind a screen is started again after it has died: with the options that were typed when this process
 * started it, else with those it said it was started with, and its folder. One that has handed over is not started again:
 * the one in its place is found.
 *
 * @param typed the options this process has started it with; undefined when somebody else did
 */
export function engineRevival(
	engine: RemoteEngine,
	settings: Omit<EnsureSettings, 'options'>,
	typed: readonly string[] | undefined,
): () => Promise<RemoteEngine> {
	let current = engine;
	let dir: string | undefined;
	if (!typed) {
		const watching = engine.watch({interval: 60_000, session: true}, ({session}) => {
			if (!session) return;
			({dir} = session);
			watching.stop();
		});
	}
	return async () => {
		const successor = current.handsOver ? await successorOf(settings) : undefined;
		const options = typed ?? startedWith(current.hello.about, dir);
		current = successor ?? (await ensureEngine({...settings, options})).engine;
		return current;
	};
}

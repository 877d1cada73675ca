import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {Log} from '../../base/ports.js';
import type {EngineNotice} from './host-engine.js';

/** In ms: a line that somebody may look at some day. */
const statusTime = 60_000;

/** Tells a service manager, a line a minute where it is another one, how an engine does. */
export function tellStatus(engine: EngineClient, notice: Pick<EngineNotice, 'status'>): Watching {
	return engine.watch({interval: statusTime, session: true}, ({session}) => {
		if (session === undefined) return;
		const {port, portState, connected, proxy} = session;
		const state = portState === 'unknown' ? '' : ` (${portState})`;
		const way = proxy === undefined ? `port ${port}${state}` : `proxy ${proxy.url} ${proxy.state}`;
		notice.status(`${way}, ${connected === 1 ? '1 peer' : `${connected} peers`}`);
	});
}

/** Tells in the log, once, that an engine is there, and where. */
export function sayReady(engine: EngineClient, log: Log, stateDir: string): void {
	const watching = engine.watch({interval: statusTime, session: true}, ({session}) => {
		if (session === undefined) return;
		const {version, port, dir, proxy} = session;
		const way = proxy === undefined ? `port ${port}` : `proxy ${proxy.url}`;
		log('info', `tortui ${version} is ready: ${way}, data in ${dir}, state in ${stateDir}`);
		// Not before the call that began it has come back.
		queueMicrotask(() => watching.stop());
	});
}

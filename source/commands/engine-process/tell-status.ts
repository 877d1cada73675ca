import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {EngineNotice} from './host-engine.js';

/** In ms: a line that somebody may look at some day. */
const statusTime = 60_000;

/** Tells a service manager, a line a minute where it is another one, how an engine does. */
export function tellStatus(engine: EngineClient, notice: Pick<EngineNotice, 'status'>): Watching {
	return engine.watch({interval: statusTime, session: true}, ({session}) => {
		if (session === undefined) return;
		const {port, portState, connected} = session;
		const state = portState === 'unknown' ? '' : ` (${portState})`;
		notice.status(`port ${port}${state}, ${connected === 1 ? '1 peer' : `${connected} peers`}`);
	});
}

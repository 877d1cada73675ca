import type {EngineClient} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {HttpRefusal} from '../http/http-route.js';

/** An engine that says nothing for so long is no use now. */
const patience: Millis = 5000;

/** One look at an engine. Rejects with a `HttpRefusal` 503 when it does not answer. */
export function glance(engine: EngineClient, watch: Omit<Watch, 'interval'>, clock: Clock): Promise<Update> {
	return new Promise((resolve, reject) => {
		const late = clock.after(patience, () => {
			watching.stop();
			reject(new HttpRefusal(503, 'the engine does not answer'));
		});
		const watching = engine.watch({...watch, interval: 1000}, update => {
			late.clear();
			// It may come before there is anything to stop.
			queueMicrotask(() => watching.stop());
			resolve(update);
		});
	});
}

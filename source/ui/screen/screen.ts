import type {EngineClient} from '../../api/engine-client.js';
import type {Leaving} from './screen-context.js';
import type {ScreenOptions} from './screen-options.js';
import {ScreenSession} from './screen-session.js';

/**
 * Opens the full screen on an engine and resolves when somebody has left it. The terminal is then as it was, however
 * it ended: by a key, a signal, a crash in a component (`message` holds the report) or the engine going away for good.
 */
export function openScreen(client: EngineClient, options: ScreenOptions): Promise<Leaving> {
	return new ScreenSession(client, options).open();
}

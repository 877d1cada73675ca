import type {EngineClient} from '../api/engine-client.js';
import type {Clock} from '../base/ports.js';
import type {WatchFolder} from './look/folder-events.js';
import type {Looker} from './look/look-thread.js';

/** What those who look after folders stand on. */
export interface FolderGround {
	readonly engine: EngineClient;
	readonly clock: Clock;
	/** Absolute. */
	readonly stateDir: string;
	readonly looker: Looker;
	readonly watchFolder: WatchFolder;
}

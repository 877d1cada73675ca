import type {EngineClient} from '../api/engine-client.js';
import {isWatchLimit} from './look/folder-events.js';

/** What there is to say of folders: lines in the engine's log. */
export class FolderLog {
	readonly #engine: Pick<EngineClient, 'send'>;
	readonly #what: string;
	#saidLimit = false;

	/** @param what of which folders it is, in the plural */
	constructor(engine: Pick<EngineClient, 'send'>, what: string) {
		this.#engine = engine;
		this.#what = what;
	}

	say(level: 'info' | 'warn' | 'error', text: string): void {
		this.#engine.send({type: 'session.log', level, text}).catch(() => {});
	}

	/** The system does not tell of a folder; that it tells of no more folders is said once. */
	unwatched(code: string): void {
		if (this.#saidLimit || !isWatchLimit(code)) return;
		this.#saidLimit = true;
		this.say(
			'warn',
			`the system tells of no more folders (${code}; fs.inotify.max_user_watches says how many): ${this.#what} are looked at every 30 s`,
		);
	}
}

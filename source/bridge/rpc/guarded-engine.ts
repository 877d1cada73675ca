import type {Command, Reply} from '../../api/command.js';
import {asCommand} from '../../api/command-guard.js';
import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import {RpcError} from './rpc-error.js';

/** An engine that remotes reach: what their words came to is judged as what comes over the socket is. */
export class GuardedEngine implements EngineClient {
	readonly closed: Promise<string>;
	readonly #engine: EngineClient;

	constructor(engine: EngineClient) {
		this.#engine = engine;
		this.closed = engine.closed;
	}

	/** Rejects with an `RpcError` what is no command of the engine: a number out of its bounds, say. */
	async send(command: Command): Promise<Reply> {
		// Bytes stand for their text here.
		const judged =
			command.type === 'torrent.add' && typeof command.metainfo !== 'string'
				? {...command, metainfo: ''}
				: command;
		if (asCommand(judged) === undefined) throw new RpcError('params');
		return this.#engine.send(command);
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		return this.#engine.watch(watch, listener);
	}

	close(): void {
		this.#engine.close();
	}
}

import type {Command, CommandType, Reply} from '../../api/command.js';
import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {namesSecrets, openReply, openUpdate} from './without-secrets.js';

/** What changes nothing, here or elsewhere, and asks nobody whom the visitor names. All that is not listed is refused. */
const looking: ReadonlySet<CommandType> = new Set<CommandType>([
	'session.list',
	'session.find',
	'session.dht',
	'torrent.export',
	'piece.inspect',
	'folders.list',
	'feeds.list',
	'network.search',
	'network.browse',
	'network.look',
]);

/**
 * An engine for those who may only look: everything that would change something is refused, and says so. What lets its
 * owner in at trackers is not told.
 */
export class ReadOnlyClient implements EngineClient {
	readonly closed: Promise<string>;
	readonly #engine: EngineClient;

	constructor(engine: EngineClient) {
		this.#engine = engine;
		this.closed = engine.closed;
	}

	get saidGoodbye(): boolean {
		return this.#engine.saidGoodbye ?? false;
	}

	async send(command: Command): Promise<Reply> {
		if (!looking.has(command.type) || ('tracker' in command && command.tracker !== undefined))
			throw new UserError('read-only', 'You may only look here: nothing was changed.');
		const reply = openReply(await this.#engine.send(command));
		if (command.type === 'torrent.export' && namesSecrets(reply.metainfo ?? ''))
			throw new UserError(
				'read-only',
				'You may only look here, and this .torrent has an address that lets one in at its tracker.',
			);
		return reply;
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		return this.#engine.watch(watch, update => listener(openUpdate(update)));
	}

	close(): void {
		this.#engine.close();
	}
}

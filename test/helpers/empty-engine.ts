import type {Command, Reply} from '../../source/api/command.ts';
import type {EngineClient, Watching} from '../../source/api/engine-client.ts';
import type {Update, Watch} from '../../source/api/snapshot.ts';
import {UserError} from '../../source/base/errors.ts';

interface Watcher {
	watch: Watch;
	readonly listener: (update: Update) => void;
}

/** An engine without torrents: remembers what it was told, says what the test wants it to. */
export class EmptyEngine implements EngineClient {
	readonly commands: Command[] = [];
	readonly watchers = new Set<Watcher>();
	readonly closed: Promise<string>;
	stop: (why: string) => void = () => {};
	#revision = 0;

	constructor() {
		this.closed = new Promise(resolve => {
			this.stop = resolve;
		});
	}

	async send(command: Command): Promise<Reply> {
		this.commands.push(command);
		if (command.type === 'torrent.pause' && command.id === 'unknown') {
			throw new UserError('no-torrent', 'no such torrent: unknown', 3);
		}
		if (command.type === 'torrent.resume') throw new TypeError('a bug');
		if (command.type === 'torrent.add') return {id: 'a'.repeat(40), already: false};
		return {};
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		const watcher = {watch, listener};
		this.watchers.add(watcher);
		this.#first(watcher);
		return {
			change: changed => {
				watcher.watch = changed;
				this.#first(watcher);
			},
			stop: () => this.watchers.delete(watcher),
		};
	}

	/** Sends every watcher what `make` answers. */
	tell(make: (revision: number) => Omit<Update, 'revision'>): void {
		for (const {listener} of [...this.watchers]) {
			const revision = ++this.#revision;
			listener({revision, ...make(revision)});
		}
	}

	close(): void {}

	#first({watch, listener}: Watcher): void {
		const id = watch.torrent?.id;
		listener({
			revision: ++this.#revision,
			...(watch.torrents ? {torrents: []} : {}),
			...(id === undefined ? {} : {torrent: {id, gone: true}}),
		});
	}
}

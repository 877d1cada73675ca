import {type Command, isAboutFolders, type Reply} from '../api/command.js';
import type {EngineClient, Watching} from '../api/engine-client.js';
import type {Update, Watch} from '../api/snapshot.js';
import type {Clock, Timer} from '../base/ports.js';
import type {Millis} from '../base/units.js';
import type {FolderAutomation} from './folder-automation.js';

/** An engine that can be ended. */
export interface StoppableEngine extends EngineClient {
	stop(): Promise<void>;
}

/** So long the folders have to let go of everything. */
const stopTime: Millis = 1000;
/** What folders tell comes no more often than this. */
const shortestInterval: Millis = 250;

/** Commands after which a torrent may be where a shared folder is, or not be there any more. */
const moving: ReadonlySet<Command['type']> = new Set([
	'torrent.add',
	'torrent.addLink',
	'torrent.remove',
	'torrent.move',
	'torrent.rename',
	'network.get',
]);

/** An engine together with those who look after folders: what is asked of either is answered through one door. */
export class AutomatedEngine implements StoppableEngine {
	readonly closed: Promise<string>;
	readonly #engine: StoppableEngine;
	readonly #folders: FolderAutomation;
	readonly #clock: Clock;
	#stopping: Promise<void> | undefined;

	constructor(engine: StoppableEngine, folders: FolderAutomation, clock: Clock) {
		this.#engine = engine;
		this.#folders = folders;
		this.#clock = clock;
		this.closed = engine.closed;
	}

	async send(command: Command): Promise<Reply> {
		if (isAboutFolders(command)) return this.#folders.send(command);
		if (command.type === 'session.stop') {
			await this.stop();
			return {};
		}
		const isDeletion = command.type === 'torrent.remove' && command.withData;
		const reply = isDeletion
			? await this.#folders.whileDeleted(command.id, () => this.#engine.send(command))
			: await this.#engine.send(command);
		if (command.type === 'torrent.remove') await this.#folders.removedByHand(command.id);
		if (moving.has(command.type)) this.#folders.engineChanged();
		return reply;
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		return new FolderWatching(this.#engine, this.#folders, this.#clock, watch, listener);
	}

	/** The folders first: they speak to the engine to the end. */
	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	async #stop(): Promise<void> {
		const late = new Promise<void>(resolve => this.#clock.after(stopTime, resolve));
		await Promise.race([this.#folders.stop(), late]);
		await this.#engine.stop();
	}

	/** An engine in this process is let go of by `stop`. */
	close(): void {
		void this.stop();
	}
}

/** What somebody watches: the engine's sections, and that of the folders. */
class FolderWatching implements Watching {
	readonly #folders: FolderAutomation;
	readonly #clock: Clock;
	readonly #listener: (update: Update) => void;
	readonly #inner: Watching;
	readonly #forget: () => void;
	#watch: Watch;
	#revision = 0;
	/** Of the folders, that was told last. */
	#told = 0;
	#timer: Timer | undefined;
	#isStopped = false;

	constructor(
		engine: EngineClient,
		folders: FolderAutomation,
		clock: Clock,
		watch: Watch,
		listener: (update: Update) => void,
	) {
		this.#folders = folders;
		this.#clock = clock;
		this.#watch = watch;
		this.#listener = listener;
		this.#inner = engine.watch(watch, update => this.#tell(update));
		this.#forget = folders.listen(() => this.#schedule(Math.max(shortestInterval, this.#watch.interval)));
		this.#schedule(0);
	}

	#tell(update: Partial<Update>): void {
		if (this.#isStopped) return;
		const isDue = this.#watch.folders === true && this.#told !== this.#folders.revision;
		if (isDue) this.#told = this.#folders.revision;
		this.#revision++;
		this.#listener({
			...update,
			...(isDue && {folders: this.#folders.view}),
			revision: this.#revision,
		});
	}

	#schedule(time: Millis): void {
		if (this.#watch.folders !== true || this.#timer !== undefined || this.#isStopped) return;
		this.#timer = this.#clock.after(time, () => {
			this.#timer = undefined;
			if (this.#watch.folders === true && this.#told !== this.#folders.revision) this.#tell({});
		});
	}

	change(watch: Watch): void {
		this.#watch = watch;
		this.#told = 0;
		this.#inner.change(watch);
		this.#schedule(0);
	}

	stop(): void {
		this.#isStopped = true;
		this.#timer?.clear();
		this.#forget();
		this.#inner.stop();
	}
}

import type {Watching} from '../api/engine-client.js';
import type {Update, Watch} from '../api/snapshot.js';
import type {Clock, Timer} from '../base/ports.js';

/** Makes the sections of an update. */
export interface SectionSource {
	/**
	 * Every section of `watch`, made by `section(name, revision, make)`, which answers undefined when the watcher has
	 * seen that revision, or the same content, already.
	 */
	compose(
		watch: Watch,
		section: <View>(name: string, revision: number, make: () => View) => View | undefined,
	): Update;
}

const shortestInterval = 50;

/**
 * Those who look at the engine. Each gets, no more often than it asked for, the sections it watches that have changed
 * since it last saw them. Nobody watching costs nothing.
 */
export class Watchers {
	readonly #source: SectionSource;
	readonly #clock: Clock;
	readonly #all = new Set<Watcher>();

	constructor(source: SectionSource, clock: Clock) {
		this.#source = source;
		this.#clock = clock;
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		const watcher = new Watcher(watch, listener, this.#source, this.#clock);
		this.#all.add(watcher);
		watcher.begin();
		return {
			change: changed => watcher.change(changed),
			stop: () => {
				watcher.stop();
				this.#all.delete(watcher);
			},
		};
	}

	/** Something was done by command: its effect is shown at once. */
	hurry(): void {
		for (const watcher of this.#all) watcher.hurry();
	}

	stop(): void {
		for (const watcher of this.#all) watcher.stop();
		this.#all.clear();
	}
}

class Watcher {
	#watch: Watch;
	readonly #listener: (update: Update) => void;
	readonly #source: SectionSource;
	readonly #clock: Clock;
	/** What was last sent of each section. */
	#seen = new Map<string, {revision: number; content: string}>();
	#revision = 0;
	#timer: Timer | undefined;
	#stopped = false;
	#hurried = false;

	constructor(watch: Watch, listener: (update: Update) => void, source: SectionSource, clock: Clock) {
		this.#watch = watch;
		this.#listener = listener;
		this.#source = source;
		this.#clock = clock;
	}

	begin(): void {
		this.#again(0);
	}

	change(watch: Watch): void {
		this.#watch = watch;
		this.#seen = new Map();
		this.#again(0);
	}

	hurry(): void {
		if (this.#stopped || this.#hurried) return;
		this.#hurried = true;
		this.#again(10);
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.clear();
	}

	#again(delay: number): void {
		this.#timer?.clear();
		if (!this.#stopped) this.#timer = this.#clock.after(delay, () => this.#tell());
	}

	#tell(): void {
		this.#hurried = false;
		const update = this.#source.compose(this.#watch, (name, revision, make) => {
			const seen = this.#seen.get(name);
			if (seen !== undefined && revision > 0 && seen.revision === revision) return undefined;
			const view = make();
			const content = JSON.stringify(view);
			if (seen?.content === content) {
				seen.revision = revision;
				return undefined;
			}
			this.#seen.set(name, {revision, content});
			return view;
		});
		this.#again(Math.max(shortestInterval, this.#watch.interval));
		if (!holdsNews(update)) return;
		this.#revision++;
		this.#listener({...update, revision: this.#revision});
	}
}

function holdsNews(update: Update): boolean {
	if (update.session || update.torrents || update.speed || update.log) return true;
	return update.torrent !== undefined && Object.keys(update.torrent).length > 1;
}

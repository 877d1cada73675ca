import type {Watching} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

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
/** Of the engine's time looking may take one part in so many, however many look. */
const share = 4;

/** How long it takes to tell all watchers once, by what it took the last time: each waits for its part of that. */
class Round {
	#time: Millis = 0;

	/** What one took changed from `before` to `after`. */
	changed(before: Millis, after: Millis): void {
		this.#time = Math.max(0, this.#time + after - before);
	}

	/** No watcher is told again before so long has passed. */
	get shortest(): Millis {
		return this.#time * share;
	}
}

/**
 * Those who look at the engine. Each gets, no more often than it asked for, the sections it watches that have changed
 * since it last saw them. Nobody watching costs nothing.
 */
export class Watchers {
	readonly #source: SectionSource;
	readonly #clock: Clock;
	readonly #all = new Set<Watcher>();
	readonly #round = new Round();

	constructor(source: SectionSource, clock: Clock) {
		this.#source = source;
		this.#clock = clock;
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		const watcher = new Watcher(watch, listener, this.#source, this.#clock, this.#round);
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
	readonly #round: Round;
	/** What it took to tell it, the last time. */
	#cost: Millis = 0;

	constructor(
		watch: Watch,
		listener: (update: Update) => void,
		source: SectionSource,
		clock: Clock,
		round: Round,
	) {
		this.#round = round;
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
		const {shortest} = this.#round;
		this.#again(shortest > shortestInterval ? shortest : 0);
	}

	hurry(): void {
		if (this.#stopped || this.#hurried) return;
		this.#hurried = true;
		this.#again(Math.max(10, this.#round.shortest));
	}

	stop(): void {
		if (this.#stopped) return;
		this.#stopped = true;
		this.#timer?.clear();
		this.#round.changed(this.#cost, 0);
	}

	#again(delay: number): void {
		this.#timer?.clear();
		if (!this.#stopped) this.#timer = this.#clock.after(delay, () => this.#tell());
	}

	#tell(): void {
		const began = this.#clock.now();
		this.#hurried = false;
		this.#timer = undefined;
		this.#look();
		if (this.#stopped) return;
		const cost = Math.max(0, this.#clock.now() - began);
		this.#round.changed(this.#cost, cost);
		this.#cost = cost;
		// Whoever was told may have asked for something else at once.
		if (this.#timer === undefined)
			this.#again(Math.max(shortestInterval, this.#watch.interval, this.#round.shortest));
	}

	#look(): void {
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
		if (!holdsNews(update)) return;
		this.#revision++;
		this.#listener({...update, revision: this.#revision});
	}
}

function holdsNews(update: Update): boolean {
	if (update.session || update.torrents || update.speed || update.log) return true;
	return update.torrent !== undefined && Object.keys(update.torrent).length > 1;
}

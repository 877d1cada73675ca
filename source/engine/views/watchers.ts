import type {Watching} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {SharedSections} from './shared-sections.js';

/** Makes the sections of an update. */
export interface SectionSource {
	/**
	 * Every section of `watch`, made by `section(key, revision, make)`, which answers undefined when the watcher has seen
	 * that revision, or the same content, already. The key names the section and all it is made by: who watches the same
	 * gets the same object.
	 */
	compose(
		watch: Watch,
		section: <View>(key: string, revision: number, make: () => View) => View | undefined,
	): Update;
	/** Nobody watches the section of this key any more. */
	dropped?(key: string): void;
}

const shortestInterval = 50;
/** Of the engine's time looking may take one part in so many, however many look. */
const share = 4;
/** What another watcher was told less than this ago, or half of one's own interval, is told again as it was. */
const longestAge: Millis = 100;

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
	readonly #sections: SharedSections;

	constructor(source: SectionSource, clock: Clock) {
		this.#source = source;
		this.#sections = new SharedSections(key => source.dropped?.(key));
		this.#clock = clock;
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		const watcher = new Watcher(watch, listener, this.#source, this.#sections, this.#clock, this.#round);
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
		this.#sections.expire();
		for (const watcher of this.#all) watcher.hurry();
	}

	stop(): void {
		for (const watcher of this.#all) watcher.stop();
		this.#all.clear();
	}
}

/** No version of a section. */
const unseen = 0;

class Watcher {
	#watch: Watch;
	readonly #listener: (update: Update) => void;
	readonly #source: SectionSource;
	readonly #clock: Clock;
	readonly #sections: SharedSections;
	/** By key, which version of each section was sent last. */
	#seen = new Map<string, number>();
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
		sections: SharedSections,
		clock: Clock,
		round: Round,
	) {
		this.#sections = sections;
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
		if (!watch.keeps) for (const key of this.#seen.keys()) this.#seen.set(key, unseen);
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
		for (const key of this.#seen.keys()) this.#sections.release(key);
		this.#seen.clear();
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
		const before = this.#seen;
		const seen = new Map<string, number>();
		const now = this.#clock.now();
		const age = Math.min(longestAge, this.#watch.interval / 2);
		this.#seen = seen;
		const update = this.#source.compose(
			this.#watch,
			<View>(key: string, revision: number, make: () => View) => {
				const section = this.#sections.look(key, revision, make, now, age);
				if (!before.has(key)) this.#sections.take(key);
				seen.set(key, section.version);
				return before.get(key) === section.version ? undefined : (section.view as View);
			},
		);
		for (const key of before.keys()) if (!seen.has(key)) this.#sections.release(key);
		if (!holdsNews(update)) return;
		this.#revision++;
		this.#listener({...update, revision: this.#revision});
	}
}

function holdsNews(update: Update): boolean {
	const {session, torrents, creations, speed, log, network, everyPeer, everyTracker} = update;
	if (session || torrents || creations || speed || log || network || everyPeer || everyTracker) return true;
	return update.torrent !== undefined && Object.keys(update.torrent).length > 1;
}

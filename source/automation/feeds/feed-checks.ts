import type {Random, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {timeToFetch} from '../../policy/feeds/feed-schedule.js';
import {isEngineOver} from '../engine-over.js';
import {type Feed, judge, type KnownItem} from './feed.js';
import {secretOf} from './feed-settings.js';
import {type Fetched, fetchFeed} from './fetch-feed.js';
import {type IntakeGround, ItemIntake} from './item-intake.js';
import {Turns} from './turns.js';

/** So many feeds are fetched at a time. */
const atATime = 4;
/** So many items are judged without letting others go on. */
const stretch = 100;
/** So many items of a feed are taken at a time; the others the next time, a moment later. */
const mostTaken = 200;
/** When so many in a row are not to be had the others wait for the next time: nobody is there to give them. */
const mostMissed = 5;
/** An engine that starts again and again does not ask more often for that. */
const restartTime: Millis = 60_000;
/** Feeds that are known from the start are asked within this time, not all at once. */
const startTime: Millis = 10_000;

/** What looking at feeds stands on. */
export interface CheckGround extends IntakeGround {
	readonly random: Random;
	/** What is seen of feeds may be another. */
	changed(): void;
	/** Whether an item is in its feed still, both named by their ids. */
	readonly isThere: (feed: string, item: string) => boolean;
}

/** Looks at feeds when it is time to, and takes what fits their rules. */
export class FeedChecks {
	readonly intake: ItemIntake;
	readonly #ground: CheckGround;
	readonly #turns = new Turns(atATime);
	readonly #timers = new Map<Feed, Timer>();
	/** Those that are looked at now. */
	readonly #running = new Map<Feed, Promise<void>>();
	#isStopped = false;

	constructor(ground: CheckGround) {
		this.#ground = ground;
		this.intake = new ItemIntake(ground);
	}

	/** From now on a feed is looked at. @param isNew somebody has just named it */
	begin(feed: Feed, isNew: boolean): void {
		const {clock, history, random} = this.#ground;
		const now = clock.now();
		const wall = clock.wall();
		const {at = 0, until = 0} = history.visit(feed.id) ?? {};
		// What a clock that was ahead has written down does not hold for ever.
		const sinceLast = Math.max(0, wall - at);
		const wait = Math.max(0, restartTime - sinceLast, Math.min(until - wall, 86_400_000));
		feed.nextAt = now + (isNew ? 0 : Math.round(wait + random.next() * startTime));
		this.#schedule(feed);
	}

	/** A feed is looked at no more. */
	end(feed: Feed): void {
		feed.gone.abort(new Error('nobody wants the feed any more'));
		this.#timers.get(feed)?.clear();
		this.#timers.delete(feed);
	}

	/** Looks at a feed now; resolves when that is done. */
	check(feed: Feed): Promise<void> {
		return this.#running.get(feed) ?? this.#run(feed, () => this.#check(feed));
	}

	/** Looks at a feed after what goes on with it now: its owner wants it otherwise. */
	async checkAnew(feed: Feed): Promise<void> {
		await this.#running.get(feed);
		await this.check(feed);
	}

	/** Goes by the rules that a feed has now, with what is known of it. */
	async review(feed: Feed): Promise<void> {
		await this.#running.get(feed);
		if (!feed.isRuledAnew) return;
		await this.#run(feed, async () => {
			await this.#judgeAnew(feed);
			this.#ground.changed();
			await this.#takeKnown(feed);
		});
	}

	#run(feed: Feed, task: () => Promise<void>): Promise<void> {
		if (this.#isOver(feed)) return Promise.resolve();
		this.#timers.get(feed)?.clear();
		this.#timers.delete(feed);
		const run = task().catch((error: unknown) => {
			if (this.#isStopped || isEngineOver(error)) return;
			// Nobody is there to catch it; the feed says it, and is looked at again.
			feed.state = 'failed';
			feed.why = `looking at it has stumbled: ${(error as Error).message}`;
			this.#plan(feed, ++feed.failures);
		});
		const done = run.finally(() => {
			this.#running.delete(feed);
			this.#ground.changed();
			this.#schedule(feed);
		});
		this.#running.set(feed, done);
		return done;
	}

	/** Takes what fits, as far as nothing was done with it; also what is to be tried again. */
	async #takeKnown(feed: Feed): Promise<void> {
		let taken = 0;
		let missed = 0;
		// The oldest first, as it came out; what was not to be had before comes last, and holds up nothing new.
		const all = [...feed.items.values()].reverse();
		const inOrder = [...all.filter(({later}) => !later), ...all.filter(({later}) => later)];
		for (const known of inOrder) {
			if (known.rule === undefined || this.#isOver(feed)) continue;
			if (this.#ground.history.fate(feed.id, known.id) !== undefined) continue;
			if (missed >= mostMissed) break;
			if (++taken > mostTaken) {
				feed.nextAt = this.#ground.clock.now() + restartTime;
				break;
			}
			await this.intake.takeRuled(feed, known);
			missed = known.later === undefined ? 0 : missed + 1;
			this.#ground.changed();
		}
	}

	#isOver(feed: Feed): boolean {
		return this.#isStopped || feed.gone.signal.aborted;
	}

	#schedule(feed: Feed): void {
		const {clock} = this.#ground;
		if (this.#isOver(feed) || this.#timers.has(feed)) return;
		const timer = clock.after(Math.max(0, feed.nextAt - clock.now()), () => {
			this.#timers.delete(feed);
			if (clock.now() < feed.nextAt) this.#schedule(feed);
			else void this.check(feed);
		});
		this.#timers.set(feed, timer);
	}

	async #check(feed: Feed): Promise<void> {
		await this.#turns.take(() => this.#look(feed));
		if (this.#isOver(feed)) return;
		await this.#takeKnown(feed);
		await this.#ground.history.forget(this.#ground.isThere);
	}

	/** Fetches it, and learns what is in it. */
	async #look(feed: Feed): Promise<void> {
		const {clock, history, http, changed} = this.#ground;
		if (this.#isOver(feed)) return;
		await this.#judgeAnew(feed);
		feed.state = 'fetching';
		changed();
		const question = {
			url: feed.settings.url,
			secret: secretOf(feed.settings),
			known: feed.validators,
			signal: feed.gone.signal,
		};
		const fetched = await fetchFeed(question, http, clock);
		if (this.#isOver(feed)) return;
		await this.#learn(feed, fetched);
		const retryAfter = fetched.kind === 'failed' ? fetched.retryAfter : undefined;
		this.#plan(feed, feed.failures, retryAfter);
		const wall = clock.wall();
		await history.visited(feed.id, {at: wall, ...(retryAfter !== undefined && {until: wall + retryAfter})});
		changed();
	}

	/** Notes what came of asking. */
	async #learn(feed: Feed, fetched: Fetched): Promise<void> {
		const {clock, say} = this.#ground;
		if (fetched.kind === 'failed') {
			if (feed.why !== fetched.why) say('warn', `feed ${feed.name}: ${fetched.why}`);
			feed.failures++;
			feed.state = 'failed';
			feed.why = fetched.why;
			return;
		}
		if (feed.failures > 0) say('info', `feed ${feed.name}: it is to be had again`);
		feed.failures = 0;
		feed.fetchedAt = clock.wall();
		if (fetched.kind === 'content') {
			const {content, validators, isPublic} = fetched;
			feed.title = content.title;
			feed.ttl = content.ttl;
			feed.leftOut = content.leftOut;
			feed.isPublic = isPublic;
			await this.#judgeAll(feed, feed.take(content.items));
			feed.validators = validators;
		}
		feed.state = 'good';
		feed.why = undefined;
	}

	async #judgeAnew(feed: Feed): Promise<void> {
		if (!feed.isRuledAnew) return;
		feed.isRuledAnew = false;
		await this.#judgeAll(feed, [...feed.items.values()]);
	}

	async #judgeAll(feed: Feed, items: readonly KnownItem[]): Promise<void> {
		for (const [index, known] of items.entries()) {
			if (index % stretch === stretch - 1)
				await new Promise<void>(resolve => this.#ground.clock.soon(resolve));
			judge(known, feed.rules);
		}
	}

	#plan(feed: Feed, failures: number, retryAfter?: Millis): void {
		const {clock, random} = this.#ground;
		const {ttl, settings} = feed;
		const time = timeToFetch({interval: settings.interval, ttl, failures, retryAfter}, random);
		feed.nextAt = clock.now() + time;
	}

	/** Resolves when nothing goes on with any feed. */
	async settled(): Promise<void> {
		while (this.#running.size > 0) await Promise.all(this.#running.values());
	}

	/** Begins nothing any more. Resolves when what was begun is over. */
	async stop(feeds: Iterable<Feed>): Promise<void> {
		this.#isStopped = true;
		for (const feed of feeds) this.end(feed);
		await Promise.allSettled(this.#running.values());
	}
}

import type {GoalView} from '../../api/goal-view.js';
import type {Random} from '../../base/ports.js';
import {limitWithUnit} from '../../base/quantity-text.js';
import type {AtGoal, SeedGoal, SeedGoalChange, SeedRules} from '../../base/seed-goal.js';
import type {Bytes, BytesPerSecond, Millis, Seconds} from '../../base/units.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import {
	type EffectiveGoal,
	type GoalFacts,
	goalShare,
	goalText,
	hasGoal,
	isGoalMet,
	progressText,
	resolveGoal,
} from '../../policy/session/seed-goal.js';
import type {SeedRulesHolder} from '../session/seed-rules-holder.js';
import type {OtherSeeds} from './other-seeds.js';
import type {SettingsChange} from './torrent-settings.js';
import type {TransferStats} from './transfer-stats.js';

type GoalSection = Pick<ResumeData, 'seedRatio' | 'seedTime' | 'goal' | 'goalWaived'>;

/** Several may be about to go at once, each since the others are there: one at a time asks, up to so much later. */
const longestWait: Millis = 300_000;
/** Trackers that are asked have answered by then. */
const answerTime: Millis = 30_000;

/** What a goal asks of its torrent. */
export interface GoalOwner {
	readonly label: string | undefined;
	/** Of its trackers, in lower case. */
	readonly trackerHosts: readonly string[];
	/** What the ratio is reckoned by when nothing was downloaded; 0 while nobody knows. */
	readonly length: Bytes;
	/** How many others have everything, as far as is known. @param since what trackers said earlier does not count */
	otherSeeds(now: Millis, since: Millis): OtherSeeds;
	/** Asks trackers how many there are, those that can be asked. */
	recount(): void;
	/** Announces us once more. Answers when the last of the trackers may be asked, in seconds from now. */
	announceAgain(): Seconds;
}

/** How it is found out whether it is the last seed. */
type Asking =
	| {readonly name: 'no'}
	/** Others are there; it asks then whether they still are. */
	| {readonly name: 'waits'; readonly until: Millis}
	| Asked;

/** Asked, with what comes after `since` for an answer. */
interface Asked {
	readonly name: 'asked';
	readonly since: Millis;
	readonly until: Millis;
	readonly again?: true;
}

const idleAsking: Asking = {name: 'no'};
const noRules: SeedRules = {all: {}, rules: []};

/** How far and how long a torrent is to be seeded, and what becomes of it then; without a goal it has no end. */
export class SeedingGoal {
	/** It was seeded as far or as long as was asked for, and has paused itself. */
	reached = false;
	/** What is said of this torrent alone. */
	#own: SeedGoal = {};
	readonly #stats: TransferStats;
	readonly #owner: GoalOwner;
	readonly #rules: SeedRulesHolder | undefined;
	readonly #random: Random;
	/** Somebody started it again after it had reached its goal. */
	#waived = false;
	#asking: Asking = idleAsking;
	#isLast = false;
	/** What held last where there are no rules for labels and trackers: all are asked every second. */
	#resolved: {readonly own: SeedGoal; readonly rules: SeedRules; readonly goal: EffectiveGoal} | undefined;

	constructor(stats: TransferStats, owner: GoalOwner, rules: SeedRulesHolder | undefined, random: Random) {
		this.#stats = stats;
		this.#owner = owner;
		this.#rules = rules;
		this.#random = random;
	}

	/** Its own, if it has any. */
	get ratio(): number | undefined {
		return said(this.#own.ratio);
	}

	get time(): Seconds | undefined {
		return said(this.#own.time);
	}

	/** What is said of this torrent alone. */
	get own(): SeedGoal {
		return this.#own;
	}

	/** What holds, by itself, its label, its trackers and for all. */
	get effective(): EffectiveGoal {
		const rules = this.#rules?.rules ?? noRules;
		if (rules.rules.length > 0)
			return resolveGoal(this.#own, rules, this.#owner.label, this.#owner.trackerHosts);
		const known = this.#resolved;
		if (known?.own === this.#own && known.rules === rules) return known.goal;
		const goal = resolveGoal(this.#own, rules, undefined, []);
		this.#resolved = {own: this.#own, rules, goal};
		return goal;
	}

	/** How far it has been seeded. */
	get #facts(): GoalFacts {
		const {uploaded, downloaded, seedingTime, idleTime} = this.#stats;
		return {ratio: uploaded / (downloaded || this.#owner.length), time: seedingTime, idle: idleTime};
	}

	/** Whether it was seeded as far or as long as was asked for. */
	get met(): boolean {
		const {effective} = this;
		return hasGoal(effective) && isGoalMet(effective, this.#facts);
	}

	/** Whether it goes on beyond its goal; kept over restarts. */
	get waived(): boolean {
		return this.#waived;
	}

	/** What it may send a second, having reached its goal; undefined for as much as it may. */
	get cap(): BytesPerSecond | undefined {
		const {atGoal} = this.effective;
		return typeof atGoal === 'number' && this.isDue ? atGoal : undefined;
	}

	/** Takes up what an earlier session knew. */
	take({seedRatio, seedTime, goal, goalWaived}: GoalSection): void {
		this.#own = {
			...goal,
			...(seedRatio !== undefined && {ratio: seedRatio}),
			...(seedTime !== undefined && {time: seedTime}),
		};
		this.#waived = goalWaived === true;
	}

	/** The goal's section of the resume data. */
	export(): GoalSection {
		const isPlain = Object.entries(this.#own).every(
			([part, value]) => (part === 'ratio' || part === 'time') && value !== 'none',
		);
		return {
			seedRatio: this.ratio,
			seedTime: this.time,
			...(!isPlain && {goal: this.#own}),
			goalWaived: this.#waived,
		};
	}

	/** Whether it is time to stop: nobody wants it to go on all the same. */
	get isDue(): boolean {
		return !this.#waived && this.met;
	}

	/** Of an earlier session: whether it had stopped by itself. One that stays as the last seed finds out anew. */
	recall(): void {
		if (this.isDue && typeof this.effective.atGoal !== 'number' && !this.effective.keepLast)
			this.reached = true;
	}

	/**
	 * Looks whether a torrent that seeds is to stop, once a second. Answers what is to become of it, the one time that it
	 * comes to that. One that stays as the last seed stays until others are there, and still are a random while later, when
	 * the trackers were asked again: of several seeds that all see the others one goes first.
	 */
	review(now: Millis): Exclude<AtGoal, number> | undefined {
		const {atGoal, keepLast} = this.effective;
		if (typeof atGoal === 'number' || !this.isDue) {
			this.#asking = idleAsking;
			this.#isLast = false;
			return undefined;
		}
		if (keepLast && !this.#mayGo(now)) return undefined;
		this.#asking = idleAsking;
		this.reached = true;
		return atGoal;
	}

	#mayGo(now: Millis): boolean {
		const asking = this.#asking;
		const others = this.#owner.otherSeeds(
			now,
			asking.name === 'asked' ? asking.since : Number.NEGATIVE_INFINITY,
		);
		if (asking.name === 'asked' && others.count === 0 && !others.isCounted && now < asking.until)
			return false;
		if (asking.name !== 'asked' || others.isCounted) this.#isLast = others.count === 0;
		switch (asking.name) {
			case 'no':
				if (others.count > 0) this.#asking = {name: 'waits', until: now + this.#random.next() * longestWait};
				return false;
			case 'waits':
				if (others.count === 0) this.#asking = idleAsking;
				else if (now >= asking.until) {
					this.#owner.recount();
					this.#asking = {name: 'asked', since: now, until: now + answerTime};
				}
				return false;
			case 'asked':
				return this.#hasHeard(others, asking, now);
		}
	}

	/** Trackers were asked. Those that cannot be asked for counts alone are told of us once more, as soon as they allow it. */
	#hasHeard(others: OtherSeeds, asking: Asked, now: Millis): boolean {
		if (others.isCounted || now >= asking.until) {
			const isAnswered = others.isCounted || !this.#owner.otherSeeds(now, Number.NEGATIVE_INFINITY).isCounted;
			if (isAnswered && others.count > 0) return true;
			if (isAnswered || asking.again) this.#asking = idleAsking;
			else {
				const until = now + this.#owner.announceAgain() * 1000 + answerTime;
				this.#asking = {name: 'asked', since: asking.since, until, again: true};
			}
		}
		return false;
	}

	/**
	 * Who starts a torrent that has paused itself wants it to go on all the same. One that was paused by hand, or waited
	 * for others, is to stop at its goal though it may have given enough already.
	 */
	waive(): void {
		if (this.reached) this.#waived = true;
		this.reached = false;
	}

	/** Takes over what is said of this torrent. */
	set({seedRatio, seedTime, goal}: SettingsChange): void {
		const change: SeedGoalChange = {
			...(seedRatio !== undefined && {ratio: seedRatio ?? 'none'}),
			...(seedTime !== undefined && {time: seedTime ?? 'none'}),
			...goal,
		};
		if (Object.values(change).some(value => value !== undefined)) {
			const merged = {...this.#own, ...change};
			this.#own = Object.fromEntries(
				Object.entries(merged).filter(([, value]) => value !== null && value !== undefined),
			);
			this.#waived = false;
			this.#asking = idleAsking;
		}
		this.reopen();
	}

	/** A goal that was moved further away, for whatever reason, is not reached any more. */
	reopen(): void {
		if (this.reached && !this.met) this.reached = false;
	}

	/** How it stands with it; undefined when it has none. */
	view(isSeeding: boolean): GoalView | undefined {
		const goal = this.effective;
		if (!hasGoal(goal)) return undefined;
		const text = goalText(goal);
		const own = this.#own;
		// In thousandths: what nobody sees is no news.
		const share = Math.floor(goalShare(goal, this.#facts) * 1000) / 1000;
		const progress = progressText(goal, this.#facts);
		if (this.reached) return {text, own, share, state: 'reached', why: `goal reached: ${progress}`};
		if (!this.met || !isSeeding) return {text, own, share, state: 'open', why: progress};
		if (this.#waived)
			return {text, own, share, state: 'waived', why: 'goal reached; seeds on since it was resumed'};
		if (typeof goal.atGoal === 'number')
			return {
				text,
				own,
				share,
				state: 'slowed',
				why: `goal reached: slowed to ${limitWithUnit(goal.atGoal)}`,
			};
		if (this.#isLast)
			return {text, own, share, state: 'last', why: 'goal reached; stays: no other seed is known'};
		return {text, own, share, state: 'asking', why: 'goal reached; makes sure that others seed'};
	}
}

function said(value: number | 'none' | undefined): number | undefined {
	return value === 'none' ? undefined : value;
}

import type {BytesPerSecond, Millis} from '../../base/units.js';

/** The limits of all torrents together, by the names they have in the config file and on the command line. */
export const limitNames = ['maxDownload', 'maxUpload', 'slowDownload', 'slowUpload'] as const;
export type LimitName = (typeof limitNames)[number];

/** One value of each; undefined is no limit. */
export type NamedLimits = Readonly<Record<LimitName, BytesPerSecond | undefined>>;

/** A limit chosen by command. */
export interface ChosenLimit {
	readonly limit: BytesPerSecond | undefined;
	/** The configured limit it took the place of; `unknown` when that was covered up by the command line. */
	readonly instead: BytesPerSecond | 'unknown' | undefined;
}

/** Slow mode as a hand set it. */
export interface SlowModeByHand {
	readonly on: boolean;
	/** Milliseconds since 1970. */
	readonly at: Millis;
}

/** What was chosen by command and is taken along to the next start. */
export interface LimitChoices {
	readonly limits: Readonly<Partial<Record<LimitName, ChosenLimit>>>;
	/** Undefined when the schedule has it its way. */
	readonly slowMode?: SlowModeByHand | undefined;
}

/**
 * Which limits hold when the command line, a remembered choice and the configuration (config file or default) each say
 * something. The rule, limit by limit:
 *
 * 1. What was typed on the command line holds for that start. What is remembered stays so, for the starts after it.
 * 2. Else what was chosen by command holds, as long as the configured limit is still the one it took the place of: who
 *    has changed the config file since has spoken last.
 * 3. Else the configured limit holds, and the choice is forgotten.
 *
 * A choice takes effect at once, and is remembered when it changes anything; one that says what is configured is
 * none. Slow mode by hand holds until the schedule changes it, also when that happens while no engine runs (see
 * `hasTurned`). Limits of single torrents are not told here: they are in the torrents' resume data.
 */
export class ChosenLimits {
	#configured: NamedLimits;
	readonly #typed: ReadonlySet<string>;
	#chosen: Partial<Record<LimitName, ChosenLimit>> = {};
	#now: Record<LimitName, BytesPerSecond | undefined>;

	/**
	 * @param configured what holds while nothing was chosen: typed, from the config file, or the default
	 * @param typed the names of those that come from the command line of this start, maybe among other names
	 */
	constructor(configured: NamedLimits, typed: ReadonlySet<string>) {
		this.#configured = configured;
		this.#typed = typed;
		this.#now = {...configured};
	}

	/** What holds. */
	get now(): NamedLimits {
		return this.#now;
	}

	/** To be remembered. */
	get chosen(): LimitChoices['limits'] {
		return this.#chosen;
	}

	/** Takes up what was remembered. Answers what holds because of it, and whether something else is to be remembered. */
	take(remembered: LimitChoices['limits']): {readonly held: readonly LimitName[]; readonly changed: boolean} {
		this.#chosen = {};
		this.#now = {...this.#configured};
		const held: LimitName[] = [];
		let changed = false;
		for (const name of limitNames) {
			const choice = remembered[name];
			if (choice === undefined) continue;
			if (this.#typed.has(name)) {
				this.#chosen[name] = choice;
				continue;
			}
			const configured = whole(this.#configured[name]);
			changed ||= choice.instead !== configured;
			if (choice.instead !== 'unknown' && choice.instead !== configured) continue;
			this.#chosen[name] = {limit: choice.limit, instead: configured};
			this.#now[name] = choice.limit;
			held.push(name);
		}
		return {held, changed};
	}

	/**
	 * The configuration says something else now; what is left out of it stays. What was typed for this start goes on
	 * holding, and so does a choice whose configured limit is still the one it took the place of. Answers whether that is
	 * anything new.
	 */
	configure(configured: Partial<NamedLimits>): boolean {
		let isNew = false;
		for (const name of limitNames) {
			if (!(name in configured) || this.#typed.has(name)) continue;
			if (whole(configured[name]) === whole(this.#configured[name])) continue;
			this.#configured = {...this.#configured, [name]: configured[name]};
			delete this.#chosen[name];
			this.#now[name] = configured[name];
			isNew = true;
		}
		return isNew;
	}

	/** By command. Answers whether that is anything new. */
	choose(name: LimitName, wanted: BytesPerSecond | undefined): boolean {
		const limit = whole(wanted);
		if (limit === whole(this.#now[name])) return false;
		this.#now[name] = limit;
		const before = this.#chosen[name];
		const configured = whole(this.#configured[name]);
		if (this.#typed.has(name)) {
			this.#chosen[name] = {limit, instead: before === undefined ? 'unknown' : before.instead};
		} else if (limit === configured) {
			delete this.#chosen[name];
		} else {
			this.#chosen[name] = {limit, instead: configured};
		}
		return true;
	}
}

/** As it can be written down. */
function whole(limit: BytesPerSecond | undefined): BytesPerSecond | undefined {
	return limit === undefined ? undefined : Math.min(Math.round(limit), Number.MAX_SAFE_INTEGER);
}

import type {Clock, LogLevel, Timer} from '../../base/ports.js';
import {clockTime, type SlowTime, slowTimeAt} from '../../base/slow-time.js';
import type {BytesPerSecond, Millis} from '../../base/units.js';
import type {LimitStore} from '../../io/state/limit-store.js';
import {
	ChosenLimits,
	type LimitChoices,
	type LimitName,
	type NamedLimits,
	type SlowModeByHand,
} from '../../policy/rates/chosen-limits.js';
import type {RateLimiter} from '../../policy/rates/rate-limiter.js';
import {
	endOf,
	hasTurned,
	limitsIn,
	minutesToTurn,
	type SpeedLimits,
} from '../../policy/rates/speed-schedule.js';
import type {SessionService} from '../session/session-service.js';
import type {Torrent} from '../torrent/torrent.js';

/** The limit of slow mode when no other was chosen. */
export const usualSlowRate: BytesPerSecond = 50 * 1024;
const limitTime: Millis = 100;
/** Between two looks at the schedule no more time passes, but where a clock was set or the machine slept. */
const leap: Millis = 120_000;

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

const words: Readonly<Record<LimitName, string>> = {
	maxDownload: 'download',
	maxUpload: 'upload',
	slowDownload: 'slow mode download',
	slowUpload: 'slow mode upload',
};

/** The session's limits. */
export interface LimitSetup {
	/** What holds while nothing was chosen: in the normal mode, and in slow mode. */
	readonly configured: NamedLimits;
	/** Those of them that were typed for this start. */
	readonly typed: ReadonlySet<string>;
	/** When slow mode comes and goes by itself, by the wall clock here. */
	readonly slowTimes: readonly SlowTime[];
	/** Told when everything is to wait, or goes on. */
	readonly halted?: () => void;
	/** Where choices are kept; undefined when they are not. */
	readonly store: LimitStore | undefined;
	readonly log: (level: LogLevel, text: string) => void;
}

/**
 * The limits that hold for all torrents together: the normal ones or, in slow mode, the slow ones. Slow mode is turned
 * on and off by hand, and by the schedule whenever one of its times begins or ends; a time may have limits of its own, or
 * let nothing move at all. While any limit holds, of all or
 * of one torrent, those who wait for it are served ten times a second; without one nothing is done.
 */
export class SessionLimits implements SessionService {
	readonly #download: RateLimiter;
	readonly #upload: RateLimiter;
	readonly #torrents: ReadonlyMap<string, Torrent>;
	readonly #clock: Clock;
	#slowTimes: readonly SlowTime[];
	readonly #store: LimitStore | undefined;
	readonly #log: LimitSetup['log'];
	readonly #chosen: ChosenLimits;
	#slowMode = false;
	/** Undefined while the schedule has it its way. */
	#byHand: SlowModeByHand | undefined;
	/** The time of the schedule that was seen last. */
	#scheduled: SlowTime | undefined;
	/** Since it began limits were chosen by hand: they hold instead of its own. */
	#isOverruled = false;
	readonly #halted: () => void;
	#isHalted: boolean;
	/** By the wall clock. */
	#lookedAt: Millis;
	#timer: Timer | undefined;
	#stopped = false;

	constructor(
		setup: LimitSetup,
		limiters: {readonly download: RateLimiter; readonly upload: RateLimiter},
		torrents: ReadonlyMap<string, Torrent>,
		clock: Clock,
	) {
		this.#chosen = new ChosenLimits(setup.configured, setup.typed);
		this.#slowTimes = setup.slowTimes;
		this.#store = setup.store;
		this.#log = setup.log;
		this.#download = limiters.download;
		this.#upload = limiters.upload;
		this.#torrents = torrents;
		this.#clock = clock;
		this.#halted = setup.halted ?? (() => {});
		this.#lookedAt = clock.wall();
		this.#scheduled = this.#slowTime(this.#lookedAt);
		this.#slowMode = this.#scheduled !== undefined;
		this.#isHalted = this.haltedUntil !== undefined;
		this.#apply();
	}

	/** Takes up what was chosen in earlier sessions. */
	async start(): Promise<void> {
		if (this.#store === undefined) return;
		const held = this.#take(await this.#store.load());
		if (held.length > 0) this.#log('info', `limits chosen earlier hold: ${held.join(', ')}`);
	}

	/** Answers which limits hold because of what was remembered, in words. */
	#take(remembered: LimitChoices): string[] {
		const {held, changed} = this.#chosen.take(remembered.limits);
		const now = this.#clock.wall();
		const hand = remembered.slowMode;
		if (hand !== undefined && !hasTurned(this.#slowTimes, hand.at, now, minuteOfWeekAt)) {
			// A clock that was ahead does not make it hold for ever.
			this.#turn(hand.on, Math.min(hand.at, now));
		}
		this.#apply();
		if (changed || hand?.at !== this.#byHand?.at) this.#keep();
		return held.map(name => words[name]);
	}

	/** When slow mode comes and goes by itself. */
	get slowTimes(): readonly SlowTime[] {
		return this.#slowTimes;
	}

	get slowMode(): boolean {
		return this.#slowMode;
	}

	/** By hand: holds until it is changed again or the schedule's next time begins or ends, also over a restart. */
	setSlowMode(on: boolean): void {
		if (on === this.#slowMode) return;
		this.#turn(on, this.#clock.wall());
		this.#keep();
		this.#apply();
	}

	/** Changes limits: those of a mode, or those that hold now. What is left out stays; null is none. */
	set(change: {
		readonly mode?: 'normal' | 'slow' | undefined;
		readonly maxDownload?: BytesPerSecond | null | undefined;
		readonly maxUpload?: BytesPerSecond | null | undefined;
	}): void {
		const isSlow = change.mode === undefined ? this.#slowMode : change.mode === 'slow';
		const [download, upload] = isSlow
			? (['slowDownload', 'slowUpload'] as const)
			: (['maxDownload', 'maxUpload'] as const);
		let isNew = false;
		if (change.maxDownload !== undefined)
			isNew = this.#chosen.choose(download, change.maxDownload ?? undefined);
		if (change.maxUpload !== undefined)
			isNew = this.#chosen.choose(upload, change.maxUpload ?? undefined) || isNew;
		if (isSlow && this.#slowMode && this.#hasOwn && !this.#isOverruled) {
			this.#isOverruled = true;
			isNew = true;
		}
		if (!isNew) return;
		this.#keep();
		this.#apply();
	}

	/** The configuration says something else now, of limits or of the times of slow mode; what is left out stays. */
	configure(limits: Partial<NamedLimits>, slowTimes: readonly SlowTime[] = this.#slowTimes): void {
		const isNew = this.#chosen.configure(limits);
		this.#slowTimes = slowTimes;
		if (isNew) {
			this.#keep();
			this.#apply();
		}
		this.tick();
	}

	/** Those of one mode. */
	of(mode: 'normal' | 'slow'): SpeedLimits {
		const {maxDownload, maxUpload, slowDownload, slowUpload} = this.#chosen.now;
		return mode === 'slow' ? {maxDownload: slowDownload, maxUpload: slowUpload} : {maxDownload, maxUpload};
	}

	/** Until when everything waits: `06:30`; undefined while it need not. */
	get haltedUntil(): string | undefined {
		return this.#slowMode && this.#byHand === undefined && this.#scheduled?.stop
			? endOf(this.#scheduled)
			: undefined;
	}

	/** When slow mode, which is on, ends by itself: `06:30`, `Tue 06:30` when that is more than a day away. */
	get slowUntil(): string | undefined {
		if (!this.#slowMode || this.#slowTimes.length === 0) return undefined;
		const minute = minuteOfWeekAt(this.#clock.wall());
		const minutes = minutesToTurn(this.#slowTimes, minute, this.#byHand !== undefined);
		if (minutes === undefined) return undefined;
		const end = (minute + minutes) % 10_080;
		return minutes < 1440
			? clockTime(end % 1440)
			: `${weekdays[Math.floor(end / 1440)]} ${clockTime(end % 1440)}`;
	}

	/** Whether the time that holds has limits of its own. */
	get #hasOwn(): boolean {
		const {maxDownload, maxUpload} = this.#scheduled ?? {};
		return this.#byHand === undefined && (maxDownload !== undefined || maxUpload !== undefined);
	}

	/** What holds now. */
	get #limits(): SpeedLimits {
		if (!this.#slowMode) return this.of('normal');
		const slow = this.of('slow');
		return this.#hasOwn && !this.#isOverruled ? limitsIn(this.#scheduled!, slow) : slow;
	}

	/** Looks at the schedule; once a second. */
	tick(): void {
		const wall = this.#clock.wall();
		const before = this.#lookedAt;
		this.#lookedAt = wall;
		const scheduled = this.#slowTime(wall);
		// Over a night that the machine slept through its times have come and gone.
		const hasLept = this.#byHand !== undefined && wall - before > leap;
		if (
			!isSame(scheduled, this.#scheduled) ||
			(hasLept && hasTurned(this.#slowTimes, before, wall, minuteOfWeekAt))
		)
			this.#goBy(scheduled);
	}

	#goBy(scheduled: SlowTime | undefined): void {
		const wasHalted = this.haltedUntil !== undefined;
		const wasSlow = this.#slowMode;
		this.#scheduled = scheduled;
		this.#slowMode = scheduled !== undefined;
		this.#isOverruled = false;
		if (this.#byHand !== undefined) {
			this.#byHand = undefined;
			this.#keep();
		}
		this.#apply();
		const until = this.haltedUntil;
		if (until !== undefined) this.#log('info', `everything waits until ${until}: its time`);
		else if (wasHalted || wasSlow !== this.#slowMode)
			this.#log('info', `slow mode is ${this.#slowMode ? 'on' : 'over'}: its time`);
		else if (scheduled !== undefined)
			this.#log('info', `slow mode has other limits until ${endOf(scheduled)}: their time`);
	}

	/** @param at by the wall clock */
	#turn(on: boolean, at: Millis): void {
		this.#slowMode = on;
		this.#byHand = on === (this.#scheduled !== undefined) ? undefined : {on, at};
	}

	#keep(): void {
		this.#store?.save({limits: this.#chosen.chosen, slowMode: this.#byHand});
	}

	/** A limit was set or lifted somewhere: torrents are told, and served while there is one. */
	changed(): void {
		const now = this.#clock.now();
		for (const torrent of this.#torrents.values()) torrent.post({type: 'limits', now});
		this.serve();
	}

	/** A torrent has come that may have limits of its own. */
	serve(): void {
		if (this.#timer === undefined && !this.#stopped && this.#limited) this.#wakeLater();
	}

	/** Serves nobody who waits for a limit any more. */
	leave(): void {
		this.#stopped = true;
		this.#timer?.clear();
	}

	async stop(): Promise<void> {
		await this.#store?.settled();
	}

	#apply(): void {
		const now = this.#clock.now();
		const {maxDownload, maxUpload} = this.#limits;
		this.#download.setRate(maxDownload, now);
		this.#upload.setRate(maxUpload, now);
		this.changed();
		const isHalted = this.haltedUntil !== undefined;
		if (isHalted === this.#isHalted) return;
		this.#isHalted = isHalted;
		this.#halted();
	}

	#slowTime(wall: Millis): SlowTime | undefined {
		return this.#slowTimes.length === 0 ? undefined : slowTimeAt(this.#slowTimes, minuteOfWeekAt(wall));
	}

	get #limited(): boolean {
		if (this.#download.rate !== undefined || this.#upload.rate !== undefined) return true;
		for (const {rateLimits} of this.#torrents.values()) {
			if (rateLimits.download.rate !== undefined || rateLimits.upload.rate !== undefined) return true;
		}
		return false;
	}

	#wakeLater(): void {
		this.#timer = this.#clock.after(limitTime, () => {
			this.#timer = undefined;
			if (this.#stopped || !this.#limited) return;
			const now = this.#clock.now();
			for (const torrent of this.#torrents.values()) torrent.post({type: 'resupply', now});
			this.#wakeLater();
		});
	}
}

/** A config file that was read anew may say the same. */
function isSame(one: SlowTime | undefined, other: SlowTime | undefined): boolean {
	return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Counted from Monday 00:00 by the wall clock here. */
function minuteOfWeekAt(wall: Millis): number {
	const date = new Date(wall);
	return ((date.getDay() + 6) % 7) * 1440 + date.getHours() * 60 + date.getMinutes();
}

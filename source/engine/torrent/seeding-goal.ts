import type {Bytes, Seconds} from '../../base/units.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import type {SettingsChange} from './torrent-settings.js';
import type {TransferStats} from './transfer-stats.js';

type GoalSection = Pick<ResumeData, 'seedRatio' | 'seedTime' | 'goalWaived'>;

/** How far and how long a torrent is to be seeded before it pauses itself; without either it has no end. */
export class SeedingGoal {
	ratio: number | undefined;
	time: Seconds | undefined;
	/** It was seeded as far or as long as was asked for, and has paused itself. */
	reached = false;
	readonly #stats: TransferStats;
	readonly #length: () => Bytes;
	/** Somebody started it again after it had reached its goal. */
	#waived = false;

	/** @param length what the ratio is reckoned by when nothing was downloaded; 0 while nobody knows */
	constructor(stats: TransferStats, length: () => Bytes) {
		this.#stats = stats;
		this.#length = length;
	}

	/** Whether it was seeded as far or as long as was asked for. */
	get met(): boolean {
		const {uploaded, downloaded, seedingTime} = this.#stats;
		const ratio = uploaded / (downloaded || this.#length());
		return (
			(this.ratio !== undefined && ratio >= this.ratio) ||
			(this.time !== undefined && seedingTime >= this.time)
		);
	}

	/** Whether it goes on beyond its goal; kept over restarts. */
	get waived(): boolean {
		return this.#waived;
	}

	/** Takes up what an earlier session knew. */
	take({seedRatio, seedTime, goalWaived}: GoalSection): void {
		this.ratio = seedRatio;
		this.time = seedTime;
		this.#waived = goalWaived === true;
	}

	/** The goal's section of the resume data. */
	export(): GoalSection {
		return {seedRatio: this.ratio, seedTime: this.time, goalWaived: this.#waived};
	}

	/** Whether it is time to stop: nobody wants it to go on all the same. */
	get isDue(): boolean {
		return !this.#waived && this.met;
	}

	/**
	 * Who starts a torrent that has paused itself wants it to go on all the same. One that was paused by hand, or waited
	 * for others, is to stop at its goal though it may have given enough already.
	 */
	waive(): void {
		if (this.reached) this.#waived = true;
		this.reached = false;
	}

	/** A goal that was moved further away is not reached any more. */
	set({seedRatio, seedTime}: SettingsChange): void {
		if (seedRatio !== undefined) this.ratio = seedRatio ?? undefined;
		if (seedTime !== undefined) this.time = seedTime ?? undefined;
		if (seedRatio === undefined && seedTime === undefined) return;
		this.#waived = false;
		if (this.reached && !this.met) this.reached = false;
	}
}

import type {BytesPerSecond} from './units.js';

/** A time of day, on some days, in which the limits of slow mode hold, or others, or nothing moves at all. */
export interface SlowTime {
	/** 0 is Monday, 6 Sunday: the days on which it begins. */
	readonly days: readonly number[];
	/** Minutes since midnight, 0 .. 1439. It goes on past midnight when `to` is not after `from`. */
	readonly from: number;
	readonly to: number;
	/** Instead of slow mode's own; null is no limit. */
	readonly maxDownload?: BytesPerSecond | null;
	readonly maxUpload?: BytesPerSecond | null;
	/** Torrents wait until it is over. */
	readonly stop?: boolean;
}

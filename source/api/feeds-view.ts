import type {Bytes, Millis} from '../base/units.js';
import type {FeedRule} from './feed-rules.js';

/**
 * How it stands with an item: `new`, nothing was done with it; `taken`, it was added; `had`, it was here, or was taken
 * from another feed; `later`, it is tried again; `failed`, it cannot be added; `none`, no torrent is in it.
 */
export type FeedItemState = 'new' | 'taken' | 'had' | 'later' | 'failed' | 'none';

/** One item of a feed, safe for a terminal. */
export interface FeedItemView {
	/** Tells it from others of its feed: 12 hex digits. */
	readonly id: string;
	readonly title: string;
	/** When it came out, in ms since 1970. */
	readonly at?: Millis | undefined;
	readonly size?: Bytes | undefined;
	readonly seeders?: number | undefined;
	readonly infoHash?: string | undefined;
	readonly state: FeedItemState;
	/** The rule that took it, or would. */
	readonly rule?: string | undefined;
	/** Why it failed, waits, or was not taken though a rule has its title. */
	readonly why?: string | undefined;
}

/** A rule of a feed. */
export interface FeedRuleView {
	readonly rule: FeedRule;
	/** Who said it: the config file, or a command. */
	readonly from: 'config' | 'command';
	/** Why it cannot be gone by. */
	readonly fault?: string | undefined;
	/** How many of the feed's items fit it. */
	readonly fits: number;
}

/** A feed, safe for a terminal. What may let somebody in, in its address or headers, is not told. */
export interface FeedView {
	/** Tells it from the others: 12 hex digits. */
	readonly id: string;
	/** What its owner calls it, else what it calls itself, else where it is. */
	readonly name: string;
	/** Host and path. */
	readonly where: string;
	readonly from: 'config' | 'command';
	/** `waiting`: nobody has looked yet. */
	readonly state: 'waiting' | 'fetching' | 'good' | 'failed';
	/** What is wrong, in one line. */
	readonly why?: string | undefined;
	/** When it was to be had last, in ms since 1970. */
	readonly fetchedAt?: Millis | undefined;
	readonly nextAt?: Millis | undefined;
	readonly rules: readonly FeedRuleView[];
	/** How many items it has, and the first of them. */
	readonly itemCount: number;
	readonly items: readonly FeedItemView[];
	/** Items that were taken of it, of those that it has. */
	readonly taken: number;
}

/** All feeds. */
export interface FeedsView {
	readonly feeds: readonly FeedView[];
}

/** How it stands with an item, in a word or two. */
export const feedItemWords: Readonly<Record<FeedItemView['state'], string>> = {
	new: '',
	taken: 'taken',
	had: 'had',
	later: 'later',
	failed: 'failed',
	none: 'no torrent',
};

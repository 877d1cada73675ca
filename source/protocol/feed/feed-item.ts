import type {Bytes, Millis} from '../../base/units.js';

/** What an item of a feed leads to, the first that is known: a `.torrent`'s URL, or a magnet link. */
export interface FeedTarget {
	readonly kind: 'torrent' | 'magnet' | 'page';
	/** Absolute. `page` may be a .torrent or anything else. */
	readonly url: string;
}

/** One item of a feed. Texts are a stranger's: not safe for a terminal. */
export interface FeedItem {
	/** Tells it from others of its feed, over time. */
	readonly key: string;
	/** One line, at most 500 characters. */
	readonly title: string;
	/** In ms since 1970. */
	readonly at?: Millis | undefined;
	readonly size?: Bytes | undefined;
	/** Of its torrent: 40 or 64 hex digits in lower case. */
	readonly infoHash?: string | undefined;
	readonly seeders?: number | undefined;
	readonly target?: FeedTarget | undefined;
}

/** What a feed says. */
export interface FeedContent {
	readonly title: string;
	/** In its own order, which is the newest first as a rule. */
	readonly items: readonly FeedItem[];
	/** So many more are in it than are kept. */
	readonly leftOut: number;
	/** It asks not to be fetched more often. */
	readonly ttl?: Millis | undefined;
}

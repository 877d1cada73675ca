import type {PeerAddress} from '../../base/peer-address.js';
import type {Seconds} from '../../base/units.js';

/** What happened since the last announce; undefined for a regular one. BEP 3. */
export type AnnounceEvent = 'started' | 'completed' | 'stopped';

/** What a client tells a tracker, over HTTP (BEP 3) or UDP (BEP 15). */
export interface AnnounceRequest {
	/** 20 bytes; of v2 torrents the first 20 of the 32. */
	readonly infoHash: Uint8Array;
	/** 20 bytes. */
	readonly peerId: Uint8Array;
	readonly port: number;
	readonly uploaded: number;
	readonly downloaded: number;
	readonly left: number;
	readonly event?: AnnounceEvent | undefined;
	/** 32 bits that stay the same while our address changes. */
	readonly key: number;
	/** How many peers we want. */
	readonly numwant: number;
	/** As a former answer of this tracker gave it. */
	readonly trackerId?: string | undefined;
	/** Whether we speak message stream encryption. */
	readonly supportsEncryption?: boolean | undefined;
	/** Whether we meet nobody who does not. */
	readonly requiresEncryption?: boolean | undefined;
	/** The torrent's name, for trackers that list what they serve; most know nothing of it. */
	readonly name?: string | undefined;
}

/** What a tracker answers when all is well. Texts are as they came: not safe for a terminal. */
export interface AnnouncePeers {
	readonly kind: 'peers';
	readonly peers: readonly PeerAddress[];
	/** Peers whose host is a DNS name, which is to be looked up. */
	readonly names?: readonly PeerAddress[] | undefined;
	readonly interval?: Seconds | undefined;
	readonly minInterval?: Seconds | undefined;
	readonly seeders?: number | undefined;
	readonly leechers?: number | undefined;
	/** How many peers ever finished. */
	readonly completed?: number | undefined;
	readonly trackerId?: string | undefined;
	readonly warning?: string | undefined;
	/** Our own address as the tracker sees it. BEP 24. */
	readonly externalIp?: string | undefined;
}

/** What a tracker answers when it will not serve us. */
export interface TrackerFailure {
	readonly kind: 'failure';
	/** As it came: not safe for a terminal. */
	readonly reason: string;
	/** When to try again: BEP 31. Undefined when the tracker did not say. */
	readonly retryIn?: Seconds | 'never' | undefined;
}

export type AnnounceResponse = AnnouncePeers | TrackerFailure;

/** The counts of one torrent. BEP 48, BEP 15. */
export interface ScrapeCounts {
	readonly kind: 'counts';
	readonly seeders: number;
	readonly leechers: number;
	readonly completed: number;
}

export type ScrapeResponse = ScrapeCounts | TrackerFailure;

/** No tracker may name more peers than this in one answer; the rest is not read. */
export const maximumPeersInAnswer = 2000;

/** Nor more peers by DNS names: each costs a question to somebody else. */
export const maximumNamesInAnswer = 20;

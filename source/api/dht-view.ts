import type {DhtState} from '../base/dht-state.js';
import type {AddressFamily} from '../base/ip-address.js';
import type {Bytes, Millis} from '../base/units.js';

/** Datagrams of a node since it began, each kind by itself. */
export interface DhtTrafficView {
	/** By what they ask: `ping`, `find_node`, `get_peers`, `announce_peer`, `sample_infohashes`, `unknown`. */
	readonly queriesIn: Readonly<Record<string, number>>;
	readonly queriesOut: Readonly<Record<string, number>>;
	readonly answersIn: number;
	readonly answersOut: number;
	/** Refusals. */
	readonly errorsIn: number;
	readonly errorsOut: number;
	/** Datagrams that made no sense. */
	readonly invalid: number;
	/** Answers to what nobody asked. */
	readonly unsolicited: number;
	/** Not looked at, as their sender sent too many. */
	readonly dropped: number;
	readonly bytesIn: Bytes;
	readonly bytesOut: Bytes;
}

/** One of the two networks of the DHT. BEP 32. */
export interface DhtNetworkView {
	readonly family: AddressFamily;
	readonly state: DhtState;
	/** Why it is no better, in words. */
	readonly why?: string | undefined;
	/** 40 hex digits: what we are called in it. */
	readonly id: string;
	/** Nodes that answer, and all in the table. */
	readonly nodes: number;
	readonly known: number;
	/** What is in each bucket of the table and how much finds room there, the farthest from us first. */
	readonly buckets: ReadonlyArray<{readonly nodes: number; readonly spares: number; readonly most: number}>;
	/** What others announced to us. */
	readonly stored: {readonly hashes: number; readonly peers: number};
	readonly traffic: DhtTrafficView;
}

/** How long the last look-ups took; undefined before there was one. */
export interface DhtTimesView {
	/** How many of the last are meant: 64 at most. */
	readonly count: number;
	/** Half of them took no longer. */
	readonly p50: Millis;
	/** Of twenty, nineteen took no longer. */
	readonly p95: Millis;
}

/** All there is to know of the DHT: the answer to `session.dht`. */
export interface DhtView {
	/** The better of its two networks. */
	readonly state: DhtState;
	readonly why?: string | undefined;
	readonly readOnly: boolean;
	/** None when it is off. */
	readonly networks: readonly DhtNetworkView[];
	readonly lookups: {
		/** Look-ups of torrents' peers that run, and that wait for their turn. */
		readonly running: number;
		readonly waiting: number;
		/** From the beginning to the first peers, of those that found any. */
		readonly firstPeers?: DhtTimesView | undefined;
		/** From the beginning to the end. */
		readonly whole?: DhtTimesView | undefined;
	};
}

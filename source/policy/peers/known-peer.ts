import type {PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {Millis} from '../../base/units.js';

/**
 * `ready` may be dialled, `waiting` until its retry time, `blocked` while its host is in use, `aside` until there is
 * something to be had from it again.
 */
export type KnownPeerState = 'ready' | 'waiting' | 'blocked' | 'aside' | 'connecting' | 'connected';

/** An IP address with everyone known there. */
export interface KnownHost {
	readonly peers: Set<KnownPeer>;
	/** Connections that stand or are being made. */
	inUse: number;
}

/** What a peer list remembers of one address. */
export interface KnownPeer {
	readonly address: PeerAddress;
	readonly key: string;
	readonly ip: Uint8Array;
	readonly host: KnownHost;
	/** The order in which peers were heard of. */
	readonly order: number;
	state: KnownPeerState;
	/** False for an incoming connection: its port is not the one the peer listens on. */
	dialable: boolean;
	manual: boolean;
	readonly source: PeerSourceName;
	/** The letters of everyone who named it. */
	letters: string;
	/** The first few who named it: the letter of the source, and which of its kind. */
	readonly namers: string[];
	/** Whose turn it was when it was dialled first. */
	turnOf: string | undefined;
	/** See `peerPriority`. */
	priority: number;
	tried: boolean;
	/** Was useful once. */
	proven: boolean;
	fails: number;
	retryAt: Millis;
	seenAt: Millis;
	/** Counts changes of state. */
	turn: number;
	/** For an incoming connection: the address where the same peer listens. */
	listensAs: KnownPeer | undefined;
}

/** Whether a connection to it stands or is being made. */
export function isBusy(peer: KnownPeer): boolean {
	return peer.state === 'connecting' || peer.state === 'connected';
}

/** Every change of state goes through here, so that queues see which of their entries are void. */
export function setState(peer: KnownPeer, state: KnownPeerState): void {
	peer.state = state;
	peer.turn++;
}

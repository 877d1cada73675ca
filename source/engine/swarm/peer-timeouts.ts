import type {Millis} from '../../base/units.js';
import type {ExtensionState} from '../extensions/extension-state.js';
import {takesNothing} from '../peers/peer-connection.js';
import type {PeerTraffic} from '../peers/peer-traffic.js';
import type {UploadQueue} from '../transfer/upload-queue.js';

/** How long connecting may take. */
export const connectTimeout: Millis = 15_000;
/** How long a stranger may take to say which torrent it wants. */
export const handshakeTimeout: Millis = 10_000;
const idleTimeout: Millis = 120_000;
const keepAliveAfter: Millis = 60_000;
const uselessAfter: Millis = 600_000;
/** Blocks we sent that nobody takes for so long are memory for nothing. */
const takeTimeout: Millis = 120_000;
/** … and for so long when others wait for that memory. */
const crowdedTakeTimeout: Millis = 10_000;

/** What waiting for a peer asks of it. */
export interface AwaitedPeer {
	readonly ready: boolean;
	readonly connectedAt: Millis;
	readonly roundTrip: Millis;
	readonly lastReceivedAt: Millis;
	readonly lastSentAt: Millis;
	readonly amInterested: boolean;
	readonly peerInterested: boolean;
	readonly isSeed: boolean;
	readonly extensions: Pick<ExtensionState, 'uploadOnly'>;
	readonly uploads: UploadQueue;
	readonly traffic: Pick<PeerTraffic, 'lastUsefulAt'>;
}

/** Says why a peer is to be let go of which nothing more can be expected; undefined when it stays. */
export function timedOut(
	peer: AwaitedPeer,
	now: Millis,
	swarm: {
		/** Nothing more is wanted. */
		readonly isComplete: boolean;
		/** There is no place for others. */
		readonly isFull: boolean;
		/** Others wait for the memory of blocks that are on their way. */
		readonly memoryIsShort: boolean;
	},
): string | undefined {
	if (!peer.ready) {
		const connecting = Math.min(peer.roundTrip, connectTimeout);
		return now - peer.connectedAt > connecting + handshakeTimeout ? 'no handshake' : undefined;
	}
	if (now - peer.lastReceivedAt > idleTimeout) return 'nothing heard for two minutes';
	if (swarm.isComplete && (peer.isSeed || peer.extensions.uploadOnly)) return 'both have everything';
	const {uploads, traffic} = peer;
	const patience = swarm.memoryIsShort ? crowdedTakeTimeout : takeTimeout;
	if (uploads.inFlight > 0 && now - uploads.movedAt > patience) return takesNothing;
	const isUseless = !peer.amInterested && !peer.peerInterested && now - traffic.lastUsefulAt > uselessAfter;
	return swarm.isFull && isUseless ? 'of no use to each other' : undefined;
}

/** Whether it is time to say that we are still there. BEP 3. */
export function needsKeepAlive({ready, lastSentAt}: AwaitedPeer, now: Millis): boolean {
	return ready && now - lastSentAt > keepAliveAfter;
}

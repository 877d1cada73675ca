import {sameBytes} from '../../base/bytes.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import {normalHost} from '../../policy/peers/peer-key.js';
import {compareBytes} from '../../protocol/bencode/bencode.js';
import type {PeerTraffic} from '../peers/peer-traffic.js';

/** Of two with the same peer id one is let go that has traded nothing for so long. */
const rivalPatience: Millis = 60_000;

/** What telling peers apart asks of them. */
export interface IdentifiedPeer {
	readonly address: PeerAddress;
	readonly incoming: boolean;
	readonly ready: boolean;
	/** 20 bytes, once the handshake came. */
	readonly peerId: Uint8Array | undefined;
	readonly connectedAt: Millis;
	readonly now: Millis;
	readonly traffic: Pick<PeerTraffic, 'lastUsefulAt'>;
	close(reason: string): void;
}

/** Sees to it that nobody is connected twice: of two connections with the same peer id one goes, at once or later. */
export class DuplicatePeers {
	readonly #peers: ReadonlyMap<number, IdentifiedPeer>;
	readonly #ourId: Uint8Array;
	/** Two of those who are here may have the same peer id: whether one of them trades is looked at once a second. */
	#rivals = false;

	/** @param ourId our own peer id, of 20 bytes */
	constructor(peers: ReadonlyMap<number, IdentifiedPeer>, ourId: Uint8Array) {
		this.#peers = peers;
		this.#ourId = ourId;
	}

	/** Whether it is we ourselves. */
	isOurs({peerId}: IdentifiedPeer): boolean {
		return peerId !== undefined && sameBytes(peerId, this.#ourId);
	}

	/** A peer's handshake is done. Closes one of two connections between the same hosts; answers whether the new one stays. */
	stays(peer: IdentifiedPeer): boolean {
		for (const other of [...this.#peers.values()]) {
			if (other === peer || !sameIdentity(other, peer)) continue;
			if (!sameHost(other, peer)) {
				this.#rivals = true;
				continue;
			}
			const worse = this.#surplus(other, peer);
			worse.close('connected twice');
			if (worse === peer) return false;
		}
		return true;
	}

	/**
	 * When both sides dialled at once, both must let go of the same connection: the one the lower peer id made. Else
	 * the one that trades is kept: the other may be what is left of a line that broke.
	 */
	#surplus(older: IdentifiedPeer, newer: IdentifiedPeer): IdentifiedPeer {
		if (older.incoming === newer.incoming)
			return newer.now - older.traffic.lastUsefulAt > rivalPatience ? older : newer;
		const oursIsHigher = compareBytes(this.#ourId, newer.peerId!) > 0;
		return newer.incoming === oursIsHigher ? newer : older;
	}

	/** Once a second: whether those with the same peer id as another are still two, and the one that trades stays. */
	tick(now: Millis): void {
		if (!this.#rivals) return;
		const ids = new Set<string>();
		this.#rivals = false;
		for (const {ready, peerId} of this.#peers.values()) {
			if (!ready || peerId === undefined) continue;
			const id = peerId.join();
			this.#rivals ||= ids.has(id);
			ids.add(id);
		}
		if (this.#rivals)
			for (const peer of [...this.#peers.values()]) if (peer.ready) this.#endRivalry(peer, now);
	}

	/**
	 * The same peer id from two hosts is one peer with two addresses, or a stranger with a stolen id: whoever trades
	 * is kept, and for who does not there is time to begin.
	 */
	#endRivalry(peer: IdentifiedPeer, now: Millis): void {
		const trades = ({traffic}: IdentifiedPeer) => now - traffic.lastUsefulAt <= rivalPatience;
		if (peer.traffic.lastUsefulAt === peer.connectedAt || !trades(peer)) return;
		for (const other of [...this.#peers.values()]) {
			if (other !== peer && sameIdentity(other, peer) && !trades(other))
				other.close('another connection with its peer id trades');
		}
	}
}

/** Two connections whose other side gives the same peer id, both past the handshake. */
function sameIdentity(one: IdentifiedPeer, other: IdentifiedPeer): boolean {
	if (!one.ready || !other.ready || !one.peerId || !other.peerId) return false;
	return sameBytes(one.peerId, other.peerId);
}

function sameHost(one: IdentifiedPeer, other: IdentifiedPeer): boolean {
	return (
		(normalHost(one.address.host) ?? one.address.host) ===
		(normalHost(other.address.host) ?? other.address.host)
	);
}

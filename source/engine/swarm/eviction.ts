import type {PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import type {IdleHosts} from '../../policy/peers/idle-hosts.js';
import {peerKey} from '../../policy/peers/peer-key.js';
import {type Newcomer, type TurnoverFacts, whoYields} from '../../policy/peers/peer-turnover.js';
import type {PeerTraffic} from '../peers/peer-traffic.js';

/** Most who can be reached have answered by then. */
const slowAnswer: Millis = 3000;
/** While so many of the places are held by those who have not answered yet nobody who is here goes for one more of them. */
const mostUnanswered = 1 / 4;

/** What making room asks of a peer. */
export interface EvictablePeer {
	readonly id: number;
	readonly address: PeerAddress;
	readonly incoming: boolean;
	readonly ready: boolean;
	readonly connectedAt: Millis;
	readonly roundTrip: Millis;
	readonly hasSpoken: boolean;
	readonly returns: boolean;
	readonly silentSince: Millis | undefined;
	readonly traffic: PeerTraffic;
	close(reason: string): void;
}

/** Lets go of peers for the sake of others, so that nobody can fill our places by merely holding them. */
export class Eviction {
	readonly #peers: ReadonlyMap<number, EvictablePeer>;
	readonly #idleHosts: IdleHosts;
	readonly #places: () => number;
	#madeRoomAt: Millis = -Infinity;
	#turnedOverAt: Millis = -Infinity;
	#isGoing = false;

	/** @param places how many peers there may be */
	constructor(peers: ReadonlyMap<number, EvictablePeer>, idleHosts: IdleHosts, places: () => number) {
		this.#peers = peers;
		this.#idleHosts = idleHosts;
		this.#places = places;
	}

	/** A place is being made just now, for somebody who is known: nobody else is to be dialled for it. */
	get isGoing(): boolean {
		return this.#isGoing;
	}

	/** Lets go of a peer for a newcomer. Answers whether there was one to let go of. */
	makeRoom(now: Millis, newcomer: Newcomer): boolean {
		if (newcomer.how === 'dialled' && this.#unanswered() >= Math.max(1, this.#places() * mostUnanswered))
			return false;
		const yields = whoYields(this.#facts(now), newcomer, {
			now,
			lastMade: this.#madeRoomAt,
			lastTurnover: this.#turnedOverAt,
			places: this.#places(),
		});
		if (yields === undefined) return newcomer.how === 'comes' && newcomer.isNew && this.#giveUpDialling(now);
		this.#madeRoomAt = now;
		if (yields.isTurnover) this.#turnedOverAt = now;
		const peer = this.#peers.get(yields.id)!;
		this.#letGo(peer, 'made room for another');
		// A few blocks buy no right to come back before those who were not here yet.
		if (yields.trickles) this.#idleHosts.add(peerKey(peer.address), now);
		return true;
	}

	#unanswered(): number {
		let count = 0;
		for (const {incoming, roundTrip} of this.#peers.values())
			if (!incoming && roundTrip === Infinity) count++;
		return count;
	}

	/** Who is here is worth more than one that does not answer: else a list full of the dead would leave no place. */
	#giveUpDialling(now: Millis): boolean {
		for (const peer of this.#peers.values()) {
			if (peer.incoming || peer.roundTrip < Infinity || now - peer.connectedAt < slowAnswer) continue;
			this.#letGo(peer, 'made room for one that came');
			return true;
		}
		return false;
	}

	/** All places of all torrents are taken, and somebody new has come: answers whether one that merely held its place went. */
	evictIdle(now: Millis): boolean {
		const newcomer: Newcomer = {how: 'comes', isNew: true};
		const state = {now, lastMade: this.#madeRoomAt, lastTurnover: now, places: 0};
		const yields = whoYields(this.#facts(now), newcomer, state);
		if (yields === undefined) return false;
		this.#madeRoomAt = now;
		this.#letGo(this.#peers.get(yields.id)!, 'made room for another torrent');
		return true;
	}

	/** Another torrent has fewer connections, and there are no more places. Answers whether one is free now. */
	evictForOtherTorrent(): boolean {
		let idlest: EvictablePeer | undefined;
		for (const peer of this.#peers.values()) {
			if (!peer.ready) continue;
			if (idlest === undefined || peer.traffic.lastUsefulAt < idlest.traffic.lastUsefulAt) idlest = peer;
		}
		if (idlest !== undefined) this.#letGo(idlest, 'made room for another torrent');
		return idlest !== undefined;
	}

	/** There are fewer places than connections: one that is not made yet goes first, then the idlest. Answers whether one went. */
	evictSurplus(): boolean {
		let idlest: EvictablePeer | undefined;
		for (const peer of this.#peers.values()) {
			if (!peer.ready) {
				idlest = peer;
				break;
			}
			if (idlest === undefined || peer.traffic.lastUsefulAt < idlest.traffic.lastUsefulAt) idlest = peer;
		}
		if (idlest !== undefined) this.#letGo(idlest, 'there may be fewer now');
		return idlest !== undefined;
	}

	#letGo(peer: EvictablePeer, why: string): void {
		this.#isGoing = true;
		peer.close(why);
		this.#isGoing = false;
	}

	#facts(now: Millis): TurnoverFacts[] {
		const facts: TurnoverFacts[] = [];
		for (const peer of this.#peers.values()) if (peer.ready) facts.push(turnoverFacts(peer, now));
		return facts;
	}
}

function turnoverFacts(peer: EvictablePeer, now: Millis): TurnoverFacts {
	const {id, incoming, connectedAt, traffic, hasSpoken, returns, silentSince} = peer;
	const {lastUsefulAt} = traffic;
	const tradedAt = lastUsefulAt > connectedAt ? lastUsefulAt : undefined;
	const giving = traffic.givingLong.rate(traffic.downloaded, now);
	const trading = giving + traffic.takingLong.rate(traffic.uploaded, now);
	return {id, incoming, connectedAt, tradedAt, giving, trading, hasSpoken, returns, silentSince};
}

import type {Clock, Random} from '../../base/ports.js';
import {type Bytes, type BytesPerSecond, blockLength, type Millis} from '../../base/units.js';
import {type ChokeFacts, planUnchokes} from '../../policy/peers/choker.js';
import {uploadSlots} from '../../policy/peers/upload-slots.js';
import type {ChokeState} from '../peers/choke-state.js';
import type {PeerTraffic} from '../peers/peer-traffic.js';
import type {UploadQueue} from '../transfer/upload-queue.js';

const roundTime: Millis = 10_000;
/** Unchoked for so long without asking for anything, a peer does not need its slot. */
const idleSlotAfter: Millis = 5000;
/** Nothing taken for so long of what lies ready for it: a peer that does not read needs no slot … */
const stalledAfter: Millis = 5000;
/** … unless the line may be that slow: in so long it carries what lies ready for one peer after the other. */
const slowStallAfter: Millis = 20_000;
/** What lies ready for one peer at least, twice. */
const fairPart: Bytes = 4 * blockLength;
/** Peers are waiting, and nobody takes anything for so long: others may try … */
const lineIdleAfter: Millis = 500;
/** … so many newcomers at a time … */
const trials = 2;
/** … and who asks for less than this does not count … */
const worthASlot: BytesPerSecond = 1024;
/** … unless a limit lower than this is what keeps the line idle. */
const lowLimit: BytesPerSecond = 64 << 10;

/** What choking asks of a peer. */
export interface ChokablePeer {
	readonly id: number;
	readonly ready: boolean;
	readonly isSeed: boolean;
	readonly snubbed: boolean;
	readonly peerInterested: boolean;
	readonly connectedAt: Millis;
	readonly choking: ChokeState;
	readonly traffic: PeerTraffic;
	readonly uploads: UploadQueue;
	/** Bytes that its connection has not taken. */
	readonly unsent: Bytes;
	setChoking(choking: boolean, now: Millis): void;
}

/** What choking asks of its torrent. */
export interface ChokeRoundOwner {
	readonly active: boolean;
	/** Nothing more is wanted. */
	readonly complete: boolean;
	readonly uploadLimit: BytesPerSecond | undefined;
}

/** Unchokes some peers of one torrent and chokes the others: every 10 s, and when there is reason not to wait. BEP 3. */
export class ChokeRound {
	readonly #owner: ChokeRoundOwner;
	readonly #peers: ReadonlyMap<number, ChokablePeer>;
	readonly #clock: Clock;
	readonly #random: Random;
	#next: Millis = 0;
	#soon = false;

	constructor(
		owner: ChokeRoundOwner,
		peers: ReadonlyMap<number, ChokablePeer>,
		{clock, random}: {readonly clock: Clock; readonly random: Random},
	) {
		this.#owner = owner;
		this.#peers = peers;
		this.#clock = clock;
		this.#random = random;
	}

	/** Once a second. */
	tick(now: Millis): void {
		if (now >= this.#next || this.#lineIsIdle(now)) this.#go(now);
	}

	/** Somebody became interested, or a slot fell free: no need to wait for the round. */
	soon(): void {
		if (this.#soon) return;
		this.#soon = true;
		this.#clock.soon(() => {
			if (this.#soon) this.#go(this.#clock.now());
		});
	}

	#go(now: Millis): void {
		this.#soon = false;
		this.#next = now + roundTime;
		if (!this.#owner.active) return;
		const rates = this.#rates(now);
		const plan = planUnchokes(this.#facts(rates, now), {
			seeding: this.#owner.complete,
			slots: uploadSlots(rates, this.#owner.uploadLimit),
			trials: this.#lineIsIdle(now) ? trials : 0,
			now,
			random: () => this.#random.next(),
		});
		const unchoked = new Set(plan.unchoke);
		const optimistic = new Set(plan.optimistic);
		for (const peer of this.#peers.values()) {
			if (!peer.ready) continue;
			peer.choking.setOptimistic(optimistic.has(peer.id), now);
			peer.setChoking(!unchoked.has(peer.id), now);
		}
	}

	#rates(now: Millis): BytesPerSecond[] {
		const rates: BytesPerSecond[] = [];
		for (const {ready, traffic} of this.#peers.values()) if (ready) rates.push(traffic.upload.rate(now));
		return rates;
	}

	/** @param rates what goes to each */
	#facts(rates: readonly BytesPerSecond[], now: Millis): ChokeFacts[] {
		let holders = 0;
		for (const {ready, uploads} of this.#peers.values()) if (ready && uploads.inFlight > 0) holders++;
		const perPeer = rates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, holders);
		const facts: ChokeFacts[] = [];
		for (const peer of this.#peers.values()) if (peer.ready) facts.push(chokeFacts(peer, perPeer, now));
		return facts;
	}

	/** Some wait for a slot, and all who have one ask for next to nothing, or take nothing of what lies ready for them. */
	#lineIsIdle(now: Millis): boolean {
		const {uploadLimit} = this.#owner;
		if (uploadLimit !== undefined && uploadLimit < lowLimit) return false;
		let waiting = false;
		let held = false;
		for (const peer of this.#peers.values()) {
			if (!peer.ready || peer.isSeed) continue;
			const {choking, uploads, traffic, unsent} = peer;
			if (choking.amChoking) {
				waiting ||= peer.peerInterested;
				continue;
			}
			if (now - choking.unchokedAt < lineIdleAfter) return false;
			const stuck = unsent > 0 && now - uploads.movedAt >= lineIdleAfter;
			const waitsForUs = uploads.length > 0 || unsent > 0;
			if (!stuck && (waitsForUs || traffic.upload.rate(now) >= worthASlot)) return false;
			held = true;
		}
		return waiting && held;
	}
}

function chokeFacts(peer: ChokablePeer, perPeer: BytesPerSecond, now: Millis): ChokeFacts {
	const {id, choking, traffic, uploads, isSeed, snubbed, connectedAt} = peer;
	const rateFromUs = traffic.upload.rate(now);
	return {
		id,
		interested: peer.peerInterested,
		amChoking: choking.amChoking,
		rateToUs: traffic.giving.rate(traffic.downloaded, now),
		rateFromUs,
		hasGiven: traffic.downloaded > 0,
		lastUnchokedAt: choking.unchokedAt,
		lastChokedAt: choking.chokedAt,
		piecesSentSinceUnchoke: uploads.piecesSinceUnchoke,
		isSeed,
		snubbed,
		optimisticSince: choking.optimistic ? choking.optimisticSince : undefined,
		connectedAt,
		idle: rateFromUs === 0 && uploads.isIdle && now - choking.unchokedAt > idleSlotAfter,
		stalled: stalls(peer, perPeer, now),
	};
}

/** Whether blocks lie ready for the peer that it does not take, and the line is not what keeps them. */
function stalls({uploads, unsent}: ChokablePeer, perPeer: BytesPerSecond, now: Millis): boolean {
	if (uploads.inFlight === 0 || unsent === 0) return false;
	const slow = perPeer * stalledAfter < fairPart * 1000;
	return now - uploads.movedAt >= (slow ? slowStallAfter : stalledAfter);
}

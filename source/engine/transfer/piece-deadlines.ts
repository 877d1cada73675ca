import type {Clock, Timer} from '../../base/ports.js';
import {type Bytes, blockLength, type Millis} from '../../base/units.js';
import type {BlockPool} from '../../io/disk/block-pool.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {PieceRange} from '../../policy/pieces/piece-priorities.js';
import {canWait, type DuePeer, isOnItsWay, planDue} from '../../policy/requests/deadline-planner.js';
import type {BlockSource} from './block-source.js';
import type {Downloader} from './downloader.js';

/** How often is looked after pieces that are due. */
const roundTime: Millis = 200;
/** What a block is thought to take a peer that is snubbed. */
const snubTime: Millis = 20_000;
/** Blocks asked for out of turn at a time. */
const mostAsks = 256;

/** What looking after pieces that are due asks of a peer. */
export interface TimeCriticalPeer extends BlockSource {
	readonly ready: boolean;
	readonly peerChoking: boolean;
	/** It is looked at now, though it said nothing. */
	lookedAt(now: Millis): void;
}

/** What looking after pieces that are due asks of their torrent. */
export interface TimeCriticalOwner {
	readonly map: PieceGeometry;
	readonly downloader: Downloader;
	/** Undefined while nobody has needed it. */
	readonly downloading: Downloader | undefined;
	readonly pool: BlockPool;
	readonly active: boolean;
	readonly peers: Iterable<TimeCriticalPeer>;
	downloadGrant(wanted: Bytes): Bytes;
	downloadUsed(granted: Bytes, used: Bytes): void;
}

/**
 * Sees to it that pieces with a deadline come in time: five times a second while there are any and the torrent runs.
 * In between, `RequestPlanner` gives their blocks to whoever has room and will be in time.
 */
export class TimeCriticalPieces {
	readonly #owner: TimeCriticalOwner;
	readonly #clock: Clock;
	#timer: Timer | undefined;
	#isAskingSoon = false;

	constructor(owner: TimeCriticalOwner, clock: Clock) {
		this.#owner = owner;
		this.#clock = clock;
	}

	/**
	 * Has pieces that are wanted and not had within so long from now; null for no hurry any more.
	 *
	 * @param ranges in order, without overlaps
	 * @param step how much later than the one before each is due
	 */
	set(ranges: readonly PieceRange[], within: Millis | null, step: Millis): void {
		const {downloader} = this.#owner;
		const taken: number[] = [];
		let at = within === null ? undefined : this.#clock.now() + within;
		for (const [first, last] of ranges) {
			for (let piece = first; piece <= last; piece++) {
				if (at === undefined) {
					if (downloader.clearDeadline(piece)) taken.push(piece);
				} else {
					if (downloader.needed.has(piece)) downloader.setDeadline(piece, at);
					at += step;
				}
			}
		}
		if (taken.length > 0 && downloader.deadlines.size > 0) this.#takeBack(taken);
	}

	/** What is not due any more is not to stand before what is: it is asked for again when there is time. */
	#takeBack(pieces: readonly number[]): void {
		for (const piece of pieces) this.#owner.downloader.takeBack(piece);
		if (this.#isAskingSoon) return;
		this.#isAskingSoon = true;
		// Not before it is known what is due instead.
		this.#clock.soon(() => this.#askAgain());
	}

	/** Those who have been asked for less are asked for what is due now: first whoever sends that soonest. */
	#askAgain(): void {
		this.#isAskingSoon = false;
		if (!this.#owner.active) return;
		const {downloader, peers} = this.#owner;
		const now = this.#clock.now();
		this.look(now);
		for (const peer of peers) {
			if (!peer.ready) continue;
			peer.lookedAt(now);
			downloader.refill(peer);
		}
	}

	/** Something is due now, or the torrent runs again: looks at once, and goes on as long as need be. */
	wake(): void {
		if (!this.#owner.downloading?.deadlines.size || !this.#owner.active) return;
		this.#timer?.clear();
		this.#timer = this.#clock.after(roundTime, () => {
			this.#timer = undefined;
			this.wake();
		});
		this.look(this.#clock.now());
	}

	/** Asks for what must be asked for now, if anything is due. */
	look(now: Millis): void {
		const {downloading: downloader, pool, map} = this.#owner;
		if (downloader === undefined || downloader.deadlines.size === 0) return;
		const peers = new Map<number, TimeCriticalPeer>();
		const facts: DuePeer[] = [];
		for (const peer of this.#owner.peers) {
			if (!peer.ready || peer.isClosed) continue;
			peers.set(peer.id, peer);
			facts.push(dueFacts(peer, now));
		}
		const most = Math.min(mostAsks, pool.available);
		if (most <= 0) return;
		const asks = planDue(downloader.deadlines, facts, {partials: downloader.partials, map}, now, most);
		if (asks.length === 0) return;
		const granted = this.#owner.downloadGrant(asks.length * blockLength);
		let used = 0;
		for (const {peer: id, piece, block, makesRoom} of asks.slice(0, Math.floor(granted / blockLength))) {
			const peer = peers.get(id)!;
			if (makesRoom) this.#makeRoom(peer, now);
			used += downloader.askFor(peer, piece, block, now);
		}
		this.#owner.downloadUsed(granted, used);
	}

	/** What the peer was asked for, can wait and is not on its way yet, is taken back. */
	#makeRoom(peer: TimeCriticalPeer, now: Millis): void {
		const {downloader} = this.#owner;
		const {queue} = peer.requests;
		const pace = {blockTime: peer.blockTime, waited: queue.waited(now)};
		const asked: Array<readonly [piece: number, block: number]> = [];
		queue.each((piece, block, ahead) => {
			if (canWait(downloader.deadlines, piece, now) && !isOnItsWay(pace, ahead)) asked.push([piece, block]);
		});
		for (const [piece, block] of asked) downloader.takeBackFrom(peer, piece, block);
	}
}

function dueFacts(peer: TimeCriticalPeer, now: Millis): DuePeer {
	const {id, pieces, outstanding, snubbed} = peer;
	const {queue} = peer.requests;
	const mayAsk = peer.amInterested && !peer.peerChoking && !peer.onParole;
	return {
		id,
		pieces,
		outstanding,
		// Who has sent nothing for so long is the last to be asked.
		blockTime: snubbed ? Math.max(snubTime, peer.blockTime) : peer.blockTime,
		room: mayAsk ? queue.room : 0,
		usual: queue.dueTarget,
		waited: queue.waited(now),
		isDoubtful: queue.isDoubtful(now),
		eachAsked: tell => queue.each(tell),
	};
}

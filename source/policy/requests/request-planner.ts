import type {Millis} from '../../base/units.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import {type PiecePicker, timeCriticalPriority} from '../pieces/piece-picker.js';
import {Deadlines} from './deadline-list.js';
import {latePatience, timeToSend} from './deadline-planner.js';
import {blockState, type PartialPiece, type PartialPieces} from './partial-pieces.js';

/** What the planner must know of a peer. */
export interface RequestablePeer {
	readonly id: number;
	/** What it has and may be asked for; undefined for everything. */
	readonly pieces: Bitfield | undefined;
	readonly snubbed: boolean;
	readonly onParole: boolean;
	/** Blocks it has been asked for and not sent. */
	readonly outstanding: number;
	/** How long a block takes it. */
	readonly blockTime: Millis;
	asked(piece: number, block: number): boolean;
}

export interface PlanOptions {
	readonly sequential: boolean;
	/** Pieces we have: the first few are picked by chance. */
	readonly have: number;
	/** Whether new pieces may be begun; false while memory is short. */
	readonly mayBegin: boolean;
	readonly now: Millis;
}

/** How many peers a block is asked of at the end, the first one included. BEP 3 calls it end game. */
const copies = 3;
const randomPieces = 4;
/**
 * With more pieces begun than this they are all finished first. Fewer hold a seeder back: with 8, twelve
 * peers behind one need 1.17 of the shortest possible time; with 64, 1.09.
 */
const mostBegun = 64;

/** So many due pieces are looked at for one peer; those behind them have their turn when these have come. */
const mostDue = 1000;
/** A peer is asked for a due block when it would be here in this part of the time that is left. */
const dueMargin = 0.8;

/**
 * Which blocks to ask a peer for. Those of pieces that are due go first, in order of time, as far as the peer will have
 * sent them in time; what no peer takes this way is `planDue`'s. Then by priority; then pieces that were begun before
 * new ones; rarest first among those. When nothing is left that nobody was asked for, the last blocks are asked of a
 * few peers at once.
 */
export class RequestPlanner {
	readonly #picker: PiecePicker;
	readonly #partials: PartialPieces;
	readonly #deadlines: Deadlines;

	constructor(picker: PiecePicker, partials: PartialPieces, deadlines = new Deadlines()) {
		this.#picker = picker;
		this.#partials = partials;
		this.#deadlines = deadlines;
	}

	/**
	 * Marks up to `count` blocks as asked of `peer` and tells each by `ask`. Answers how many.
	 */
	plan(
		peer: RequestablePeer,
		count: number,
		options: PlanOptions,
		ask: (piece: number, block: number) => void,
	): number {
		let planned = this.#deadlines.size > 0 ? this.#timeCritical(peer, count, options, ask) : 0;
		// A suspect works alone, so others are not made late by it.
		const highest = peer.onParole ? timeCriticalPriority : timeCriticalPriority - 1;
		for (let priority = highest; priority >= 1 && planned < count; priority--) {
			const commonest = this.#commonest(peer, priority, options);
			planned += this.#fromPartials(peer, priority, count - planned, options.now, ask, commonest);
			if (!options.mayBegin) continue;
			while (planned < count) {
				const piece = this.#picker.pick(peer.pieces, priority, {
					sequential: options.sequential,
					reverse: peer.snubbed,
					random: options.have < randomPieces,
				});
				if (piece < 0) break;
				this.#picker.take(piece);
				const partial = this.#partials.begin(piece);
				if (peer.onParole) partial.exclusive = peer.id;
				planned += this.#drain(partial, count - planned, options.now, ask);
			}
			if (commonest < Infinity) {
				planned += this.#fromPartials(peer, priority, count - planned, options.now, ask);
			}
		}
		// Rather late than never.
		if (planned === 0 && peer.outstanding === 0 && this.#deadlines.size > 0)
			planned += this.#timeCritical(peer, count, options, ask, true);
		// Rather share with a suspect than stand still.
		if (planned === 0 && peer.onParole && peer.outstanding === 0) {
			const trusted: RequestablePeer = {...providerFacts(peer), onParole: false};
			for (let priority = timeCriticalPriority; priority >= 1 && planned < count; priority--) {
				planned += this.#fromPartials(trusted, priority, count - planned, options.now, ask);
			}
		}
		if (planned === 0 && peer.outstanding === 0 && !peer.snubbed && this.#picker.open === 0) {
			planned += this.#again(peer, options.now, ask);
		}
		return planned;
	}

	/** What is due and would be here in time, or anyhow. */
	#timeCritical(
		peer: RequestablePeer,
		count: number,
		{mayBegin, now}: PlanOptions,
		ask: (piece: number, block: number) => void,
		anyhow = false,
	): number {
		if (!anyhow && (peer.snubbed || peer.onParole)) return 0;
		const pace = {blockTime: peer.blockTime, waited: 0};
		const {outstanding} = peer;
		const [first, second] = [timeToSend(pace, outstanding), timeToSend(pace, outstanding + 1)];
		// What nobody would send in time is for whoever has room, but for those who would keep it from the others.
		const takesLate = 2 * peer.blockTime <= latePatience;
		let planned = 0;
		let looked = 0;
		for (let due = this.#deadlines.first; due !== undefined && planned < count; due = due.next) {
			if (looked++ === mostDue) break;
			// So many more blocks would be here in time.
			const isForAll = anyhow || (takesLate && this.#deadlines.late.has(due.piece));
			const left = isForAll ? Infinity : (due.at - now) * dueMargin - first;
			const inTime = left < 0 ? 0 : 1 + Math.floor(left / (second - first)) - planned;
			if (inTime <= 0 || !has(peer, due.piece)) continue;
			let partial = this.#partials.get(due.piece);
			if (partial === undefined) {
				if (!mayBegin || !this.#picker.isOpen(due.piece)) continue;
				this.#picker.take(due.piece);
				partial = this.#partials.begin(due.piece);
			} else if (partial.free === 0 || !mayShare(partial, peer)) continue;
			planned += this.#drain(partial, Math.min(inTime, count - planned), now, ask);
		}
		return planned;
	}

	/**
	 * Pieces that were begun go first, but not those that many have when this peer alone may have others: what a seed
	 * can send is best spent on what nobody else can. While few are begun, or more and more would be.
	 */
	#commonest(peer: RequestablePeer, priority: number, {sequential, have, mayBegin}: PlanOptions): number {
		if (peer.pieces !== undefined || sequential || !mayBegin || have < randomPieces) return Infinity;
		if (this.#partials.size > mostBegun) return Infinity;
		return this.#picker.rarest(priority);
	}

	#fromPartials(
		peer: RequestablePeer,
		priority: number,
		count: number,
		now: Millis,
		ask: (piece: number, block: number) => void,
		commonest = Infinity,
	): number {
		let planned = 0;
		for (const partial of this.#partials.open()) {
			if (planned === count) break;
			if (this.#picker.priority(partial.piece) !== priority) continue;
			if (!mayShare(partial, peer) || !has(peer, partial.piece)) continue;
			if (commonest < Infinity && this.#picker.availability(partial.piece) - this.#picker.seeds > commonest)
				continue;
			planned += this.#drain(partial, count - planned, now, ask);
		}
		return planned;
	}

	#drain(
		partial: PartialPiece,
		count: number,
		now: Millis,
		ask: (piece: number, block: number) => void,
	): number {
		let asked = 0;
		while (asked < count) {
			const block = this.#partials.request(partial);
			if (block < 0) break;
			partial.askedAt[block] = now;
			ask(partial.piece, block);
			asked++;
		}
		return asked;
	}

	/**
	 * End game: one block that others were asked for and this peer was not. Not one that was asked for a moment ago, as
	 * this peer counts time: it would only come twice.
	 */
	#again(peer: RequestablePeer, now: Millis, ask: (piece: number, block: number) => void): number {
		let best: PartialPiece | undefined;
		let bestBlock = -1;
		let fewest = copies;
		const patience = peer.blockTime * 4;
		for (const partial of this.#partials.all()) {
			if (partial.hashing || this.#picker.priority(partial.piece) === 0) continue;
			if (!mayShare(partial, peer) || !has(peer, partial.piece)) continue;
			for (let block = 0; block < partial.blocks; block++) {
				const requests = partial.requests[block]!;
				if (partial.states[block] !== blockState.missing || requests === 0 || requests >= fewest) continue;
				if (now - partial.askedAt[block]! < patience || peer.asked(partial.piece, block)) continue;
				best = partial;
				bestBlock = block;
				fewest = requests;
			}
			if (fewest === 1) break;
		}
		if (best === undefined) return 0;
		best.requests[bestBlock]!++;
		best.askedAt[bestBlock] = now;
		ask(best.piece, bestBlock);
		return 1;
	}
}

function providerFacts(peer: RequestablePeer): RequestablePeer {
	const {id, pieces, snubbed, onParole, outstanding, blockTime} = peer;
	const asked = (piece: number, block: number): boolean => peer.asked(piece, block);
	return {id, pieces, snubbed, onParole, outstanding, blockTime, asked};
}

function has(peer: RequestablePeer, piece: number): boolean {
	return peer.pieces === undefined || peer.pieces.has(piece);
}

function mayShare(partial: PartialPiece, peer: RequestablePeer): boolean {
	if (partial.exclusive === peer.id) return true;
	return partial.exclusive === -1 && !peer.onParole;
}

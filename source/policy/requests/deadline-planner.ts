import type {Millis} from '../../base/units.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {PieceGeometry} from '../pieces/piece-geometry.js';
import type {Deadlines} from './deadline-list.js';
import {blockState, type PartialPieces} from './partial-pieces.js';

/** How soon a peer sends. */
export interface Pace {
	/** How long a block takes it; 0 before the first. */
	readonly blockTime: Millis;
	/** How long it has kept us waiting: since its last block, or since it was asked; 0 when it was not. */
	readonly waited: Millis;
}

/** What must be known of a peer to say which due blocks to ask it for. */
export interface DuePeer extends Pace {
	readonly id: number;
	/** What it has and may be asked for; undefined for everything. */
	readonly pieces: Bitfield | undefined;
	/** Blocks it was asked for and has not sent. */
	readonly outstanding: number;
	/** It has kept us waiting for so long that what it was asked for may not come. */
	readonly isDoubtful?: boolean;
	/** How many more it may be asked for; 0 when it chokes us or is suspected of lies. */
	readonly room: number;
	/** How many should be on their way from it while pieces are due; as many as there is time for when left out. */
	readonly usual?: number;
	/** Tells all it was asked for, and how many of them come before. */
	eachAsked(tell: (piece: number, block: number, ahead: number) => void): void;
}

/** A block that a peer is to be asked for. */
export interface DueAsk {
	readonly peer: number;
	readonly piece: number;
	readonly block: number;
	/** It is in time only when what the peer was asked for and can wait, and is not on its way, is taken back. */
	readonly makesRoom: boolean;
}

/** How many peers a block is asked of, the first one included. */
const copies = 3;
/** What a block is thought to take somebody who has not sent one. */
const unknownTime: Millis = 500;
/** A block that is sure to come this much too early can wait for a peer that has room. */
const spare: Millis = 1000;
/**
 * The first few blocks, if they will be here in so long, are on their way: to take them back saves nothing. No more, for
 * many a peer was fast a moment ago and has used up since what it had saved; what comes all the same is taken.
 */
const onItsWay: Millis = 300;
const mostOnTheirWay = 4;
/** What is due later than this can be asked for once more, in time. */
const later: Millis = 3000;
/**
 * What is late wherever it is asked for is asked for when it would be here in so long: more at once would only stand
 * in queues, out of reach of those who are faster then.
 */
export const latePatience: Millis = 1000;
/** So many pieces, and blocks, are looked at at a time. */
const mostPieces = 256;
const mostBlocks = 8192;

/** How long until a peer has sent one more block, after `ahead` others. */
export function timeToSend({blockTime, waited}: Pace, ahead: number): Millis {
	const each = blockTime > 0 ? blockTime : unknownTime;
	// Who has been silent for longer than usual may well be for as long again.
	return Math.abs(each - waited) + ahead * each;
}

/** Whether what was asked for of a piece may be taken back so that something urgent comes sooner. */
export function canWait(deadlines: Deadlines, piece: number, now: Millis): boolean {
	return (deadlines.of(piece) ?? Infinity) - now > later;
}

/** Whether a block that was asked for is being sent already, as far as one can know. */
export function isOnItsWay(pace: Pace, ahead: number): boolean {
	return ahead === 0 || (ahead < mostOnTheirWay && timeToSend(pace, ahead) < onItsWay);
}

/**
 * Which blocks to ask for out of turn so that pieces come in time, in the order in which these are due: blocks nobody
 * was asked for, when they cannot wait for a peer to have room; and again those that will be late where they were
 * asked for, of a peer that is in time or at least twice as soon. Each of the peer that will have sent it first; when
 * that is too late, of the one that would be first if what can wait were taken back.
 *
 * Asking is the caller's; `deadlines.late` is made anew.
 *
 * @param most asks that make sense
 */
export function planDue(
	deadlines: Deadlines,
	peers: readonly DuePeer[],
	{partials, map}: {readonly partials: PartialPieces; readonly map: PieceGeometry},
	now: Millis,
	most: number,
): DueAsk[] {
	const asks: DueAsk[] = [];
	const lines = peers.map(peer => new Line(peer, now));
	const expected = expectations(deadlines, lines, map, now);
	let pieces = 0;
	let blocks = 0;
	deadlines.late.clear();
	/** Something late waits for a peer that has room: what is due later must not stand before it. */
	let areBehind = false;
	for (let due = deadlines.first; due !== undefined && pieces++ < mostPieces; due = due.next) {
		const {piece} = due;
		const partial = partials.get(piece);
		if (partial?.hashing) continue;
		/** For the blocks of this piece that nobody was asked for there is time, or nobody. */
		let canWait = false;
		for (let block = 0; block < map.blockCount(piece); block++) {
			if (asks.length === most || blocks++ === mostBlocks) return asks;
			if (partial !== undefined && partial.states[block] !== blockState.missing) continue;
			const held = expected.get(piece * map.blocksPerPiece + block);
			if (held === undefined ? canWait : held.at <= due.at || held.copies >= copies) continue;
			const line = soonest(lines, piece, due.at, held?.by);
			const isLate = line === undefined || line.reach(due.at) > due.at;
			if (held === undefined && isLate) deadlines.late.add(piece);
			const isUseful =
				line !== undefined &&
				(held === undefined
					? line.next > due.at - spare && isSoon(line, due.at, now, isLate || areBehind)
					: line.reach(due.at) <= due.at || (line.reach(due.at) - now) * 2 < held.at - now);
			if (!isUseful) {
				canWait ||= held === undefined;
				areBehind ||= held === undefined && isLate;
				continue;
			}
			asks.push({peer: line.peer.id, piece, block, makesRoom: line.ask(due.at)});
		}
	}
	return asks;
}

/** What one peer is asked for, and what comes on top of it now. */
class Line {
	readonly peer: DuePeer;
	/** Of what it was asked for before, what can be taken back. */
	spare = 0;
	#queued: number;
	#asks = 0;
	readonly #now: Millis;

	constructor(peer: DuePeer, now: Millis) {
		this.peer = peer;
		this.#queued = peer.outstanding;
		this.#now = now;
	}

	/** When one more block will be here. */
	get next(): Millis {
		return this.#now + timeToSend(this.peer, this.#queued + this.#asks);
	}

	/** The same when what can be taken back is, should it be too late otherwise. */
	reach(due: Millis): Millis {
		const {next} = this;
		if (next <= due || this.spare === 0) return next;
		return this.#now + timeToSend(this.peer, this.#queued - this.spare + this.#asks);
	}

	/** How many blocks it has to send, when what can be taken back is, should it be too late otherwise. */
	length(due: Millis): number {
		const all = this.#queued + this.#asks;
		return this.next <= due ? all : all - this.spare;
	}

	/** It is asked for one more. Answers whether what can be taken back is to be. */
	ask(due: Millis): boolean {
		const makesRoom = this.spare > 0 && this.next > due;
		if (makesRoom) {
			this.#queued -= this.spare;
			this.spare = 0;
		}
		this.#asks++;
		return makesRoom;
	}

	/** Whether it was asked for nothing. */
	get isIdle(): boolean {
		return this.#queued + this.#asks === 0;
	}

	get isFull(): boolean {
		return this.#asks >= this.peer.room + (this.peer.outstanding - this.#queued);
	}
}

/** When a block that was asked for will be here, of whom it was asked, and of how many that can be counted on. */
interface Expected {
	at: Millis;
	readonly by: number[];
	copies: number;
}

/** What is to be expected of the blocks of due pieces that were asked for. */
function expectations(
	deadlines: Deadlines,
	lines: readonly Line[],
	map: PieceGeometry,
	now: Millis,
): Map<number, Expected> {
	const expected = new Map<number, Expected>();
	for (const line of lines) {
		const {peer} = line;
		peer.eachAsked((piece, block, ahead) => {
			if (canWait(deadlines, piece, now) && !isOnItsWay(peer, ahead)) line.spare++;
			if (!deadlines.has(piece)) return;
			const at = now + timeToSend(peer, ahead);
			const key = piece * map.blocksPerPiece + block;
			const known = expected.get(key);
			const copy = peer.isDoubtful ? 0 : 1;
			if (known === undefined) {
				expected.set(key, {at, by: [peer.id], copies: copy});
			} else {
				known.at = Math.min(known.at, at);
				known.by.push(peer.id);
				known.copies += copy;
			}
		});
	}
	return expected;
}

/** Whether asking it now is of more use than asking somebody later: it has not more to send than it can, soon. */
function isSoon(line: Line, due: Millis, now: Millis, isLate: boolean): boolean {
	if (line.isIdle) return true;
	const {usual = Infinity} = line.peer;
	if (!isLate) return line.length(due) < 2 * usual;
	return line.length(due) < usual && line.reach(due) - now <= latePatience;
}

function soonest(
	lines: readonly Line[],
	piece: number,
	due: Millis,
	but: readonly number[] = [],
): Line | undefined {
	let best: Line | undefined;
	let bestAt = Infinity;
	for (const line of lines) {
		if (line.isFull) continue;
		const at = line.reach(due);
		if (at >= bestAt) continue;
		const {pieces, id} = line.peer;
		if ((pieces !== undefined && !pieces.has(piece)) || but.includes(id)) continue;
		best = line;
		bestAt = at;
	}
	return best;
}

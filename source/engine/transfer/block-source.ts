import type {Bytes, Millis} from '../../base/units.js';
import type {RequestablePeer} from '../../policy/requests/request-planner.js';
import {RequestQueue} from '../../policy/requests/request-queue.js';
import type {Run} from '../../policy/requests/run-planner.js';

/** What the downloader keeps of one source, and nobody else writes. */
export class BlockRequests {
	/** What it was asked for, and how much that should be. */
	readonly queue: RequestQueue;
	/** Blocks we cancelled that may still come. */
	cancelled = 0;
	/** Requests it has refused since it last gave a block. */
	refusals = 0;
	/** Memory was short when it could have been asked for more. */
	waitsForBuffer = false;
	/** The block now arriving: -1 for what there is none of. `length` counts what nobody asked for, too. */
	readonly arriving = {piece: -1, block: -1, slot: -1, length: 0};

	constructor(blocksPerPiece: number, now: Millis) {
		this.queue = new RequestQueue(blocksPerPiece, now);
	}
}

/** Whoever can be asked for blocks: a peer on its connection, or a server. */
export interface BlockSource extends RequestablePeer {
	/** Of what it has, what it gives now; undefined for all of it. A peer that chokes us gives little. BEP 6. */
	readonly offered: ReadonlySet<number> | undefined;
	readonly requests: BlockRequests;
	/** It has something we want. */
	readonly amInterested: boolean;
	/** Infinity when it is not known. */
	readonly roundTrip: Millis;
	/** When it was heard last, or looked at. */
	readonly now: Millis;
	readonly isClosed: boolean;
	/**
	 * Set for a source that is asked for long runs of blocks: a web server. What comes from it is paid for as it comes,
	 * not when it is asked for.
	 */
	readonly run?: Run;
	/** It is looked at now, though it said nothing. */
	lookedAt?(now: Millis): void;
	/** Asks for a block; it comes to `IncomingBlocks`, or `Downloader.rejected` is told that it will not. */
	sendRequest(piece: number, begin: number, length: Bytes): void;
	/** What was asked for is not needed any more; it may come all the same. */
	sendCancel(piece: number, begin: number, length: Bytes): void;
	/** It did what makes no sense; too much of that ends it. */
	strike(weight?: number): void;
	close(reason: string): void;
}

/** Whether it has a piece, whatever it gives now. */
export function hasPiece({pieces}: BlockSource, piece: number): boolean {
	return pieces === undefined || pieces.has(piece);
}

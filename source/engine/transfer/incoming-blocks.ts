import {blockLength} from '../../base/units.js';
import {blockState, type PartialPiece} from '../../policy/requests/partial-pieces.js';
import type {BlockSource} from './block-source.js';
import type {DownloadOwner, DownloadPieces} from './download-owner.js';
import type {EndGame} from './end-game.js';
import type {RequestAccount} from './request-account.js';

/** One block that a source sent although nobody asked; more are a nuisance. */
const unrequestedWeight = 3;

type IncomingOwner = Pick<DownloadOwner, 'pool' | 'blockSources' | 'downloadUsed' | 'wasted'>;

/** Told of blocks that have come: asks for more, and has whole pieces hashed. */
export interface IncomingListener {
	/** A source that another was faster than may be asked for something else. */
	refill(source: BlockSource): void;
	/** Every block of the piece is here. */
	submitForHash(partial: PartialPiece): void;
}

/** Takes blocks in as they come: into memory those that were asked for, and none twice. */
export class IncomingBlocks {
	readonly #pieces: DownloadPieces;
	readonly #account: RequestAccount;
	readonly #endGame: EndGame;
	readonly #owner: IncomingOwner;
	readonly #listener: IncomingListener;

	constructor(
		pieces: DownloadPieces,
		account: RequestAccount,
		endGame: EndGame,
		owner: IncomingOwner,
		listener: IncomingListener,
	) {
		this.#pieces = pieces;
		this.#account = account;
		this.#endGame = endGame;
		this.#owner = owner;
		this.#listener = listener;
	}

	/** A block begins to come. Answers where in the pool it goes; -1 when it is not wanted. */
	start(source: BlockSource, piece: number, begin: number, length: number): number {
		const {requests} = source;
		const {arriving} = requests;
		arriving.slot = -1;
		arriving.piece = -1;
		arriving.length = length;
		if (!this.#pieces.map.isBlock(piece, begin, length)) {
			source.strike(unrequestedWeight);
			return -1;
		}
		const block = begin / blockLength;
		if (!requests.queue.has(piece, block)) {
			// It may have left before our cancel came; if we still lack it, it is as good as any.
			if (requests.cancelled === 0) {
				source.strike(unrequestedWeight);
				return -1;
			}
			requests.cancelled--;
		}
		arriving.piece = piece;
		arriving.block = block;
		const partial = this.#pieces.partials.get(piece) ?? this.#begun(piece);
		if (partial === undefined || partial.states[block] !== blockState.missing) return -1;
		arriving.slot = this.#owner.pool.take();
		return arriving.slot < 0 ? -1 : arriving.slot * blockLength;
	}

	/** What was cancelled is the first of a piece that was given up meanwhile, and is wanted still. */
	#begun(piece: number): PartialPiece | undefined {
		const {picker, partials} = this.#pieces;
		if (!picker.isOpen(piece)) return undefined;
		picker.take(piece);
		return partials.begin(piece);
	}

	/** The block is whole, and perhaps its piece with it. */
	end(source: BlockSource): void {
		const {requests, now} = source;
		const {queue, arriving} = requests;
		const {piece, block, slot, length} = arriving;
		arriving.slot = -1;
		if (piece < 0) {
			this.#owner.wasted(length);
			return;
		}
		const asked = queue.settle(piece, block, now, true);
		const counted = asked && !queue.disregarded;
		if (asked && !counted) this.#endGame.regard(source);
		if (asked) this.#owner.pool.promise(-1);
		else if (source.run === undefined) this.#owner.downloadUsed(0, length);
		requests.refusals = 0;
		const {partials} = this.#pieces;
		const partial = partials.get(piece);
		if (slot < 0 || partial === undefined || partial.states[block] !== blockState.missing) {
			if (slot >= 0) this.#owner.pool.give(slot);
			if (partial !== undefined && counted) partials.release(partial, block);
			this.#owner.wasted(length);
			return;
		}
		const isComplete = partials.receive(partial, block, slot, source.id) === 'complete';
		if (partial.requests[block]! > (counted ? 1 : 0) || this.#endGame.isOn)
			this.#cancelOthers(partial, block, source);
		partial.requests[block] = 0;
		if (isComplete) this.#listener.submitForHash(partial);
	}

	/** The source is gone in the middle of a block. */
	left({requests: {arriving}}: BlockSource): void {
		if (arriving.slot < 0) return;
		this.#owner.pool.give(arriving.slot);
		arriving.slot = -1;
	}

	#cancelOthers(partial: PartialPiece, block: number, sender: BlockSource): void {
		for (const source of this.#owner.blockSources) {
			if (source === sender || !source.asked(partial.piece, block)) continue;
			this.#account.cancel(source, partial, block);
			this.#listener.refill(source);
		}
	}
}

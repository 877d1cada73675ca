import {type Bytes, blockLength, type Millis} from '../../base/units.js';
import type {PartialPiece} from '../../policy/requests/partial-pieces.js';
import type {BlockSource} from './block-source.js';
import type {DownloadOwner, DownloadPieces} from './download-owner.js';
import type {UnfinishedPieces} from './unfinished-pieces.js';

type AccountOwner = Pick<DownloadOwner, 'pool' | 'downloadUsed'>;

/**
 * Asks sources for single blocks and takes that back. Keeps what a source was asked for, what the pieces know of it,
 * the memory promised and the bytes granted by the limits in step.
 */
export class RequestAccount {
	readonly #pieces: DownloadPieces;
	readonly #unfinished: UnfinishedPieces;
	readonly #owner: AccountOwner;

	constructor(pieces: DownloadPieces, unfinished: UnfinishedPieces, owner: AccountOwner) {
		this.#pieces = pieces;
		this.#unfinished = unfinished;
		this.#owner = owner;
	}

	/** Answers the length of what the source was asked for. */
	request(source: BlockSource, piece: number, block: number, now: Millis): Bytes {
		source.requests.queue.ask(piece, block, now);
		this.#owner.pool.promise(1);
		const size = this.#pieces.map.blockSize(piece, block);
		source.sendRequest(piece, block * blockLength, size);
		return size;
	}

	/** A block that a source was asked for will not come. */
	refund(source: BlockSource, piece: number, block: number): void {
		this.#owner.pool.promise(-1);
		if (source.run === undefined) this.#owner.downloadUsed(this.#pieces.map.blockSize(piece, block), 0);
	}

	/** A block that the source was asked for may be asked of others. */
	release(source: BlockSource, piece: number, block: number): void {
		if (source.requests.queue.disregarded) return;
		const partial = this.#pieces.partials.get(piece);
		if (partial === undefined) return;
		this.#pieces.partials.release(partial, block);
		if (partial.untouched) this.#unfinished.forget(partial);
	}

	/** Takes back everything the source was asked for, without telling it. */
	releaseAll(source: BlockSource): void {
		const {queue} = source.requests;
		queue.clear((piece, block) => {
			this.refund(source, piece, block);
			this.release(source, piece, block);
		});
		queue.excuse();
	}

	/** Takes back one block that the source was asked for, if it was, and tells it. */
	cancel(source: BlockSource, partial: PartialPiece, block: number): void {
		const {requests} = source;
		const {piece} = partial;
		if (!requests.queue.settle(piece, block, source.now, false)) return;
		this.refund(source, piece, block);
		if (!requests.queue.disregarded) this.#pieces.partials.release(partial, block);
		this.#tellCancel(source, piece, block);
	}

	/** Takes back what the source was asked for before this time, and tells it. */
	cancelAll(source: BlockSource, before: Millis): void {
		source.requests.queue.clear((piece, block) => {
			this.refund(source, piece, block);
			this.release(source, piece, block);
			this.#tellCancel(source, piece, block);
		}, before);
	}

	#tellCancel(source: BlockSource, piece: number, block: number): void {
		source.requests.cancelled++;
		source.sendCancel(piece, block * blockLength, this.#pieces.map.blockSize(piece, block));
	}
}

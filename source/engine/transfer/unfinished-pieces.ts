import type {Bytes} from '../../base/units.js';
import type {Storage} from '../../io/disk/storage.js';
import {blockState, type PartialPiece} from '../../policy/requests/partial-pieces.js';
import type {DownloadOwner, DownloadPieces} from './download-owner.js';

/** The pieces that are not whole: writes what has come of them, takes them up again, or gives them up. */
export class UnfinishedPieces {
	readonly #pieces: DownloadPieces;
	readonly #owner: Pick<DownloadOwner, 'pool' | 'have'>;

	constructor(pieces: DownloadPieces, owner: Pick<DownloadOwner, 'pool' | 'have'>) {
		this.#pieces = pieces;
		this.#owner = owner;
	}

	/** Writes what has come, so that it is not lost. */
	async save(storage: Storage): Promise<void> {
		const saved: Array<Promise<unknown>> = [];
		for (const partial of this.#pieces.partials.all()) {
			if (partial.hashing || partial.received === 0) continue;
			const blocks: number[] = [];
			const slots: number[] = [];
			for (let block = 0; block < partial.blocks; block++) {
				if (partial.states[block] !== blockState.inPool) continue;
				blocks.push(block);
				slots.push(partial.slots[block]!);
				partial.states[block] = blockState.onDisk;
				partial.slots[block] = -1;
			}
			if (blocks.length === 0) continue;
			const {piece} = partial;
			saved.push(
				storage.storeBlocks(piece, blocks, slots).then(failure => {
					if (failure !== undefined) this.#unsaved(piece, blocks);
				}),
			);
		}
		await Promise.all(saved);
	}

	/** Blocks that could not be written after all. */
	#unsaved(piece: number, blocks: readonly number[]): void {
		const partial = this.#pieces.partials.get(piece);
		if (partial === undefined) return;
		for (const block of blocks) this.#pieces.partials.unrestore(partial, block);
		if (partial.untouched) this.forget(partial);
	}

	/** Takes up a piece an earlier session wrote blocks of. */
	restore(piece: number, blocks: readonly number[]): void {
		const {partials, picker} = this.#pieces;
		if (partials.get(piece) !== undefined || this.#owner.have.has(piece)) return;
		picker.take(piece);
		const partial = partials.begin(piece);
		for (const block of blocks) if (block < partial.blocks) partials.restore(partial, block);
	}

	/**
	 * Throws away what came from peers that lie, of pieces that are not hashed yet. Answers how many bytes that was.
	 *
	 * @param isMeant of which pieces; all when left out
	 */
	discardFrom(senders: ReadonlySet<number>, isMeant: (piece: number) => boolean = () => true): Bytes {
		const {partials, map} = this.#pieces;
		let bytes = 0;
		for (const partial of [...partials.all()]) {
			if (partial.hashing || !isMeant(partial.piece)) continue;
			for (let block = 0; block < partial.blocks; block++) {
				if (!senders.has(partial.senders[block]!)) continue;
				const slot = partials.discardFrom(partial, block);
				if (slot >= 0) this.#owner.pool.give(slot);
				bytes += map.blockSize(partial.piece, block);
			}
			if (partial.untouched) this.forget(partial);
		}
		return bytes;
	}

	/** Throws away what has come of all of them; answers how many bytes that was. */
	forgetAll(): Bytes {
		const {partials, map} = this.#pieces;
		let bytes = 0;
		for (const partial of [...partials.all()]) {
			if (partial.hashing) continue;
			for (let block = 0; block < partial.blocks; block++) {
				if (partial.states[block] === blockState.inPool) bytes += map.blockSize(partial.piece, block);
			}
			this.forget(partial);
		}
		return bytes;
	}

	/** Gives up a piece: it is open again, and its slots are free. */
	forget(partial: PartialPiece): void {
		const {partials, picker} = this.#pieces;
		for (let block = 0; block < partial.blocks; block++) {
			if (partial.states[block] === blockState.inPool) this.#owner.pool.give(partial.slots[block]!);
		}
		const {piece} = partial;
		partials.drop(piece);
		picker.giveBack(piece);
	}
}

import type {PieceGeometry} from '../pieces/piece-geometry.js';

/** What is known of a block in a piece that was begun. */
export const blockState = {missing: 0, inPool: 1, onDisk: 2} as const;

/** A piece that was begun: who was asked for its blocks, which came, and where they lie. */
export class PartialPiece {
	piece = -1;
	blocks = 0;
	/** How many peers each missing block is asked of. */
	readonly requests: Uint8Array;
	readonly states: Uint8Array;
	/** The pool slot of a block that is `inPool`, else -1. */
	readonly slots: Int32Array;
	/** Who gave the block; -1 for nobody yet, or a peer of another session. */
	readonly senders: Int32Array;
	/** When a block that is asked for was asked for last. */
	readonly askedAt: Float64Array;
	/** Missing blocks nobody is asked for. */
	free = 0;
	/** Blocks that came, and those of padding, which need not. */
	received = 0;
	padding = 0;
	/** The only peer that may be asked; -1 for all. A peer on parole works alone, so that guilt is certain. */
	exclusive = -1;
	/** All blocks were handed to the disk; a verdict is awaited. */
	hashing = false;
	/** Below this block none is free. */
	#from = 0;

	constructor(capacity: number) {
		this.requests = new Uint8Array(capacity);
		this.states = new Uint8Array(capacity);
		this.slots = new Int32Array(capacity);
		this.senders = new Int32Array(capacity);
		this.askedAt = new Float64Array(capacity);
	}

	reset(piece: number, blocks: number): void {
		this.piece = piece;
		this.blocks = blocks;
		this.requests.fill(0);
		this.states.fill(blockState.missing);
		this.slots.fill(-1);
		this.senders.fill(-1);
		this.free = blocks;
		this.received = 0;
		this.padding = 0;
		this.exclusive = -1;
		this.hashing = false;
		this.#from = 0;
	}

	/** The next block to ask for, marked as asked; -1 when all are asked for. Called by `PartialPieces` only. */
	request(): number {
		if (this.free === 0) return -1;
		for (let block = this.#from; block < this.blocks; block++) {
			if (this.states[block] === blockState.missing && this.requests[block] === 0) {
				this.requests[block] = 1;
				this.free--;
				this.#from = block + 1;
				return block;
			}
		}
		return -1;
	}

	/** One peer less is asked for a block. Called by `PartialPieces` only. */
	release(block: number): void {
		if (this.requests[block] === 0) return;
		this.requests[block]!--;
		if (this.requests[block] === 0 && this.states[block] === blockState.missing) {
			this.free++;
			if (block < this.#from) this.#from = block;
		}
	}

	/** Looks at `block` again when the next one to ask for is sought. */
	reopen(block: number): void {
		if (block < this.#from) this.#from = block;
	}

	/** No block has come, none is asked for. */
	get untouched(): boolean {
		return this.received === this.padding && this.free === this.blocks - this.padding;
	}
}

/** The pieces that were begun, block by block. Pieces it is done with are used again: nothing is allocated a block. */
export class PartialPieces {
	readonly #map: PieceGeometry;
	readonly #partials = new Map<number, PartialPiece>();
	/** Those with blocks nobody was asked for: what the planner goes through. */
	readonly #open = new Set<PartialPiece>();
	readonly #spare: PartialPiece[] = [];
	/** Many small ones or few large ones: about a megabyte. */
	readonly #spareMost: number;

	constructor(map: PieceGeometry) {
		this.#map = map;
		this.#spareMost = Math.max(16, Math.min(2048, Math.floor(65_536 / map.blocksPerPiece)));
	}

	get size(): number {
		return this.#partials.size;
	}

	/** The section of the resume data: blocks that are on the disk, of pieces that are not whole. */
	export(): Array<{readonly piece: number; readonly blocks: readonly number[]}> {
		const saved: Array<{readonly piece: number; readonly blocks: readonly number[]}> = [];
		for (const {piece, hashing, states, blocks: count} of this.#partials.values()) {
			if (hashing) continue;
			const blocks: number[] = [];
			for (let block = 0; block < count; block++) if (states[block] === blockState.onDisk) blocks.push(block);
			if (blocks.length > this.#map.padBlocks(piece).length) saved.push({piece, blocks});
		}
		return saved;
	}

	all(): IterableIterator<PartialPiece> {
		return this.#partials.values();
	}

	/** The pieces with blocks that nobody was asked for. */
	open(): IterableIterator<PartialPiece> {
		return this.#open.values();
	}

	get(piece: number): PartialPiece | undefined {
		return this.#partials.get(piece);
	}

	begin(piece: number): PartialPiece {
		const partial = this.#spare.pop() ?? new PartialPiece(this.#map.blocksPerPiece);
		partial.reset(piece, this.#map.blockCount(piece));
		this.#partials.set(piece, partial);
		this.#open.add(partial);
		for (const block of this.#map.padBlocks(piece)) {
			this.restore(partial, block);
			partial.padding++;
		}
		return partial;
	}

	/** The next block of the piece to ask for, marked as asked; -1 when all are asked for. */
	request(partial: PartialPiece): number {
		const block = partial.request();
		if (partial.free === 0) this.#open.delete(partial);
		return block;
	}

	/** One peer more is asked for this very block, which is missing. */
	askFor(partial: PartialPiece, block: number): void {
		partial.requests[block]!++;
		if (partial.requests[block] !== 1) return;
		partial.free--;
		if (partial.free === 0) this.#open.delete(partial);
	}

	/** A peer will not send a block after all. */
	release(partial: PartialPiece, block: number): void {
		partial.release(block);
		if (partial.free > 0) this.#open.add(partial);
	}

	/** What one peer was to finish alone, being on parole, others may finish: nobody knows whether it goes on. */
	share(peer: number): void {
		for (const partial of this.#partials.values()) {
			if (partial.exclusive === peer && !partial.hashing) partial.exclusive = -1;
		}
	}

	/** Forgets a piece. Its slots must have been given away before. */
	drop(piece: number): void {
		const partial = this.#partials.get(piece);
		if (partial === undefined) return;
		this.#partials.delete(piece);
		this.#open.delete(partial);
		if (this.#spare.length < this.#spareMost) this.#spare.push(partial);
	}

	/** Takes a block in. `duplicate` means it was there already and the slot is still the caller's. */
	receive(
		partial: PartialPiece,
		block: number,
		slot: number,
		sender: number,
	): 'accepted' | 'complete' | 'duplicate' {
		if (partial.states[block] !== blockState.missing) return 'duplicate';
		if (partial.requests[block] === 0) {
			partial.free--;
			if (partial.free === 0) this.#open.delete(partial);
		}
		partial.states[block] = blockState.inPool;
		partial.slots[block] = slot;
		partial.senders[block] = sender;
		partial.received++;
		return partial.received === partial.blocks ? 'complete' : 'accepted';
	}

	/** A block that an earlier session wrote. */
	restore(partial: PartialPiece, block: number): void {
		if (partial.states[block] !== blockState.missing) return;
		if (partial.requests[block] === 0) {
			partial.free--;
			if (partial.free === 0) this.#open.delete(partial);
		}
		partial.states[block] = blockState.onDisk;
		partial.received++;
	}

	/** A block that came is not to be used after all. Answers its slot, which is the caller's now; -1 when it had none. */
	discardFrom(partial: PartialPiece, block: number): number {
		if (partial.states[block] === blockState.missing) return -1;
		const slot = partial.slots[block]!;
		partial.states[block] = blockState.missing;
		partial.slots[block] = -1;
		partial.senders[block] = -1;
		partial.received--;
		if (partial.requests[block] === 0) {
			partial.free++;
			partial.reopen(block);
			this.#open.add(partial);
		}
		return slot;
	}

	/** A block that was thought to be written is not. */
	unrestore(partial: PartialPiece, block: number): void {
		if (partial.states[block] !== blockState.onDisk) return;
		partial.states[block] = blockState.missing;
		partial.received--;
		if (partial.requests[block] === 0) {
			partial.free++;
			partial.reopen(block);
			this.#open.add(partial);
		}
	}
}

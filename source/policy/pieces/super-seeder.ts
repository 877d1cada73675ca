import type {Bitfield} from '../../protocol/wire/bitfield.js';

/** A piece to tell a peer of. */
export interface Reveal {
	readonly peer: number;
	readonly piece: number;
}

/** What a peer may fetch at a time: two, so that it need not wait for the second. */
const atOnce = 2;

interface PeerShare {
	/** Undefined for a peer that has everything. */
	readonly pieces: () => Bitfield | undefined;
	/** Told of, and not yet seen with anybody else. */
	readonly open: Set<number>;
	readonly told: Set<number>;
}

/**
 * Super-seeding: a first seeder shows each peer only pieces that are rare, and another one only when a piece it was
 * shown turns up with somebody else. So each piece leaves about once, and those who pass on nothing get nothing.
 * A peer is given more at once, too, when there is nobody else who could get the piece from it. BEP 16.
 */
export class SuperSeeder {
	readonly #pieceCount: number;
	readonly #random: () => number;
	readonly #held: (piece: number) => number;
	/** How many peers were told of a piece. */
	readonly #told: Uint16Array;
	readonly #shares = new Map<number, PeerShare>();

	/**
	 * @param random 0 <= x < 1
	 * @param held how many peers have a piece, as far as they say
	 */
	constructor(pieceCount: number, random: () => number, held: (piece: number) => number) {
		this.#pieceCount = pieceCount;
		this.#random = random;
		this.#held = held;
		this.#told = new Uint16Array(pieceCount);
	}

	/** A peer told what it has. Answers what to tell it. */
	joined(peer: number, pieces: () => Bitfield | undefined): Reveal[] {
		this.left(peer);
		const share: PeerShare = {pieces, open: new Set(), told: new Set()};
		this.#shares.set(peer, share);
		return this.#reveal(peer, share);
	}

	/** A peer has a piece now. Answers what to tell whom. */
	has(peer: number, piece: number): Reveal[] {
		const reveals: Reveal[] = [];
		for (const [other, share] of this.#shares) {
			if (!share.open.has(piece)) continue;
			if (other === peer && !this.#isLast(peer, piece)) continue;
			share.open.delete(piece);
			reveals.push(...this.#reveal(other, share));
		}
		return reveals;
	}

	/**
	 * A peer wants nothing of what it was shown, so it has it all, whether it says so or not: some tell those who have a
	 * piece nothing of theirs. Answers what to tell it when nobody else could show that.
	 */
	sated(peer: number): Reveal[] {
		return [...(this.#shares.get(peer)?.open ?? [])].flatMap(piece =>
			this.#isLast(peer, piece) ? this.has(peer, piece) : [],
		);
	}

	left(peer: number): void {
		const share = this.#shares.get(peer);
		if (share === undefined) return;
		for (const piece of share.told) this.#told[piece]!--;
		this.#shares.delete(peer);
	}

	/** Whether a peer was told of a piece. */
	wasTold(peer: number, piece: number): boolean {
		return this.#shares.get(peer)?.told.has(piece) ?? false;
	}

	/** Nobody else lacks the piece: it cannot turn up anywhere. */
	#isLast(peer: number, piece: number): boolean {
		for (const [other, share] of this.#shares) {
			const pieces = share.pieces();
			if (other !== peer && pieces !== undefined && !pieces.has(piece)) return false;
		}
		return true;
	}

	#reveal(peer: number, share: PeerShare): Reveal[] {
		const reveals: Reveal[] = [];
		const pieces = share.pieces();
		while (pieces !== undefined && share.open.size < atOnce) {
			const piece = this.#rarest(share, pieces);
			if (piece < 0) break;
			share.open.add(piece);
			share.told.add(piece);
			this.#told[piece]!++;
			reveals.push({peer, piece});
		}
		return reveals;
	}

	/** The piece it lacks that fewest have or were told of, beginning anywhere; -1 when it has or knows all. */
	#rarest(share: PeerShare, pieces: Bitfield): number {
		let best = -1;
		let fewest = Infinity;
		const from = Math.floor(this.#random() * this.#pieceCount);
		for (let step = 0; step < this.#pieceCount; step++) {
			const piece = (from + step) % this.#pieceCount;
			if (pieces.has(piece) || share.told.has(piece)) continue;
			const spread = this.#told[piece]! + this.#held(piece);
			if (spread === 0) return piece;
			if (spread >= fewest) continue;
			best = piece;
			fewest = spread;
		}
		return best;
	}
}

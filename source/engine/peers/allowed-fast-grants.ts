import type {Bytes} from '../../base/units.js';

/** A peer that has fewer pieces than this is granted some, and as many. BEP 6. */
export const fewPieces = 5;

/** What one peer may have though we choke it: some pieces to begin trading with, once each. BEP 6, "allowed fast". */
export class AllowedFastGrants {
	/** What is left of each piece; most peers are given none. */
	#left: Map<number, Bytes> | undefined;

	get none(): boolean {
		return this.#left === undefined;
	}

	add(piece: number, size: Bytes): void {
		this.#left ??= new Map();
		this.#left.set(piece, size);
	}

	/** Whether a request is for one of them, of a peer that has `pieces` pieces; counts it. */
	take(piece: number, length: Bytes, pieces: number): boolean {
		const left = this.#left?.get(piece) ?? 0;
		if (left < length || pieces >= fewPieces) return false;
		this.#left?.set(piece, left - length);
		return true;
	}
}

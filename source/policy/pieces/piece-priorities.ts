/** A run of pieces, both ends included. */
export type PieceRange = readonly [first: number, last: number];

/** In what is exported: nothing was chosen, the piece is as urgent as its files. */
export const asFiles = 255;

/** The priorities that were chosen for single pieces, above those of their files. Costs nothing while there are none. */
export class PiecePriorities {
	readonly #pieceCount: number;
	#chosen: Uint8Array | undefined;
	#count = 0;

	constructor(pieceCount: number) {
		this.#pieceCount = pieceCount;
	}

	/** How many pieces have a priority of their own. */
	get count(): number {
		return this.#count;
	}

	/** The priority chosen for a piece; undefined when it is as urgent as its files. */
	of(piece: number): number | undefined {
		const chosen = this.#chosen?.[piece];
		return chosen === asFiles ? undefined : chosen;
	}

	/** @param priority undefined for that of the files */
	set([first, last]: PieceRange, priority: number | undefined): void {
		if (this.#chosen === undefined) {
			if (priority === undefined) return;
			this.#chosen = new Uint8Array(this.#pieceCount).fill(asFiles);
		}
		const value = priority ?? asFiles;
		for (let piece = first; piece <= last; piece++) {
			if (this.#chosen[piece] !== asFiles) this.#count--;
			if (value !== asFiles) this.#count++;
			this.#chosen[piece] = value;
		}
		if (this.#count === 0) this.#chosen = undefined;
	}

	/** Puts what was chosen over the priorities that follow from the files. One byte a piece. */
	over(priorities: Uint8Array): void {
		if (this.#chosen === undefined) return;
		for (let piece = 0; piece < this.#pieceCount; piece++)
			priorities[piece] = this.of(piece) ?? priorities[piece]!;
	}

	/** The pieces with a priority of their own. */
	*pieces(): Generator<number, void, undefined> {
		if (this.#chosen === undefined) return;
		for (let piece = 0; piece < this.#pieceCount; piece++) if (this.#chosen[piece] !== asFiles) yield piece;
	}

	/** One byte a piece, as `take` reads it; undefined when nothing was chosen. */
	export(): Uint8Array | undefined {
		return this.#chosen?.slice();
	}

	/** Takes up what was exported; of another length it is left alone. */
	take(chosen: Uint8Array | undefined): void {
		this.#chosen = undefined;
		this.#count = 0;
		if (chosen?.length !== this.#pieceCount) return;
		for (const value of chosen) if (value !== asFiles) this.#count++;
		if (this.#count > 0) this.#chosen = chosen.slice();
	}
}

/** The same pieces as runs in ascending order that do not touch. Single pieces stand for runs of one. */
export function joinRanges(pieces: ReadonlyArray<number | PieceRange>): PieceRange[] {
	const sorted = pieces
		.map((entry): PieceRange => (typeof entry === 'number' ? [entry, entry] : entry))
		.sort((one, other) => one[0] - other[0]);
	const joined: Array<[number, number]> = [];
	for (const [first, last] of sorted) {
		const before = joined.at(-1);
		if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
		else joined.push([first, last]);
	}
	return joined;
}

/** Which pieces have changed since somebody looked last. Notes each once, and allocates nothing after it was made. */
export class ChangedPieces {
	/** 1 where a piece is in the list. */
	readonly #noted: Uint8Array;
	readonly #list: Int32Array;
	#count = 0;
	#all = true;

	/** All count as changed until they are looked at for the first time. */
	constructor(pieceCount: number) {
		this.#noted = new Uint8Array(pieceCount);
		this.#list = new Int32Array(pieceCount);
	}

	note(piece: number): void {
		if (this.#all || this.#noted[piece] === 1) return;
		this.#noted[piece] = 1;
		this.#list[this.#count++] = piece;
	}

	noteAll(): void {
		this.#all = true;
	}

	/** Tells each piece that has changed, in any order, and begins anew. */
	take(tell: (piece: number) => void): void {
		const count = this.#all ? this.#noted.length : this.#count;
		for (let at = 0; at < count; at++) tell(this.#all ? at : this.#list[at]!);
		for (let at = 0; at < this.#count; at++) this.#noted[this.#list[at]!] = 0;
		this.#count = 0;
		this.#all = false;
	}
}

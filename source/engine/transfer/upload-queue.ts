import {type Bytes, blockLength, type Millis} from '../../base/units.js';

/** Blocks that go out together in one frame slab. */
export const blocksPerSlab = 16;
/** What we tell peers they may ask for at a time (`reqq`, BEP 10). */
export const acceptedRequests = 2000;

/** Numbers a request takes: its piece, its first byte, its length, which is 0 once it was taken back. */
const fields = 3;
/** More than the bytes of any piece: a piece and a byte in it make one number. */
const longestPiece = 2 ** 30;

/** Neighbouring blocks of one piece. */
export interface UploadRun {
	readonly piece: number;
	/** The first byte in the piece. */
	readonly begin: Bytes;
	/** How many requests. */
	readonly count: number;
	/** Bytes of all of them. */
	readonly length: Bytes;
}

/**
 * What one peer has asked for and not got yet, oldest first. Three numbers a request, in one growing array; where each
 * stands is known, so that taking one back costs no look at the others.
 */
export class UploadQueue {
	#items = new Float64Array(fields * 64);
	/** The first that waits, and the end, in requests. */
	#head = 0;
	#end = 0;
	/** Requests that wait: those between that were not taken back. */
	#count = 0;
	/** Undefined until one is taken back: most never are. Made anew at most once for each that is put in. */
	#places: Map<number, number> | undefined;
	/** Slabs that are being read or sent. */
	inFlight = 0;
	/** Slabs that were sent, ever. */
	slabsServed = 0;
	/** Bytes in those that are being read or sent. */
	bytesInFlight: Bytes = 0;
	/** When any of that was last taken, or the first of it began. */
	movedAt: Millis = 0;
	/** What it was given since it was unchoked last, in pieces. */
	piecesSinceUnchoke = 0;
	/** What the kernel had not taken when it was looked at last. */
	untaken: Bytes = 0;

	get length(): number {
		return this.#count;
	}

	/** Nothing is asked for, nothing on its way. */
	get isIdle(): boolean {
		return this.#count === 0 && this.inFlight === 0;
	}

	/** False when the peer has asked for more than it may. */
	push(piece: number, begin: number, length: number): boolean {
		if (this.#count >= acceptedRequests) return false;
		if (fields * this.#end === this.#items.length) this.#makeRoom();
		this.#put(this.#end, piece, begin, length);
		this.#end++;
		this.#count++;
		return true;
	}

	#put(place: number, piece: number, begin: number, length: number): void {
		const at = fields * place;
		this.#items[at] = piece;
		this.#items[at + 1] = begin;
		this.#items[at + 2] = length;
		this.#places?.set(piece * longestPiece + begin, place);
	}

	#findPlaces(): Map<number, number> {
		const places = new Map<number, number>();
		for (let place = this.#head; place < this.#end; place++) {
			const at = fields * place;
			if (this.#items[at + 2]! > 0) places.set(this.#items[at]! * longestPiece + this.#items[at + 1]!, place);
		}
		return places;
	}

	/** Answers whether the request was still waiting. */
	cancel(piece: number, begin: number, length: number): boolean {
		if (this.#count === 0) return false;
		this.#places ??= this.#findPlaces();
		const key = piece * longestPiece + begin;
		const place = this.#places.get(key);
		if (place === undefined || this.#items[fields * place + 2] !== length) return false;
		this.#places.delete(key);
		this.#items[fields * place + 2] = 0;
		this.#count--;
		if (this.#count === 0) this.#reset();
		return true;
	}

	/** Takes all out and tells each, which may be put in again at once. */
	clear(tell: (piece: number, begin: number, length: number) => void): void {
		const items = this.#items.slice(fields * this.#head, fields * this.#end);
		this.#reset();
		for (let at = 0; at < items.length; at += fields)
			if (items[at + 2]! > 0) tell(items[at]!, items[at + 1]!, items[at + 2]!);
	}

	/**
	 * Takes the requests that can be sent in one go: whole blocks but for the last, wherever they are.
	 * @param mostBytes at least one request is taken, whatever it is
	 * @param mostBlocks how many requests there is room for
	 * @param apart with so many bytes no others are put together that are not neighbours
	 */
	takeRuns(mostBytes: Bytes, mostBlocks = blocksPerSlab, apart: Bytes = Infinity): UploadRun[] {
		const runs: UploadRun[] = [];
		let bytes = mostBytes;
		let blocks = mostBlocks;
		while (blocks > 0) {
			if (runs.length > 0 && (mostBytes - bytes >= apart || this.#nextLength() > bytes)) break;
			if (runs.length > 0 && mostBlocks === blocksPerSlab && !this.#nextFits(blocks)) break;
			const run = this.takeRun(bytes, blocks);
			if (run === undefined) break;
			runs.push(run);
			bytes -= run.length;
			blocks -= run.count;
			if (run.length < run.count * blockLength) break;
		}
		return runs;
	}

	/** Of the oldest request that waits, which is the first then; 0 when none does. */
	#nextLength(): Bytes {
		if (this.#count === 0) return 0;
		while (this.#items[fields * this.#head + 2] === 0) this.#head++;
		return this.#items[fields * this.#head + 2]!;
	}

	/**
	 * The next run has room, all of it. One that is cut in two takes two reads, and so does the next then, and each after:
	 * most pieces are some slabs long.
	 */
	#nextFits(blocks: number): boolean {
		const first = fields * this.#head;
		let end = this.#items[first + 1]!;
		let count = 0;
		for (let at = first; at < fields * this.#end && count <= blocks; at += fields) {
			const size = this.#items[at + 2]!;
			if (size === 0) continue;
			if (this.#items[at] !== this.#items[first] || this.#items[at + 1] !== end) break;
			end += size;
			count++;
		}
		return count <= blocks;
	}

	/**
	 * Takes the requests that can be read in one go: neighbours in one piece, whole blocks but for the last.
	 * Undefined when nothing waits.
	 * @param mostBytes at least one request is taken, whatever it is
	 * @param mostBlocks how many requests there is room for
	 */
	takeRun(mostBytes: Bytes, mostBlocks = blocksPerSlab): UploadRun | undefined {
		if (this.#nextLength() === 0) return undefined;
		const at = fields * this.#head;
		const piece = this.#items[at]!;
		const begin = this.#items[at + 1]!;
		let length = 0;
		let count = 0;
		let last = blockLength;
		for (; this.#head < this.#end && count < mostBlocks && last === blockLength; this.#head++) {
			const next = fields * this.#head;
			const size = this.#items[next + 2]!;
			if (size === 0) continue;
			const follows = this.#items[next] === piece && this.#items[next + 1] === begin + length;
			if (count > 0 && (!follows || length + size > mostBytes)) break;
			if (this.#places !== undefined) {
				const key = piece * longestPiece + begin + length;
				if (this.#places.get(key) === this.#head) this.#places.delete(key);
			}
			length += size;
			last = size;
			count++;
		}
		this.#count -= count;
		if (this.#count === 0) this.#reset();
		return {piece, begin, count, length};
	}

	#reset(): void {
		this.#head = 0;
		this.#end = 0;
		this.#count = 0;
		this.#places = undefined;
	}

	/** Moves those that wait to the front, of a longer array when they fill half of this one. */
	#makeRoom(): void {
		const from = this.#items;
		const end = this.#end;
		if (2 * fields * this.#count > from.length) this.#items = new Float64Array(2 * from.length);
		let to = 0;
		this.#places?.clear();
		for (let place = this.#head; place < end; place++) {
			const at = fields * place;
			if (from[at + 2]! > 0) this.#put(to++, from[at]!, from[at + 1]!, from[at + 2]!);
		}
		this.#head = 0;
		this.#end = to;
	}
}

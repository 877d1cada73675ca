import {type BytesPerSecond, blockLength, type Millis, type Seconds} from '../../base/units.js';

const fewest = 2;
const most = 500;
/** How much is kept on its way, as time at the peer's rate. */
const queueTime: Seconds = 3;
/** While pieces are due no queue is cut below so many blocks, of somebody who has sent none yet, … */
const fewestUnknown = 3;
/** … and else, … */
const fewestDue = 2;
/** A source of which it is not known yet how fast it is has no more. */
const mostGrowing = 8;
/** … nor kept so long that what is on its way takes more than this. */
const longestDue: Millis = 1000;
const shortestTimeout: Millis = 2000;
const longestTimeout: Millis = 60_000;
const snubAfter: Millis = 20_000;
/** At the end others are not kept waiting by one that has never sent a block, for so long after it was asked, nor … */
const doubtNewAfter: Millis = 1000;
/** … by one that owes us a block for so long, or … */
const doubtAfter: Millis = 2000;
/** … for twice as long as a block usually takes it, when it is a slow one; but no longer than this. */
const longestDoubt: Millis = 10_000;

/**
 * The blocks one peer was asked for, oldest first, and how many there should be. Starts slowly: one more for each
 * block that comes, until the rate no longer grows; then enough for three seconds.
 */
export class RequestQueue {
	/** Blocks as piece * blocksPerPiece + block, in the order they were asked for. */
	#blocks = new Float64Array(64);
	#askedAt = new Float64Array(64);
	#head = 0;
	#count = 0;
	readonly #blocksPerPiece: number;
	#ceiling = 250;
	#slowStart = true;
	#window = 16;
	#lastRate: BytesPerSecond = 0;
	#meanTime: Millis = 0;
	#deviation: Millis = 0;
	#lastBlockAt: Millis;
	#fastest: Millis = Infinity;
	/** Something was taken back: what was asked for at first may come for what is asked for anew. */
	#hasTakenBack = false;
	/** Since when it owes us a block, whatever was taken back since; Infinity when it sent what it was asked for. */
	#owesSince: Millis = Infinity;
	/** At the end: what it is asked for, others are asked for as if it were not, until it sends a block. */
	disregarded = false;
	/** When it was asked last. */
	lastAskedAt: Millis = -Infinity;
	/** It sent nothing for 20 s of what it was asked for. */
	snubbed = false;

	constructor(blocksPerPiece: number, now: Millis) {
		this.#blocksPerPiece = blocksPerPiece;
		this.#lastBlockAt = now;
	}

	get outstanding(): number {
		return this.#count;
	}

	/** What the peer says it takes (`reqq`, BEP 10). */
	set ceiling(reqq: number) {
		this.#ceiling = Math.max(1, Math.min(most, reqq));
	}

	/** How many blocks should be on their way. */
	get target(): number {
		return this.snubbed ? 1 : Math.min(this.#window, this.#ceiling);
	}

	/**
	 * The same while pieces are due: a third of it, and few before it is known how fast the peer is. Many are fast at first,
	 * and slow when they have used up what they had saved.
	 */
	get dueTarget(): number {
		if (this.snubbed) return 1;
		if (this.#meanTime === 0) return fewestUnknown;
		const inTime = 1 + Math.ceil(longestDue / this.#meanTime);
		const most = this.#slowStart ? mostGrowing : Infinity;
		return Math.max(fewestDue, Math.min(inTime, most, Math.ceil(this.target / 3)));
	}

	/** How many more blocks the peer takes, whatever its rate. */
	get room(): number {
		return Math.max(0, (this.snubbed ? 1 : this.#ceiling) - this.#count);
	}

	/** How long it has kept us waiting for a block; 0 when it was asked for none. */
	waited(now: Millis): Millis {
		return this.#count === 0 ? 0 : Math.max(0, now - this.#lastBlockAt);
	}

	has(piece: number, block: number): boolean {
		return this.#find(piece * this.#blocksPerPiece + block) >= 0;
	}

	ask(piece: number, block: number, now: Millis): void {
		if (this.#head + this.#count === this.#blocks.length) this.#makeRoom();
		if (this.#count === 0) this.#lastBlockAt = now;
		this.#blocks[this.#head + this.#count] = piece * this.#blocksPerPiece + block;
		this.#askedAt[this.#head + this.#count] = now;
		this.#count++;
		this.lastAskedAt = now;
		if (this.#owesSince === Infinity) this.#owesSince = now;
	}

	/** A block came, or was refused. Answers whether it was asked for. */
	settle(piece: number, block: number, now: Millis, came: boolean): boolean {
		const at = this.#find(piece * this.#blocksPerPiece + block);
		if (at < 0) return false;
		if (came) {
			const askedAt = this.#askedAt[at]!;
			if (!this.#hasTakenBack) this.#fastest = Math.min(this.#fastest, now - askedAt);
			this.#learn(now - Math.max(askedAt, this.#lastBlockAt), now);
		}
		if (at === this.#head) {
			this.#head++;
		} else {
			this.#blocks.copyWithin(at, at + 1, this.#head + this.#count);
			this.#askedAt.copyWithin(at, at + 1, this.#head + this.#count);
		}
		this.#count--;
		if (this.#count === 0) this.#head = 0;
		if (came) this.#owesSince = this.#count === 0 ? Infinity : now;
		return true;
	}

	/** Tells everything that was asked for, and how many blocks come before each. */
	each(tell: (piece: number, block: number, ahead: number) => void): void {
		for (let ahead = 0; ahead < this.#count; ahead++) {
			const id = this.#blocks[this.#head + ahead]!;
			const piece = Math.floor(id / this.#blocksPerPiece);
			tell(piece, id - piece * this.#blocksPerPiece, ahead);
		}
	}

	/** Takes everything back that was asked for before `before`, and tells it. */
	clear(tell: (piece: number, block: number) => void, before: Millis = Infinity): void {
		const from = this.#head;
		const end = from + this.#count;
		let to = from;
		while (to < end && this.#askedAt[to]! < before) to++;
		if (to > from) this.#hasTakenBack = true;
		this.#count = end - to;
		this.#head = this.#count === 0 ? 0 : to;
		for (let at = from; at < to; at++) {
			const piece = Math.floor(this.#blocks[at]! / this.#blocksPerPiece);
			tell(piece, this.#blocks[at]! - piece * this.#blocksPerPiece);
		}
	}

	/** Adapts the window; asked about once a second. */
	adapt(rate: BytesPerSecond): void {
		if (this.#slowStart) {
			// Growth below a block a second is none.
			if (this.#lastRate > 0 && rate < this.#lastRate + 5000 && this.#window >= fewest)
				this.#slowStart = false;
			this.#lastRate = rate;
		}
		if (!this.#slowStart) {
			this.#window = Math.max(fewest, Math.min(most, Math.ceil((queueTime * rate) / blockLength)));
		}
	}

	/** The least time between a request and its block, until one was taken back: a round trip takes no longer. Infinity before the first. */
	get fastest(): Millis {
		return this.#fastest;
	}

	/** How long a block takes, on average; 0 before the first. */
	get blockTime(): Millis {
		return this.#meanTime;
	}

	/** How long a block may take before others are asked: what this peer usually needs, and then some. */
	get timeout(): Millis {
		if (this.#meanTime === 0) return longestTimeout / 2;
		return Math.max(shortestTimeout, Math.min(longestTimeout, this.#meanTime + 4 * this.#deviation));
	}

	/** Whether it takes longer than it usually does: reason to ask others, if there is nothing else left to ask for. */
	isLate(now: Millis): boolean {
		return this.#count > 0 && now - this.#lastBlockAt > this.timeout;
	}

	/** Whether it has been silent for so long that there is no counting on it. */
	isSilent(now: Millis): boolean {
		return this.#count > 0 && now - this.#lastBlockAt > snubAfter;
	}

	/** Since when it owes us a block; Infinity when it owes none. */
	get owesSince(): Millis {
		return this.#owesSince;
	}

	/** It said that it will not send what it was asked for: it owes us nothing. */
	excuse(): void {
		if (this.#count === 0) this.#owesSince = Infinity;
	}

	/**
	 * Whether it is better not to count on what it was asked for, when there is nothing else left to ask for.
	 * @param least for one that others cannot help sooner
	 */
	isDoubtful(now: Millis, least: Millis = 0): boolean {
		const usual = Math.max(doubtAfter, Math.min(2 * this.#meanTime, longestDoubt));
		return now - this.#owesSince > Math.max(least, this.#meanTime === 0 ? doubtNewAfter : usual);
	}

	/** How long the oldest request waits; 0 when there is none. */
	oldest(now: Millis): Millis {
		return this.#count === 0 ? 0 : now - this.#askedAt[this.#head]!;
	}

	/** `gap` is the time since the block before, or since it was asked for when the peer had nothing to send. */
	#learn(gap: Millis, now: Millis): void {
		this.#lastBlockAt = now;
		this.snubbed = false;
		if (this.#meanTime === 0) {
			this.#meanTime = Math.max(1, gap);
			this.#deviation = gap / 2;
		} else {
			this.#deviation += (Math.abs(gap - this.#meanTime) - this.#deviation) / 8;
			this.#meanTime += (gap - this.#meanTime) / 8;
		}
		if (this.#slowStart && this.#window < most) this.#window++;
	}

	#find(id: number): number {
		const end = this.#head + this.#count;
		for (let at = this.#head; at < end; at++) if (this.#blocks[at] === id) return at;
		return -1;
	}

	#makeRoom(): void {
		if (this.#head > 0) {
			this.#blocks.copyWithin(0, this.#head, this.#head + this.#count);
			this.#askedAt.copyWithin(0, this.#head, this.#head + this.#count);
			this.#head = 0;
			if (this.#count < this.#blocks.length) return;
		}
		const blocks = new Float64Array(2 * this.#blocks.length);
		const askedAt = new Float64Array(2 * this.#blocks.length);
		blocks.set(this.#blocks);
		askedAt.set(this.#askedAt);
		this.#blocks = blocks;
		this.#askedAt = askedAt;
	}
}

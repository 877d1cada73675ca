import {type Bytes, blockLength, type Millis} from '../../base/units.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {PiecePicker, timeCriticalPriority} from '../../policy/pieces/piece-picker.js';
import {Deadlines} from '../../policy/requests/deadline-list.js';
import {type PartialPiece, PartialPieces} from '../../policy/requests/partial-pieces.js';
import {
	type PlanOptions,
	type RequestablePeer,
	RequestPlanner,
} from '../../policy/requests/request-planner.js';
import {type Run, RunPlanner} from '../../policy/requests/run-planner.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import {type BlockSource, hasPiece} from './block-source.js';
import type {DownloadOwner, DownloadPieces} from './download-owner.js';
import {EndGame} from './end-game.js';
import {IncomingBlocks} from './incoming-blocks.js';
import {RequestAccount} from './request-account.js';
import {UnfinishedPieces} from './unfinished-pieces.js';

const mostRefusals = 2000;
/** Blocks at a time of a source that is asked in runs, when only pieces are left that others have begun. */
const mostOfOthers = 64;
/** Of a peer that could send more than its share so many are asked in one go, or most: a write costs more than its bytes. */
const fewestAtOnce = 8;
/** As far as they come within this: to a slower peer a write costs next to nothing, and at the end each block counts. */
const atOnceTime: Millis = 10;
/** So many blocks of a run are left to the server that was asked for it. */
const fewestOfRun = 8;
/** With fewer pieces than this there is next to nothing to trade. */
const fewHad = 4;

/** Asks sources for the blocks that are needed, and hands whole pieces to the disk. */
export class Downloader implements DownloadPieces {
	readonly map: PieceGeometry;
	readonly picker: PiecePicker;
	readonly partials: PartialPieces;
	/** Wanted and not had. */
	readonly needed: Bitfield;
	/** When pieces are due that are wanted and not had. */
	readonly deadlines = new Deadlines();
	readonly unfinished: UnfinishedPieces;
	/** Takes in what sources send. */
	readonly incoming: IncomingBlocks;
	readonly endGame: EndGame;
	readonly #owner: DownloadOwner;
	readonly #planner: RequestPlanner;
	readonly #runs: RunPlanner;
	readonly #random: () => number;
	readonly #account: RequestAccount;
	readonly #askInTurn = (source: BlockSource, now: Millis): void => {
		source.lookedAt?.(now);
		this.refill(source);
		// It may have nothing on its way: nothing it sends would bring it back to mind.
		if (source.requests.waitsForBuffer)
			this.#owner.budget.waitForBuffer?.(source, waiting => this.refill(waiting));
	};

	constructor(map: PieceGeometry, owner: DownloadOwner, random: () => number) {
		this.map = map;
		this.#owner = owner;
		this.#random = random;
		this.picker = new PiecePicker(map.pieceCount, random);
		this.partials = new PartialPieces(map);
		this.needed = new Bitfield(map.pieceCount);
		this.#planner = new RequestPlanner(this.picker, this.partials, this.deadlines);
		this.#runs = new RunPlanner(this.picker, this.partials, this.deadlines, map);
		this.unfinished = new UnfinishedPieces(this, owner);
		this.#account = new RequestAccount(this, this.unfinished, owner);
		this.endGame = new EndGame(this, this.#account, owner);
		this.incoming = new IncomingBlocks(this, this.#account, this.endGame, owner, this);
	}

	/** Takes over which pieces are wanted, and the array. One byte a piece. What is not wanted is not due either. */
	setPriorities(priorities: Uint8Array): void {
		for (const piece of this.deadlines.pieces()) {
			if (priorities[piece] === 0) this.deadlines.delete(piece);
			else priorities[piece] = timeCriticalPriority;
		}
		this.picker.setPriorities(priorities);
		// Of most torrents that begin everything is wanted, and nothing had.
		if (this.#owner.have.count === 0 && !priorities.includes(0)) this.needed.fill();
		else
			for (let piece = 0; piece < this.map.pieceCount; piece++) {
				if (priorities[piece]! > 0 && !this.#owner.have.has(piece)) this.needed.set(piece);
				else this.needed.clear(piece);
			}
		for (const partial of [...this.partials.all()]) {
			if (partial.received === partial.padding && priorities[partial.piece] === 0) this.#withdraw(partial);
		}
	}

	/** As `setPriorities`, for one piece. */
	setPriority(piece: number, priority: number): void {
		if (priority === 0) this.deadlines.delete(piece);
		this.picker.setPriority(piece, this.deadlines.has(piece) ? timeCriticalPriority : priority);
		if (priority > 0 && !this.#owner.have.has(piece)) this.needed.set(piece);
		else this.needed.clear(piece);
		const partial = priority === 0 ? this.partials.get(piece) : undefined;
		if (partial !== undefined && partial.received === partial.padding) this.#withdraw(partial);
	}

	/** A piece that is wanted and not had is due. */
	setDeadline(piece: number, at: Millis): void {
		this.deadlines.set(piece, at);
		this.picker.setPriority(piece, timeCriticalPriority);
	}

	/** A piece is not due any more. Answers whether it was. */
	clearDeadline(piece: number): boolean {
		const wasDue = this.deadlines.delete(piece);
		if (wasDue) this.picker.setPriority(piece, this.#owner.piecePriority(piece));
		return wasDue;
	}

	/** What anybody was asked for of a piece that is not whole is cancelled. What has come of it stays. */
	takeBack(piece: number): void {
		for (const source of this.#owner.blockSources) {
			const partial = this.partials.get(piece);
			if (partial === undefined) return;
			for (let block = 0; block < partial.blocks; block++)
				if (partial.requests[block]! > 0) this.takeBackFrom(source, piece, block);
		}
	}

	/** The same for one block that one source was asked for, if it was. */
	takeBackFrom(source: BlockSource, piece: number, block: number): void {
		const partial = this.partials.get(piece);
		if (partial === undefined || partial.hashing) return;
		this.#account.cancel(source, partial, block);
		if (partial.untouched) this.unfinished.forget(partial);
	}

	/** Nobody wants the piece any more: what was asked for is cancelled. */
	#withdraw(partial: PartialPiece): void {
		for (const source of this.#owner.blockSources) {
			for (let block = 0; block < partial.blocks; block++) {
				if (partial.requests[block]! > 0 && source.asked(partial.piece, block))
					this.#account.cancel(source, partial, block);
			}
		}
		this.unfinished.forget(partial);
	}

	/** Marks a piece as had, before peers come: what resume data or a check found. */
	found(piece: number): void {
		this.picker.take(piece);
		this.needed.clear(piece);
		this.clearDeadline(piece);
	}

	/** A piece that was had is not there any more. */
	lost(piece: number): void {
		this.picker.giveBack(piece);
		if (this.picker.priority(piece) > 0) this.needed.set(piece);
	}

	/** Whether the source has anything we want. */
	interesting({pieces}: Pick<BlockSource, 'pieces'>): boolean {
		if (this.needed.count === 0) return false;
		return pieces === undefined || this.needed.countCommon(pieces) > 0;
	}

	/** Asks the source for more when it has room for a good few; cheap when it has not. */
	refill(source: BlockSource): void {
		if (this.#owner.storage === undefined || !source.amInterested || source.isClosed) return;
		const {requests, run} = source;
		if (run !== undefined) return this.#refillRun(source, run);
		const {queue} = requests;
		if (queue.disregarded) {
			if (this.endGame.nothingLeftToBegin) return this.endGame.probe(source);
			this.endGame.regard(source);
			queue.snubbed = true;
		}
		const share = this.#owner.budget.requestQuota(source);
		const quota = share < queue.target ? this.#turnQuota(source, share) : share;
		let target = Math.min(queue.target, quota);
		// What is due cannot pass what was asked for before: a shorter queue still fills the line.
		if (this.deadlines.size > 0) target = Math.min(target, queue.dueTarget);
		// A small share of what a peer could send is not asked for block by block.
		const atOnce =
			quota < queue.target
				? Math.min((target * 3) >> 2, fewestAtOnce, Math.floor(atOnceTime / queue.blockTime))
				: 1;
		const outstanding = queue.outstanding;
		if (outstanding > target - Math.max(1, atOnce, target >> 3)) return;
		const available = this.#owner.pool.available;
		if (available <= 0) {
			requests.waitsForBuffer = true;
			return;
		}
		const granted = this.#owner.downloadGrant(Math.min(target - outstanding, available) * blockLength);
		const count = Math.floor(granted / blockLength);
		if (count > 0) this.#owner.downloadUsed(granted, this.#ask(source, count));
	}

	/** What is due, or the last there is, waits for nobody's turn; nor does anything while we read slowly on purpose. */
	#turnQuota(source: BlockSource, share: number): number {
		const {budget, readsPaced} = this.#owner;
		if (this.deadlines.size > 0 || readsPaced || this.endGame.nothingLeftToBegin) return share;
		return budget.turnQuota?.(source, share, this.#askInTurn) ?? share;
	}

	/** As `refill`, when half of what should be on its way has come: so runs stay long. */
	#refillRun(source: BlockSource, run: Run): void {
		const {pool, budget, mayAsk} = this.#owner;
		const {requests} = source;
		const {queue} = requests;
		if (!mayAsk) return;
		if (queue.disregarded) {
			if (this.endGame.nothingLeftToBegin) return this.endGame.probe(source);
			this.endGame.regard(source);
		}
		// What is due cannot pass what was asked for before.
		const wish = this.deadlines.size > 0 ? Math.max(fewestOfRun, run.window >> 2) : run.window;
		const window = Math.min(wish, Math.max(mostOfOthers, budget.requestQuota(source)));
		const {outstanding} = queue;
		if (outstanding > window >> 1) return;
		const {available} = pool;
		// A piece at a time is worth a request, not what is freed of it now and then.
		if (available < Math.min(window - outstanding, this.map.blocksPerPiece, mostOfOthers)) {
			requests.waitsForBuffer = true;
			return;
		}
		const count = Math.min(window - outstanding, available);
		const ask = (piece: number, block: number): void => {
			this.#account.request(source, piece, block, source.now);
		};
		const {have, sequential, blockSources} = this.#owner;
		// What many need is best begun at different places.
		let others = 0;
		for (const {run} of blockSources) if (run === undefined) others++;
		const begin = others > 0 && have.count < fewHad ? this.#random() : 0;
		const planned = this.#runs.plan(source, run, count, {sequential, now: source.now, begin}, ask);
		if (planned > 0 || outstanding > 0) return;
		const options = {sequential, have: have.count, mayBegin: false, now: source.now};
		const rest = this.#planner.plan(source, Math.min(count, mostOfOthers), options, ask);
		if (rest === 0 && this.endGame.disregardDoubtful(source))
			this.#planner.plan(source, Math.min(count, mostOfOthers), options, ask);
	}

	/** Asks for up to so many blocks, whichever are best. Answers their bytes. */
	#ask(source: BlockSource, count: number): Bytes {
		let used = 0;
		const options: PlanOptions = {
			sequential: this.#owner.sequential,
			have: this.#owner.have.count,
			mayBegin: true,
			now: source.now,
		};
		const ask = (piece: number, block: number): void => {
			used += this.#account.request(source, piece, block, source.now);
		};
		const {offered} = source;
		if (offered === undefined) {
			if (!source.snubbed && this.endGame.nothingLeftToAsk) this.#shareRuns(source, count);
			const planned = this.#planner.plan(source, count, options, ask);
			if (planned < count && this.endGame.disregardDoubtful(source)) {
				this.#planner.plan(source, count - planned, options, ask);
			}
		} else if (offered.size > 0) {
			this.#planner.plan(this.#onlyOffered(source, offered), count, options, ask);
		}
		return used;
	}

	/**
	 * The end of what servers were asked for in one go is for a peer that would have nothing to do: so much of it that both
	 * are done at the same time.
	 */
	#shareRuns(source: BlockSource, count: number): void {
		let left = count;
		for (const other of this.#owner.blockSources) {
			const {queue} = other.requests;
			if (other.run === undefined || queue.outstanding <= fewestOfRun || queue.disregarded) continue;
			const [its, ours] = [Math.max(1, other.blockTime), Math.max(1, source.blockTime)];
			const part = Math.floor((queue.outstanding * its) / (its + ours));
			const first = queue.outstanding - Math.min(left, part, queue.outstanding - fewestOfRun);
			const blocks: Array<readonly [partial: PartialPiece, block: number]> = [];
			queue.each((piece, block, ahead) => {
				const partial = ahead < first ? undefined : this.partials.get(piece);
				if (partial?.exclusive === -1 && hasPiece(source, piece)) blocks.push([partial, block]);
			});
			for (const [partial, block] of blocks) this.#account.cancel(other, partial, block);
			left -= blocks.length;
		}
	}

	/** What a source that does not give everything lets us have. */
	#onlyOffered(source: BlockSource, offered: ReadonlySet<number>): RequestablePeer {
		const pieces = new Bitfield(this.map.pieceCount);
		for (const piece of offered) if (hasPiece(source, piece)) pieces.set(piece);
		return {
			id: source.id,
			pieces,
			snubbed: source.snubbed,
			onParole: source.onParole,
			outstanding: source.outstanding,
			blockTime: source.blockTime,
			asked: (piece: number, block: number) => source.asked(piece, block),
		};
	}

	/**
	 * Asks a source for this very block, which is missing, whomever else it was asked of. Answers its length; that it may
	 * come, and that there is memory for it, is the caller's to know. 0 when it could not be verified for now.
	 */
	askFor(source: BlockSource, piece: number, block: number, now: Millis): Bytes {
		let partial = this.partials.get(piece);
		if (partial === undefined) {
			if (this.picker.isHeld(piece)) return 0;
			this.picker.take(piece);
			partial = this.partials.begin(piece);
		}
		// Who works alone to show whose fault a wrong piece is does not make others late.
		partial.exclusive = -1;
		// What one is asked for that is not counted on counts when it sends again.
		if (!source.requests.queue.disregarded) this.partials.askFor(partial, block);
		partial.askedAt[block] = now;
		return this.#account.request(source, piece, block, now);
	}

	/** Hands a whole piece to the disk, which says what it is worth. */
	submitForHash(partial: PartialPiece): void {
		partial.hashing = true;
		this.#owner.storage?.storePiece(partial.piece, partial.slots.subarray(0, partial.blocks));
		partial.slots.fill(-1);
	}

	/** The source will not send a block. Answers whether that was a block it was asked for. */
	rejected(source: BlockSource, piece: number, begin: number, length: number): boolean {
		const {requests} = source;
		if (!this.map.isBlock(piece, begin, length)) {
			source.strike();
			return false;
		}
		const block = begin / blockLength;
		if (!requests.queue.settle(piece, block, source.now, false)) {
			// A cancel is answered too: by the block, or by a refusal like this one. BEP 6.
			if (requests.cancelled > 0) requests.cancelled--;
			else source.strike();
			return false;
		}
		this.#account.refund(source, piece, block);
		this.#account.release(source, piece, block);
		requests.queue.excuse();
		// With a choke comes a refusal for each request; who refuses far more than that gives nothing at all.
		if (++requests.refusals > mostRefusals) source.close('refuses whatever it is asked for');
		return true;
	}

	/** Takes back everything the source was asked for: it gives nothing now, was too slow, or is gone. */
	release(source: BlockSource): void {
		this.#account.releaseAll(source);
		if (source.isClosed) {
			this.endGame.left(source);
			this.incoming.left(source);
		}
		this.partials.share(source.id);
	}

	/**
	 * As `release`, for requests that are late: others may have them, and the source is told.
	 * @param before only what was asked for before this
	 */
	cancelAll(source: BlockSource, before: Millis = Infinity): void {
		this.#account.cancelAll(source, before);
		this.partials.share(source.id);
	}

	/** The disk has the piece. */
	stored(piece: number): void {
		this.needed.clear(piece);
		this.clearDeadline(piece);
		this.partials.drop(piece);
	}

	/** The piece is to be fetched anew. */
	again(piece: number): void {
		this.partials.drop(piece);
		this.picker.giveBack(piece);
	}
}

import {type Bytes, blockLength, type Millis} from '../../base/units.js';
import type {BlockPool} from '../../io/disk/block-pool.js';
import type {Storage} from '../../io/disk/storage.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {PiecePicker, timeCriticalPriority} from '../../policy/pieces/piece-picker.js';
import {Deadlines} from '../../policy/requests/deadline-list.js';
import {blockState, type PartialPiece, PartialPieces} from '../../policy/requests/partial-pieces.js';
import {type PlanOptions, RequestPlanner} from '../../policy/requests/request-planner.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import type {Peer} from '../peers/peer-connection.js';

/** What the downloader asks of, and tells, its torrent. */
export interface DownloadOwner {
	readonly pool: BlockPool;
	readonly have: Bitfield;
	readonly sequential: boolean;
	/** Where whole pieces go; undefined while nothing may be downloaded. */
	readonly storage: Storage | undefined;
	readonly peers: Iterable<Peer>;
	/** A limit so low holds that peers wait for us to read. */
	readonly readsPaced: boolean;
	/** What follows from the choices of people: 0 not wanted .. 4 first. */
	piecePriority(piece: number): number;
	/** Blocks one peer may be asked for, so that all have a share of the memory. */
	requestQuota(peer: Peer): number;
	/** How many of `wanted` bytes may be asked for now. */
	downloadGrant(wanted: Bytes): Bytes;
	/** How many of the bytes granted will come; or, when they were asked for, will not (0 of so many). */
	downloadUsed(granted: Bytes, used: Bytes): void;
	wasted(bytes: Bytes): void;
	/** Blocks of a piece came that nothing can be done with now. */
	changed(piece: number): void;
}

/** One block that a peer sent although nobody asked; more are a nuisance. */
const unrequestedWeight = 3;
const mostRefusals = 2000;
/** What others do not send is asked of a peer that would have sent so many blocks in the meantime. */
const takeOverTime = 4;
/** How often a peer we do not count on is asked for one block, to see whether it sends again. */
const probeTime: Millis = 1000;
/** While pieces are due no queue is cut below so many blocks. */
const fewestDue = 8;

/** Asks peers for blocks, takes them in, and hands whole pieces to the disk. */
export class Downloader {
	readonly picker: PiecePicker;
	readonly partials: PartialPieces;
	/** Wanted and not had. */
	readonly needed: Bitfield;
	/** When pieces are due that are wanted and not had. */
	readonly deadlines = new Deadlines();
	readonly #map: PieceGeometry;
	readonly #owner: DownloadOwner;
	readonly #planner: RequestPlanner;
	/** Peers whose requests count for nothing: they owe us blocks, and there is nothing else left to ask others for. */
	readonly #disregarded = new Set<Peer>();

	constructor(map: PieceGeometry, owner: DownloadOwner, random: () => number) {
		this.#map = map;
		this.#owner = owner;
		this.picker = new PiecePicker(map.pieceCount, random);
		this.partials = new PartialPieces(map);
		this.needed = new Bitfield(map.pieceCount);
		this.#planner = new RequestPlanner(this.picker, this.partials, this.deadlines);
	}

	/** Takes over which pieces are wanted, and the array. One byte a piece. What is not wanted is not due either. */
	setPriorities(priorities: Uint8Array): void {
		for (const piece of this.deadlines.pieces()) {
			if (priorities[piece] === 0) this.deadlines.delete(piece);
			else priorities[piece] = timeCriticalPriority;
		}
		this.picker.setPriorities(priorities);
		for (let piece = 0; piece < this.#map.pieceCount; piece++) {
			if (priorities[piece]! > 0 && !this.#owner.have.has(piece)) this.needed.set(piece);
			else this.needed.clear(piece);
		}
		for (const partial of [...this.partials.all()]) {
			if (partial.received === 0 && priorities[partial.piece] === 0) this.#withdraw(partial);
		}
	}

	/** As `setPriorities`, for one piece. */
	setPriority(piece: number, priority: number): void {
		if (priority === 0) this.deadlines.delete(piece);
		this.picker.setPriority(piece, this.deadlines.has(piece) ? timeCriticalPriority : priority);
		if (priority > 0 && !this.#owner.have.has(piece)) this.needed.set(piece);
		else this.needed.clear(piece);
		const partial = priority === 0 ? this.partials.get(piece) : undefined;
		if (partial?.received === 0) this.#withdraw(partial);
	}

	/** A piece that is wanted and not had is due. */
	setDeadline(piece: number, at: Millis): void {
		this.deadlines.set(piece, at);
		this.picker.setPriority(piece, timeCriticalPriority);
	}

	/** A piece is not due any more, if it was. */
	clearDeadline(piece: number): void {
		if (this.deadlines.delete(piece)) this.picker.setPriority(piece, this.#owner.piecePriority(piece));
	}

	/** Nobody wants the piece any more: what was asked for is cancelled. */
	#withdraw(partial: PartialPiece): void {
		for (const peer of this.#owner.peers) {
			for (let block = 0; block < partial.blocks; block++) {
				if (partial.requests[block]! > 0 && peer.asked(partial.piece, block))
					this.#cancel(peer, partial, block);
			}
		}
		this.#forget(partial);
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

	/** Whether the peer has anything we want. */
	interesting(peer: Peer): boolean {
		if (this.needed.count === 0) return false;
		return peer.pieces === undefined || this.needed.countCommon(peer.pieces) > 0;
	}

	/** Whether every block that is needed has come or was asked of somebody. */
	get nothingLeftToAsk(): boolean {
		return this.picker.open === 0 && this.partials.open().next().done === true;
	}

	/** Asks the peer for more when it has room for a good few; cheap when it has not. */
	refill(peer: Peer): void {
		const storage = this.#owner.storage;
		if (storage === undefined || !peer.amInterested || peer.isClosed) return;
		if (peer.requestQueue.disregarded) {
			if (this.nothingLeftToBegin) return this.#probe(peer);
			this.#regard(peer);
			peer.requestQueue.snubbed = true;
		}
		let target = Math.min(peer.requestQueue.target, this.#owner.requestQuota(peer));
		// What is due cannot pass what was asked for before: a shorter queue still fills the line.
		if (this.deadlines.size > 0 && target > fewestDue) target = Math.max(fewestDue, Math.ceil(target / 3));
		const outstanding = peer.requestQueue.outstanding;
		if (outstanding > target - Math.max(1, target >> 3)) return;
		const available = this.#owner.pool.available;
		if (available <= 0) {
			peer.waitsForBuffer = true;
			return;
		}
		let count = Math.min(target - outstanding, available);
		const granted = this.#owner.downloadGrant(count * blockLength);
		count = Math.floor(granted / blockLength);
		if (count === 0) return;
		let used = 0;
		const options: PlanOptions = {
			sequential: this.#owner.sequential,
			have: this.#owner.have.count,
			mayBegin: true,
			now: peer.now,
		};
		const ask = (piece: number, block: number): void => {
			used += this.#send(peer, piece, block, peer.now);
		};
		if (!peer.peerChoking) {
			const planned = this.#planner.plan(peer, count, options, ask);
			if (planned < count && this.#disregardDoubtful(peer)) {
				this.#planner.plan(peer, count - planned, options, ask);
			}
		} else if (peer.fastPieces.size > 0) {
			this.#planner.plan(this.#chokedProvider(peer), count, options, ask);
		}
		this.#owner.downloadUsed(granted, used);
	}

	/** Whether every piece that is needed was begun. */
	get nothingLeftToBegin(): boolean {
		return this.picker.open === 0;
	}

	/**
	 * There is nothing left to ask this peer for: what others were asked for and do not send is open again. They may
	 * send it all the same. Answers whether there were any.
	 */
	#disregardDoubtful(peer: Peer): boolean {
		const {now} = peer;
		if (this.#owner.readsPaced || peer.requestQueue.isDoubtful(now) || !this.nothingLeftToAsk) return false;
		let any = false;
		for (const other of this.#owner.peers) {
			const {requestQueue} = other;
			if (other === peer || requestQueue.outstanding === 0 || requestQueue.disregarded) continue;
			if (!requestQueue.isDoubtful(now, takeOverTime * peer.blockTime)) continue;
			requestQueue.each((piece, block) => {
				const partial = this.partials.get(piece);
				if (partial !== undefined) this.partials.release(partial, block);
			});
			requestQueue.disregarded = true;
			this.#disregarded.add(other);
			this.share(other);
			any = true;
		}
		return any;
	}

	/** It sends, or there is other work for it: what it was asked for counts again. */
	#regard(peer: Peer): void {
		peer.requestQueue.disregarded = false;
		this.#disregarded.delete(peer);
		peer.requestQueue.each((piece, block) => {
			let partial = this.partials.get(piece);
			if (partial === undefined && this.picker.isOpen(piece)) {
				this.picker.take(piece);
				partial = this.partials.begin(piece);
			}
			if (partial?.states[block] === blockState.missing) this.partials.askFor(partial, block);
		});
	}

	/** Asks one that is not counted on for a block that others are asked for, or will be. */
	#probe(peer: Peer): void {
		const {requestQueue, now} = peer;
		if (peer.peerChoking || peer.onParole || requestQueue.outstanding > 0) return;
		if (now - requestQueue.lastAskedAt < probeTime || this.#owner.pool.available <= 0) return;
		for (const partial of this.partials.all()) {
			if (partial.hashing || partial.exclusive !== -1 || this.picker.priority(partial.piece) === 0) continue;
			if (!peer.hasPiece(partial.piece)) continue;
			const block = partial.states.subarray(0, partial.blocks).indexOf(blockState.missing);
			if (block < 0) continue;
			const granted = this.#owner.downloadGrant(blockLength);
			const used = granted < blockLength ? 0 : this.#send(peer, partial.piece, block, now);
			return this.#owner.downloadUsed(granted, used);
		}
	}

	/** Answers the length of what the peer was asked for. */
	#send(peer: Peer, piece: number, block: number, now: Millis): Bytes {
		peer.requestQueue.ask(piece, block, now);
		this.#owner.pool.promise(1);
		const size = this.#map.blockSize(piece, block);
		peer.sendRequest(piece, block * blockLength, size);
		return size;
	}

	/**
	 * Asks a peer for this very block, which is missing, whomever else it was asked of. Answers its length; that it may
	 * come, and that there is memory for it, is the caller's to know.
	 */
	askFor(peer: Peer, piece: number, block: number, now: Millis): Bytes {
		let partial = this.partials.get(piece);
		if (partial === undefined) {
			this.picker.take(piece);
			partial = this.partials.begin(piece);
		}
		// Who works alone to show whose fault a wrong piece is does not make others late.
		partial.exclusive = -1;
		this.partials.askFor(partial, block);
		partial.askedAt[block] = now;
		return this.#send(peer, piece, block, now);
	}

	/** A block that was asked for will not come. */
	#refund(piece: number, block: number): void {
		this.#owner.pool.promise(-1);
		this.#owner.downloadUsed(this.#map.blockSize(piece, block), 0);
	}

	/** What a peer that chokes us lets us have all the same. BEP 6. */
	#chokedProvider(peer: Peer) {
		const pieces = new Bitfield(this.#map.pieceCount);
		for (const piece of peer.fastPieces) if (peer.hasPiece(piece)) pieces.set(piece);
		return {
			id: peer.id,
			pieces,
			snubbed: peer.snubbed,
			onParole: peer.onParole,
			outstanding: peer.outstanding,
			blockTime: peer.blockTime,
			asked: (piece: number, block: number) => peer.asked(piece, block),
		};
	}

	/** Answers where in the pool the block goes; -1 when it is not wanted. */
	blockStart(peer: Peer, piece: number, begin: number, length: number): number {
		const {arriving} = peer;
		arriving.slot = -1;
		arriving.piece = -1;
		arriving.length = length;
		if (!this.#map.isBlock(piece, begin, length)) {
			peer.strike(unrequestedWeight);
			return -1;
		}
		const block = begin / blockLength;
		if (!peer.requestQueue.has(piece, block)) {
			// It may have left before our cancel came; if we still lack it, it is as good as any.
			if (peer.cancelled === 0) {
				peer.strike(unrequestedWeight);
				return -1;
			}
			peer.cancelled--;
		}
		arriving.piece = piece;
		arriving.block = block;
		const partial = this.partials.get(piece);
		if (partial === undefined || partial.states[block] !== blockState.missing) return -1;
		arriving.slot = this.#owner.pool.take();
		return arriving.slot < 0 ? -1 : arriving.slot * blockLength;
	}

	/** The block is whole. Answers its piece when that is complete now. */
	blockEnd(peer: Peer): PartialPiece | undefined {
		const {piece, block, slot, length} = peer.arriving;
		peer.arriving.slot = -1;
		if (piece < 0) {
			this.#owner.wasted(length);
			return undefined;
		}
		const asked = peer.requestQueue.settle(piece, block, peer.now, true);
		const counted = asked && !peer.requestQueue.disregarded;
		if (asked && !counted) this.#regard(peer);
		if (asked) this.#owner.pool.promise(-1);
		else this.#owner.downloadUsed(0, length);
		peer.lastUsefulAt = peer.now;
		peer.refusals = 0;
		const partial = this.partials.get(piece);
		if (slot < 0 || partial === undefined || partial.states[block] !== blockState.missing) {
			if (slot >= 0) this.#owner.pool.give(slot);
			if (partial !== undefined && counted) this.partials.release(partial, block);
			this.#owner.wasted(length);
			return undefined;
		}
		const outcome = this.partials.receive(partial, block, slot, peer.id);
		if (partial.requests[block]! > (counted ? 1 : 0) || this.#disregarded.size > 0)
			this.#cancelOthers(partial, block, peer);
		partial.requests[block] = 0;
		if (outcome !== 'complete') return undefined;
		this.submitForHash(partial);
		return partial;
	}

	/** Hands a whole piece to the disk, which says what it is worth. */
	submitForHash(partial: PartialPiece): void {
		partial.hashing = true;
		this.#owner.storage?.storePiece(partial.piece, partial.slots.subarray(0, partial.blocks));
		partial.slots.fill(-1);
	}

	/** Throws away what came from peers that lie, of pieces that are not judged yet. Answers how many bytes that was. */
	discardFrom(senders: ReadonlySet<number>): Bytes {
		let bytes = 0;
		for (const partial of [...this.partials.all()]) {
			if (partial.hashing) continue;
			for (let block = 0; block < partial.blocks; block++) {
				if (!senders.has(partial.senders[block]!)) continue;
				const slot = this.partials.discardFrom(partial, block);
				if (slot >= 0) this.#owner.pool.give(slot);
				bytes += this.#map.blockSize(partial.piece, block);
			}
			if (partial.untouched) this.#forget(partial);
		}
		return bytes;
	}

	/** The peer was asked for a block that it will not send. */
	rejected(peer: Peer, piece: number, begin: number, length: number): void {
		if (!this.#map.isBlock(piece, begin, length)) {
			peer.strike();
			return;
		}
		const block = begin / blockLength;
		if (!peer.requestQueue.settle(piece, block, peer.now, false)) {
			// A cancel is answered too: by the block, or by a refusal like this one. BEP 6.
			if (peer.cancelled > 0) peer.cancelled--;
			else peer.strike();
			return;
		}
		this.#refund(piece, block);
		this.#release(peer, piece, block);
		peer.requestQueue.excuse();
		// With a choke comes a refusal for each request; who refuses far more than that gives nothing at all.
		if (++peer.refusals > mostRefusals) return peer.close('refuses whatever it is asked for');
		// A piece it will not give while choking is none it lets us have.
		peer.fastPieces.delete(piece);
	}

	/** Takes back everything the peer was asked for: it choked us, was too slow, or is gone. */
	release(peer: Peer): void {
		peer.requestQueue.clear((piece, block) => {
			this.#refund(piece, block);
			this.#release(peer, piece, block);
		});
		peer.requestQueue.excuse();
		if (peer.isClosed) this.#disregarded.delete(peer);
		const {arriving} = peer;
		if (arriving.slot >= 0 && peer.isClosed) {
			this.#owner.pool.give(arriving.slot);
			arriving.slot = -1;
		}
		this.share(peer);
	}

	/** What the peer was to finish alone, being on parole, others may finish: nobody knows whether it goes on. */
	share(peer: Peer): void {
		for (const partial of this.partials.all()) {
			if (partial.exclusive === peer.id && !partial.hashing) partial.exclusive = -1;
		}
	}

	/**
	 * As `release`, for requests that are late: others may have them, and the peer is told.
	 * @param before only what was asked for before this
	 */
	cancelAll(peer: Peer, now: Millis, before: Millis = Infinity): void {
		peer.now = now;
		peer.requestQueue.clear((piece, block) => {
			this.#refund(piece, block);
			this.#release(peer, piece, block);
			peer.cancelled++;
			peer.sendCancel(piece, block * blockLength, this.#map.blockSize(piece, block));
		}, before);
		this.share(peer);
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

	/** Throws away what has come of pieces that are not whole; answers how many bytes that was. */
	forgetPartials(): Bytes {
		let bytes = 0;
		for (const partial of [...this.partials.all()]) {
			if (partial.hashing) continue;
			for (let block = 0; block < partial.blocks; block++) {
				if (partial.states[block] === blockState.inPool) bytes += this.#map.blockSize(partial.piece, block);
			}
			this.#forget(partial);
		}
		return bytes;
	}

	/** Writes what has come of unfinished pieces, so that it is not lost. */
	async savePartials(storage: Storage): Promise<void> {
		const saved: Array<Promise<unknown>> = [];
		for (const partial of this.partials.all()) {
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
		const partial = this.partials.get(piece);
		if (partial === undefined) return;
		for (const block of blocks) this.partials.unrestore(partial, block);
		if (partial.untouched) this.#forget(partial);
	}

	/** Unfinished pieces an earlier session wrote blocks of. */
	restore(piece: number, blocks: readonly number[]): void {
		if (this.partials.get(piece) !== undefined || this.#owner.have.has(piece)) return;
		this.picker.take(piece);
		const partial = this.partials.begin(piece);
		for (const block of blocks) if (block < partial.blocks) this.partials.restore(partial, block);
	}

	#release(peer: Peer, piece: number, block: number): void {
		if (peer.requestQueue.disregarded) return;
		const partial = this.partials.get(piece);
		if (partial === undefined) return;
		this.partials.release(partial, block);
		if (partial.untouched) this.#forget(partial);
	}

	#cancel(peer: Peer, partial: PartialPiece, block: number): void {
		if (!peer.requestQueue.settle(partial.piece, block, peer.now, false)) return;
		this.#refund(partial.piece, block);
		if (!peer.requestQueue.disregarded) this.partials.release(partial, block);
		peer.cancelled++;
		peer.sendCancel(partial.piece, block * blockLength, this.#map.blockSize(partial.piece, block));
	}

	#cancelOthers(partial: PartialPiece, block: number, giver: Peer): void {
		for (const peer of this.#owner.peers) {
			if (peer !== giver && peer.asked(partial.piece, block)) {
				this.#cancel(peer, partial, block);
				this.refill(peer);
			}
		}
	}

	#forget(partial: PartialPiece): void {
		for (let block = 0; block < partial.blocks; block++) {
			if (partial.states[block] === blockState.inPool) this.#owner.pool.give(partial.slots[block]!);
		}
		const {piece} = partial;
		this.partials.drop(piece);
		this.picker.giveBack(piece);
		this.#owner.changed(piece);
	}
}

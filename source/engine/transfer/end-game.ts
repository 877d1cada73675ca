import {blockLength, type Millis} from '../../base/units.js';
import {blockState} from '../../policy/requests/partial-pieces.js';
import {type BlockSource, hasPiece} from './block-source.js';
import type {DownloadOwner, DownloadPieces} from './download-owner.js';
import type {RequestAccount} from './request-account.js';

/** What others do not send is asked of a source that would have sent so many blocks in the meantime. */
const takeOverTime = 4;
/** How often a source we do not count on is asked for one block, to see whether it sends again. */
const probeTime: Millis = 1000;

type EndGameOwner = Pick<
	DownloadOwner,
	'pool' | 'blockSources' | 'readsPaced' | 'downloadGrant' | 'downloadUsed'
>;

/**
 * The end of a download, when every block has come or was asked of somebody: what sources owe us and do not send is
 * asked of others as if nobody had been asked. They are disregarded until they send again.
 */
export class EndGame {
	/** Sources whose requests count for nothing. */
	readonly #disregarded = new Set<BlockSource>();
	readonly #pieces: DownloadPieces;
	readonly #account: RequestAccount;
	readonly #owner: EndGameOwner;

	constructor(pieces: DownloadPieces, account: RequestAccount, owner: EndGameOwner) {
		this.#pieces = pieces;
		this.#account = account;
		this.#owner = owner;
	}

	/** Whether every block that is needed has come or was asked of somebody. */
	get nothingLeftToAsk(): boolean {
		return this.nothingLeftToBegin && this.#pieces.partials.open().next().done === true;
	}

	/** Whether every piece that is needed was begun. */
	get nothingLeftToBegin(): boolean {
		return this.#pieces.picker.open === 0;
	}

	/** Whether what somebody was asked for counts for nothing: more may ask for a block than its piece knows. */
	get isOn(): boolean {
		return this.#disregarded.size > 0;
	}

	/**
	 * There is nothing left to ask this source for: what others were asked for and do not send is open again. They may
	 * send it all the same. Answers whether there were any.
	 */
	disregardDoubtful(source: BlockSource): boolean {
		const {now} = source;
		if (this.#owner.readsPaced || source.requests.queue.isDoubtful(now) || !this.nothingLeftToAsk)
			return false;
		const {partials} = this.#pieces;
		let any = false;
		for (const other of this.#owner.blockSources) {
			const {queue} = other.requests;
			if (other === source || queue.outstanding === 0 || queue.disregarded) continue;
			if (!queue.isDoubtful(now, takeOverTime * source.blockTime)) continue;
			queue.each((piece, block) => {
				const partial = partials.get(piece);
				if (partial !== undefined) partials.release(partial, block);
			});
			queue.disregarded = true;
			this.#disregarded.add(other);
			partials.share(other.id);
			any = true;
		}
		return any;
	}

	/** It sends, or there is other work for it: what it was asked for counts again. */
	regard(source: BlockSource): void {
		const {partials, picker} = this.#pieces;
		const {queue} = source.requests;
		queue.disregarded = false;
		this.#disregarded.delete(source);
		queue.each((piece, block) => {
			let partial = partials.get(piece);
			if (partial === undefined && picker.isOpen(piece)) {
				picker.take(piece);
				partial = partials.begin(piece);
			}
			if (partial?.states[block] === blockState.missing) partials.askFor(partial, block);
		});
	}

	/** The source is gone. */
	left(source: BlockSource): void {
		this.#disregarded.delete(source);
	}

	/** Asks one that is not counted on for a block that others are asked for, or will be. */
	probe(source: BlockSource): void {
		const {now} = source;
		const {queue} = source.requests;
		if (source.offered !== undefined || source.onParole || queue.outstanding > 0) return;
		if (now - queue.lastAskedAt < probeTime || this.#owner.pool.available <= 0) return;
		const {partials, picker} = this.#pieces;
		for (const partial of partials.all()) {
			if (partial.hashing || partial.exclusive !== -1 || picker.priority(partial.piece) === 0) continue;
			if (!hasPiece(source, partial.piece)) continue;
			const block = partial.states.subarray(0, partial.blocks).indexOf(blockState.missing);
			if (block < 0) continue;
			const granted = this.#owner.downloadGrant(blockLength);
			const used = granted < blockLength ? 0 : this.#account.request(source, partial.piece, block, now);
			return this.#owner.downloadUsed(granted, used);
		}
	}
}

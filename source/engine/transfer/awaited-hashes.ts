import type {LogLevel} from '../../base/ports.js';
import type {Storage} from '../../io/disk/storage.js';
import type {HashTrees} from '../../policy/hashes/hash-trees.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {TorrentEvent} from '../torrent/torrent-event.js';
import type {BlockSource} from './block-source.js';
import type {Downloader} from './downloader.js';

/** What waiting for hashes asks of its torrent. */
export interface AwaitedHashesOwner {
	readonly map: PieceGeometry;
	readonly have: Bitfield;
	readonly downloader: Downloader;
	readonly storage: Storage | undefined;
	readonly active: boolean;
	readonly blockSources: Iterable<BlockSource>;
	readonly torrent: {post(event: TorrentEvent): void};
	log(level: LogLevel, text: string): void;
}

/**
 * The pieces of a v2-only torrent whose hashes are not known yet, as after a link. None of them is begun: what came would
 * only lie in memory, and nobody could say whether it is right. Hashes come sooner than data, for they need no unchoke.
 */
export class AwaitedHashes {
	readonly #hashes: HashTrees;
	readonly #owner: AwaitedHashesOwner;
	/** Pieces that may be on the disk, and that nobody could look at. */
	#unseen = new Set<number>();

	constructor(hashes: HashTrees, owner: AwaitedHashesOwner) {
		this.#hashes = hashes;
		this.#owner = owner;
		if (hashes.complete) return;
		for (let piece = 0; piece < owner.map.pieceCount; piece++) {
			if (!hashes.canVerify(piece)) owner.downloader.picker.hold(piece);
		}
	}

	/** Of pieces that are to be hashed those that can be; the others are when their hashes are known. */
	sift(pieces: Int32Array): Int32Array {
		this.#unseen = new Set();
		if (this.#hashes.complete) return pieces;
		for (const piece of pieces) if (!this.#hashes.canVerify(piece)) this.#unseen.add(piece);
		return pieces.filter(piece => this.#hashes.canVerify(piece));
	}

	/** The hashes of these pieces are known now. */
	came(pieces: readonly number[]): void {
		const {downloader, blockSources} = this.#owner;
		const onDisk: number[] = [];
		for (const piece of pieces) {
			if (this.#unseen.delete(piece)) onDisk.push(piece);
			else this.#allow(piece);
		}
		if (onDisk.length > 0) void this.#look(onDisk);
		for (const source of blockSources) downloader.refill(source);
	}

	#allow(piece: number): void {
		const {downloader} = this.#owner;
		downloader.picker.release(piece);
		const partial = downloader.partials.get(piece);
		if (partial === undefined || partial.hashing || partial.received < partial.blocks) return;
		downloader.submitForHash(partial);
	}

	/** What is on the disk of some pieces is no longer to be fetched when it is right. */
	async #look(pieces: readonly number[]): Promise<void> {
		const {downloader, have, storage, torrent, blockSources} = this.#owner;
		const settle = (piece: number, isRight: boolean): void => {
			if (isRight && !have.has(piece)) {
				downloader.picker.take(piece);
				torrent.post({type: 'stored', piece});
			}
			this.#allow(piece);
		};
		const left = new Set(pieces);
		await storage?.check(pieces, (piece, isRight) => {
			left.delete(piece);
			settle(piece, isRight);
		}).done;
		// What could not be looked at is fetched as if it were not there.
		for (const piece of left) settle(piece, false);
		for (const source of blockSources) downloader.refill(source);
	}
}

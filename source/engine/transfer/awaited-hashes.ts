import type {Storage} from '../../io/disk/storage.js';
import type {HashTrees} from '../../policy/hashes/hash-trees.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {fileOwner} from '../../policy/session/file-ownership.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
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
	/** Whom everything that happens is told. */
	readonly torrent: {post(event: {readonly type: 'stored'; readonly piece: number}): void};
}

/**
 * The pieces of a v2-only torrent whose hashes are not known yet, as after a link. None of them is begun: what came would
 * only lie in memory, and nobody could say whether it is right. Hashes come sooner than data, for they need no unchoke.
 */
export class AwaitedHashes {
	readonly #hashes: HashTrees;
	readonly #owner: AwaitedHashesOwner;
	/** Pieces that may be on the disk, and that nobody has looked at. */
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

	/** How many wanted pieces wait for their hash, when there is no other to be asked for; 0 otherwise. */
	get missing(): number {
		if (this.#hashes.complete) return 0;
		const {needed, picker, partials} = this.#owner.downloader;
		return picker.open > 0 || partials.size > 0 ? 0 : needed.count;
	}

	/** The hashes of these pieces are known now. */
	came(pieces: readonly number[]): void {
		const {downloader, blockSources} = this.#owner;
		const onDisk: number[] = [];
		for (const piece of pieces) {
			if (this.#unseen.has(piece)) onDisk.push(piece);
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

	/** Whether the piece may be on the disk, and has not been looked at: its hash was not known when the others were. */
	isUnseen(piece: number): boolean {
		return this.#unseen.has(piece);
	}

	/** What is on the disk of some pieces is not to be fetched when it is right. */
	async #look(pieces: readonly number[]): Promise<void> {
		const {downloader, have, storage, torrent, blockSources} = this.#owner;
		await storage?.check(pieces, (piece, isRight) => {
			if (!isRight || have.has(piece)) return;
			this.#claim(piece);
			downloader.picker.take(piece);
			torrent.post({type: 'stored', piece});
		}).done;
		// Only now: one that is right may show whose the file is that others are written to.
		for (const piece of pieces) {
			this.#unseen.delete(piece);
			this.#allow(piece);
		}
		for (const source of blockSources) downloader.refill(source);
	}

	/** A file with a right piece is the torrent's, though it was there before. */
	#claim(piece: number): void {
		const {map, storage} = this.#owner;
		const {owners} = storage ?? {};
		if (owners === undefined) return;
		for (const {file} of map.filesOf(piece))
			if (owners[file] === fileOwner.unproven) owners[file] = fileOwner.found;
	}
}

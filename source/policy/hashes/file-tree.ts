import {type Bytes, blockLength, type PieceIndex} from '../../base/units.js';
import {
	hashLength,
	merkleRoot,
	padHash,
	powerOfTwoFrom,
	type Sha256,
} from '../../protocol/metainfo/merkle.js';
import {type HashRequest, mostHashes} from '../../protocol/wire/hash-messages.js';
import {hashWindow} from './hash-range.js';

/** The hashes of all pieces of a torrent. */
export interface PieceHashMemory {
	/** 32 bytes a piece. */
	readonly hashes: Uint8Array;
	/** One byte a piece: 1 where its hash is known. */
	readonly known: Uint8Array;
}

/** The hashes of the blocks of one piece, as far as they are known. */
export interface PieceLeaves {
	/** 32 bytes a block. */
	readonly hashes: Uint8Array;
	readonly known: Uint8Array;
	/** How many are not known yet. */
	missing: number;
}

/** One layer above the piece layer. */
interface Layer {
	readonly hashes: Uint8Array;
	readonly known: Uint8Array;
}

/**
 * What is known of the Merkle tree of a file, and of all with the same content. Layers count from the block hashes, 0, to
 * the root, `height`. Every hash it holds was proven against the root by who gave it here. BEP 52.
 */
export class FileTree {
	readonly root: Uint8Array;
	readonly length: Bytes;
	/** Blocks in the file, and its pieces. */
	readonly blocks: number;
	readonly pieces: number;
	/** Of the root. */
	readonly height: number;
	/** The layer with one hash a piece; the root itself in files of at most one piece. */
	readonly pieceLayer: number;
	/** Blocks under one hash of the piece layer. */
	readonly blocksPerPiece: number;
	/** The first piece of each file with this content. */
	readonly firsts: PieceIndex[] = [];
	/** By piece of the file. */
	readonly leaves = new Map<number, PieceLeaves>();
	/** How many hashes of the piece layer are not known, for each window of them. */
	readonly missing: Uint16Array;
	readonly #memory: PieceHashMemory;
	readonly #sha256: Sha256;
	/** From the layer above the piece layer to the one below the root; made when first needed. */
	#above: Layer[] | undefined;

	constructor(root: Uint8Array, length: Bytes, pieceLength: Bytes, memory: PieceHashMemory, sha256: Sha256) {
		this.root = root;
		this.length = length;
		this.blocks = Math.ceil(length / blockLength);
		this.pieces = Math.ceil(length / pieceLength);
		this.height = Math.log2(powerOfTwoFrom(this.blocks));
		this.blocksPerPiece =
			this.pieces > 1 ? pieceLength / blockLength : Math.min(pieceLength / blockLength, 2 ** this.height);
		this.pieceLayer = Math.log2(this.blocksPerPiece);
		this.missing = new Uint16Array(Math.ceil(this.pieces / hashWindow)).fill(hashWindow);
		this.missing[this.missing.length - 1] = this.pieces - (this.missing.length - 1) * hashWindow;
		this.#memory = memory;
		this.#sha256 = sha256;
	}

	/** Hashes of a layer that stand for something in the file; what lies beyond them is padding. */
	count(layer: number): number {
		return Math.ceil(this.blocks / 2 ** layer);
	}

	/** Whether such a range is in the tree, and may be asked for: never more than `mostHashes`, aligned. */
	holds({base, index, length, proofLayers}: Omit<HashRequest, 'root'>): boolean {
		for (const number of [base, index, length, proofLayers]) {
			if (!Number.isInteger(number) || number < 0) return false;
		}
		if (length < 1 || length > mostHashes || base >= this.height) return false;
		if (proofLayers >= this.height - base) return false;
		const wide = powerOfTwoFrom(length);
		if (index % wide !== 0 || index + wide > 2 ** (this.height - base)) return false;
		// Some ask for no more than there is, which need not be a power of two.
		return length === wide || index + length === this.count(base);
	}

	/** One hash of the tree; undefined when it is not known. */
	node(layer: number, index: number): Uint8Array | undefined {
		if (index >= this.count(layer)) return padHash(2 ** layer, this.#sha256);
		if (layer === this.height) return this.root;
		if (layer < this.pieceLayer) return this.#below(layer, index);
		if (layer === this.pieceLayer) {
			const piece = this.firsts[0]! + index;
			if (this.#memory.known[piece] === 0) return undefined;
			return this.#memory.hashes.subarray(piece * hashLength, (piece + 1) * hashLength);
		}
		const {hashes, known} = this.#layer(layer);
		const place = hashes.subarray(index * hashLength, (index + 1) * hashLength);
		if (known[index] !== 0) return place;
		const left = this.node(layer - 1, 2 * index);
		const right = left && this.node(layer - 1, 2 * index + 1);
		if (left === undefined || right === undefined) return undefined;
		const pair = new Uint8Array(2 * hashLength);
		pair.set(left);
		pair.set(right, hashLength);
		place.set(this.#sha256(pair));
		known[index] = 1;
		return place;
	}

	#below(layer: number, index: number): Uint8Array | undefined {
		const wide = 2 ** layer;
		const piece = Math.floor((index * wide) / this.blocksPerPiece);
		const leaves = this.leaves.get(piece);
		if (leaves === undefined) return undefined;
		const first = index * wide - piece * this.blocksPerPiece;
		const end = Math.min(first + wide, leaves.known.length);
		for (let block = first; block < end; block++) if (leaves.known[block] === 0) return undefined;
		const hashes = leaves.hashes.subarray(first * hashLength, end * hashLength);
		return layer === 0 ? hashes : merkleRoot(hashes, 1, this.#sha256, wide);
	}

	/** Takes a proven hash of a layer from the piece layer up. Answers whether it was not known. */
	learn(layer: number, index: number, hash: Uint8Array): boolean {
		if (layer >= this.height || index >= this.count(layer)) return false;
		if (layer > this.pieceLayer) {
			const {hashes, known} = this.#layer(layer);
			if (known[index] !== 0) return false;
			hashes.set(hash, index * hashLength);
			known[index] = 1;
			return true;
		}
		const {hashes, known} = this.#memory;
		if (known[this.firsts[0]! + index] !== 0) return false;
		for (const first of this.firsts) {
			hashes.set(hash, (first + index) * hashLength);
			known[first + index] = 1;
		}
		this.missing[Math.floor(index / hashWindow)]!--;
		return true;
	}

	/** Takes the whole piece layer, which was proven. */
	learnLayer(layer: Uint8Array): void {
		const {hashes, known} = this.#memory;
		for (const first of this.firsts) {
			hashes.set(layer, first * hashLength);
			known.fill(1, first, first + this.pieces);
		}
		this.missing.fill(0);
	}

	/** Blocks in a piece of the file. */
	blocksOf(piece: number): number {
		return Math.min(this.blocksPerPiece, this.blocks - piece * this.blocksPerPiece);
	}

	#layer(layer: number): Layer {
		if (this.#above === undefined) {
			this.#above = [];
			for (let above = this.pieceLayer + 1; above < this.height; above++) {
				const count = this.count(above);
				this.#above.push({hashes: new Uint8Array(count * hashLength), known: new Uint8Array(count)});
			}
		}
		return this.#above[layer - this.pieceLayer - 1]!;
	}
}

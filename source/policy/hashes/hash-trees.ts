import {sameBytes} from '../../base/bytes.js';
import {toHex} from '../../base/hex.js';
import type {Bytes, PieceIndex} from '../../base/units.js';
import {
	climb,
	hashLength,
	merkleRoot,
	padHash,
	powerOfTwoFrom,
	type Sha256,
} from '../../protocol/metainfo/merkle.js';
import {type HashRequest, mostHashes} from '../../protocol/wire/hash-messages.js';
import {FileTree, type PieceHashMemory, type PieceLeaves} from './file-tree.js';
import {hashWindow, uncleCount} from './hash-range.js';

/** What hash trees are made of: a metainfo has it. Files with a root begin with a piece. */
export interface HashedTorrent {
	readonly pieceLength: Bytes;
	readonly pieceCount: number;
	readonly files: ReadonlyArray<{
		readonly offset: Bytes;
		readonly length: Bytes;
		readonly piecesRoot?: Uint8Array | undefined;
	}>;
	/** By hex root, each proven against it. */
	readonly pieceLayers: ReadonlyMap<string, Uint8Array> | undefined;
}

/** What became of hashes that somebody gave. */
export type AddedHashes =
	/** They are right. `pieces` can be verified from now on; for hashes of blocks: all of these of the pieces are known. */
	| {readonly kind: 'added'; readonly pieces: readonly PieceIndex[]}
	/** They do not hash to the root, or are not what such a range has. */
	| {readonly kind: 'wrong'}
	/** No file of the torrent has such a root. */
	| {readonly kind: 'unknown'}
	/** Every one of them was known. */
	| {readonly kind: 'known'};

/** Hashes of pieces that are not known, to be asked for at once. */
export interface MissingHashes {
	readonly range: HashRequest;
	/** The first of the pieces they are of, in each file with this content. */
	readonly firsts: readonly PieceIndex[];
	/** How many pieces from there on. */
	readonly pieces: number;
}

/** Block hashes that are held for all files together: they are asked for again where they are needed again. */
const maximumLeaves: Bytes = 4 << 20;

const wrong: AddedHashes = {kind: 'wrong'};

/** What is known of the Merkle trees of one torrent's files. BEP 52. */
export class HashTrees {
	/** Of pieces, in shared memory: other threads see what is learnt. */
	readonly memory: PieceHashMemory;
	/** Rises when hashes of pieces are learnt. */
	revision = 0;
	readonly #sha256: Sha256;
	readonly #torrent: HashedTorrent;
	/** By hex root: those of files longer than a piece, and of others that were asked for: most never are. */
	readonly #trees = new Map<string, FileTree>();
	/** With pieces whose hash is not known. */
	readonly #incomplete = new Set<FileTree>();
	/** Files with a root, in stream order: their numbers, and their first pieces. */
	readonly #numbers: Int32Array;
	readonly #firsts: Int32Array;
	/** By hex root, the first pieces of files of one piece; made when first needed. */
	#small: Map<string, PieceIndex[]> | undefined;
	/** The block hashes that are held, the oldest first. */
	readonly #held: Array<{readonly tree: FileTree; readonly piece: number}> = [];
	#heldBytes: Bytes = 0;

	constructor(torrent: HashedTorrent, sha256: Sha256) {
		const {files, pieceLength, pieceCount, pieceLayers} = torrent;
		this.#torrent = torrent;
		this.#sha256 = sha256;
		this.memory = {
			hashes: new Uint8Array(new SharedArrayBuffer(pieceCount * hashLength)),
			known: new Uint8Array(new SharedArrayBuffer(pieceCount)),
		};
		const {hashes, known} = this.memory;
		this.#numbers = new Int32Array(files.length);
		this.#firsts = new Int32Array(files.length);
		let count = 0;
		for (let number = 0; number < files.length; number++) {
			const {offset, length, piecesRoot} = files[number]!;
			if (piecesRoot === undefined || length === 0) continue;
			const first = (offset / pieceLength) as PieceIndex;
			this.#numbers[count] = number;
			this.#firsts[count++] = first;
			if (length > pieceLength) {
				const key = toHex(piecesRoot);
				const tree =
					this.#trees.get(key) ?? new FileTree(piecesRoot, length, pieceLength, this.memory, sha256);
				tree.firsts.push(first);
				this.#trees.set(key, tree);
			} else {
				hashes.set(piecesRoot, first * hashLength);
				known[first] = 1;
			}
		}
		this.#numbers = this.#numbers.subarray(0, count);
		this.#firsts = this.#firsts.subarray(0, count);
		for (const [key, tree] of this.#trees) {
			const layer = pieceLayers?.get(key);
			if (layer?.length === tree.pieces * hashLength) tree.learnLayer(layer);
			else this.#incomplete.add(tree);
		}
	}

	/** The tree of the files with a root; undefined when none has it. */
	#find(root: Uint8Array): FileTree | undefined {
		const key = toHex(root);
		const tree = this.#trees.get(key);
		if (tree !== undefined) return tree;
		const firsts = this.#smallFiles().get(key);
		if (firsts === undefined) return undefined;
		const {files, pieceLength} = this.#torrent;
		const at = this.#fileOf(firsts[0]!);
		const {length} = files[this.#numbers[at]!]!;
		const small = new FileTree(root.slice(), length, pieceLength, this.memory, this.#sha256);
		small.firsts.push(...firsts);
		this.#trees.set(key, small);
		return small;
	}

	#smallFiles(): Map<string, PieceIndex[]> {
		if (this.#small !== undefined) return this.#small;
		const {files, pieceLength} = this.#torrent;
		this.#small = new Map();
		for (let at = 0; at < this.#numbers.length; at++) {
			const {length, piecesRoot} = files[this.#numbers[at]!]!;
			if (length > pieceLength) continue;
			const key = toHex(piecesRoot!);
			const firsts = this.#small.get(key);
			if (firsts === undefined) this.#small.set(key, [this.#firsts[at]! as PieceIndex]);
			else firsts.push(this.#firsts[at]! as PieceIndex);
		}
		return this.#small;
	}

	/** Whether the hash of every piece is known. */
	get complete(): boolean {
		return this.#incomplete.size === 0;
	}

	/** Parts of files whose pieces' hashes are asked for at once; those of files of one piece are their roots. */
	get windows(): number {
		let count = 0;
		for (const {pieces} of this.#trees.values()) if (pieces > 1) count += Math.ceil(pieces / hashWindow);
		return count;
	}

	/** Whether the hash of the piece is known. */
	canVerify(piece: number): boolean {
		return this.memory.known[piece] === 1;
	}

	/** Whether a file has this root. */
	has(root: Uint8Array): boolean {
		return this.#find(root) !== undefined;
	}

	/** Windows of piece hashes that are not all known, each with all its proof, in stream order. */
	*missing(): Generator<MissingHashes> {
		for (const tree of this.#incomplete) {
			for (const [window, missing] of tree.missing.entries()) {
				if (missing === 0) continue;
				const index = window * hashWindow;
				const pieces = Math.min(hashWindow, tree.pieces - index);
				const {root, pieceLayer: base} = tree;
				const length = Math.max(2, powerOfTwoFrom(pieces));
				const range = {root, base, index, length, proofLayers: tree.height - base - 1};
				yield {range, firsts: tree.firsts.map(first => (first + index) as PieceIndex), pieces};
			}
		}
	}

	/**
	 * Takes hashes of pieces or of blocks that answer a range, those of the layer first, then the uncle hashes from the
	 * bottom up. Those of padding may be left out. Costs no more than what came, whoever gave it.
	 *
	 * @param hashes 32 bytes each
	 */
	add(range: HashRequest, hashes: Uint8Array): AddedHashes {
		const tree = this.#find(range.root);
		if (tree === undefined) return {kind: 'unknown'};
		const {base, index, length, proofLayers} = range;
		if (!tree.holds(range) || (base !== 0 && base !== tree.pieceLayer)) return wrong;
		const uncles = uncleCount(length, proofLayers);
		const given = hashes.length / hashLength - uncles;
		const real = Math.min(length, tree.count(base) - index);
		if (real <= 0 || (given !== real && given !== length)) return wrong;
		if (!this.#isPadding(hashes.subarray(real * hashLength, given * hashLength), base)) return wrong;
		const own = hashes.subarray(0, real * hashLength);
		if (this.#knows(tree, base, index, real)) return {kind: 'known'};
		const layers = this.#layersOver(own, base, powerOfTwoFrom(length));
		const proven = this.#climb(tree, range, layers.at(-1)!, hashes.subarray(given * hashLength));
		if (proven === undefined) return wrong;
		if (base < tree.pieceLayer) return {kind: 'added', pieces: this.#takeLeaves(tree, index, own)};
		return {kind: 'added', pieces: this.#takeLayers(tree, base, index, layers, proven)};
	}

	/** Takes the block hashes of a piece, made from what is on the disk. Answers whether they are right. */
	addLeaves(piece: number, hashes: Uint8Array): boolean {
		const place = this.#placeOf(piece);
		if (place === undefined || place.tree.pieceLayer === 0) return false;
		const {tree} = place;
		const index = place.piece * tree.blocksPerPiece;
		if (hashes.length !== tree.blocksOf(place.piece) * hashLength) return false;
		const root = tree.node(tree.pieceLayer, place.piece);
		const top = this.#layersOver(hashes, 0, tree.blocksPerPiece).at(-1)!;
		if (root === undefined || !sameBytes(root, top)) return false;
		this.#takeLeaves(tree, index, hashes);
		return true;
	}

	/**
	 * The hashes of a range and their uncles, padding included where a power of two was asked for; undefined when not all
	 * are known, or there is no such range.
	 */
	read(range: HashRequest): Uint8Array | undefined {
		const tree = this.#find(range.root);
		if (tree === undefined || !tree.holds(range)) return undefined;
		const {base, index, length, proofLayers} = range;
		const uncles = uncleCount(length, proofLayers);
		const answer = new Uint8Array((length + uncles) * hashLength);
		for (let n = 0; n < length; n++) {
			const hash = tree.node(base, index + n);
			if (hash === undefined) return undefined;
			answer.set(hash, n * hashLength);
		}
		const wide = powerOfTwoFrom(length);
		let layer = base + Math.log2(wide);
		let position = index / wide;
		for (let n = 0; n < uncles; n++) {
			const uncle = tree.node(layer, position % 2 === 0 ? position + 1 : position - 1);
			if (uncle === undefined) return undefined;
			answer.set(uncle, (length + n) * hashLength);
			position = Math.floor(position / 2);
			layer++;
		}
		return answer;
	}

	/**
	 * The pieces whose block hashes a range needs, and that are not held: of ranges of block hashes that are in a tree.
	 * Given by `addLeaves`, `read` can answer.
	 */
	piecesToHash(range: HashRequest): PieceIndex[] {
		const tree = this.#find(range.root);
		if (tree === undefined || !tree.holds(range) || range.base >= tree.pieceLayer) return [];
		const {base, index, length} = range;
		const begin = index * 2 ** base;
		const end = Math.min(tree.blocks, begin + length * 2 ** base);
		const pieces: PieceIndex[] = [];
		for (let piece = Math.floor(begin / tree.blocksPerPiece); piece * tree.blocksPerPiece < end; piece++) {
			if (tree.leaves.get(piece)?.missing === 0) continue;
			pieces.push((tree.firsts[0]! + piece) as PieceIndex);
		}
		return pieces;
	}

	/** What is to be asked for, to know the block hashes of a piece whose own is known; nothing when it is a single block. */
	leafRanges(piece: number): HashRequest[] {
		const place = this.#placeOf(piece);
		if (place === undefined || place.tree.pieceLayer === 0) return [];
		const {root, blocksPerPiece, pieceLayer} = place.tree;
		const length = Math.min(blocksPerPiece, mostHashes);
		const ranges: HashRequest[] = [];
		const begin = place.piece * blocksPerPiece;
		for (let at = 0; at < place.tree.blocksOf(place.piece); at += length) {
			ranges.push({root, base: 0, index: begin + at, length, proofLayers: pieceLayer - 1});
		}
		return ranges;
	}

	/** The hashes of the blocks of a piece, 32 bytes each; undefined when not all are held. */
	leaves(piece: number): Uint8Array | undefined {
		const place = this.#placeOf(piece);
		if (place === undefined) return undefined;
		const {tree} = place;
		if (tree.pieceLayer === 0) return tree.node(0, place.piece)?.slice();
		const leaves = tree.leaves.get(place.piece);
		return leaves?.missing === 0 ? leaves.hashes : undefined;
	}

	/** Takes a whole piece layer that somebody noted down. Answers the pieces that can be verified now; none when it is wrong. */
	addLayer(root: Uint8Array, layer: Uint8Array): PieceIndex[] {
		const tree = this.#find(root);
		if (tree === undefined || !this.#incomplete.has(tree) || layer.length !== tree.pieces * hashLength)
			return [];
		const width = powerOfTwoFrom(tree.pieces);
		if (!sameBytes(merkleRoot(layer, tree.blocksPerPiece, this.#sha256, width), root)) return [];
		tree.learnLayer(layer);
		this.#incomplete.delete(tree);
		this.revision++;
		return tree.firsts.flatMap(first =>
			Array.from({length: tree.pieces}, (_, n) => (first + n) as PieceIndex),
		);
	}

	/** By hex root, the piece layers that are known wholly, of files longer than a piece: as a .torrent has them. */
	layers(): Map<string, Uint8Array> {
		const layers = new Map<string, Uint8Array>();
		for (const [root, tree] of this.#trees) {
			if (tree.pieces === 1 || this.#incomplete.has(tree)) continue;
			const first = tree.firsts[0]!;
			layers.set(root, this.memory.hashes.slice(first * hashLength, (first + tree.pieces) * hashLength));
		}
		return layers;
	}

	/** The windows that are known of layers that are not known wholly, with their proofs: `add` takes them again. */
	parts(): Array<{readonly range: HashRequest; readonly hashes: Uint8Array}> {
		const parts: Array<{range: HashRequest; hashes: Uint8Array}> = [];
		for (const tree of this.#incomplete) {
			const {root, pieceLayer: base, pieces} = tree;
			for (const [window, missing] of tree.missing.entries()) {
				if (missing > 0) continue;
				const index = window * hashWindow;
				const length = Math.max(2, powerOfTwoFrom(Math.min(hashWindow, pieces - index)));
				const range = {root, base, index, length, proofLayers: tree.height - base - 1};
				const hashes = this.read(range);
				if (hashes !== undefined) parts.push({range, hashes});
			}
		}
		return parts;
	}

	/** The last file with a root that begins at or before a piece, by its place among them; -1 when none does. */
	#fileOf(piece: number): number {
		let low = 0;
		let high = this.#firsts.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (this.#firsts[middle]! <= piece) low = middle + 1;
			else high = middle;
		}
		return low - 1;
	}

	#placeOf(piece: number): {readonly tree: FileTree; readonly piece: number} | undefined {
		const at = this.#fileOf(piece);
		if (at < 0) return undefined;
		const tree = this.#find(this.#torrent.files[this.#numbers[at]!]!.piecesRoot!);
		const own = piece - this.#firsts[at]!;
		return tree === undefined || own >= tree.pieces ? undefined : {tree, piece: own};
	}

	#isPadding(hashes: Uint8Array, layer: number): boolean {
		const pad = padHash(2 ** layer, this.#sha256);
		for (let at = 0; at < hashes.length; at += hashLength) {
			if (!sameBytes(hashes.subarray(at, at + hashLength), pad)) return false;
		}
		return true;
	}

	#knows(tree: FileTree, base: number, index: number, count: number): boolean {
		for (let n = index; n < index + count; n++) if (tree.node(base, n) === undefined) return false;
		return true;
	}

	/** The layers from `hashes`, of one layer, up to the one hash over `wide` of them; padding is left out. */
	#layersOver(hashes: Uint8Array, layer: number, wide: number): Uint8Array[] {
		const layers = [hashes];
		const pair = new Uint8Array(2 * hashLength);
		let below = hashes;
		for (let at = layer, width = wide; width > 1; width /= 2, at++) {
			const count = below.length / hashLength;
			const above = new Uint8Array(Math.ceil(count / 2) * hashLength);
			for (let n = 0; n < count; n += 2) {
				pair.set(below.subarray(n * hashLength, (n + 2) * hashLength));
				if (n + 1 === count) pair.set(padHash(2 ** at, this.#sha256), hashLength);
				above.set(this.#sha256(pair), (n / 2) * hashLength);
			}
			layers.push(above);
			below = above;
		}
		return layers;
	}

	/** Goes up from the hash over a range to one that is known. Answers the uncles and what lies between, when it is the same. */
	#climb(
		tree: FileTree,
		{base, index, length}: HashRequest,
		top: Uint8Array,
		uncles: Uint8Array,
	): Array<readonly [layer: number, index: number, hash: Uint8Array]> | undefined {
		const proven: Array<readonly [number, number, Uint8Array]> = [];
		const wide = powerOfTwoFrom(length);
		let layer = base + Math.log2(wide);
		const {hash, index: position} = climb(top, index / wide, uncles, this.#sha256, (at, own, sibling) => {
			proven.push([layer, at, own], [layer, at % 2 === 0 ? at + 1 : at - 1, sibling]);
			layer++;
		});
		const known = tree.node(layer, position);
		return known !== undefined && sameBytes(known, hash) ? proven : undefined;
	}

	#takeLayers(
		tree: FileTree,
		base: number,
		index: number,
		layers: readonly Uint8Array[],
		proven: ReadonlyArray<readonly [layer: number, index: number, hash: Uint8Array]>,
	): PieceIndex[] {
		const pieces: PieceIndex[] = [];
		for (const [above, layer] of layers.entries()) {
			const first = index / 2 ** above;
			for (let n = 0; n * hashLength < layer.length; n++) {
				const hash = layer.subarray(n * hashLength, (n + 1) * hashLength);
				const isNew = tree.learn(base + above, first + n, hash);
				if (isNew && above === 0)
					for (const start of tree.firsts) pieces.push((start + index + n) as PieceIndex);
			}
		}
		// An uncle may be the hash of a piece, too.
		for (const [layer, at, hash] of proven) {
			if (!tree.learn(layer, at, hash) || layer !== tree.pieceLayer) continue;
			for (const start of tree.firsts) pieces.push((start + at) as PieceIndex);
		}
		if (tree.missing.every(count => count === 0)) this.#incomplete.delete(tree);
		this.revision++;
		return pieces;
	}

	#takeLeaves(tree: FileTree, index: number, hashes: Uint8Array): PieceIndex[] {
		const whole: PieceIndex[] = [];
		for (let n = 0; n * hashLength < hashes.length; n++) {
			const piece = Math.floor((index + n) / tree.blocksPerPiece);
			const block = index + n - piece * tree.blocksPerPiece;
			const leaves = tree.leaves.get(piece) ?? this.#hold(tree, piece);
			if (leaves.known[block] !== 0) continue;
			leaves.known[block] = 1;
			leaves.hashes.set(hashes.subarray(n * hashLength, (n + 1) * hashLength), block * hashLength);
			if (--leaves.missing > 0) continue;
			for (const first of tree.firsts) whole.push((first + piece) as PieceIndex);
		}
		return whole;
	}

	#hold(tree: FileTree, piece: number): PieceLeaves {
		const count = tree.blocksOf(piece);
		const leaves = {
			hashes: new Uint8Array(count * hashLength),
			known: new Uint8Array(count),
			missing: count,
		};
		tree.leaves.set(piece, leaves);
		this.#held.push({tree, piece});
		this.#heldBytes += leaves.hashes.length;
		while (this.#heldBytes > maximumLeaves && this.#held.length > 1) {
			const oldest = this.#held.shift()!;
			this.#heldBytes -= oldest.tree.leaves.get(oldest.piece)!.hashes.length;
			oldest.tree.leaves.delete(oldest.piece);
		}
		return leaves;
	}
}

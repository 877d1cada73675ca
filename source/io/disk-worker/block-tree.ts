import {hash} from 'node:crypto';
import {type Bytes, blockLength} from '../../base/units.js';
import {hashLength, padHash} from '../../protocol/metainfo/merkle.js';

/** Blocks of one memory whose views are kept. */
const mostViews = 8192;

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/**
 * The Merkle tree over the blocks of one piece after the other, in memory that is used again: OpenSSL hashes, and a
 * string of one character a byte costs a quarter of a buffer. BEP 52.
 */
export class BlockTree {
	#hashes = new Uint8Array(0);
	/** Views of two hashes each, made once. */
	#pairs: Uint8Array[] = [];
	/** Views of whole blocks by where they begin in a memory that is read again and again: a view costs a sixtieth of its hash. */
	#memory: ArrayBufferLike | undefined;
	readonly #views = new Map<number, Uint8Array>();
	/** Block hashes taken since `begin`. */
	#count = 0;
	#left: Bytes = 0;

	/** Begins a piece that has so many bytes: what is added beyond them is padding, and left out. */
	begin(size: Bytes): void {
		this.#count = 0;
		this.#left = size;
		// One more, for a hash of padding.
		const needed = (Math.ceil(size / blockLength) + 1) * hashLength;
		if (this.#hashes.length >= needed) return;
		const hashes = new Uint8Array(needed + (needed % (2 * hashLength)));
		this.#hashes = hashes;
		this.#pairs = Array.from({length: hashes.length / (2 * hashLength)}, (_, n) =>
			hashes.subarray(n * 2 * hashLength, (n + 1) * 2 * hashLength),
		);
	}

	/** Hashes what comes next; all but the last that is added are whole blocks. */
	add(view: Uint8Array): void {
		for (let begin = 0; begin < view.length && this.#left > 0; begin += blockLength) {
			const length = Math.min(blockLength, view.length - begin, this.#left);
			write(
				hash('sha256', this.#block(view, begin, length), 'binary'),
				this.#hashes,
				this.#count++ * hashLength,
			);
			this.#left -= length;
		}
	}

	#block(view: Uint8Array, begin: Bytes, length: Bytes): Uint8Array {
		if (begin === 0 && length === view.length) return view;
		if (length !== blockLength) return view.subarray(begin, begin + length);
		if (view.buffer !== this.#memory) {
			this.#memory = view.buffer;
			this.#views.clear();
		}
		const at = view.byteOffset + begin;
		let block = this.#views.get(at);
		if (block === undefined) {
			block = view.subarray(begin, begin + length);
			if (this.#views.size < mostViews) this.#views.set(at, block);
		}
		return block;
	}

	/** The hashes of the blocks, so many bytes of each: a copy. To be asked before the root is. */
	blocks(width: number): Uint8Array {
		const copy = new Uint8Array(this.#count * width);
		for (let n = 0; n < this.#count; n++) {
			copy.set(this.#hashes.subarray(n * hashLength, n * hashLength + width), n * width);
		}
		return copy;
	}

	/**
	 * Whether the root is `expected`, 32 bytes of it from `at` on. Leaves nothing of the blocks' hashes.
	 *
	 * @param width blocks and padding under the root: a power of two
	 */
	hasRoot(width: number, expected: Uint8Array, at: number): boolean {
		const hashes = this.#hashes;
		const pairs = this.#pairs;
		let count = this.#count;
		for (let leaves = 1; leaves < width; leaves *= 2) {
			if (count % 2 === 1) hashes.set(padHash(leaves, sha256), count++ * hashLength);
			count /= 2;
			// What is written lies before what is still to be read.
			for (let n = 0; n < count; n++) write(hash('sha256', pairs[n]!, 'binary'), hashes, n * hashLength);
		}
		for (let byte = 0; byte < hashLength; byte++) if (hashes[byte] !== expected[at + byte]) return false;
		return true;
	}
}

function write(digest: string, target: Uint8Array, at: number): void {
	for (let byte = 0; byte < hashLength; byte++) target[at + byte] = digest.charCodeAt(byte);
}

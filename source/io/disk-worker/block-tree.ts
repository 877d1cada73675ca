import {hash} from 'node:crypto';
import {type Bytes, blockLength} from '../../base/units.js';
import {hashLength, padHash} from '../../protocol/metainfo/merkle.js';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/**
 * The Merkle tree over the blocks of one piece after the other, in memory that is used again: OpenSSL hashes, and a
 * string of one character a byte costs a quarter of a buffer. BEP 52.
 */
export class BlockTree {
	#hashes = new Uint8Array(64 * hashLength);
	readonly #pair = new Uint8Array(2 * hashLength);
	/** Block hashes taken since `begin`. */
	#count = 0;
	#left: Bytes = 0;

	/** Begins a piece that has so many bytes: what is added beyond them is padding, and left out. */
	begin(size: Bytes): void {
		this.#count = 0;
		this.#left = size;
		const needed = Math.ceil(size / blockLength) * hashLength;
		if (this.#hashes.length < needed) this.#hashes = new Uint8Array(needed);
	}

	/** Hashes what comes next; all but the last that is added are whole blocks. */
	add(view: Uint8Array): void {
		for (let begin = 0; begin < view.length && this.#left > 0; begin += blockLength) {
			const length = Math.min(blockLength, view.length - begin, this.#left);
			const block = begin === 0 && length === view.length ? view : view.subarray(begin, begin + length);
			write(hash('sha256', block, 'binary'), this.#hashes, this.#count++ * hashLength);
			this.#left -= length;
		}
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
		const pair = this.#pair;
		let count = this.#count;
		for (let leaves = 1; leaves < width; leaves *= 2) {
			for (let n = 0; n < count; n += 2) {
				const from = n * hashLength;
				for (let byte = 0; byte < 2 * hashLength; byte++) pair[byte] = hashes[from + byte]!;
				if (n + 1 === count) pair.set(padHash(leaves, sha256), hashLength);
				write(hash('sha256', pair, 'binary'), hashes, from / 2);
			}
			count = Math.ceil(count / 2);
		}
		for (let byte = 0; byte < hashLength; byte++) if (hashes[byte] !== expected[at + byte]) return false;
		return true;
	}
}

function write(digest: string, target: Uint8Array, at: number): void {
	for (let byte = 0; byte < hashLength; byte++) target[at + byte] = digest.charCodeAt(byte);
}

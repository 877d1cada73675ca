import type {Bytes} from '../../base/units.js';
import {StorageError} from '../disk/storage-failure.js';
import {isRight} from './piece-verifier.js';
import type {TorrentFiles} from './torrent-files.js';

/** What is read at once: larger reads gain nothing and fall out of the processor's cache. */
const readLength: Bytes = 1 << 20;

/** Hashes what is on disk. */
export class PieceChecker {
	#buffer = new Uint8Array(0);

	/** @returns one byte for each of `pieces`: 1 when it is on disk and its hash is right */
	check(files: TorrentFiles, pieces: Int32Array): Uint8Array {
		const right = new Uint8Array(pieces.length);
		const absent = new Set<number>();
		const {pieceLength} = files.layout;
		const together = Math.max(1, Math.floor(readLength / pieceLength));
		for (let first = 0; first < pieces.length; ) {
			let next = first + 1;
			while (next < pieces.length && next - first < together && pieces[next] === pieces[next - 1]! + 1)
				next++;
			this.#checkRun(files, pieces.subarray(first, next), right.subarray(first, next), absent);
			first = next;
		}

		return right;
	}

	/** Pieces in a row: one read when all of it is there, else one a piece. */
	#checkRun(files: TorrentFiles, pieces: Int32Array, right: Uint8Array, absent: Set<number>): void {
		const {layout} = files;
		const {pieceLength} = layout;
		const last = pieces.at(-1)!;
		const start = pieces[0]! * pieceLength;
		if (pieceLength > readLength) {
			right[0] = this.#checkLarge(files, last, absent) ? 1 : 0;
			return;
		}

		const whole = this.#room((last - pieces[0]!) * pieceLength + layout.pieceSize(last));
		const complete = pieces.length > 1 && this.#read(files, start, whole, absent);
		for (const [n, piece] of pieces.entries()) {
			const size = layout.pieceSize(piece);
			const from = piece * pieceLength - start;
			const view = complete ? whole.subarray(from, from + size) : this.#room(size);
			if (!complete && !this.#read(files, start + from, view, absent)) continue;
			right[n] = isRight(layout, piece, [view]) ? 1 : 0;
		}
	}

	/** A piece that is not read at once but hashed as it is read. */
	#checkLarge(files: TorrentFiles, piece: number, absent: Set<number>): boolean {
		const {layout} = files;
		const size = layout.pieceSize(piece);
		const start = piece * layout.pieceLength;
		const room = this.#room(readLength);
		let complete = true;
		const read = this.#read.bind(this);
		function* chunks(): Generator<Uint8Array> {
			for (let at = 0; at < size && complete; at += readLength) {
				const chunk = room.subarray(0, Math.min(readLength, size - at));
				complete = read(files, start + at, chunk, absent);
				if (complete) yield chunk;
			}
		}

		return isRight(layout, piece, chunks()) && complete;
	}

	#read(files: TorrentFiles, position: Bytes, target: Uint8Array, absent: Set<number>): boolean {
		try {
			return files.read(position, target, absent);
		} catch (error) {
			// What cannot be read is not there as far as the torrent is concerned; what cannot be opened just now may be.
			if (error instanceof StorageError && error.failure.code !== 'too-many-files') return false;
			throw error;
		}
	}

	#room(length: Bytes): Uint8Array {
		if (this.#buffer.length < length) this.#buffer = new Uint8Array(length);
		return this.#buffer.subarray(0, length);
	}
}

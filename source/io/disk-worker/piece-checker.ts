import type {Bytes} from '../../base/units.js';
import {StorageError} from '../disk/storage-failure.js';
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
		const {pieceLength} = files.layout.map;
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
		const {map} = files.layout;
		const last = pieces.at(-1)!;
		const start = map.pieceStart(pieces[0]!);
		if (map.pieceLength > readLength) {
			right[0] = this.#isRight(files, last, absent) ? 1 : 0;
			return;
		}

		const whole = this.#room(map.pieceStart(last) - start + map.pieceSize(last));
		const complete = pieces.length > 1 && this.#read(files, start, whole, absent);
		for (const [n, piece] of pieces.entries()) {
			const size = map.pieceSize(piece);
			const from = map.pieceStart(piece) - start;
			const view = complete ? whole.subarray(from, from + size) : this.#room(size);
			if (!complete && !this.#read(files, start + from, view, absent)) continue;
			right[n] = files.verifier.isRight(piece, [view]) ? 1 : 0;
		}
	}

	/** Digests of each block of a piece; undefined when it is not on disk or its hash is wrong. */
	digests(files: TorrentFiles, piece: number, kind: 'digest' | 'leaves'): Uint8Array | undefined {
		const {verifier} = files;
		// Read once more for that: seldom asked for, and a right piece may be large.
		if (!this.#isRight(files, piece, new Set())) return undefined;
		const whole = {isRead: true};
		const chunks = this.#chunks(files, piece, new Set(), whole);
		const digests = kind === 'leaves' ? verifier.leaves(piece, chunks) : verifier.blockDigests(piece, chunks);
		return whole.isRead ? digests : undefined;
	}

	/** A piece that is not read at once but hashed as it is read. */
	#isRight(files: TorrentFiles, piece: number, absent: Set<number>): boolean {
		const whole = {isRead: true};
		return files.verifier.isRight(piece, this.#chunks(files, piece, absent, whole)) && whole.isRead;
	}

	/** @param whole what becomes false when not all of it is there: what was yielded ends there */
	*#chunks(
		files: TorrentFiles,
		piece: number,
		absent: Set<number>,
		whole: {isRead: boolean},
	): Generator<Uint8Array> {
		const {map} = files.layout;
		const size = map.pieceSize(piece);
		const start = map.pieceStart(piece);
		const room = this.#room(readLength);
		for (let at = 0; at < size; at += readLength) {
			const chunk = room.subarray(0, Math.min(readLength, size - at));
			whole.isRead = this.#read(files, start + at, chunk, absent);
			if (!whole.isRead) return;
			yield chunk;
		}
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

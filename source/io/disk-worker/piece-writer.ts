import {type Bytes, blockLength} from '../../base/units.js';
import type {StorageFailure} from '../disk/storage.js';
import {failureOf} from '../disk/storage-failure.js';
import {allStored, type BatchResult, failed, stored, wrong} from './jobs.js';
import type {TorrentFiles} from './torrent-files.js';

/** Small pieces that lie next to each other go to the disk together, while the processor's cache still holds them. */
const groupLength: Bytes = 262_144;

/** A run of bytes of a right piece that waits to be written. */
interface WriteRun {
	readonly job: number;
	readonly files: TorrentFiles;
	readonly position: Bytes;
	length: Bytes;
	readonly views: Uint8Array[];
}

/** Does the batches of jobs that `jobs` describes: hashes pieces and writes the right ones. */
export class PieceWriter {
	readonly #memory: SharedArrayBuffer;
	readonly #torrents: ReadonlyMap<number, TorrentFiles>;
	/** Views of single slots, made when first used. */
	readonly #slots: Array<Uint8Array | undefined> = [];
	#readBack = new Uint8Array(0);
	#group: WriteRun[] = [];
	#grouped: Bytes = 0;
	#codes: number[] = [];
	#digests: Uint8Array[] = [];
	#failures = new Map<number, StorageFailure>();

	constructor(memory: SharedArrayBuffer, torrents: ReadonlyMap<number, TorrentFiles>) {
		this.#memory = memory;
		this.#torrents = torrents;
	}

	/** @returns the answer to a batch; never throws */
	run(jobs: Int32Array): typeof allStored | BatchResult {
		this.#codes = [];
		this.#digests = [];
		this.#failures = new Map();
		let allRight = true;
		for (let at = 0; at < jobs.length; ) {
			const head = jobs[at]!;
			const piece = jobs[at + 1]!;
			const count = jobs[at + 2]!;
			const job = this.#codes.length;
			this.#codes.push(stored);
			try {
				if (head >= 0) this.#storePiece(job, this.#files(head), piece, jobs, at + 3);
				else this.#storeBlocks(job, this.#files(-1 - head), piece, jobs, at + 3, count);
			} catch (error) {
				this.#fail(job, error);
			}

			if (this.#codes[job] !== stored) allRight = false;
			at += 3 + (head >= 0 ? count : 2 * count);
		}

		this.#writeGroup();
		if (allRight && this.#failures.size === 0) return allStored;
		return {
			codes: Uint8Array.from(this.#codes),
			digests: this.#digests,
			failures: [...this.#failures].sort(([a], [b]) => a - b).map(([, failure]) => failure),
		};
	}

	#files(torrent: number): TorrentFiles {
		const files = this.#torrents.get(torrent);
		if (!files) throw new Error('the torrent was closed');
		return files;
	}

	#storePiece(job: number, files: TorrentFiles, piece: number, jobs: Int32Array, first: number): void {
		const {map} = files.layout;
		const size = map.pieceSize(piece);
		const position = map.pieceStart(piece);
		const blocks = Math.ceil(size / blockLength);
		const views: Uint8Array[] = [];
		const runs: WriteRun[] = [];
		let fresh: WriteRun | undefined;
		for (let block = 0; block < blocks; ) {
			const slot = jobs[first + block]!;
			let next = block + 1;
			if (slot < 0) {
				while (next < blocks && jobs[first + next]! < 0) next++;
			} else {
				// Neighbours in the pool are hashed and written as one.
				while (next < blocks && jobs[first + next] === slot + next - block) next++;
			}

			const begin = block * blockLength;
			const length = Math.min(size, next * blockLength) - begin;
			if (slot < 0) {
				views.push(this.#written(files, position + begin, length, begin, size));
				fresh = undefined;
			} else {
				const view = this.#view(slot, length);
				views.push(view);
				if (fresh) {
					fresh.views.push(view);
					fresh.length += length;
				} else {
					fresh = {job, files, position: position + begin, length, views: [view]};
					runs.push(fresh);
				}
			}

			block = next;
		}

		if (!files.verifier.isRight(piece, views)) {
			this.#codes[job] = wrong;
			this.#digests.push(files.verifier.blockDigests(piece, views));
			return;
		}

		files.partFile.prepare(piece);
		for (const run of runs) this.#group.push(run);
		this.#grouped += size;
		if (this.#grouped >= groupLength) this.#writeGroup();
	}

	#view(slot: number, length: Bytes): Uint8Array {
		if (length !== blockLength) return new Uint8Array(this.#memory, slot * blockLength, length);
		let view = this.#slots[slot];
		if (!view) {
			view = new Uint8Array(this.#memory, slot * blockLength, length);
			this.#slots[slot] = view;
		}

		return view;
	}

	/** Blocks of a piece that went to the disk before the rest of it. */
	#written(files: TorrentFiles, position: Bytes, length: Bytes, begin: Bytes, size: Bytes): Uint8Array {
		if (this.#readBack.length < size) this.#readBack = new Uint8Array(size);
		const view = this.#readBack.subarray(begin, begin + length);
		// Blocks that are gone make the piece wrong, and it is fetched again.
		if (!files.read(position, view)) view.fill(0);
		return view;
	}

	#storeBlocks(
		job: number,
		files: TorrentFiles,
		piece: number,
		jobs: Int32Array,
		first: number,
		count: number,
	): void {
		const {map} = files.layout;
		const size = map.pieceSize(piece);
		files.partFile.prepare(piece);
		for (let n = 0; n < count; n++) {
			const begin = jobs[first + 2 * n]! * blockLength;
			const length = Math.min(blockLength, size - begin);
			if (length <= 0) continue;
			const view = this.#view(jobs[first + 2 * n + 1]!, length);
			this.#group.push({job, files, position: map.pieceStart(piece) + begin, length, views: [view]});
		}

		this.#writeGroup();
	}

	#writeGroup(): void {
		const group = this.#group;
		if (group.length === 0) return;
		this.#group = [];
		this.#grouped = 0;
		if (group.length > 1) group.sort((a, b) => a.position - b.position);
		for (let first = 0; first < group.length; ) {
			const {files, position, length, views} = group[first]!;
			let end = position + length;
			let next = first + 1;
			for (; next < group.length; next++) {
				const run = group[next]!;
				if (run.files !== files || run.position !== end) break;
				// Or a failure could not be told of the right pieces.
				if (!files.isOneFile(position, end + run.length - position)) break;
				for (const view of run.views) views.push(view);
				end += run.length;
			}

			try {
				files.write(position, end - position, views);
			} catch (error) {
				for (let n = first; n < next; n++) this.#fail(group[n]!.job, error);
			}

			first = next;
		}
	}

	#fail(job: number, error: unknown): void {
		this.#codes[job] = failed;
		this.#failures.set(job, failureOf(error, 'the download'));
	}
}

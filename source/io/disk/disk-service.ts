import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import type {Bytes} from '../../base/units.js';
import {pieceHashesOf} from '../disk-worker/piece-verifier.js';
import {FileLayout} from '../files/file-layout.js';
import {pathExists} from '../files/path-exists.js';
import type {BlockPool} from './block-pool.js';
import type {Disk, TorrentOnDisk} from './disk.js';
import {freeSpace} from './free-space.js';
import {keepParts, type StreamPart} from './keep-parts.js';
import {ReadHandles} from './read-handles.js';
import type {Storage, StorageEvents, StorageFailure} from './storage.js';
import {TorrentStorage} from './torrent-storage.js';
import {DiskWorkerQueue} from './worker-queue.js';
import type {DiskThread} from './worker-thread.js';

/** Files open for reading on the event loop, and in all workers together. */
const readerHandles = 12;
const workerHandles = 28;

export interface DiskOptions {
	/** Threads that hash and write; by default 1 on 2 cores, 2 from 4, 3 from 8. */
	readonly workers?: number;
	/** Where part files are kept. */
	readonly stateDir: string;
	/** One of the threads, started ahead. */
	readonly thread?: DiskThread | undefined;
}

/** The disk: threads that hash and write, and the files held open. Each torrent is written by one thread. */
export class DiskService implements Disk {
	readonly #stateDir: string;
	readonly #writers: readonly DiskWorkerQueue[];
	/** Threads that only help with checks: while one goes on, the event loop has a core to spare. */
	readonly #checkWorkers: readonly DiskWorkerQueue[];
	readonly #readers = new ReadHandles(readerHandles);
	readonly #open = new Set<TorrentStorage>();
	#nextTorrent = 0;
	#checks = 0;

	constructor(pool: BlockPool, options: DiskOptions) {
		this.#stateDir = options.stateDir;
		const cores = availableParallelism();
		const writers = options.workers ?? (cores >= 8 ? 3 : cores >= 4 ? 2 : 1);
		const checkWorkers = Math.max(0, Math.min(cores, 4) - writers);
		const handles = Math.floor(workerHandles / (writers + checkWorkers));
		this.#writers = Array.from(
			{length: writers},
			(_, index) => new DiskWorkerQueue(pool, handles, index === 0 ? options.thread : undefined),
		);
		this.#checkWorkers = Array.from({length: checkWorkers}, () => new DiskWorkerQueue(pool, handles));
	}

	/** Files are opened when they are first needed; nothing is on disk before. */
	open(
		{metainfo, map, dir, wanted, id, renamed, owners, hashes, isWhole}: TorrentOnDisk,
		events: StorageEvents,
	): Storage {
		const partPath = this.#partPath(id);
		const layout = FileLayout.of(metainfo, map, {dir, partPath}, renamed);
		const worker = this.#writers.reduce((least, other) => (other.users < least.users ? other : least));
		worker.users++;
		const share = {
			torrent: this.#nextTorrent++,
			hashes: () => pieceHashesOf(metainfo, hashes),
			isWhole: isWhole === true,
			worker,
			readers: this.#readers,
			acquireCheckers: () => this.#lendWorkers(worker),
			closed: () => {
				this.#open.delete(storage);
				worker.users--;
			},
		};
		const storage: TorrentStorage = new TorrentStorage(layout, wanted, events, share, owners);
		this.#open.add(storage);
		return storage;
	}

	keepParts(id: string, parts: readonly StreamPart[]): Promise<StorageFailure | undefined> {
		return keepParts(this.#partPath(id), parts);
	}

	#partPath(id: string): string {
		if (!/^[\w-]+$/.test(id)) throw new TypeError(`not an id: ${id}`);
		return join(this.#stateDir, 'parts', `${id}.part`);
	}

	exists(dir: string, name: string): Promise<boolean> {
		return pathExists(dir, name);
	}

	freeSpace(path: string): Promise<Bytes | undefined> {
		return freeSpace(path);
	}

	/** Finishes what was begun, closes every file and ends the threads. */
	async close(): Promise<void> {
		await Promise.all([...this.#open].map(storage => storage.close()));
		await Promise.all([...this.#writers, ...this.#checkWorkers].map(worker => worker.close()));
	}

	/** Threads that only check end with the last check: they would only take up memory. */
	#lendWorkers(own: DiskWorkerQueue): {workers: DiskWorkerQueue[]; giveBack: () => void} {
		this.#checks++;
		return {
			workers: [...this.#writers.filter(writer => writer !== own), ...this.#checkWorkers],
			giveBack: () => {
				if (--this.#checks === 0) for (const worker of this.#checkWorkers) void worker.rest();
			},
		};
	}
}

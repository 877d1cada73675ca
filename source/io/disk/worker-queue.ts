import {
	allStored,
	type BatchResult,
	type DiskReply,
	type DiskTask,
	type FromWorker,
	failed,
	stored,
	wrong,
} from '../disk-worker/jobs.js';
import type {BlockPool} from './block-pool.js';
import type {StorageFailure} from './storage.js';
import {DiskThread} from './worker-thread.js';

/** A batch ends when it holds this many slots (4 MiB), so that slots come back to the pool steadily. */
const batchSlots = 256;
/** A second batch is not sent before it holds this many slots, unless an answer has just come. */
const worthSending = 32;

/** Who is told of jobs done. */
export interface JobListener {
	stored(piece: number): void;
	wrong(piece: number, digests: Uint8Array): void;
	failed(piece: number, failure: StorageFailure): void;
	/** Blocks were written unhashed, or not. Calls come in the order of `storeBlocks`. */
	blocksStored(failure: StorageFailure | undefined): void;
}

/** Jobs on their way, as `disk-worker/jobs` describes them. */
class Batch {
	jobs = new Int32Array(1024);
	length = 0;
	slots = 0;

	room(count: number): number {
		const at = this.length;
		this.length += count;
		if (this.length > this.jobs.length) {
			const larger = new Int32Array(Math.max(this.length, 2 * this.jobs.length));
			larger.set(this.jobs);
			this.jobs = larger;
		}

		return at;
	}
}

/**
 * One disk worker as the event loop sees it. At most two batches of jobs are with it; what comes meanwhile is collected
 * into the next. So a busy worker costs few messages, and an idle one starts at once.
 */
export class DiskWorkerQueue {
	/** Torrents that it writes, whether it has heard of them or not. */
	users = 0;
	readonly #pool: BlockPool;
	readonly #handles: number;
	#thread: DiskThread | undefined;
	/** One that was started before it was needed. */
	#ready: DiskThread | undefined;
	/** What a worker that is started anew must be told again. */
	readonly #torrents = new Map<number, {readonly listener: JobListener; readonly open: DiskTask}>();
	#collecting: Batch[] = [];
	#sent: Batch[] = [];
	#spare: Batch[] = [];
	#replies = new Map<number, (reply: DiskReply) => void>();
	#nextId = 0;

	/**
	 * @param handles files it may hold open
	 * @param ready a thread that was started ahead; one is started when it is needed otherwise
	 */
	constructor(pool: BlockPool, handles: number, ready?: DiskThread) {
		this.#pool = pool;
		this.#handles = handles;
		this.#ready = ready;
	}

	has(torrent: number): boolean {
		return this.#torrents.has(torrent);
	}

	/** Makes a torrent known to the worker, which starts if it does not run. */
	open(torrent: number, listener: JobListener, task: DiskTask & {type: 'open'}): void {
		this.#torrents.set(torrent, {listener, open: task});
		if (this.#thread) void this.#post(torrent, task);
		else this.#start();
	}

	storePiece(torrent: number, piece: number, slots: ArrayLike<number>): void {
		const batch = this.#batch();
		const count = slots.length;
		const at = batch.room(3 + count);
		const {jobs} = batch;
		jobs[at] = torrent;
		jobs[at + 1] = piece;
		jobs[at + 2] = count;
		for (let n = 0; n < count; n++) {
			jobs[at + 3 + n] = slots[n]!;
			if (slots[n]! >= 0) this.#pool.queued(1);
		}
		batch.slots += count;
		this.#send(false);
	}

	storeBlocks(torrent: number, piece: number, blocks: readonly number[], slots: readonly number[]): void {
		const batch = this.#batch();
		const at = batch.room(3 + 2 * slots.length);
		const {jobs} = batch;
		jobs[at] = -1 - torrent;
		jobs[at + 1] = piece;
		jobs[at + 2] = slots.length;
		for (let n = 0; n < slots.length; n++) {
			jobs[at + 3 + 2 * n] = blocks[n]!;
			jobs[at + 4 + 2 * n] = slots[n]!;
			this.#pool.queued(1);
		}

		batch.slots += slots.length;
		this.#send(true);
	}

	/** Asks for something besides jobs; done after the jobs given before it. Never rejects. */
	request(torrent: number, task: DiskTask): Promise<DiskReply> {
		if (!this.#thread) this.#start();
		while (this.#collecting.length > 0) this.#sendNext();
		if (task.type === 'close') {
			return this.#post(torrent, task).finally(() => this.#torrents.delete(torrent));
		}

		return this.#post(torrent, task);
	}

	/** Ends the thread and forgets its torrents, until one is opened again. Nothing may be under way. */
	async rest(): Promise<void> {
		this.#torrents.clear();
		await this.close();
	}

	/** Ends the thread; whoever calls has seen to it that nothing is under way. */
	async close(): Promise<void> {
		const threads = [this.#thread, this.#ready];
		this.#thread = undefined;
		this.#ready = undefined;
		await Promise.all(threads.map(thread => thread?.end()));
	}

	#post(torrent: number, task: DiskTask): Promise<DiskReply> {
		const id = this.#nextId++;
		return new Promise(resolve => {
			this.#replies.set(id, resolve);
			this.#thread!.post({id, torrent, task});
		});
	}

	#start(): void {
		const thread = this.#ready ?? new DiskThread();
		this.#ready = undefined;
		this.#thread = thread;
		thread.begin(
			{memory: this.#pool.memory, handles: this.#handles},
			{
				hear: message => this.#hear(message),
				lost: reason => {
					if (thread === this.#thread) this.#lost(reason);
				},
			},
		);
		for (const [torrent, {open}] of this.#torrents) void this.#post(torrent, open);
	}

	/** The thread died, which is a bug or a lack of memory: what was with it has failed; the next job starts another. */
	#lost(reason: string): void {
		this.#thread = undefined;
		const failure: StorageFailure = {
			code: 'io',
			message: `the disk thread stopped (${reason}): resume to start it again`,
		};
		const batches = [...this.#sent, ...this.#collecting];
		this.#sent = [];
		this.#collecting = [];
		const replies = [...this.#replies];
		this.#replies.clear();
		for (const batch of batches) this.#settle(batch, undefined, failure);
		for (const [id, resolve] of replies) resolve({id, failure});
	}

	#batch(): Batch {
		const last = this.#collecting.at(-1);
		if (last && last.slots < batchSlots) return last;
		const batch = this.#spare.pop() ?? new Batch();
		this.#collecting.push(batch);
		return batch;
	}

	#send(now: boolean): void {
		if (!this.#thread) this.#start();
		while (this.#collecting.length > 0 && this.#sent.length < 2) {
			if (!now && this.#sent.length === 1 && this.#collecting[0]!.slots < worthSending) return;
			this.#sendNext();
		}
	}

	#sendNext(): void {
		const batch = this.#collecting.shift()!;
		this.#sent.push(batch);
		this.#thread!.post(batch.jobs.slice(0, batch.length));
	}

	#hear(message: FromWorker): void {
		if (message === allStored || 'codes' in message) {
			const batch = this.#sent.shift()!;
			this.#send(true);
			this.#settle(batch, message === allStored ? undefined : message);
			return;
		}

		const resolve = this.#replies.get(message.id);
		this.#replies.delete(message.id);
		resolve?.(message);
	}

	#settle(batch: Batch, result: BatchResult | undefined, lost?: StorageFailure): void {
		const {jobs, length} = batch;
		// The slots first, so that whoever is told can go on with them.
		for (let at = 0; at < length; ) {
			const count = jobs[at + 2]!;
			const step = jobs[at]! >= 0 ? 1 : 2;
			// Backwards: the pool then hands them out in ascending order, and neighbours are written as one.
			for (let n = count - 1; n >= 0; n--) {
				const slot = jobs[at + 2 + step * (n + 1)]!;
				if (slot < 0) continue;
				this.#pool.queued(-1);
				this.#pool.give(slot);
			}

			at += 3 + step * count;
		}

		let digest = 0;
		let failure = 0;
		for (let at = 0, job = 0; at < length; job++) {
			const head = jobs[at]!;
			const piece = jobs[at + 1]!;
			const code = lost ? failed : (result?.codes[job] ?? stored);
			const listener = this.#torrents.get(head >= 0 ? head : -1 - head)?.listener;
			if (code === stored) {
				if (head >= 0) listener?.stored(piece);
				else listener?.blocksStored(undefined);
			} else if (code === wrong) {
				listener?.wrong(piece, result!.digests[digest++]!);
			} else {
				const why = lost ?? result!.failures[failure++]!;
				if (head >= 0) listener?.failed(piece, why);
				else listener?.blocksStored(why);
			}

			at += 3 + (head >= 0 ? 1 : 2) * jobs[at + 2]!;
		}

		batch.length = 0;
		batch.slots = 0;
		if (this.#spare.length < 3) this.#spare.push(batch);
	}
}

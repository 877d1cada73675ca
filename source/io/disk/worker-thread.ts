import {Worker} from 'node:worker_threads';
import {UserError} from '../../base/errors.js';
import type {FromWorker, ToWorker, WorkerStart} from '../disk-worker/jobs.js';

/** Who hears what a thread says. */
export interface ThreadListener {
	readonly hear: (message: FromWorker) => void;
	/** It ended by itself, which is a bug or a lack of memory. */
	lost(reason: string): void;
}

/**
 * A thread that hashes pieces and writes them, as `disk-worker/worker` does. To come up takes it some 40 ms of another core: it
 * may be made before anybody has work for it. Until then it does not keep the process alive.
 */
export class DiskThread {
	readonly #worker: Worker;
	#isWanted = true;
	#reason = 'it ended';
	#hasEnded = false;

	constructor() {
		const typescript = import.meta.url.endsWith('.ts');
		this.#worker = new Worker(
			new URL(typescript ? '../disk-worker/worker.ts' : './disk-worker.js', import.meta.url),
			{name: 'disk', ...(typescript && {execArgv: ['--import=tsx']})},
		);
		this.#worker.unref();
		// One that nobody waits for yet may fail, too, as where no more threads are allowed.
		this.#worker.on('error', (error: NodeJS.ErrnoException) => {
			const isShort = /^ERR_WORKER_(?:OUT_OF_MEMORY|INIT_FAILED)$/.test(error?.code ?? '');
			this.#reason = `${error instanceof Error ? error.message : error}${isShort ? ' (too little memory, or too many threads)' : ''}`;
		});
		this.#worker.on('exit', () => {
			this.#hasEnded = true;
		});
	}

	/** Resolves when it has come up; rejects with a `UserError` when it cannot. Before `begin`. */
	async up(): Promise<void> {
		this.#worker.ref();
		await new Promise<void>((resolve, reject) => {
			const lost = () => reject(new UserError('disk-thread', `the disk cannot be used: ${this.#reason}`));
			if (this.#hasEnded) return lost();
			this.#worker.once('message', () => resolve());
			this.#worker.once('exit', lost);
		});
		this.#worker.unref();
	}

	/** Gives it what it works on, and somebody to answer to. Once. */
	begin(start: WorkerStart, listener: ThreadListener): void {
		if (this.#hasEnded) {
			queueMicrotask(() => listener.lost(this.#reason));
			return;
		}
		this.#worker.ref();
		this.#worker.on('message', listener.hear);
		this.#worker.on('exit', () => {
			if (this.#isWanted) listener.lost(this.#reason);
		});
		this.#worker.postMessage(start);
	}

	post(message: ToWorker): void {
		this.#worker.postMessage(message);
	}

	/** Ends it; whoever calls has seen to it that nothing is under way. */
	async end(): Promise<void> {
		this.#isWanted = false;
		await this.#worker.terminate();
	}
}

import {Worker} from 'node:worker_threads';
import {type EntrySight, FolderGone, type FolderLook, type LookRules} from './folder-look.js';
import type {LookAnswer, LookRequest} from './look-messages.js';

/** Looks at folders. */
export interface Looker {
	/**
	 * How a folder is now. Rejects with `FolderGone`; with any other error nothing is known of it.
	 *
	 * @param before what it answered the last time: it answers the very same when nothing has changed
	 */
	look(dir: string, rules: LookRules, before?: FolderLook): Promise<FolderLook>;
	/** Whoever waits for an answer gets none. */
	close(): Promise<void>;
}

interface Waiting {
	readonly before: FolderLook | undefined;
	readonly entries: EntrySight[];
	resolve(look: FolderLook): void;
	reject(error: Error): void;
}

/** More folders than this share threads. */
const mostThreads = 8;

/**
 * Looks in threads, one a folder: a disk that hangs holds up nobody else, and tens of thousands of entries take nobody's
 * time. They are begun when somebody looks for the first time.
 */
export class LookThreads implements Looker {
	readonly #threads: LookThread[] = [];
	readonly #byFolder = new Map<string, LookThread>();

	look(dir: string, rules: LookRules, before?: FolderLook): Promise<FolderLook> {
		let thread = this.#byFolder.get(dir);
		if (thread === undefined) {
			const next = this.#byFolder.size % mostThreads;
			thread = this.#threads[next] ??= new LookThread();
			this.#byFolder.set(dir, thread);
		}
		return thread.look(dir, rules, before);
	}

	async close(): Promise<void> {
		await Promise.all(this.#threads.map(thread => thread.close()));
	}
}

class LookThread implements Looker {
	readonly #waiting = new Map<number, Waiting>();
	#worker: Worker | undefined;
	#last = 0;
	#closed = false;

	look(dir: string, rules: LookRules, before?: FolderLook): Promise<FolderLook> {
		if (this.#closed) return new Promise(() => {});
		return new Promise((resolve, reject) => {
			const id = ++this.#last;
			this.#waiting.set(id, {before, entries: [], resolve, reject});
			this.#worker ??= this.#begin();
			const request: LookRequest = {id, dir, rules, digest: before?.digest};
			this.#worker.postMessage(request);
		});
	}

	#begin(): Worker {
		const typescript = import.meta.url.endsWith('.ts');
		const worker = new Worker(
			new URL(typescript ? './look-worker.ts' : './look-worker.js', import.meta.url),
			{name: 'look', ...(typescript && {execArgv: ['--import=tsx']})},
		);
		worker.unref();
		worker.on('message', (answer: LookAnswer) => this.#hear(answer));
		worker.on('error', () => {});
		worker.on('exit', () => {
			if (this.#worker === worker) this.#worker = undefined;
			const lost = [...this.#waiting.values()];
			this.#waiting.clear();
			if (!this.#closed)
				for (const {reject} of lost) reject(new Error('the thread that looks at folders has ended'));
		});
		return worker;
	}

	#hear(answer: LookAnswer): void {
		const waiting = this.#waiting.get(answer.id);
		if (waiting === undefined) return;
		if (answer.type === 'entries') return void waiting.entries.push(...answer.entries);
		this.#waiting.delete(answer.id);
		if (answer.type === 'look') waiting.resolve({...answer.look, entries: waiting.entries});
		else if (answer.type === 'gone') waiting.reject(new FolderGone(answer.why));
		else if (waiting.before !== undefined) waiting.resolve(waiting.before);
	}

	async close(): Promise<void> {
		this.#closed = true;
		await this.#worker?.terminate();
	}
}

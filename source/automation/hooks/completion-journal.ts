import {join} from 'node:path';
import type {TorrentView} from '../../api/snapshot.js';
import type {Bytes, Millis} from '../../base/units.js';
import {Journal} from '../journal.js';

/** It was seen before it was complete; or what is done when it is complete was done, or is not to be. */
type Told = 'open' | 'told';

/** Key of what is said of the run itself: no torrent has it. */
const run = '';
/** What was added and complete so soon before a crash may have been seen by nobody. */
const unseenTime: Millis = 60_000;
/** Between what a look sees and the time it is said to have. */
const lookTime: Millis = 5000;

/** Whether every wanted file of a torrent is here, as far as is known. */
function isComplete({state, wanted, completed, choosing}: TorrentView): boolean {
	return wanted > 0 && completed >= wanted && !choosing && state !== 'checking' && state !== 'metadata';
}

/** Whether something of it is still to be downloaded: not while it is only being found out. */
function isOpen({state, wanted, completed, downloaded}: TorrentView): boolean {
	return completed < wanted && (state === 'downloading' || (downloaded > 0 && state !== 'checking'));
}

/**
 * Which torrents are complete and still to be told of, kept over restarts and crashes: each is due once, and no more when
 * it was told. One that was complete when it was added, or when nobody kept this yet, is not due.
 */
export class CompletionJournal {
	readonly #journal: Journal<Told | Millis>;
	/** What was complete later and was never seen before is due. Milliseconds since 1970. */
	#since: Millis = 0;
	/** When what was looked at last was so; undefined when nothing was yet. */
	#lookedAt: Millis | undefined;
	/** What had been downloaded of those that were not complete when they were looked at first. */
	readonly #before = new Map<string, Bytes>();

	/** @param failed told, once, why nothing more is kept */
	constructor(stateDir: string, failed: (why: string) => void) {
		const read = (value: unknown): Told | Millis | undefined =>
			value === 'open' || value === 'told' || typeof value === 'number' ? value : undefined;
		this.#journal = new Journal(join(stateDir, 'completed.journal'), read, failed);
	}

	/** Takes up what an earlier run left. */
	async open(now: Millis): Promise<void> {
		await this.#journal.open();
		const before = this.#journal.get(run);
		this.#since = typeof before === 'number' ? before : now;
		await this.#journal.put([[run, now]]);
	}

	/**
	 * Those of all torrents that are complete and due.
	 *
	 * @param now when they were as the views say, in milliseconds since 1970
	 */
	look(views: readonly TorrentView[], now: Millis): TorrentView[] {
		const due: TorrentView[] = [];
		const changes: Array<readonly [string, Told | undefined]> = [];
		const there = new Set<string>();
		for (const view of views) {
			there.add(view.id);
			const known = this.#journal.get(view.id);
			if (known === 'told') continue;
			if (!isComplete(view)) {
				if (!this.#before.has(view.id)) this.#before.set(view.id, view.downloaded);
				if (known === undefined && isOpen(view)) changes.push([view.id, 'open']);
			} else if (known === 'open') due.push(view);
			else if (this.#wasMissed(view)) {
				changes.push([view.id, 'open']);
				due.push(view);
			} else changes.push([view.id, 'told']);
		}
		for (const id of this.#journal.entries.keys())
			if (id !== run && !there.has(id)) changes.push([id, undefined]);
		for (const id of this.#before.keys()) if (!there.has(id)) this.#before.delete(id);
		this.#lookedAt = now;
		if (changes.length > 0) void this.#journal.put(changes);
		return due;
	}

	/** It was downloaded, here, so fast that nobody saw it before it was complete. */
	#wasMissed({id, downloaded, completedAt, addedAt}: TorrentView): boolean {
		if (downloaded === 0 || completedAt === undefined || completedAt < this.#since) return false;
		if (this.#lookedAt === undefined) return completedAt - addedAt < unseenTime;
		const before = this.#before.get(id);
		// What another program had downloaded comes with what that had counted, and was added there before.
		return before === undefined ? addedAt >= this.#lookedAt - lookTime : downloaded > before;
	}

	/** What is done when it is complete was done. Resolves when a kill cannot undo that. */
	async told(id: string): Promise<void> {
		// One that was removed meanwhile is not known any more.
		if (this.#journal.get(id) !== undefined) await this.#journal.put([[id, 'told']]);
	}

	/** This run ends in good order. */
	async close(): Promise<void> {
		await this.#journal.put([[run, undefined]]);
		await this.#journal.close();
	}
}

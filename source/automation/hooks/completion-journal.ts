import {join} from 'node:path';
import type {TorrentView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import {Journal} from '../journal.js';

/** It was seen before it was complete; or what is done when it is complete was done, or is not to be. */
type Told = 'open' | 'told';

/** Key of what is said of the run itself: no torrent has it. */
const run = '';
/** What was added and complete so soon before a crash may have been seen by nobody. */
const unseenTime: Millis = 60_000;

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
	/** Nothing was looked at yet since it was opened. */
	#isFirst = true;

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

	/** Those of all torrents that are complete and due. */
	look(views: readonly TorrentView[]): TorrentView[] {
		const due: TorrentView[] = [];
		const changes: Array<readonly [string, Told | undefined]> = [];
		const there = new Set<string>();
		for (const view of views) {
			there.add(view.id);
			const known = this.#journal.get(view.id);
			if (known === 'told') continue;
			if (!isComplete(view)) {
				if (known === undefined && isOpen(view)) changes.push([view.id, 'open']);
			} else if (known === 'open') due.push(view);
			else if (this.#wasMissed(view)) {
				changes.push([view.id, 'open']);
				due.push(view);
			} else changes.push([view.id, 'told']);
		}
		for (const id of this.#journal.entries.keys())
			if (id !== run && !there.has(id)) changes.push([id, undefined]);
		this.#isFirst = false;
		if (changes.length > 0) void this.#journal.put(changes);
		return due;
	}

	/** It was downloaded so fast that nobody saw it before it was complete. */
	#wasMissed({downloaded, completedAt, addedAt}: TorrentView): boolean {
		if (downloaded === 0 || completedAt === undefined || completedAt < this.#since) return false;
		return !this.#isFirst || completedAt - addedAt < unseenTime;
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

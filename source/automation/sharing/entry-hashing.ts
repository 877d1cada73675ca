import {join} from 'node:path';
import type {SharedFolderView} from '../../api/folders-view.js';
import {UserError} from '../../base/errors.js';
import {safeText} from '../../base/safe-text.js';
import type {Bytes, Millis} from '../../base/units.js';
import {partialPatterns} from '../../policy/sharing/entry-names.js';
import type {SeenEntry} from '../../policy/sharing/known-entry.js';
import {isEngineOver} from '../engine-over.js';
import {type EntrySight, FolderGone} from '../look/folder-look.js';
import type {Looker} from '../look/look-thread.js';
import type {MakeTorrent} from './make-torrent.js';
import type {SharedFolder} from './shared-folder.js';
import type {SharingParts} from './sharing-parts.js';

/** What changes within so long after it was hashed is waited for longer. */
const restlessTime: Millis = 3_600_000;

const stopped = Symbol('hashing has stopped');

/** What hashing stands on. */
export interface HashingSetup {
	readonly looker: Looker;
	readonly makeTorrent: MakeTorrent;
	/** Takes what was made, when nothing else is done to the engine; waited for. */
	made(folder: SharedFolder, seen: EntrySight, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
	/** What is seen of it may be another. */
	changed(): void;
	/** The next one may be hashed. */
	ended(): void;
}

/** The one that is hashed. */
interface Hashing {
	readonly folder: SharedFolder;
	readonly seen: EntrySight;
	readonly abort: AbortController;
	done: Bytes;
	length: Bytes;
}

/** Hashes what waits in the queues of the folders, one at a time, in the order of the folders. */
export class EntryHashing {
	readonly #parts: SharingParts;
	readonly #setup: HashingSetup;
	#hashing: Hashing | undefined;
	#done: Promise<void> = Promise.resolve();

	constructor(parts: SharingParts, setup: HashingSetup) {
		this.#parts = parts;
		this.#setup = setup;
	}

	/** How far it is, when it is in this folder. */
	view(folder: SharedFolder): SharedFolderView['hashing'] {
		const hashing = this.#hashing;
		if (hashing?.folder !== folder) return undefined;
		return {name: safeText(hashing.seen.name), done: hashing.done, length: hashing.length};
	}

	/** Whether something in a folder is hashed, as it looks so. */
	isHashed(folder: SharedFolder, name: string, look: string): boolean {
		const hashing = this.#hashing;
		return hashing?.folder === folder && hashing.seen.name === name && hashing.seen.look === look;
	}

	/** Begins with the next one, unless there is one. */
	next(): void {
		if (this.#hashing !== undefined) return;
		for (const folder of this.#parts.folders.all) {
			const seen = folder.queue.shift();
			if (seen === undefined) continue;
			const hashing: Hashing = {folder, seen, abort: new AbortController(), done: 0, length: seen.size};
			this.#hashing = hashing;
			this.#done = this.#hash(hashing).finally(() => {
				this.#hashing = undefined;
				this.#setup.ended();
			});
			return;
		}
	}

	/** What is in a folder that is shared no more is hashed no further. */
	abort(folder: SharedFolder): void {
		if (this.#hashing?.folder === folder) this.#hashing.abort.abort(stopped);
	}

	/** What is hashed in vain, for it looks otherwise now, is hashed no further. */
	abortWhatChanged(folder: SharedFolder, seen: ReadonlyMap<string, SeenEntry>): void {
		const hashing = this.#hashing;
		if (hashing?.folder === folder && seen.get(hashing.seen.name)?.look !== hashing.seen.look)
			hashing.abort.abort(stopped);
	}

	/** Whatever it is, it is begun anew the next time. */
	stop(): void {
		this.#hashing?.abort.abort(stopped);
	}

	/** Resolves when nothing is hashed. */
	idle(): Promise<void> {
		return this.#done;
	}

	async #hash(hashing: Hashing): Promise<void> {
		const {folder, seen, abort} = hashing;
		let skipped = 0;
		try {
			const bytes = await this.#make(hashing, () => skipped++);
			const isSame = await this.#isAsItWas(folder, seen);
			if (abort.signal.aborted) return;
			if (!isSame) return folder.disturbed(seen.name);
			await this.#setup.made(folder, seen, bytes, abort.signal);
			if (skipped > 0)
				folder.tell(
					'info',
					`skips ${seen.name}`,
					`${folder.dir}: ${skipped} in «${seen.name}» cannot be shared: links that lead elsewhere, pipes, devices`,
				);
		} catch (error) {
			if (abort.signal.aborted || isEngineOver(error)) return;
			const isChanged = error instanceof UserError && error.code === 'changed';
			if (isChanged || error instanceof FolderGone) return folder.disturbed(seen.name);
			folder.refuse(seen, error);
		}
	}

	#make(hashing: Hashing, onSkipped: () => void): Promise<Uint8Array> {
		const {makeTorrent, changed} = this.#setup;
		const {folder, seen, abort} = hashing;
		return makeTorrent(join(folder.dir, seen.name), {
			size: seen.size,
			exclude: partialPatterns,
			trackers: folder.settings.trackers,
			signal: abort.signal,
			onProgress(done, length) {
				hashing.done = done;
				hashing.length = length;
				changed();
			},
			onSkipped,
		});
	}

	async #isAsItWas(folder: SharedFolder, {name, look}: EntrySight): Promise<boolean> {
		const {entries} = await this.#setup.looker.look(folder.dir, {
			...this.#parts.folders.rulesFor(folder),
			only: name,
		});
		return entries.find(entry => entry.name === name)?.look === look;
	}

	/** An entry has a torrent again: whether it changes too often to be hashed as soon as any other. */
	rest(folder: SharedFolder, name: string, hashedBefore: Millis): void {
		const {clock} = this.#parts;
		if (clock.wall() - hashedBefore < restlessTime) folder.settled.disturbed(name, clock.now());
		else folder.settled.calmed(name);
	}
}

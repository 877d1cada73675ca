import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../base/errors.js';
import type {Clock, Timer} from '../base/ports.js';
import type {Millis} from '../base/units.js';
import {FolderWatch} from '../io/files/folder-watch.js';
import {readRegularFile} from '../io/files/regular-file.js';
import {hashFunctions} from '../io/machine/hash-functions.js';
import {maximumMetainfoLength, parseMetainfo} from '../protocol/metainfo/metainfo-reader.js';

/** Watching misses what another machine does to a shared disk: so often all is looked at. */
const slowLook: Millis = 30_000;
/** Until no name has come or gone for so long: copying a thousand files is one change. */
const settle: Millis = 500;

/** Of one look; how many more there are is one line. */
const maximumWarnings = 10;

interface Entry {
	/** Size and time of the file that was read. */
	readonly mark: string;
	/** 40 hex digits each, of a hybrid both, of v2 the first 20 bytes; none of what is no torrent. */
	readonly infoHashes: readonly string[];
}

/** What is told of a folder of torrents. */
export interface TorrentFolderEvents {
	/** A hybrid torrent lies in it. */
	hybrid(infoHash: string, infoHashV2: string): void;
	/** What it holds is not what it held. */
	changed(): void;
	/** A file in it is no torrent. */
	warn(text: string): void;
}

/** The .torrent files directly in a folder, which is watched: only these a tracker serves. */
export class TorrentFolder {
	readonly #path: string;
	readonly #clock: Clock;
	readonly #events: TorrentFolderEvents;
	readonly #entries = new Map<string, Entry>();
	#infoHashes: ReadonlySet<string> = new Set();
	#watch: FolderWatch | undefined;
	#timer: Timer | undefined;
	#reading: Promise<void> | undefined;
	#isUnread = false;
	#warned = 0;

	/** @param path absolute */
	constructor(path: string, clock: Clock, events: TorrentFolderEvents) {
		this.#path = path;
		this.#clock = clock;
		this.#events = events;
	}

	/** @param infoHash 40 hex digits */
	has(infoHash: string): boolean {
		return this.#infoHashes.has(infoHash);
	}

	/** Info-hashes that are served. */
	get size(): number {
		return this.#infoHashes.size;
	}

	/** Reads it and watches it from then on. Rejects with a UserError when it cannot be read. */
	async start(): Promise<void> {
		try {
			await this.#read();
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			throw new UserError(
				'no-folder',
				code === 'ENOENT' || code === 'ENOTDIR'
					? `--only: no such folder: ${this.#path}`
					: `--only: cannot read ${this.#path}: ${code ?? message}`,
			);
		}
		this.#watch = new FolderWatch(this.#path);
		void this.#follow(this.#watch);
		this.#lookLater();
	}

	/** Looks now; what it cannot read it keeps as it was, and says so. */
	async look(): Promise<void> {
		try {
			await this.#read();
			this.#isUnread = false;
		} catch (error) {
			if (!this.#isUnread)
				this.#events.warn(
					`${this.#path} cannot be read (${(error as NodeJS.ErrnoException).code}): it stays as it was`,
				);
			this.#isUnread = true;
		}
	}

	close(): void {
		this.#timer?.clear();
		const watch = this.#watch;
		this.#watch = undefined;
		watch?.close();
	}

	async #follow(watch: FolderWatch): Promise<void> {
		while (this.#watch === watch) {
			await watch.next(slowLook);
			if (this.#watch !== watch) return;
			await new Promise<void>(resolve => void this.#clock.after(settle, resolve));
			if (this.#watch === watch) await this.look();
		}
	}

	#lookLater(): void {
		this.#timer = this.#clock.after(slowLook, () => {
			void this.look();
			this.#lookLater();
		});
	}

	#read(): Promise<void> {
		this.#reading ??= this.#readAll().finally(() => {
			this.#reading = undefined;
		});
		return this.#reading;
	}

	async #readAll(): Promise<void> {
		const names = (await readdir(this.#path)).filter(name => name.toLowerCase().endsWith('.torrent'));
		const there = new Set(names);
		let hasChanged = false;
		for (const name of this.#entries.keys()) {
			if (there.has(name)) continue;
			this.#entries.delete(name);
			hasChanged = true;
		}
		this.#warned = 0;
		for (const name of names) if (await this.#readEntry(name)) hasChanged = true;
		if (this.#warned > maximumWarnings)
			this.#events.warn(`${this.#warned - maximumWarnings} more files in ${this.#path} are not served`);
		if (!hasChanged) return;
		this.#infoHashes = new Set([...this.#entries.values()].flatMap(({infoHashes}) => infoHashes));
		this.#events.changed();
	}

	/** Whether it is another than before. */
	async #readEntry(name: string): Promise<boolean> {
		const path = join(this.#path, name);
		const former = this.#entries.get(name);
		let mark = 'unread';
		let infoHashes: readonly string[] = [];
		try {
			const {size, mtimeMs, ino} = await stat(path);
			mark = `${size} ${mtimeMs} ${ino}`;
			if (former?.mark === mark) return false;
			const {infoHash, infoHashV2} = parseMetainfo(
				await readRegularFile(path, maximumMetainfoLength),
				hashFunctions,
			);
			const truncated = infoHashV2?.slice(0, 40);
			infoHashes = [infoHash, truncated].filter(hash => hash !== undefined);
			if (infoHash !== undefined && truncated !== undefined) this.#events.hybrid(infoHash, truncated);
		} catch (error) {
			if (former?.mark === mark) return false;
			if (this.#warned++ < maximumWarnings)
				this.#events.warn(`${name} in ${this.#path} is not served: ${(error as Error).message}`);
		}
		this.#entries.set(name, {mark, infoHashes});
		return true;
	}
}

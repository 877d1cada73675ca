import {open, readdir, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Log} from '../base/ports.js';
import {asInfoHash, type Bytes, type InfoHash} from '../base/units.js';
import {replaceFile} from './replace-file.js';
import {decodeResumeData, encodeResumeData, type ResumeData} from './resume-data.js';
import type {StorageFailure} from './storage.js';
import {failureOf} from './storage-failure.js';

/** A torrent of an earlier session. */
export interface SavedTorrent {
	readonly resume: ResumeData;
	/** The .torrent file's bytes; undefined while only a magnet link is known. */
	readonly metainfo: Uint8Array | undefined;
}

/** No file of ours is larger. */
const ceiling: Bytes = 64 << 20;

/** A save that is going on, and the bytes of the one that comes after it. */
interface Saving {
	done: Promise<StorageFailure | undefined>;
	next: {bytes: Uint8Array; done: Promise<StorageFailure | undefined>} | undefined;
}

/**
 * What outlives the process: for each torrent `resume/ID.resume`, and `resume/ID.torrent` once its metadata is known.
 * A file is only ever replaced whole, so a crash at any instant leaves the state before or after a save.
 */
export class StateStore {
	readonly #folder: string;
	readonly #log: Log;
	/** By path. */
	readonly #saving = new Map<string, Saving>();

	/** @param stateDir absolute; made when something is saved */
	constructor(stateDir: string, log: Log) {
		this.#folder = join(stateDir, 'resume');
		this.#log = log;
	}

	/**
	 * All torrents of earlier sessions, in the order of their queue. A damaged file is set aside as `.damaged` with a
	 * line in the log, so that it costs one torrent its memory and never the start.
	 */
	async load(): Promise<SavedTorrent[]> {
		let names: string[];
		try {
			names = await readdir(this.#folder);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
				this.#log('error', `earlier torrents are not loaded: ${failureOf(error, this.#folder).message}`);
			}
			return [];
		}
		const saved: SavedTorrent[] = [];
		for (const name of names) {
			// Left behind by a save that a crash cut short; what it was to replace is there.
			if (name.endsWith('.tmp')) await rm(join(this.#folder, name), {force: true});
			if (!name.endsWith('.resume')) continue;
			const id = asInfoHash(name.slice(0, -'.resume'.length));
			const torrent = id && (await this.#loadOne(id));
			if (torrent) saved.push(torrent);
		}
		return saved.sort((a, b) => a.resume.queue - b.resume.queue || a.resume.addedAt - b.resume.addedAt);
	}

	/** Puts resume data on the disk. Saves of one torrent follow each other, and of those that wait only the latest is made. */
	save(resume: ResumeData): Promise<StorageFailure | undefined> {
		return this.#save(this.#path(resume.id, 'resume'), encodeResumeData(resume));
	}

	/** Keeps a .torrent file's bytes; to be done before the first `save`. */
	saveMetainfo(id: InfoHash, bytes: Uint8Array): Promise<StorageFailure | undefined> {
		return this.#save(this.#path(id, 'torrent'), bytes);
	}

	/** Forgets a torrent, after the saves under way. */
	async remove(id: InfoHash): Promise<StorageFailure | undefined> {
		// What says that there is a torrent goes first.
		for (const kind of ['resume', 'torrent'] as const) {
			const path = this.#path(id, kind);
			for (let saving = this.#saving.get(path); saving; saving = this.#saving.get(path)) {
				await (saving.next ?? saving).done;
			}
			try {
				await rm(path, {force: true});
			} catch (error) {
				return failureOf(error, path);
			}
		}
		return undefined;
	}

	/** Resolves when nothing is being saved any more. */
	async settled(): Promise<void> {
		while (this.#saving.size > 0) {
			await Promise.all([...this.#saving.values()].map(saving => (saving.next ?? saving).done));
		}
	}

	#path(id: InfoHash, kind: 'resume' | 'torrent'): string {
		return join(this.#folder, `${id}.${kind}`);
	}

	/** What is known of one torrent; undefined when nothing is. */
	find(id: InfoHash): Promise<SavedTorrent | undefined> {
		return this.#loadOne(id);
	}

	async #loadOne(id: InfoHash): Promise<SavedTorrent | undefined> {
		const path = this.#path(id, 'resume');
		let resume: ResumeData;
		try {
			const bytes = await readWhole(path);
			if (!bytes) return undefined;
			resume = decodeResumeData(bytes);
			if (resume.id !== id) throw new Error('the resume data is of another torrent');
		} catch (error) {
			await this.#setAside(path, error);
			return undefined;
		}
		try {
			return {resume, metainfo: await readWhole(this.#path(id, 'torrent'))};
		} catch (error) {
			this.#log(
				'error',
				`a torrent is not loaded: ${failureOf(error, this.#path(id, 'torrent')).message}`,
				id,
			);
			return undefined;
		}
	}

	async #setAside(path: string, reason: unknown): Promise<void> {
		const why = reason instanceof Error ? reason.message : String(reason);
		try {
			await rename(path, `${path}.damaged`);
			this.#log(
				'error',
				`${why}: set aside as ${path}.damaged: add the torrent again, its files are checked then`,
			);
		} catch (error) {
			this.#log('error', `${why}: ${failureOf(error, path).message}`);
		}
	}

	#save(path: string, bytes: Uint8Array): Promise<StorageFailure | undefined> {
		const current = this.#saving.get(path);
		if (current?.next) {
			current.next.bytes = bytes;
			return current.next.done;
		}
		if (current) {
			const next: NonNullable<Saving['next']> = {
				bytes,
				done: current.done.then(() => this.#begin(path, next.bytes)),
			};
			current.next = next;
			return next.done;
		}
		return this.#begin(path, bytes);
	}

	#begin(path: string, bytes: Uint8Array): Promise<StorageFailure | undefined> {
		const saving: Saving = {
			next: undefined,
			done: replaceFile(path, bytes).then(
				() => undefined,
				(error: unknown) => failureOf(error, path),
			),
		};
		this.#saving.set(path, saving);
		return saving.done.finally(() => {
			if (this.#saving.get(path) === saving && !saving.next) this.#saving.delete(path);
		});
	}
}

/** A whole file; undefined when there is none. */
async function readWhole(path: string): Promise<Uint8Array | undefined> {
	let file: Awaited<ReturnType<typeof open>>;
	try {
		file = await open(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
	try {
		const {size} = await file.stat();
		if (size > ceiling) throw new Error(`${path} is larger than any file of ours`);
		return await file.readFile();
	} finally {
		await file.close();
	}
}

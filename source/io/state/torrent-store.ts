import {lstat, readdir, rename, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../../base/errors.js';
import type {Log} from '../../base/ports.js';
import {asInfoHash, type Bytes, type InfoHash} from '../../base/units.js';
import type {StorageFailure} from '../disk/storage.js';
import {failureOf} from '../disk/storage-failure.js';
import {readRegularFile, type UnreadableFile} from '../files/regular-file.js';
import {replaceFile} from '../files/replace-file.js';
import {decodeResumeData, encodeResumeData, LaterVersion, type ResumeData} from './resume-data.js';
import {choicesKey, choicesOf} from './saved-choices.js';
import {setAside} from './set-aside.js';

/** A torrent of an earlier session. */
export interface SavedTorrent {
	readonly resume: ResumeData;
	/** The .torrent file's bytes; undefined while only a magnet link is known. */
	readonly metainfo: Uint8Array | undefined;
	/** Set when only what people chose is known for certain: all that is on the disk has to be hashed. */
	readonly doubtful?: true;
	/** Set when there is no copy of what people chose: the next save makes one. */
	readonly uncopied?: true;
}

/** A torrent of which there is a .torrent, and nothing else that this program can read. */
export interface HeldTorrent {
	readonly id: InfoHash;
	readonly metainfo: Uint8Array;
	/** What it was, and the folder of its data, is lost; or a later version of the program knows it. */
	readonly why: 'lost' | 'later';
}

/** No file of ours is larger. */
const ceiling: Bytes = 64 << 20;

/** A save that is going on, and what makes the bytes of the one that comes after it. */
interface Saving {
	done: Promise<StorageFailure | undefined>;
	next: {make: () => Promise<Uint8Array>; done: Promise<StorageFailure | undefined>} | undefined;
}

type Kind = 'resume' | 'torrent';

/** What the files of one torrent came to. */
type Account = SavedTorrent | {readonly why: HeldTorrent['why']; readonly metainfo: Uint8Array | undefined};

/**
 * What outlives the process: for each torrent `resume/ID.resume`, and `resume/ID.torrent` once its metadata is known.
 * A file is only ever replaced whole, so a crash at any instant leaves the state before or after a save. Disks forget
 * things all the same: `spare/` holds a copy of every .torrent, and of what people chose, of which the folder is part.
 * `resume/ID.removed` is there while a torrent is being forgotten.
 */
export class StateStore {
	readonly #folder: string;
	readonly #spares: string;
	readonly #parts: string;
	readonly #log: Log;
	/** By path. */
	readonly #saving = new Map<string, Saving>();
	/** What people chose of each torrent, as it stands in its spare file. */
	readonly #choices = new Map<InfoHash, string>();
	/** Torrents whose resume data is of a later version. */
	readonly #later = new Set<InfoHash>();
	#held: HeldTorrent[] = [];
	#settling = false;

	/** @param stateDir absolute; made when something is saved */
	constructor(stateDir: string, log: Log) {
		this.#folder = join(stateDir, 'resume');
		this.#spares = join(stateDir, 'spare');
		this.#parts = join(stateDir, 'parts');
		this.#log = log;
	}

	/**
	 * All torrents of earlier sessions, in the order of their queue. A damaged file is set aside as `.damaged` with a
	 * line in the log: it costs one torrent a check of its data, and never the start. See `held` for those whose folder
	 * is not known.
	 */
	async load(): Promise<SavedTorrent[]> {
		const names = await this.#names(this.#folder);
		const spares = new Set(await this.#names(this.#spares));
		const ids = new Set<InfoHash>();
		const removed = new Set<InfoHash>();
		for (const name of names) {
			// Left behind by a save that a crash cut short; what it was to replace is there.
			if (name.endsWith('.tmp')) await discard(join(this.#folder, name));
			const [, stem = '', kind] = /^(.*)\.(resume|torrent|removed)$/.exec(name) ?? [];
			const id = asInfoHash(stem);
			if (id === undefined) continue;
			if (kind !== 'removed') ids.add(id);
			// A folder or a pipe of that name is no mark of ours.
			else if (await isFile(join(this.#folder, name))) removed.add(id);
		}
		for (const id of removed) {
			await this.#erase(id).catch(error =>
				this.#log(
					'error',
					`it was removed, and is not forgotten: ${failureOf(error, this.#folder).message}`,
					id,
				),
			);
		}
		for (const name of spares) {
			if (name.endsWith('.tmp')) await discard(join(this.#spares, name));
		}
		const saved: SavedTorrent[] = [];
		this.#held = [];
		const bare: InfoHash[] = [];
		for (const id of ids) {
			if (removed.has(id)) continue;
			const account = await this.#account(id);
			if (account === undefined) continue;
			const {metainfo} = account;
			if (metainfo !== undefined && !spares.has(`${id}.torrent`)) bare.push(id);
			if ('why' in account) {
				if (metainfo !== undefined) this.#held.push({id, metainfo, why: account.why});
				continue;
			}
			const isCopied = spares.has(`${id}.resume`);
			if (!account.doubtful && isCopied) this.#choices.set(id, choicesKey(account.resume));
			saved.push(isCopied ? account : {...account, uncopied: true});
		}
		void this.#copy(bare);
		return saved.sort((a, b) => a.resume.queue - b.resume.queue || a.resume.addedAt - b.resume.addedAt);
	}

	/** Those that `load` found and that cannot be taken up: nobody knows where their data is. */
	get held(): readonly HeldTorrent[] {
		return this.#held;
	}

	/** Puts resume data on the disk. Saves of one torrent follow each other, and of those that wait only the latest is made. */
	save(resume: ResumeData): Promise<StorageFailure | undefined> {
		const {id} = resume;
		const path = this.#path(id, 'resume');
		if (this.#later.has(id)) {
			return Promise.resolve({code: 'io', message: `${path} is of a later version: it is left as it is`});
		}
		return this.#save(path, async () => {
			await this.#keepChoices(resume);
			const partSize = resume.priorities.includes(0) ? await this.#partSize(id) : undefined;
			return encodeResumeData(partSize === undefined ? resume : {...resume, partSize});
		});
	}

	/**
	 * Keeps a .torrent file's bytes; to be done before the first `save`.
	 *
	 * @param first of what is to be saved first what people chose is kept before: a crash in between costs a check, not the folder
	 */
	async saveMetainfo(
		id: InfoHash,
		bytes: Uint8Array,
		first?: ResumeData,
	): Promise<StorageFailure | undefined> {
		if (first !== undefined && !this.#later.has(id)) await this.#keepChoices(first);
		const failure = await this.#save(this.#path(id, 'torrent'), async () => bytes);
		if (failure === undefined) void this.#save(this.#spare(id, 'torrent'), async () => bytes);
		return failure;
	}

	/** The copy of a .torrent, for when the one that `load` gave is damaged; undefined when there is none. */
	async spareMetainfo(id: InfoHash): Promise<Uint8Array | undefined> {
		return this.#readMetainfo(this.#spare(id, 'torrent'), id);
	}

	/** Puts a damaged .torrent out of the way, and its copy in its place. */
	async mendMetainfo(id: InfoHash, bytes: Uint8Array): Promise<void> {
		const path = this.#path(id, 'torrent');
		this.#setAside(path, `${path} is damaged`, 'its copy takes its place', id);
		await this.#save(path, async () => bytes);
	}

	/** Forgets a torrent, after the saves under way. */
	async remove(id: InfoHash): Promise<StorageFailure | undefined> {
		const paths = (['resume', 'torrent'] as const).flatMap(kind => [
			this.#path(id, kind),
			this.#spare(id, kind),
		]);
		for (const path of paths) {
			for (let saving = this.#saving.get(path); saving; saving = this.#saving.get(path)) {
				await (saving.next ?? saving).done;
			}
		}
		const resume = this.#path(id, 'resume');
		try {
			// From now on it is being forgotten, however far that comes. A full disk cannot keep a name from being changed.
			await rename(resume, this.#marker(id)).catch(async error => {
				if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
				if (await isThere(this.#path(id, 'torrent'))) await writeFile(this.#marker(id), '', {mode: 0o600});
			});
			await this.#erase(id);
		} catch (error) {
			return failureOf(error, resume);
		}
		return undefined;
	}

	/** Resolves when nothing is being saved any more. */
	async settled(): Promise<void> {
		this.#settling = true;
		while (this.#saving.size > 0) {
			await Promise.all([...this.#saving.values()].map(saving => (saving.next ?? saving).done));
		}
	}

	/**
	 * What is known of one torrent; undefined when nothing is. Rejects with a `UserError` when a later version of the
	 * program knows it.
	 */
	async find(id: InfoHash): Promise<SavedTorrent | undefined> {
		const account = await this.#account(id);
		if (account === undefined || !('why' in account)) return account;
		if (account.why === 'later') throw new UserError('later-version', laterText);
		return undefined;
	}

	#path(id: InfoHash, kind: Kind): string {
		return join(this.#folder, `${id}.${kind}`);
	}

	#spare(id: InfoHash, kind: Kind): string {
		return join(this.#spares, `${id}.${kind}`);
	}

	#marker(id: InfoHash): string {
		return join(this.#folder, `${id}.removed`);
	}

	async #names(folder: string): Promise<string[]> {
		try {
			return await readdir(folder);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
				this.#log('error', `earlier torrents are not loaded: ${failureOf(error, folder).message}`);
			}
			return [];
		}
	}

	/** What was removed goes; the mark that says so goes last. */
	async #erase(id: InfoHash): Promise<void> {
		this.#choices.delete(id);
		this.#later.delete(id);
		for (const path of [
			this.#path(id, 'torrent'),
			this.#path(id, 'resume'),
			this.#spare(id, 'torrent'),
			this.#spare(id, 'resume'),
			this.#marker(id),
		]) {
			await rm(path, {force: true});
		}
	}

	/** What people chose, when that is not what it was. That it could not be written is no reason to save nothing at all. */
	async #keepChoices(resume: ResumeData): Promise<void> {
		const {id} = resume;
		const key = choicesKey(resume);
		if (this.#choices.get(id) === key) return;
		this.#choices.delete(id);
		try {
			await replaceFile(this.#spare(id, 'resume'), encodeResumeData(choicesOf(resume)));
			this.#choices.set(id, key);
		} catch (error) {
			this.#log('warn', `no copy of what was chosen is kept: ${failureOf(error, this.#spares).message}`, id);
		}
	}

	/** Copies of .torrent files that an earlier version kept only once. */
	async #copy(ids: readonly InfoHash[]): Promise<void> {
		for (const id of ids) {
			if (this.#settling) return;
			const bytes = await this.#readMetainfo(this.#path(id, 'torrent'), id);
			if (bytes !== undefined) await this.#save(this.#spare(id, 'torrent'), async () => bytes);
		}
	}

	/** How long the part file of a torrent is; undefined when there is none. */
	async #partSize(id: InfoHash): Promise<Bytes | undefined> {
		return stat(join(this.#parts, `${id}.part`)).then(
			({size}) => size,
			() => undefined,
		);
	}

	async #account(id: InfoHash): Promise<Account | undefined> {
		const path = this.#path(id, 'resume');
		const resume = await this.#readResume(path, id);
		const first = await this.#readMetainfo(this.#path(id, 'torrent'), id);
		// Spare files alone are of a torrent that an earlier version has removed.
		if (resume === 'missing' && first === undefined) return undefined;
		const metainfo = first ?? (await this.#readMetainfo(this.#spare(id, 'torrent'), id));
		if (resume === 'later') {
			if (this.#later.has(id)) return {why: 'later', metainfo};
			this.#later.add(id);
			this.#log('warn', `${path}: ${laterText}: it is left where it is`, id);
			return {why: 'later', metainfo};
		}
		if (typeof resume === 'object') {
			// That it is gone is for whoever opens the files to say.
			const partSize = resume.partSize === undefined ? undefined : await this.#partSize(id);
			if (partSize === undefined || partSize >= resume.partSize!) return {resume, metainfo};
			this.#log('warn', 'its part file is shorter than it was: its files are checked', id);
			return {resume: choicesOf(resume), metainfo, doubtful: true};
		}
		const choices = await this.#readResume(this.#spare(id, 'resume'), id);
		if (typeof choices === 'object') {
			this.#log('warn', 'what was known of its data is lost: its files are checked', id);
			return {resume: choices, metainfo, doubtful: true};
		}
		return {why: 'lost', metainfo};
	}

	/** A file that cannot be understood is set aside; one that cannot be read is left. */
	async #readResume(path: string, id: InfoHash): Promise<ResumeData | 'missing' | 'damaged' | 'later'> {
		let bytes: Uint8Array;
		try {
			bytes = await readRegularFile(path, ceiling);
		} catch (error) {
			const {code, message} = error as UnreadableFile;
			if (code === 'ENOENT') return 'missing';
			if (code === 'not-regular' || code === 'too-large') this.#setAside(path, message, checkAdvice, id);
			else this.#log('error', `what is known of a torrent is not loaded: ${message}`, id);
			return 'damaged';
		}
		try {
			const resume = decodeResumeData(bytes);
			if (resume.id === id) return resume;
			this.#setAside(path, 'the resume data is of another torrent', checkAdvice, id);
		} catch (error) {
			if (error instanceof LaterVersion) return 'later';
			this.#setAside(path, (error as Error).message, checkAdvice, id);
		}
		return 'damaged';
	}

	async #readMetainfo(path: string, id: InfoHash): Promise<Uint8Array | undefined> {
		try {
			return await readRegularFile(path, ceiling);
		} catch (error) {
			const {code, message} = error as UnreadableFile;
			if (code !== 'ENOENT') this.#log('error', `a .torrent is not loaded: ${message}`, id);
			return undefined;
		}
	}

	#setAside(path: string, why: string, advice: string, id: InfoHash): void {
		try {
			const aside = setAside(path);
			this.#log('error', `${why}: set aside as ${aside}: ${advice}`, id);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
			this.#log('error', `${why}: ${failureOf(error, path).message}`, id);
		}
	}

	#save(path: string, make: () => Promise<Uint8Array>): Promise<StorageFailure | undefined> {
		const current = this.#saving.get(path);
		if (current?.next) {
			current.next.make = make;
			return current.next.done;
		}
		if (current) {
			const next: NonNullable<Saving['next']> = {
				make,
				done: current.done.then(() => this.#begin(path, next.make)),
			};
			current.next = next;
			return next.done;
		}
		return this.#begin(path, make);
	}

	#begin(path: string, make: () => Promise<Uint8Array>): Promise<StorageFailure | undefined> {
		const saving: Saving = {
			next: undefined,
			done: make()
				.then(bytes => replaceFile(path, bytes))
				.then(
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

/** What a session asks of the place where torrents are kept; a test's may do without spares. */
export type KeptTorrents = Pick<StateStore, 'find' | 'load' | 'save' | 'saveMetainfo' | 'remove'> &
	Partial<Pick<StateStore, 'held' | 'spareMetainfo' | 'mendMetainfo'>>;

/** What is told of a torrent that a later version of the program knows. */
export const laterText = 'a later version of tortui keeps this torrent: use that version, or remove it here';

const checkAdvice = 'its files are checked then, or add the torrent again';

/** What is left of a save; a folder of that name stays where it is, until a save needs the name. */
async function discard(path: string): Promise<void> {
	await rm(path, {force: true}).catch(() => {});
}

function isFile(path: string): Promise<boolean> {
	return lstat(path).then(
		stats => stats.isFile(),
		() => false,
	);
}

function isThere(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}

import {join} from 'node:path';
import type {Watching} from '../../api/engine-client.js';
import type {SharedFolderView} from '../../api/folders-view.js';
import type {Millis} from '../../base/units.js';
import type {FolderGround} from '../folder-ground.js';
import {FolderLog} from '../folder-log.js';
import type {SharedFolderSettings} from '../folder-settings.js';
import type {EntrySight} from '../look/folder-look.js';
import {Rounds} from '../rounds.js';
import {EntryDeparture} from './entry-departure.js';
import {EntryHashing} from './entry-hashing.js';
import {EntryTorrent} from './entry-torrent.js';
import {FolderReview} from './folder-review.js';
import {FolderSet} from './folder-set.js';
import {KeptTorrents} from './kept-torrents.js';
import {KnownTorrents} from './known-torrents.js';
import type {MakeTorrent} from './make-torrent.js';
import {ShareJournal} from './share-journal.js';
import {SharedFolder} from './shared-folder.js';
import {SharingEngine} from './sharing-engine.js';
import type {SharingParts} from './sharing-parts.js';

/** What the engine says of torrents is heard so soon. */
const troubleTime: Millis = 500;

/** What sharing stands on. */
export interface SharingSetup extends FolderGround {
	readonly makeTorrent: MakeTorrent;
	/** Folders that are somebody else's to look after, without links. */
	watched(): readonly string[];
	/** What is seen of it may be another. */
	changed(): void;
}

/**
 * Shares what is in folders: makes a torrent of every entry and has the engine seed it, makes a new one of what has
 * changed, takes out what is gone, and never touches a byte of it. Everything that is done is noted first, so that
 * whatever ends the program leaves nothing wrong.
 */
export class SharedFolders {
	readonly #setup: SharingSetup;
	readonly #parts: SharingParts;
	readonly #rounds: Rounds;
	readonly #departure: EntryDeparture;
	readonly #torrent: EntryTorrent;
	readonly #hashing: EntryHashing;
	readonly #review: FolderReview;
	/** Folders that are shared no more, of whose entries something is known. */
	#left: string[] = [];
	/** What is done to the engine is done one after the other. */
	#turn: Promise<unknown> = Promise.resolve();
	#listening: Watching | undefined;

	constructor(setup: SharingSetup) {
		this.#setup = setup;
		const {clock, stateDir, changed} = setup;
		const log = new FolderLog(setup.engine, 'shared folders');
		const folders = new FolderSet(stateDir, () => setup.watched());
		this.#parts = {
			clock,
			log,
			folders,
			engine: new SharingEngine(setup.engine, clock, folders),
			journal: new ShareJournal(stateDir, why =>
				log.say('warn', `what is shared will be hashed again at the next start: ${why}`),
			),
			kept: new KeptTorrents(join(stateDir, 'shared')),
		};
		this.#rounds = new Rounds({
			clock,
			round: () => this.#round(),
			nextAt: () => Math.min(...folders.all.map(({nextAt}) => nextAt)),
			stumbled: ({message}) => log.say('error', `sharing has stumbled: ${message}`),
		});
		const known = new KnownTorrents(this.#parts);
		this.#departure = new EntryDeparture(this.#parts);
		this.#torrent = new EntryTorrent(this.#parts, known);
		this.#hashing = new EntryHashing(this.#parts, {
			looker: setup.looker,
			makeTorrent: setup.makeTorrent,
			made: (folder, seen, bytes, signal) => this.#made(folder, seen, bytes, signal),
			changed,
			ended: () => this.#rounds.wake(),
		});
		this.#review = new FolderReview(
			this.#parts,
			{known, torrent: this.#torrent, departure: this.#departure, hashing: this.#hashing},
			() => this.#rounds.isStopped,
		);
	}

	/** Takes up what an earlier run knew, and begins. */
	async open(settings: readonly SharedFolderSettings[]): Promise<void> {
		await this.#parts.journal.open();
		this.#apply(settings);
		this.#listening = this.#listen();
		this.#rounds.begin();
	}

	/** When the engine has trouble with a torrent of ours its folder is looked at: it finds out first what is gone. */
	#listen(): Watching {
		const {engine, clock} = this.#setup;
		let heardAt = clock.wall();
		return engine.watch({interval: troubleTime, log: 50, logFrom: 'warn'}, ({log = []}) => {
			const troubled = new Set(log.filter(({at}) => at > heardAt).map(({torrent}) => torrent));
			heardAt = Math.max(heardAt, ...log.map(({at}) => at));
			if (troubled.size === 0) return;
			for (const folder of this.#parts.folders.all)
				for (const {id} of folder.known.values()) if (troubled.has(id)) folder.looks.hurry();
		});
	}

	/** From now on these folders are shared, and no others: the torrents of those go, their data stays. */
	apply(settings: readonly SharedFolderSettings[]): void {
		this.#apply(settings);
		this.#rounds.wake();
	}

	#apply(settings: readonly SharedFolderSettings[]): void {
		const {clock, folders} = this.#parts;
		const wanted = new Set(settings.map(({dir}) => dir));
		for (const folder of folders.all) {
			if (wanted.has(folder.dir)) continue;
			folder.close();
			folders.remove(folder);
			this.#hashing.abort(folder);
		}
		for (const each of settings) {
			const there = folders.get(each.dir);
			if (there === undefined) folders.add(this.#open(each));
			else {
				there.settings = each;
				there.isNews = true;
			}
		}
		this.#takeUpEntries();
		// Which folders lie in others may have changed.
		for (const folder of folders.all) folder.looks.lookAt(clock.now());
		this.#setup.changed();
	}

	#open(settings: SharedFolderSettings): SharedFolder {
		const {clock, looker, watchFolder} = this.#setup;
		const {log} = this.#parts;
		return new SharedFolder(settings, {
			clock,
			looker,
			watchFolder,
			wake: () => this.#rounds.wake(),
			unwatched: code => log.unwatched(code),
			say: (level, text) => log.say(level, text),
		});
	}

	/** What is known of entries, of folders that are shared and of those that are no more. */
	#takeUpEntries(): void {
		const {folders, journal} = this.#parts;
		const left = new Set<string>();
		for (const {folder: dir, entry} of journal.entries) {
			const folder = folders.get(dir);
			if (folder === undefined) left.add(dir);
			else if (!folder.known.has(entry.name)) folder.known.set(entry.name, entry);
		}
		this.#left = [...left];
	}

	get views(): SharedFolderView[] {
		return this.#parts.folders.all.map(folder => folder.view(this.#hashing.view(folder)));
	}

	/** Paths of the folders, without links where that is known. */
	get places(): string[] {
		return this.#parts.folders.all.map(({dir, look}) => look?.real ?? dir);
	}

	/** A person removes a torrent together with its data: half of that is not shared while `task` does so. */
	whileDeleted<Value>(id: string, task: () => Promise<Value>): Promise<Value> {
		const {engine, folders} = this.#parts;
		return folders.all.length === 0 ? task() : engine.whileDeleted(id, task);
	}

	/** A person has removed a torrent: it is not shared again while its entry stays as it is. */
	async removedByHand(id: string): Promise<void> {
		const {folders, journal} = this.#parts;
		for (const folder of folders.all)
			for (const entry of folder.known.values())
				if (entry.id === id && entry.state === 'shared')
					await journal.note(folder, {...entry, state: 'declined'});
		this.#setup.changed();
	}

	/** Somebody else has done something with torrents: it is looked again whether that concerns a folder. */
	engineChanged(): void {
		const {engine, folders} = this.#parts;
		engine.changed();
		for (const folder of folders.all) folder.isNews = true;
		this.#rounds.wake();
	}

	/** Lets go of everything; what is hashed is begun anew the next time. */
	async stop(): Promise<void> {
		if (this.#rounds.isStopped) return;
		this.#hashing.stop();
		this.#listening?.stop();
		const ended = this.#rounds.stop();
		for (const folder of this.#parts.folders.all) folder.close();
		await ended;
		await this.#hashing.idle();
		await this.#turn;
		await this.#parts.journal.close();
	}

	async #round(): Promise<void> {
		const {folders} = this.#parts;
		folders.forgetThings();
		await this.#exclusively(async () => {
			await this.#departure.letLeave();
			for (const dir of this.#left.splice(0))
				if (folders.get(dir) === undefined) await this.#departure.leaveFolder(dir);
		});
		for (const folder of folders.all) {
			folder.tick(() => folders.rulesFor(folder));
			if (!folder.isNews) continue;
			folder.isNews = false;
			await this.#exclusively(() => this.#review.review(folder));
		}
		if (!this.#rounds.isStopped) this.#hashing.next();
		this.#setup.changed();
	}

	async #exclusively<Value>(task: () => Promise<Value>): Promise<Value> {
		const turn = this.#turn.then(task);
		this.#turn = turn.catch(() => {});
		return turn;
	}

	/** What was hashed gets its torrent, if it is wanted still. */
	#made(folder: SharedFolder, seen: EntrySight, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
		return this.#exclusively(async () => {
			if (signal.aborted || !this.#parts.folders.has(folder)) return;
			const before = folder.known.get(seen.name);
			await this.#torrent.add(folder, seen, bytes);
			folder.refusals.delete(seen.name);
			if (before !== undefined) this.#hashing.rest(folder, seen.name, before.hashedAt);
		});
	}
}

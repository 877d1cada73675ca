import {lstatSync} from 'node:fs';
import {join} from 'node:path';
import type {AddOptions, Command, Reply} from '../../api/command.js';
import type {EngineClient} from '../../api/engine-client.js';
import type {FolderFault, WatchedFolderView} from '../../api/folders-view.js';
import {UserError} from '../../base/errors.js';
import type {Clock, Timer} from '../../base/ports.js';
import {safeText, terminalText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import {diskPath} from '../../io/files/disk-path.js';
import {removeBelow} from '../../io/files/held-folder.js';
import {SettledEntries} from '../../policy/sharing/settled-entries.js';
import type {WatchedFolderSettings} from '../folder-settings.js';
import {Journal} from '../journal.js';
import {isWatchLimit, type WatchFolder} from '../look/folder-events.js';
import type {EntrySight, FolderLook, LookRules} from '../look/folder-look.js';
import {FolderLooks} from '../look/folder-looks.js';
import type {Looker} from '../look/look-thread.js';
import {type FoundTorrents, readTorrentFile, torrentEndings} from './torrent-file.js';

const mostFiles = 100_000;
const mostFaults = 20;
const longestSleep: Millis = 600_000;
/** What the engine could not do now is tried again after so long. */
const retryTime: Millis = 60_000;

/** What watching stands on. */
export interface WatchingSetup {
	readonly engine: EngineClient;
	readonly clock: Clock;
	/** Absolute. */
	readonly stateDir: string;
	readonly looker: Looker;
	readonly watchFolder: WatchFolder;
	/** What is seen of it may be another. */
	changed(): void;
}

/** A file that was dealt with: as long as it is what it was nothing more is done for it. */
interface DoneFile {
	readonly dir: string;
	readonly name: string;
	/** Which folder it was in. */
	readonly root: string;
	readonly look: string;
	/** Of its bytes. */
	readonly digest: string;
	/** What is wrong with it. */
	readonly fault?: string | undefined;
	/** It is to be deleted. */
	readonly isSpent?: boolean;
}

function asDoneFile(value: unknown): DoneFile | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const {dir, name, root, look, digest, fault} = value as Readonly<Record<string, unknown>>;
	const texts = [dir, name, root, look, digest].every(each => typeof each === 'string');
	return texts && (fault === undefined || typeof fault === 'string') ? (value as DoneFile) : undefined;
}

class WatchedFolder {
	settings: WatchedFolderSettings;
	readonly looks: FolderLooks;
	readonly settled = new SettledEntries();
	/** By name, files that were dealt with. */
	readonly done = new Map<string, DoneFile>();
	/** By name, when what could not be done now is tried again. */
	readonly retries = new Map<string, Millis>();
	/** By name, why. */
	readonly saidLater = new Map<string, string>();
	added = 0;
	isNews = false;
	isWaiting = false;
	saidGone = false;
	#looks = 0;
	#revision = 0;

	constructor(settings: WatchedFolderSettings, looks: FolderLooks) {
		this.settings = settings;
		this.looks = looks;
	}

	tick(): void {
		const rules: LookRules = {most: mostFiles, keepOut: [], endings: torrentEndings};
		this.looks.tick(() => rules);
		const {looks, revision} = this.looks;
		if (looks === this.#looks) return;
		this.#looks = looks;
		this.isNews ||= this.isWaiting || revision !== this.#revision;
		this.#revision = revision;
	}

	get #faults(): FolderFault[] {
		const leftOut = this.looks.look?.leftOut ?? [];
		const bad = [...this.done.values()].flatMap(({name, fault}) =>
			fault === undefined ? [] : [{name, why: fault}],
		);
		return [...leftOut, ...bad];
	}

	get view(): WatchedFolderView {
		const {dir, target, label, start, deleteAfter} = this.settings;
		const {gone, look} = this.looks;
		const faults = this.#faults;
		return {
			dir,
			state: gone !== undefined ? 'gone' : look === undefined ? 'looking' : 'watching',
			why: gone,
			target,
			label,
			start,
			deleteAfter,
			added: this.added,
			faults: faults
				.slice(0, mostFaults)
				.map(({name, why}) => ({name: terminalText(name), why: safeText(why, 300)})),
			faultCount: faults.length,
		};
	}
}

/**
 * Adds what is in the .torrent and .magnet files of folders to the engine, once for each file as it is: what a person
 * removes meanwhile stays removed, also after a restart. A file that is none is told of once, and left as it is.
 */
export class WatchedFolders {
	readonly #setup: WatchingSetup;
	readonly #folders = new Map<string, WatchedFolder>();
	readonly #journal: Journal<DoneFile>;
	#isStopped = false;
	#isWoken = false;
	#wakeUp: () => void = () => {};
	#running: Promise<void> | undefined;
	#saidLimit = false;

	constructor(setup: WatchingSetup) {
		this.#setup = setup;
		this.#journal = new Journal(join(setup.stateDir, 'watched-files'), asDoneFile, why =>
			this.#say('warn', `files in watched folders may be added again after the next start: ${why}`),
		);
	}

	/** Takes up what an earlier run has dealt with, and begins. */
	async open(settings: readonly WatchedFolderSettings[]): Promise<void> {
		await this.#journal.open();
		this.apply(settings);
		this.#running = this.#run();
	}

	/** From now on these folders are watched, and no others. */
	apply(settings: readonly WatchedFolderSettings[]): void {
		const wanted = new Map(settings.map(each => [each.dir, each]));
		for (const [dir, folder] of this.#folders) {
			if (wanted.has(dir)) continue;
			folder.looks.close();
			this.#folders.delete(dir);
		}
		for (const each of wanted.values()) {
			const there = this.#folders.get(each.dir);
			if (there === undefined) this.#folders.set(each.dir, this.#open(each));
			else there.settings = each;
		}
		this.#wake();
		this.#setup.changed();
	}

	#open(settings: WatchedFolderSettings): WatchedFolder {
		const {clock, looker, watchFolder} = this.#setup;
		const looks = new FolderLooks(settings.dir, {
			clock,
			looker,
			watchFolder,
			wake: () => this.#wake(),
			unwatched: code => this.#tellUnwatched(code),
		});
		const folder = new WatchedFolder(settings, looks);
		for (const done of this.#journal.entries.values())
			if (done.dir === settings.dir) folder.done.set(done.name, done);
		return folder;
	}

	get views(): WatchedFolderView[] {
		return [...this.#folders.values()].map(folder => folder.view);
	}

	/** Paths of the folders, without links where that is known. */
	get places(): string[] {
		return [...this.#folders.values()].map(({settings, looks}) => looks.look?.real ?? settings.dir);
	}

	async stop(): Promise<void> {
		if (this.#isStopped) return;
		this.#isStopped = true;
		for (const {looks} of this.#folders.values()) looks.close();
		this.#wake();
		await this.#running;
		await this.#journal.close();
	}

	#wake(): void {
		this.#isWoken = true;
		this.#wakeUp();
	}

	async #run(): Promise<void> {
		while (!this.#isStopped) {
			this.#isWoken = false;
			try {
				for (const folder of [...this.#folders.values()]) {
					folder.tick();
					if (!folder.isNews) continue;
					folder.isNews = false;
					await this.#review(folder);
					this.#setup.changed();
				}
			} catch (error) {
				if (this.#isStopped || isOver(error)) return;
				this.#say('error', `watching folders has stumbled: ${(error as Error).message}`);
				this.#isWoken = false;
			}
			await this.#sleep();
		}
	}

	async #sleep(): Promise<void> {
		const {clock} = this.#setup;
		if (this.#isWoken || this.#isStopped) return;
		const nextAt = Math.min(...[...this.#folders.values()].map(({looks}) => looks.nextAt));
		const time = Math.min(longestSleep, Math.max(0, nextAt - clock.now()));
		await new Promise<void>(resolve => {
			let timer: Timer | undefined;
			this.#wakeUp = () => {
				timer?.clear();
				this.#wakeUp = () => {};
				resolve();
			};
			timer = clock.after(time, () => this.#wakeUp());
		});
	}

	async #review(folder: WatchedFolder): Promise<void> {
		const {clock} = this.#setup;
		const {looks, settings} = folder;
		const {look} = looks;
		if (look === undefined) {
			if (looks.gone !== undefined && !folder.saidGone)
				this.#say('warn', `${settings.dir} cannot be watched (${looks.gone}) until it is there`);
			folder.saidGone = looks.gone !== undefined;
			return;
		}
		if (folder.saidGone) this.#say('info', `${settings.dir} is watched`);
		folder.saidGone = false;
		await this.#forgetGone(folder, look);
		folder.isWaiting = false;
		for (const seen of look.entries) {
			if (this.#isStopped || this.#folders.get(settings.dir) !== folder) return;
			const done = folder.done.get(seen.name);
			if (done?.look === seen.look) {
				// The program may have ended before it came to that.
				if (done.isSpent) this.#delete(folder, seen);
				continue;
			}
			const now = clock.now();
			const at = Math.max(folder.settled.see(seen.name, seen.look, now), folder.retries.get(seen.name) ?? 0);
			if (at > now) {
				folder.isWaiting = true;
				looks.lookAt(at);
			} else await this.#take(folder, look, seen);
		}
	}

	/** What is put there anew, when it was gone for a while, is meant anew. */
	async #forgetGone(folder: WatchedFolder, look: FolderLook): Promise<void> {
		const names = new Set(look.entries.map(({name}) => name));
		// Another disk at the same place says nothing of what is on the one that was there.
		const gone = [...folder.done.values()].filter(({name, root}) => !names.has(name) && root === look.root);
		for (const {name} of gone) {
			folder.done.delete(name);
			folder.settled.forget(name);
			folder.retries.delete(name);
			folder.saidLater.delete(name);
		}
		await this.#journal.put(gone.map(({dir, name}) => [keyOf(dir, name), undefined]));
	}

	async #take(folder: WatchedFolder, look: FolderLook, seen: EntrySight): Promise<void> {
		const {settings} = folder;
		const path = join(settings.dir, seen.name);
		const before = folder.done.get(seen.name);
		folder.retries.delete(seen.name);
		let found: FoundTorrents;
		try {
			found = await readTorrentFile(path);
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			if (error.code === 'ENOENT') return;
			return this.#done(folder, {look, seen, digest: '', fault: error.message});
		}
		// Somebody has only touched it.
		if (before !== undefined && before.digest === found.digest)
			return this.#done(folder, {look, seen, digest: found.digest, fault: before.fault});
		const fault = await this.#add(folder, seen, found);
		if (fault === 'later') {
			folder.retries.set(seen.name, this.#setup.clock.now() + retryTime);
			folder.isWaiting = true;
			folder.looks.lookAt(this.#setup.clock.now() + retryTime);
			return;
		}
		await this.#done(folder, {look, seen, digest: found.digest, fault});
	}

	/** Answers what is wrong with it; `later` when it is the engine that cannot now. */
	async #add(
		folder: WatchedFolder,
		{name}: EntrySight,
		{metainfo, links, faults}: FoundTorrents,
	): Promise<string | undefined> {
		const {settings} = folder;
		const {target, label, start} = settings;
		const options: AddOptions = {
			...(target !== undefined && {dir: target}),
			...(label !== undefined && {label}),
			...(!start && {paused: true}),
			usual: ['dir', 'label', 'paused'],
		};
		const commands: Command[] =
			metainfo === undefined
				? links.map(link => ({type: 'torrent.addLink', link, options}))
				: [{type: 'torrent.add', metainfo, options}];
		const wrong = faults.map(line => `no magnet link: ${safeText(line, 60)}`);
		for (const command of commands) {
			try {
				const {already}: Reply = await this.#setup.engine.send(command);
				if (already) this.#say('info', `${settings.dir}: «${name}» was here already`);
				else folder.added++;
			} catch (error) {
				if (!(error instanceof UserError) || isOver(error)) throw error;
				// What is wrong with the file itself stays wrong; anything else may pass.
				if (error.exitStatus !== 3) {
					if (folder.saidLater.get(name) !== error.message)
						this.#say('warn', `${settings.dir}: «${name}» is tried again: ${error.message}`);
					folder.saidLater.set(name, error.message);
					return 'later';
				}
				wrong.push(error.message);
			}
		}
		return wrong.length === 0 ? undefined : wrong.slice(0, 3).join('; ');
	}

	async #done(
		folder: WatchedFolder,
		{
			look,
			seen,
			digest,
			fault,
		}: {
			readonly look: FolderLook;
			readonly seen: EntrySight;
			readonly digest: string;
			readonly fault: string | undefined;
		},
	): Promise<void> {
		const {dir} = folder.settings;
		const {name} = seen;
		const before = folder.done.get(name);
		const isSpent = fault === undefined && folder.settings.deleteAfter;
		const done: DoneFile = {
			dir,
			name,
			root: look.root,
			look: seen.look,
			digest,
			...(fault !== undefined && {fault}),
			...(isSpent && {isSpent}),
		};
		folder.done.set(name, done);
		if (fault !== undefined && before?.fault !== fault)
			this.#say('warn', `${dir}: «${name}» is not added: ${fault}`);
		await this.#journal.put([[keyOf(dir, name), done]]);
		if (isSpent) this.#delete(folder, seen);
	}

	/** Only the file that was added goes, exactly as it was read. */
	#delete({settings}: WatchedFolder, {name, look, inode}: EntrySight): void {
		const {dir} = settings;
		try {
			const stats = lstatSync(diskPath(join(dir, name)));
			const isSame = `${stats.size} ${stats.mtimeMs}` === look && `${stats.dev}:${stats.ino}` === inode;
			if (isSame) removeBelow(dir, name, stats);
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code === 'ENOENT') return;
			this.#say('warn', `${dir}: «${name}» was added and cannot be deleted: ${message.split(',')[0]}`);
		}
	}

	#say(level: 'info' | 'warn' | 'error', text: string): void {
		this.#setup.engine.send({type: 'session.log', level, text}).catch(() => {});
	}

	#tellUnwatched(code: string): void {
		if (this.#saidLimit || !isWatchLimit(code)) return;
		this.#saidLimit = true;
		this.#say(
			'warn',
			`the system tells of no more folders (${code}; fs.inotify.max_user_watches says how many): watched folders are looked at every 30 s`,
		);
	}
}

const keyOf = (dir: string, name: string): string => `${dir}\0${name}`;

/** The engine is ending: everything is as good as it was left. */
function isOver(error: unknown): boolean {
	return error instanceof UserError && (error.code === 'stopping' || error.code === 'engine-lost');
}

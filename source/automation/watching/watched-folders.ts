import type {WatchedFolderView} from '../../api/folders-view.js';
import type {FolderGround} from '../folder-ground.js';
import {FolderLog} from '../folder-log.js';
import type {WatchedFolderSettings} from '../folder-settings.js';
import {Rounds} from '../rounds.js';
import {DoneFiles} from './done-files.js';
import {FileIntake} from './file-intake.js';
import {WatchedFolder} from './watched-folder.js';

/** What watching stands on. */
export interface WatchingSetup extends FolderGround {
	/** What is seen of it may be another. */
	changed(): void;
}

/**
 * Adds what is in the .torrent and .magnet files of folders to the engine, once for each file as it is: what a person
 * removes meanwhile stays removed, also after a restart. A file that is none is told of once, and left as it is.
 */
export class WatchedFolders {
	readonly #setup: WatchingSetup;
	readonly #folders = new Map<string, WatchedFolder>();
	readonly #files: DoneFiles;
	readonly #intake: FileIntake;
	readonly #log: FolderLog;
	readonly #rounds: Rounds;

	constructor(setup: WatchingSetup) {
		this.#setup = setup;
		const {engine, clock, stateDir} = setup;
		const log = new FolderLog(engine, 'watched folders');
		this.#log = log;
		this.#files = new DoneFiles(stateDir, why =>
			log.say('warn', `files in watched folders may be added again after the next start: ${why}`),
		);
		this.#intake = new FileIntake({engine, clock, files: this.#files, log});
		this.#rounds = new Rounds({
			clock,
			round: () => this.#round(),
			nextAt: () => Math.min(...[...this.#folders.values()].map(({looks}) => looks.nextAt)),
			stumbled: ({message}) => log.say('error', `watching folders has stumbled: ${message}`),
		});
	}

	/** Takes up what an earlier run has dealt with, and begins. */
	async open(settings: readonly WatchedFolderSettings[]): Promise<void> {
		await this.#files.open();
		this.apply(settings);
		this.#rounds.begin();
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
		this.#rounds.wake();
		this.#setup.changed();
	}

	#open(settings: WatchedFolderSettings): WatchedFolder {
		const {clock, looker, watchFolder} = this.#setup;
		const folder = new WatchedFolder(settings, {
			clock,
			looker,
			watchFolder,
			wake: () => this.#rounds.wake(),
			unwatched: code => this.#log.unwatched(code),
		});
		for (const done of this.#files.in(settings.dir)) folder.done.set(done.name, done);
		return folder;
	}

	get views(): WatchedFolderView[] {
		return [...this.#folders.values()].map(folder => folder.view);
	}

	/** Paths of the folders, without links where that is known. */
	get places(): string[] {
		return [...this.#folders.values()].map(({dir, looks}) => looks.look?.real ?? dir);
	}

	/** Lets go of everything. */
	async stop(): Promise<void> {
		if (this.#rounds.isStopped) return;
		const ended = this.#rounds.stop();
		for (const {looks} of this.#folders.values()) looks.close();
		await ended;
		await this.#files.close();
	}

	async #round(): Promise<void> {
		for (const folder of [...this.#folders.values()]) {
			folder.tick();
			if (!folder.isNews) continue;
			folder.isNews = false;
			await this.#review(folder);
			this.#setup.changed();
		}
	}

	async #review(folder: WatchedFolder): Promise<void> {
		const {clock} = this.#setup;
		const {look} = folder.looks;
		this.#tellWhetherThere(folder);
		if (look === undefined) return;
		await this.#files.forget(folder.forgetGone(look));
		folder.isWaiting = false;
		for (const seen of look.entries) {
			if (this.#rounds.isStopped || this.#folders.get(folder.dir) !== folder) return;
			const done = folder.done.get(seen.name);
			if (done?.look === seen.look) {
				// The program may have ended before it came to that.
				if (done.isSpent) this.#intake.delete(folder, seen);
				continue;
			}
			const now = clock.now();
			const at = Math.max(folder.settled.see(seen.name, seen.look, now), folder.retries.get(seen.name) ?? 0);
			if (at > now) folder.waitUntil(at);
			else await this.#intake.take(folder, look, seen);
		}
	}

	/** That a folder is gone, or back, is said once. */
	#tellWhetherThere(folder: WatchedFolder): void {
		const {gone, look} = folder.looks;
		if (gone !== undefined && !folder.saidGone)
			this.#log.say('warn', `${folder.dir} cannot be watched (${gone}) until it is there`);
		if (look !== undefined && folder.saidGone) this.#log.say('info', `${folder.dir} is watched`);
		folder.saidGone = gone !== undefined;
	}
}

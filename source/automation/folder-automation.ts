import {realpath, stat} from 'node:fs/promises';
import {isAbsolute, join} from 'node:path';
import type {FolderCommand, Reply} from '../api/command.js';
import type {FoldersView} from '../api/folders-view.js';
import {UserError} from '../base/errors.js';
import {diskPath} from '../io/files/disk-path.js';
import {FolderChoices} from './folder-choices.js';
import type {FolderGround} from './folder-ground.js';
import type {FolderSettings, SharedFolderSettings} from './folder-settings.js';
import type {MakeTorrent} from './sharing/make-torrent.js';
import {SharedFolders} from './sharing/shared-folders.js';
import {WatchedFolders} from './watching/watched-folders.js';

/** What looking after folders stands on. */
export interface FolderSetup extends FolderGround {
	readonly makeTorrent: MakeTorrent;
}

/** Looks after the folders that are shared and watched: those of the config file, and those of `tortui share`. */
export class FolderAutomation {
	/** Rises when something that is seen of it may be another. */
	revision = 1;
	readonly #setup: FolderSetup;
	readonly #choices: FolderChoices;
	readonly #shared: SharedFolders;
	readonly #watched: WatchedFolders;
	readonly #listeners = new Set<() => void>();
	#settings: FolderSettings = {shared: [], watched: []};

	private constructor(setup: FolderSetup) {
		this.#setup = setup;
		const changed = (): void => {
			this.revision++;
			for (const listener of this.#listeners) listener();
		};
		this.#choices = new FolderChoices(join(setup.stateDir, 'shared-folders.json'));
		this.#watched = new WatchedFolders({...setup, changed});
		this.#shared = new SharedFolders({...setup, changed, watched: () => this.#watched.places});
	}

	/** @param settings what the config file says */
	static async open(setup: FolderSetup, settings: FolderSettings): Promise<FolderAutomation> {
		const stateDir = await realpath(setup.stateDir).catch(() => setup.stateDir);
		const automation = new FolderAutomation({...setup, stateDir});
		const fault = await automation.#choices.load();
		if (fault !== undefined) {
			const text = `the folders of \`tortui share\` are forgotten: ${fault}`;
			void setup.engine.send({type: 'session.log', level: 'warn', text}).catch(() => {});
		}
		automation.#settings = settings;
		await automation.#watched.open(settings.watched);
		await automation.#shared.open(automation.#allShared);
		return automation;
	}

	/** The config file says something else now. */
	apply(settings: FolderSettings): void {
		this.#settings = settings;
		this.#watched.apply(settings.watched);
		this.#shared.apply(this.#allShared);
	}

	get #allShared(): SharedFolderSettings[] {
		const {shared} = this.#settings;
		const configured = new Set(shared.map(({dir}) => dir));
		return [...shared, ...this.#choices.shared.filter(({dir}) => !configured.has(dir))];
	}

	get view(): FoldersView {
		return {shared: this.#shared.views, watched: this.#watched.views};
	}

	/** Whether any folder is looked after. */
	get isIdle(): boolean {
		return this.#allShared.length + this.#settings.watched.length === 0;
	}

	/** Calls `listener` when something may be another. Answers how to stop it. */
	listen(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Does what a command asks. Rejects with a `UserError`. */
	async send(command: FolderCommand): Promise<Reply> {
		switch (command.type) {
			case 'folders.share':
				await this.#share(command);
				break;
			case 'folders.unshare':
				await this.#unshare(command.dir);
				break;
			case 'folders.list':
				break;
			default:
				command satisfies never;
		}
		return {folders: this.view};
	}

	async #share({
		dir,
		trackers = [],
		label,
		publish = true,
	}: Extract<FolderCommand, {readonly type: 'folders.share'}>): Promise<void> {
		await requireFolder(dir);
		for (const url of trackers) requireTracker(url);
		if (this.#settings.shared.some(each => each.dir === dir))
			throw new UserError('configured', `${dir} is shared by the config file: change shared-folders there`);
		const chosen: SharedFolderSettings = {dir, from: 'share', trackers, publish, ...(label && {label})};
		await this.#choose([...this.#choices.shared.filter(each => each.dir !== dir), chosen]);
	}

	async #unshare(dir: string): Promise<void> {
		if (this.#settings.shared.some(each => each.dir === dir))
			throw new UserError(
				'configured',
				`${dir} is shared by the config file: take it out of shared-folders there`,
			);
		const others = this.#choices.shared.filter(each => each.dir !== dir);
		if (others.length === this.#choices.shared.length)
			throw new UserError('not-shared', `${dir} is not shared: see tortui share --list`);
		await this.#choose(others);
	}

	async #choose(shared: readonly SharedFolderSettings[]): Promise<void> {
		try {
			await this.#choices.save(shared);
		} catch (error) {
			const {message} = error as Error;
			throw new UserError('state-dir', `cannot keep which folders are shared: ${message.split(',')[0]}`);
		}
		this.#shared.apply(this.#allShared);
	}

	/** A person removes a torrent together with its data, which `task` does. */
	whileDeleted<Value>(id: string, task: () => Promise<Value>): Promise<Value> {
		return this.#shared.whileDeleted(id, task);
	}

	/** A person has removed a torrent. */
	removedByHand(id: string): Promise<void> {
		return this.#shared.removedByHand(id);
	}

	/** Somebody has added, removed or moved torrents. */
	engineChanged(): void {
		this.#shared.engineChanged();
	}

	/** Lets go of everything. */
	async stop(): Promise<void> {
		await Promise.all([this.#watched.stop(), this.#shared.stop()]);
		await this.#setup.looker.close();
	}
}

async function requireFolder(dir: string): Promise<void> {
	if (!isAbsolute(dir))
		throw new UserError('relative-dir', `the folder ${dir} is not absolute: write it in full`, 2);
	let isFolder: boolean;
	try {
		isFolder = (await stat(diskPath(dir))).isDirectory();
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		const why =
			code === 'ENOENT'
				? 'no such folder'
				: code === 'EACCES'
					? 'not allowed to look at'
					: `cannot look at (${code})`;
		throw new UserError('no-folder', `${why}: ${dir}`);
	}
	if (!isFolder)
		throw new UserError('not-a-folder', `${dir} is no folder: share the folder it is in, or use tortui seed`);
}

function requireTracker(url: string): void {
	const parsed = URL.canParse(url) ? new URL(url) : undefined;
	if (parsed && /^(?:https?|udp):$/.test(parsed.protocol) && parsed.hostname !== '') return;
	throw new UserError('bad-tracker', `not a tracker: ${url.slice(0, 200)} (http://, https:// or udp://)`, 2);
}

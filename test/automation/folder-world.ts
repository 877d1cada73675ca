import {cpSync, mkdirSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {TestContext} from 'node:test';
import type {AddOptions, Command, Reply} from '../../source/api/command.ts';
import type {EngineClient} from '../../source/api/engine-client.ts';
import type {FoldersView} from '../../source/api/folders-view.ts';
import type {TorrentView, Update, Watch} from '../../source/api/snapshot.ts';
import {FolderAutomation} from '../../source/automation/folder-automation.ts';
import type {FolderSettings} from '../../source/automation/folder-settings.ts';
import type {LookRules} from '../../source/automation/look/folder-look.ts';
import {lookAtFolder} from '../../source/automation/look/look-at-folder.ts';
import {UserError} from '../../source/base/errors.ts';
import {createTorrent} from '../../source/creator/create-torrent.ts';
import {readMetainfoHere} from '../../source/io/metainfo/read-metainfo.ts';
import {torrentView} from '../commands/torrent-view.ts';
import {HandClock} from '../helpers/hand-clock.ts';
import {Workspace} from '../helpers/workspace.ts';

/** A torrent as the engine of the test has it. */
interface EngineTorrent {
	readonly bytes: Uint8Array;
	readonly options: AddOptions;
	state: TorrentView['state'];
	completed: number;
	publish: boolean;
	label: string | undefined;
	trackers: string[];
	root: string;
	/** Where it is being moved to, or from. */
	otherDir?: string | undefined;
}

/** An engine that only keeps account. */
export class AccountEngine implements EngineClient {
	readonly closed = new Promise<string>(() => {});
	readonly torrents = new Map<string, EngineTorrent>();
	readonly commands: Command[] = [];
	readonly log: string[] = [];
	/** Thrown at the next command of the type. */
	refuse: {type: Command['type']; error: UserError} | undefined;

	readonly #logWatchers = new Set<(update: Update) => void>();

	/** It says what is wrong with a torrent. */
	complain(id: string, at: number): void {
		const line = {at, level: 'error', text: 'missing', torrent: id} as const;
		for (const listener of this.#logWatchers) listener({revision: 1, log: [line]});
	}

	/** Names of what it seeds. */
	get names(): string[] {
		return [...this.torrents.values()].map(({bytes}) => readMetainfoHere(bytes).name).sort();
	}

	/** The first whose name this is. */
	named(name: string): (EngineTorrent & {readonly id: string}) | undefined {
		for (const [id, torrent] of this.torrents)
			if (readMetainfoHere(torrent.bytes).name === name) return Object.assign(torrent, {id});
		return undefined;
	}

	async send(command: Command): Promise<Reply> {
		this.commands.push(command);
		if (this.refuse?.type === command.type) {
			const {error} = this.refuse;
			this.refuse = undefined;
			throw error;
		}
		if (command.type === 'session.log') this.log.push(`${command.level}: ${command.text}`);
		if (command.type === 'session.list')
			return {torrents: [...this.torrents].map(([id, each]) => viewOf(id, each))};
		if (command.type === 'torrent.add')
			return this.add(command.metainfo as Uint8Array, command.options ?? {});
		if (command.type === 'torrent.addLink') return {id: command.link.slice(-40)};
		if (!('id' in command)) return {};
		const torrent = this.torrents.get(command.id);
		if (torrent === undefined) throw new UserError('no-such-torrent', 'the engine has no such torrent');
		switch (command.type) {
			case 'torrent.remove':
				this.torrents.delete(command.id);
				break;
			case 'torrent.pause':
				torrent.state = 'paused';
				break;
			case 'torrent.resume':
				torrent.state = 'seeding';
				break;
			case 'torrent.publish':
				torrent.publish = command.on;
				break;
			case 'torrent.label':
				torrent.label = command.label;
				break;
			case 'tracker.add':
				torrent.trackers.push(command.url);
				break;
			case 'torrent.export':
				return {metainfo: Buffer.from(torrent.bytes).toString('base64')};
			default:
				break;
		}
		return {};
	}

	add(bytes: Uint8Array, options: AddOptions, state: TorrentView['state'] = 'seeding', completed = 1): Reply {
		let metainfo: ReturnType<typeof readMetainfoHere>;
		try {
			metainfo = readMetainfoHere(bytes);
		} catch (error) {
			throw new UserError('bad', `not a valid torrent: ${(error as Error).message}`, 3);
		}
		const id = metainfo.infoHash ?? metainfo.infoHashV2!;
		if (this.torrents.has(id)) return {id, already: true};
		this.torrents.set(id, {
			bytes,
			options,
			state: options.paused ? 'paused' : state,
			completed: completed * metainfo.length,
			publish: options.publish === true,
			label: options.label,
			trackers: [...(options.trackers ?? [])],
			root: metainfo.name,
		});
		return {id};
	}

	close(): void {}

	watch(watch: Watch, listener: (update: Update) => void) {
		if (watch.log) this.#logWatchers.add(listener);
		const {torrent: part} = watch;
		const torrent = part && this.torrents.get(part.id);
		if (part !== undefined)
			queueMicrotask(() =>
				listener({
					revision: 1,
					torrent: torrent
						? {id: part.id, files: [{index: 0, path: [torrent.root], length: 1}]}
						: {id: part.id, gone: true},
				}),
			);
		return {change: () => {}, stop: () => this.#logWatchers.delete(listener)};
	}
}

function viewOf(
	id: string,
	{bytes, options, state, completed, publish, otherDir}: EngineTorrent,
): TorrentView {
	const {name, length, files} = readMetainfoHere(bytes);
	return torrentView({
		id,
		name,
		state,
		dir: options.dir ?? '/downloads',
		length,
		wanted: length,
		completed,
		files: files.length,
		filesWanted: files.length,
		publish,
		otherDir,
	});
}

/** Folders that are looked after, and an engine that keeps account; time passes when the test says so. */
export class FolderWorld {
	readonly space: Workspace;
	readonly clock = new HandClock();
	engine = new AccountEngine();
	/** How often a torrent was made of what has this name. */
	readonly made = new Map<string, number>();
	/** What the system says when it is asked to tell of a folder. */
	watchFailure: string | undefined;
	/** Called when something is about to be hashed; hashing waits for it. */
	beforeHashing: (path: string) => Promise<void> | void = () => {};
	/** Told of what is hashed at the same time. */
	mostAtATime = 0;
	readonly #hashing = new Set<string>();
	#automation: FolderAutomation | undefined;
	readonly #watched = new Map<string, () => void>();
	looks = 0;
	stateDir: string;
	#kills = 0;

	constructor(t: TestContext) {
		this.space = new Workspace(t);
		this.stateDir = this.space.folder('state');
		this.space.defer(() => this.#automation?.stop());
	}

	get automation(): FolderAutomation {
		return this.#automation!;
	}

	get view(): FoldersView {
		return this.automation.view;
	}

	/** Starts, or starts again, with these folders. */
	async start(settings: Partial<FolderSettings> = {}): Promise<void> {
		await this.#automation?.stop();
		this.#automation = await FolderAutomation.open(
			{
				engine: this.engine,
				clock: this.clock,
				stateDir: this.stateDir,
				looker: {
					look: async (dir, rules: LookRules, before) => {
						this.looks++;
						const look = lookAtFolder(dir, rules);
						return look.digest === before?.digest ? before : look;
					},
					close: async () => {},
				},
				watchFolder: (dir, changed, failed) => {
					if (this.watchFailure !== undefined) failed(this.watchFailure);
					else this.#watched.set(dir, changed);
					return {close: () => this.#watched.delete(dir)};
				},
				makeTorrent: async (path, options) => {
					const name = path.slice(path.lastIndexOf('/') + 1);
					this.made.set(name, (this.made.get(name) ?? 0) + 1);
					this.#hashing.add(path);
					this.mostAtATime = Math.max(this.mostAtATime, this.#hashing.size);
					try {
						await this.beforeHashing(path);
						const {trackers, size: _, ...rest} = options;
						const {bytes} = await createTorrent({path, trackers: trackers.map(url => [url]), ...rest});
						return bytes;
					} finally {
						this.#hashing.delete(path);
					}
				},
			},
			{shared: [], watched: [], ...settings},
		);
	}

	/** As a kill would: nobody lets go of anything in order. */
	async startAfterKill(settings: Partial<FolderSettings> = {}): Promise<void> {
		const killed = this.#automation;
		// What it still asks of its engine reaches nobody.
		const {engine} = this;
		const next = new AccountEngine();
		for (const [id, torrent] of engine.torrents) next.torrents.set(id, torrent);
		this.engine = next;
		this.#automation = undefined;
		const stateDir = this.path(`state-${++this.#kills}`);
		cpSync(this.stateDir, stateDir, {recursive: true});
		this.stateDir = stateDir;
		engine.send = () => new Promise(() => {});
		void killed;
		await this.start(settings);
	}

	/** Writes a file, whose bytes depend on its path and `seed`; long ago, unless it is told when. */
	write(path: string, length = 20_000, seed = 1): string {
		const full = this.space.path(path);
		mkdirSync(dirname(full), {recursive: true});
		writeFileSync(full, Buffer.alloc(length, `${path}${seed}`));
		const at = 1_600_000_000 + seed;
		utimesSync(full, at, at);
		return full;
	}

	/** The system tells of something in a folder. */
	touch(dir: string): void {
		this.#watched.get(dir)?.();
	}

	/** Lets time pass, half a second at a time, with room for the disk between. */
	async pass(milliseconds: number): Promise<void> {
		for (let left = milliseconds; left > 0; left -= 500) {
			await this.clock.pass(Math.min(500, left));
			for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setTimeout(resolve, 1));
		}
	}

	/** Lets time pass until something holds. */
	async until(what: string | (() => string), probe: () => boolean, most = 120_000): Promise<void> {
		const began = performance.now();
		let passed = 0;
		while (!probe()) {
			// The disk may be slow, whatever the clock says.
			if (passed >= most && performance.now() - began > 15_000)
				throw new Error(
					`not ${typeof what === 'string' ? what : what()}\n${this.engine.log.join('\n')}\n${JSON.stringify(this.view)}`,
				);
			await this.pass(500);
			passed += 500;
		}
	}

	/** The folder `name`, to be shared. */
	shared(
		name: string,
		more: Partial<FolderSettings['shared'][number]> = {},
	): FolderSettings['shared'][number] {
		return {dir: this.space.folder(name), from: 'config', trackers: [], publish: true, ...more};
	}

	/** The folder `name`, to be watched. */
	watched(
		name: string,
		more: Partial<FolderSettings['watched'][number]> = {},
	): FolderSettings['watched'][number] {
		return {dir: this.space.folder(name), start: true, deleteAfter: false, ...more};
	}

	path(...names: string[]): string {
		return join(this.space.dir, ...names);
	}
}

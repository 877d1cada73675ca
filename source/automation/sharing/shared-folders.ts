import {join, sep} from 'node:path';
import type {Command} from '../../api/command.js';
import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {SharedFolderView} from '../../api/folders-view.js';
import {ProtocolError, UserError} from '../../base/errors.js';
import type {Clock, Timer} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {Bytes, Millis} from '../../base/units.js';
import {readMetainfoHere} from '../../io/metainfo/read-metainfo.js';
import {partialPatterns} from '../../policy/sharing/entry-names.js';
import {
	type EntryAction,
	type KnownEntry,
	reviewEntries,
	type SeenEntry,
} from '../../policy/sharing/review-entries.js';
import {settleTime} from '../../policy/sharing/settled-entries.js';
import {renameTorrent} from '../../protocol/metainfo/rename-info.js';
import type {SharedFolderSettings} from '../folder-settings.js';
import {Journal} from '../journal.js';
import {isWatchLimit, type WatchFolder} from '../look/folder-events.js';
import {type EntrySight, FolderGone} from '../look/folder-look.js';
import type {Looker} from '../look/look-thread.js';
import {EngineTorrents, firstElement} from './engine-torrents.js';
import {KeptTorrents} from './kept-torrents.js';
import type {MakeTorrent} from './make-torrent.js';
import {
	asShareRecord,
	type DepartedEntry,
	departedKey,
	entryKey,
	folderKey,
	type ShareRecord,
} from './share-records.js';
import {mostEntries, SharedFolder} from './shared-folder.js';

/** What is smaller is hashed again sooner than anybody notices. */
const worthKeeping: Bytes = 1_048_576;
/** What is smaller is hashed again when the program ends at the one moment between its being hashed and added. */
const worthKeepingFirst: Bytes = 16_777_216;
/** What the engine has was asked for after whatever is settled was written last: what it does there is known. */
const listAge: Millis = settleTime;
/** So long what is gone is known again when it comes back. */
const departedTime: Millis = 2_592_000_000;
const mostDeparted = 1000;
/** What changes within so long after it was hashed is waited for longer. */
const restlessTime: Millis = 3_600_000;
/** What is being written for so long is told of. */
const patience: Millis = 600_000;
const longestSleep: Millis = 600_000;
/** What the engine says of torrents is heard so soon. */
const troubleTime: Millis = 500;
/** Whether somebody else's torrent is whole now is asked so often. */
const wholeTime: Millis = 10_000;

/** What sharing stands on. */
export interface SharingSetup {
	readonly engine: EngineClient;
	readonly clock: Clock;
	/** Absolute. */
	readonly stateDir: string;
	readonly looker: Looker;
	readonly watchFolder: WatchFolder;
	readonly makeTorrent: MakeTorrent;
	/** Folders that are somebody else's to look after, without links. */
	watched(): readonly string[];
	/** What is seen of it may be another. */
	changed(): void;
}

/** The one that is hashed. */
interface Hashing {
	readonly folder: SharedFolder;
	readonly seen: EntrySight;
	readonly abort: AbortController;
	done: Bytes;
	length: Bytes;
}

const stopped = Symbol('sharing has stopped');

/**
 * Shares what is in folders: makes a torrent of every entry and has the engine seed it, makes a new one of what has
 * changed, takes out what is gone, and never touches a byte of it. Everything that is done is noted first, so that
 * whatever ends the program leaves nothing wrong.
 */
export class SharedFolders {
	readonly #setup: SharingSetup;
	readonly #folders = new Map<string, SharedFolder>();
	readonly #journal: Journal<ShareRecord>;
	readonly #kept: KeptTorrents;
	readonly #roots = new Map<string, Promise<string | undefined>>();
	/** By folder: what is known of entries of folders that are shared no more. */
	#left: string[] = [];
	#hashing: Hashing | undefined;
	#hashingDone: Promise<void> = Promise.resolve();
	/** What is done to the engine is done one after the other. */
	#turn: Promise<unknown> = Promise.resolve();
	#isStopped = false;
	#wakeUp: () => void = () => {};
	#isWoken = false;
	#running: Promise<void> | undefined;
	#listening: Watching | undefined;
	#saidLimit = false;
	#hasLetLeave = false;
	#things: ReadonlyMap<string, {readonly folder: SharedFolder; readonly entry: KnownEntry}> | undefined;
	/** By look, then by id. */
	readonly #departedByLook = new Map<string, Map<string, DepartedEntry>>();
	#listed: {readonly at: Millis; readonly torrents: EngineTorrents} | undefined;

	constructor(setup: SharingSetup) {
		this.#setup = setup;
		const {stateDir} = setup;
		this.#kept = new KeptTorrents(join(stateDir, 'shared'));
		this.#journal = new Journal(join(stateDir, 'shared-entries'), asShareRecord, why =>
			this.#say('warn', `what is shared will be hashed again at the next start: ${why}`),
		);
	}

	/** Takes up what an earlier run knew, and begins. */
	async open(settings: readonly SharedFolderSettings[]): Promise<void> {
		await this.#journal.open();
		for (const record of this.#journal.entries.values())
			if (record.kind === 'departed') this.#remember(record.departed);
		this.#apply(settings);
		this.#listening = this.#listen();
		this.#running = this.#run();
	}

	/** When the engine has trouble with a torrent of ours its folder is looked at: it finds out first what is gone. */
	#listen(): Watching {
		const {engine, clock} = this.#setup;
		let heardAt = clock.wall();
		return engine.watch({interval: troubleTime, log: 50, logFrom: 'warn'}, ({log = []}) => {
			const troubled = new Set(log.filter(({at}) => at > heardAt).map(({torrent}) => torrent));
			heardAt = Math.max(heardAt, ...log.map(({at}) => at));
			if (troubled.size === 0) return;
			for (const folder of this.#folders.values())
				for (const {id} of folder.known.values()) if (troubled.has(id)) folder.looks.hurry();
		});
	}

	/** From now on these folders are shared, and no others: the torrents of those go, their data stays. */
	apply(settings: readonly SharedFolderSettings[]): void {
		this.#apply(settings);
		this.#wake();
	}

	#apply(settings: readonly SharedFolderSettings[]): void {
		const {clock, looker, watchFolder} = this.#setup;
		const wanted = new Map(settings.map(each => [each.dir, each]));
		for (const [dir, folder] of this.#folders) {
			if (wanted.has(dir)) continue;
			folder.close();
			this.#folders.delete(dir);
			if (this.#hashing?.folder === folder) this.#hashing.abort.abort(stopped);
		}
		for (const each of settings) {
			const there = this.#folders.get(each.dir);
			if (there !== undefined) {
				there.settings = each;
				there.isNews = true;
				continue;
			}
			const folder = new SharedFolder(each, {
				clock,
				looker,
				watchFolder,
				wake: () => this.#wake(),
				unwatched: code => this.#tellUnwatched(code),
			});
			this.#folders.set(each.dir, folder);
		}
		const left = new Set<string>();
		for (const record of this.#journal.entries.values()) {
			if (record.kind !== 'entry') continue;
			const folder = this.#folders.get(record.folder);
			if (folder === undefined) left.add(record.folder);
			else if (!folder.known.has(record.entry.name)) folder.known.set(record.entry.name, record.entry);
		}
		this.#left = [...left];
		// Which folders lie in others may have changed.
		for (const folder of this.#folders.values()) folder.looks.lookAt(clock.now());
		this.#setup.changed();
	}

	get views(): SharedFolderView[] {
		const hashing = this.#hashing;
		return [...this.#folders.values()].map(folder =>
			folder.view(
				hashing?.folder === folder
					? {name: safeText(hashing.seen.name), done: hashing.done, length: hashing.length}
					: undefined,
			),
		);
	}

	/** Paths of the folders, without links where that is known. */
	get places(): string[] {
		return [...this.#folders.values()].map(({dir, look}) => look?.real ?? dir);
	}

	/** A person has removed a torrent: it is not shared again while its entry stays as it is. */
	async removedByHand(id: string): Promise<void> {
		for (const folder of this.#folders.values()) {
			for (const entry of folder.known.values())
				if (entry.id === id && entry.state === 'shared')
					await this.#note(folder, {...entry, state: 'declined'});
		}
		this.#setup.changed();
	}

	/** Somebody else has done something with torrents: it is looked again whether that concerns a folder. */
	engineChanged(): void {
		this.#listed = undefined;
		for (const folder of this.#folders.values()) folder.isNews = true;
		this.#wake();
	}

	/** Lets go of everything; what is hashed is begun anew the next time. */
	async stop(): Promise<void> {
		if (this.#isStopped) return;
		this.#isStopped = true;
		this.#hashing?.abort.abort(stopped);
		this.#listening?.stop();
		this.#wake();
		for (const folder of this.#folders.values()) folder.close();
		await this.#running;
		await this.#hashingDone;
		await this.#turn;
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
				await this.#round();
			} catch (error) {
				if (this.#isStopped || isOver(error)) return;
				// Nobody is there to catch it; what is to be done is done with the next round.
				this.#say('error', `sharing has stumbled: ${(error as Error).message}`);
				this.#isWoken = false;
			}
			await this.#sleep();
		}
	}

	async #sleep(): Promise<void> {
		const {clock} = this.#setup;
		if (this.#isWoken || this.#isStopped) return;
		const nextAt = Math.min(...[...this.#folders.values()].map(({nextAt}) => nextAt));
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

	async #round(): Promise<void> {
		this.#things = undefined;
		await this.#exclusively(async () => {
			await this.#letLeave();
			await this.#leaveFolders();
		});
		for (const folder of [...this.#folders.values()]) {
			folder.tick(() => this.#rulesFor(folder));
			if (!folder.isNews) continue;
			folder.isNews = false;
			await this.#exclusively(() => this.#review(folder));
		}
		this.#hashNext();
		this.#setup.changed();
	}

	async #exclusively<Value>(task: () => Promise<Value>): Promise<Value> {
		const turn = this.#turn.then(task);
		this.#turn = turn.catch(() => {});
		return turn;
	}

	#rulesFor(folder: SharedFolder) {
		const {stateDir, watched} = this.#setup;
		const others = [...this.#folders.values()].filter(other => other !== folder);
		return {
			most: mostEntries,
			keepOut: [
				...others.map(({dir, look}) => ({path: look?.real ?? dir, why: 'shared by itself'})),
				...watched().map(path => ({path, why: 'watched for torrents'})),
				{path: stateDir, why: 'tortui keeps its own files there'},
			],
		};
	}

	// Reviewing.

	async #review(folder: SharedFolder): Promise<void> {
		if (this.#folders.get(folder.dir) !== folder) return;
		// Nobody has looked yet.
		if (folder.look === undefined && folder.gone === undefined) return;
		const refused = this.#refusal(folder);
		if (refused !== folder.refused) {
			folder.refused = refused;
			if (refused !== undefined)
				this.#tell(folder, 'warn', 'refused', `${folder.dir} is not shared: ${refused}`);
		}
		if (refused !== undefined) return;
		const {look} = folder;
		const {clock} = this.#setup;
		const now = clock.now();
		const seen = new Map((look?.entries ?? []).map(entry => [entry.name, entry]));
		for (const name of folder.refusals.keys())
			if (!seen.has(name) && !folder.isUnclear(name)) folder.refusals.delete(name);
		const torrents = await this.#torrents();
		const ours = new Set<string>();
		for (const other of this.#folders.values())
			for (const entry of other.known.values()) {
				if (entry.state === 'foreign' || entry.state === 'declined') continue;
				ours.add(entry.id);
				if (entry.replaces !== undefined) ours.add(entry.replaces);
			}
		const dirs = new Set([folder.dir, look?.real ?? folder.dir]);
		const others = await torrents.in(dirs, new Set(seen.keys()), ours);
		const around = others.get('');
		const plan = reviewEntries({
			root: look?.root,
			known: folder.known,
			seen,
			isUnclear: name => folder.isUnclear(name),
			has: id => torrents.has(id),
			other: name => others.get(name) ?? around,
			isHandled: (name, look) =>
				folder.isRefused(name, look) ||
				(this.#hashing?.folder === folder &&
					this.#hashing.seen.name === name &&
					this.#hashing.seen.look === look),
			settled: folder.settled,
			now,
			wall: clock.wall(),
		});
		folder.writing(plan.waiting);
		folder.downloading = plan.downloading;
		folder.isWaiting = plan.nextAt !== undefined;
		const nextAt = Math.min(plan.nextAt ?? Infinity, plan.downloading > 0 ? now + wholeTime : Infinity);
		if (nextAt < Infinity) folder.looks.lookAt(nextAt);
		folder.queue = [];
		this.#abortWhatChanged(folder, seen);
		this.#tellOf(folder);
		await this.#settleFolder(folder);
		await this.#act(folder, plan.actions, torrents);
	}

	/** Why a folder cannot be shared at all. */
	#refusal(folder: SharedFolder): string | undefined {
		const real = folder.look?.real;
		if (real === undefined) return undefined;
		const {stateDir} = this.#setup;
		if (real === stateDir || real.startsWith(stateDir + sep)) return 'tortui keeps its own files there';
		for (const other of this.#folders.values()) {
			if (other === folder) return undefined;
			if (other.look?.real === real) return `it is the same folder as ${other.dir}`;
		}
		return undefined;
	}

	/** What is hashed in vain is hashed no further. */
	#abortWhatChanged(folder: SharedFolder, seen: ReadonlyMap<string, SeenEntry>): void {
		const hashing = this.#hashing;
		if (hashing?.folder !== folder) return;
		if (seen.get(hashing.seen.name)?.look !== hashing.seen.look) hashing.abort.abort(stopped);
	}

	/** What is to be known of a folder, once. */
	#tellOf(folder: SharedFolder): void {
		const {dir, look, gone} = folder;
		const held = [...folder.known.values()].filter(({state}) => state === 'shared').length;
		if (gone !== undefined) {
			const paused =
				held === 0 ? '' : held === 1 ? ', its torrent is paused' : `, its ${held} torrents are paused`;
			return this.#tell(folder, 'warn', 'gone', `${dir} is gone (${gone})${paused} until it is back`);
		}
		folder.isNewsOf('gone', undefined);
		if (look === undefined) return;
		folder.remark =
			look.beyond > 0
				? `it holds ${look.entries.length + look.leftOut.length + look.beyond} entries: the first ${mostEntries} are shared; put the others into folders`
				: undefined;
		this.#tell(folder, 'warn', 'remark', folder.remark && `${dir}: ${folder.remark}`);
		for (const {name, why} of look.leftOut.slice(0, 20))
			this.#tell(folder, 'info', `left ${name}`, `${dir}: «${name}» is left out: ${why}`);
		for (const name of folder.waiting.slice(0, 20)) {
			if (this.#setup.clock.now() - folder.writtenSince(name) > patience)
				this.#tell(
					folder,
					'info',
					`waits ${name}`,
					`${dir}: «${name}» is being written still: it is shared when that ends`,
				);
		}
	}

	/** What its torrents get has been chosen anew. */
	async #settleFolder(folder: SharedFolder): Promise<void> {
		const {settings, dir} = folder;
		const before = this.#journal.get(folderKey(dir));
		const {publish, label = '', trackers} = settings;
		const now: ShareRecord = {kind: 'folder', publish, label, trackers};
		if (JSON.stringify(before) === JSON.stringify(now)) return;
		if (before?.kind === 'folder') {
			const news = trackers.filter(url => !before.trackers.includes(url));
			for (const {id, state} of folder.known.values()) {
				if (state !== 'shared') continue;
				if (before.publish !== publish) await this.#try({type: 'torrent.publish', id, on: publish});
				if (before.label !== label) await this.#try({type: 'torrent.label', id, label});
				for (const url of news) await this.#try({type: 'tracker.add', id, url});
			}
		}
		await this.#journal.put([[folderKey(dir), now]]);
	}

	async #act(folder: SharedFolder, actions: readonly EntryAction[], torrents: EngineTorrents): Promise<void> {
		const held: KnownEntry[] = [];
		const released: KnownEntry[] = [];
		// What is here now may be what is gone: its torrent is asked for while there is one.
		const inOrder = [...actions].sort(
			(one, other) => Number(one.type === 'gone') - Number(other.type === 'gone'),
		);
		for (const action of inOrder) {
			if (this.#isStopped || this.#folders.get(folder.dir) !== folder) return;
			switch (action.type) {
				case 'note':
					await this.#note(folder, placed(action.known, action.seen, folder));
					break;
				case 'hold':
					held.push(action.known);
					break;
				case 'release':
					released.push(placed({...action.known, held: false}, action.seen, folder));
					break;
				case 'gone':
					await this.#gone(folder, action.known, torrents);
					break;
				case 'foreign':
					await this.#leaveTo(folder, action.seen, action.id);
					break;
				case 'share':
					await this.#share(folder, action.seen as EntrySight, action.known, torrents);
					break;
				default:
					action satisfies never;
			}
		}
		await this.#hold(folder, held);
		await this.#release(folder, released);
	}

	/** Noted first: whoever takes up what a kill left knows whom to let go on. */
	async #hold(folder: SharedFolder, entries: readonly KnownEntry[]): Promise<void> {
		if (entries.length === 0) return;
		// One that a person has paused is not to go on when the folder is back.
		this.#listed = undefined;
		const torrents = await this.#torrents();
		const running = entries.filter(({id}) => (torrents.get(id)?.state ?? 'paused') !== 'paused');
		if (running.length === 0) return;
		if (folder.gone === undefined)
			this.#say(
				'warn',
				`${folder.dir} is another folder than it was (a disk that is not mounted?): ${running.length} torrents are paused until it is back`,
			);
		await this.#noteAll(
			folder,
			running.map(entry => ({...entry, held: true})),
		);
		for (const {id} of running) await this.#try({type: 'torrent.pause', id});
	}

	async #release(folder: SharedFolder, entries: readonly KnownEntry[]): Promise<void> {
		if (entries.length === 0) return;
		for (const {id} of entries) await this.#try({type: 'torrent.resume', id});
		await this.#noteAll(folder, entries);
		const what = entries.length === 1 ? 'its torrent goes' : `${entries.length} torrents go`;
		this.#say('info', `${folder.dir} is back: ${what} on`);
	}

	async #gone(folder: SharedFolder, entry: KnownEntry, torrents: EngineTorrents): Promise<void> {
		const {name, id} = entry;
		if (folder.known.get(name) !== entry) return;
		folder.settled.forget(name);
		folder.known.delete(name);
		const key = entryKey(folder.dir, name);
		// Somebody has moved it elsewhere by way of the engine: it is theirs.
		const place = torrents.dirOf(id);
		const isElsewhere = place !== undefined && place !== folder.dir && place !== folder.look?.real;
		if (!isOurs(entry) || isElsewhere) return this.#journal.put([[key, undefined]]);
		await this.#depart(folder.dir, entry, torrents);
	}

	/** Takes out the torrent of an entry, which stays known for when it comes back. */
	async #depart(folder: string, entry: KnownEntry, torrents: EngineTorrents): Promise<void> {
		const {name, look, inode, id, size, replaces} = entry;
		if (replaces !== undefined && !this.#isUsed(replaces)) await this.#remove(replaces);
		if (!torrents.has(id) || this.#isUsed(id))
			return this.#journal.put([[entryKey(folder, name), undefined]]);
		if (size >= worthKeeping) {
			const bytes = await this.#export(id);
			if (bytes !== undefined) await this.#kept.save(id, bytes);
		}
		const departed: DepartedEntry = {folder, name, look, inode, id, size, at: this.#setup.clock.wall()};
		await this.#journal.put([
			[entryKey(folder, name), undefined],
			[departedKey(id), {kind: 'departed', departed: {...departed, isLeaving: true}}],
		]);
		this.#remember(departed);
		await this.#remove(id);
		await this.#journal.put([[departedKey(id), {kind: 'departed', departed}]]);
		await this.#forgetDeparted();
	}

	/** What a kill has kept from leaving. */
	async #letLeave(): Promise<void> {
		if (this.#hasLetLeave) return;
		this.#hasLetLeave = true;
		const leaving = [...this.#journal.entries.values()].flatMap(record =>
			record.kind === 'departed' && record.departed.isLeaving ? [record.departed] : [],
		);
		for (const {isLeaving: _, ...departed} of leaving) {
			if (!this.#isUsed(departed.id)) await this.#remove(departed.id);
			await this.#journal.put([[departedKey(departed.id), {kind: 'departed', departed}]]);
		}
	}

	async #forgetDeparted(): Promise<void> {
		const all = [...this.#departedByLook.values()].flatMap(each => [...each.values()]);
		const oldest = this.#setup.clock.wall() - departedTime;
		if (all.length <= mostDeparted && all.every(({at}) => at >= oldest)) return;
		all.sort((one, other) => other.at - one.at);
		const old = all.filter(({at}, index) => index >= mostDeparted * 0.9 || at < oldest);
		for (const {id} of old) await this.#kept.remove(id);
		await this.#recall(old);
	}

	#remember(departed: DepartedEntry): void {
		const alike = this.#departedByLook.get(departed.look) ?? new Map<string, DepartedEntry>();
		alike.set(departed.id, departed);
		this.#departedByLook.set(departed.look, alike);
	}

	/** They are not gone any more, or too long. */
	async #recall(departed: readonly DepartedEntry[]): Promise<void> {
		for (const {id, look} of departed) {
			const alike = this.#departedByLook.get(look);
			alike?.delete(id);
			if (alike?.size === 0) this.#departedByLook.delete(look);
		}
		await this.#journal.put(departed.map(({id}) => [departedKey(id), undefined]));
	}

	/** Somebody else's torrent is what an entry is: it is only told to the catalogues. */
	async #leaveTo(folder: SharedFolder, seen: SeenEntry, id: string): Promise<void> {
		if (folder.settings.publish) await this.#try({type: 'torrent.publish', id, on: true});
		const before = folder.known.get(seen.name);
		const entry: KnownEntry = {
			...sightOf(seen),
			root: folder.look?.root ?? '',
			id,
			state: 'foreign',
			hashedAt: 0,
		};
		folder.known.set(seen.name, entry);
		// Before it is noted: until then it is known that they are ours.
		if (before !== undefined && isOurs(before)) await this.#retire(before, id);
		await this.#note(folder, entry);
	}

	/** The torrents that an entry had go, but for one. */
	async #retire({id, replaces}: KnownEntry, kept: string): Promise<void> {
		for (const each of [id, replaces])
			if (each !== undefined && each !== kept && !this.#isUsed(each)) await this.#remove(each);
	}

	#remove(id: string): Promise<void> {
		return this.#try({type: 'torrent.remove', id, withData: false});
	}

	/** Folders that are shared no more. */
	async #leaveFolders(): Promise<void> {
		for (const dir of this.#left.splice(0)) {
			if (this.#folders.has(dir)) continue;
			const torrents = await this.#torrents();
			for (const record of [...this.#journal.entries.values()]) {
				if (record.kind !== 'entry' || record.folder !== dir) continue;
				const {entry} = record;
				if (isOurs(entry)) await this.#depart(dir, entry, torrents);
				else await this.#journal.put([[entryKey(dir, entry.name), undefined]]);
			}
			await this.#journal.put([[folderKey(dir), undefined]]);
			this.#say('info', `${dir} is shared no more; its files stay`);
		}
	}

	// Sharing.

	/** A torrent of what was hashed before, where there is one; else it waits to be hashed. */
	async #share(
		folder: SharedFolder,
		seen: EntrySight,
		known: KnownEntry | undefined,
		torrents: EngineTorrents,
	): Promise<void> {
		if (await this.#isRenamed(folder, seen, torrents)) return;
		const bytes = await this.#hashedBefore(folder, seen, known, torrents);
		if (bytes === undefined) folder.queue.push(seen);
		else await this.#add(folder, seen, bytes);
	}

	/** Somebody has given it this name by way of the engine, whose torrent of it knows that: it stays. */
	async #isRenamed(folder: SharedFolder, seen: EntrySight, torrents: EngineTorrents): Promise<boolean> {
		const before = this.#byThing().get(thingOf(seen));
		if (before?.folder !== folder || folder.known.has(seen.name)) return false;
		const {entry} = before;
		if (!isMissing(folder, entry.name) || !torrents.has(entry.id)) return false;
		if ((await firstElement(this.#setup.engine, entry.id)) !== seen.name) return false;
		folder.known.delete(entry.name);
		folder.settled.forget(entry.name);
		await this.#note(folder, {...placed(entry, seen, folder), name: seen.name});
		await this.#journal.put([[entryKey(folder.dir, entry.name), undefined]]);
		return true;
	}

	async #hashedBefore(
		folder: SharedFolder,
		seen: EntrySight,
		known: KnownEntry | undefined,
		torrents: EngineTorrents,
	): Promise<Uint8Array | undefined> {
		if (known?.look === seen.look && known.state !== 'foreign') {
			const kept = await this.#kept.load(known.id);
			if (kept !== undefined) return kept;
		}
		const moved = this.#movedHere(folder, seen);
		if (moved === undefined) return undefined;
		const {id, name} = moved;
		const bytes = (torrents.has(id) ? await this.#export(id) : undefined) ?? (await this.#kept.load(id));
		if (bytes === undefined) return undefined;
		try {
			return name === seen.name ? bytes : renameTorrent(bytes, seen.name);
		} catch (error) {
			if (error instanceof ProtocolError) return undefined;
			throw error;
		}
	}

	/** What was somewhere else, or gone, and is this: the same thing on its disk, of the same size and time. */
	#movedHere(folder: SharedFolder, {name, inode, look}: SeenEntry): {id: string; name: string} | undefined {
		const there = this.#byThing().get(thingOf({inode, look}));
		if (there !== undefined && isMissing(there.folder, there.entry.name)) {
			if (there.folder !== folder || there.entry.name !== name) return there.entry;
		}
		for (const departed of this.#departedByLook.get(look)?.values() ?? [])
			if (departed.inode === inode || (departed.name === name && departed.folder === folder.dir))
				return departed;
		return undefined;
	}

	/** The entries that have torrents of ours, by what they are; made anew for every round. */
	#byThing(): ReadonlyMap<string, {readonly folder: SharedFolder; readonly entry: KnownEntry}> {
		if (this.#things !== undefined) return this.#things;
		const things = new Map<string, {folder: SharedFolder; entry: KnownEntry}>();
		for (const folder of this.#folders.values())
			for (const entry of folder.known.values())
				if (entry.state === 'shared') things.set(thingOf(entry), {folder, entry});
		this.#things = things;
		return things;
	}

	#hashNext(): void {
		if (this.#hashing !== undefined || this.#isStopped) return;
		for (const folder of this.#folders.values()) {
			const seen = folder.queue.shift();
			if (seen === undefined) continue;
			const hashing: Hashing = {folder, seen, abort: new AbortController(), done: 0, length: seen.size};
			this.#hashing = hashing;
			this.#hashingDone = this.#hash(hashing).finally(() => {
				this.#hashing = undefined;
				this.#wake();
			});
			return;
		}
	}

	async #hash(hashing: Hashing): Promise<void> {
		const {folder, seen, abort} = hashing;
		const {makeTorrent, looker, changed, clock} = this.#setup;
		const {dir, settings} = folder;
		let skipped = 0;
		try {
			const bytes = await makeTorrent(join(dir, seen.name), {
				size: seen.size,
				exclude: partialPatterns,
				trackers: settings.trackers,
				signal: abort.signal,
				onProgress(done, length) {
					hashing.done = done;
					hashing.length = length;
					changed();
				},
				onSkipped: () => skipped++,
			});
			const again = await looker.look(dir, {...this.#rulesFor(folder), only: seen.name});
			const now = again.entries.find(({name}) => name === seen.name);
			if (abort.signal.aborted) return;
			if (now?.look !== seen.look) return this.#disturbed(folder, seen.name);
			await this.#exclusively(async () => {
				if (abort.signal.aborted || this.#folders.get(dir) !== folder) return;
				const before = folder.known.get(seen.name);
				await this.#add(folder, seen, bytes);
				folder.refusals.delete(seen.name);
				if (before === undefined) return;
				if (clock.wall() - before.hashedAt < restlessTime) folder.settled.disturbed(seen.name, clock.now());
				else folder.settled.calmed(seen.name);
			});
			if (skipped > 0)
				this.#tell(
					folder,
					'info',
					`skips ${seen.name}`,
					`${dir}: ${skipped} in «${seen.name}» cannot be shared: links that lead elsewhere, pipes, devices`,
				);
		} catch (error) {
			if (abort.signal.aborted || isOver(error)) return;
			const isChanged = error instanceof UserError && error.code === 'changed';
			if (isChanged || error instanceof FolderGone) return this.#disturbed(folder, seen.name);
			this.#refuse(folder, seen, error);
		}
	}

	/** It was written to meanwhile: it is waited for longer. */
	#disturbed(folder: SharedFolder, name: string): void {
		const now = this.#setup.clock.now();
		folder.settled.disturbed(name, now);
		folder.looks.lookAt(now);
	}

	#refuse(folder: SharedFolder, {name, look}: SeenEntry, error: unknown): void {
		const {message} = error as Error;
		folder.refuse(name, look, message);
		this.#tell(folder, 'warn', `refuses ${name}`, `${folder.dir}: «${name}» is not shared: ${message}`);
		if (!(error instanceof UserError))
			this.#say('error', `sharing «${name}» failed: ${(error as Error).message}`);
	}

	/** The torrent of an entry: it takes the place of the one before. */
	async #add(folder: SharedFolder, seen: SeenEntry, bytes: Uint8Array): Promise<void> {
		const {engine, clock} = this.#setup;
		const {settings, dir, look} = folder;
		const {infoHash, infoHashV2} = readMetainfoHere(bytes);
		const id = infoHash ?? infoHashV2!;
		const before = folder.known.get(seen.name);
		const torrents = await this.#torrents();
		const present = torrents.dirOf(id);
		const isElsewhere = present !== undefined && present !== dir && present !== look?.real;
		// It is the torrent of another entry, or somebody else has added it meanwhile.
		const isTheirs = present !== undefined && !this.#isKnown(id);
		if (isTheirs || (isElsewhere && !this.#isMovedFrom(id))) return this.#leaveTo(folder, seen, id);
		// Of what was there before that only the last is noted.
		if (before !== undefined && isOurs(before) && before.replaces !== undefined && before.replaces !== id)
			if (!this.#isUsed(before.replaces)) await this.#remove(before.replaces);
		const replaces = before !== undefined && isOurs(before) ? before.id : undefined;
		const entry: KnownEntry = {
			...sightOf(seen),
			root: look?.root ?? before?.root ?? '',
			id,
			state: 'adding',
			replaces: replaces === id ? undefined : replaces,
			hashedAt: clock.wall(),
		};
		if (seen.size >= worthKeepingFirst) await this.#kept.save(id, bytes);
		await this.#note(folder, entry);
		// It has to be looked at anew, in another folder perhaps.
		if (present !== undefined) await this.#remove(id);
		if (entry.replaces !== undefined && !this.#isUsed(entry.replaces)) await this.#remove(entry.replaces);
		await this.#forgetMoved(folder, seen);
		try {
			await engine.send({
				type: 'torrent.add',
				metainfo: bytes,
				options: {
					dir,
					check: 'none',
					seedOnly: true,
					publish: settings.publish,
					trackers: [...settings.trackers],
					...(settings.label !== undefined && {label: settings.label}),
				},
			});
		} catch (error) {
			if (isOver(error) || !(error instanceof UserError)) throw error;
			return this.#refuse(folder, seen, error);
		}
		torrents.added(id, dir);
		await this.#note(folder, {...entry, state: 'shared', replaces: undefined});
		await this.#kept.remove(id);
	}

	/** Whether a torrent is one of ours whose entry is not where it was. */
	#isMovedFrom(id: string): boolean {
		for (const folder of this.#folders.values())
			for (const entry of folder.known.values())
				if (entry.id === id && entry.state === 'shared' && isMissing(folder, entry.name)) return true;
		return false;
	}

	/** Whether a torrent is ours. */
	#isKnown(id: string): boolean {
		for (const folder of this.#folders.values())
			for (const entry of folder.known.values())
				if ((entry.id === id || entry.replaces === id) && isOurs(entry)) return true;
		return false;
	}

	/** Whether a torrent is that of an entry besides. */
	#isUsed(id: string): boolean {
		for (const folder of this.#folders.values())
			for (const entry of folder.known.values()) if (entry.id === id && entry.state === 'shared') return true;
		return false;
	}

	/** What is here now was somewhere else: that is gone, and its torrent. */
	async #forgetMoved(folder: SharedFolder, {name, inode, look}: SeenEntry): Promise<void> {
		const departed = [...(this.#departedByLook.get(look)?.values() ?? [])];
		if (departed.length > 0) await this.#recall(departed.filter(each => each.inode === inode));
		for (const other of this.#folders.values()) {
			for (const entry of other.known.values()) {
				if (entry.inode !== inode || entry.look !== look || entry.state !== 'shared') continue;
				if ((other === folder && entry.name === name) || !isMissing(other, entry.name)) continue;
				other.known.delete(entry.name);
				other.settled.forget(entry.name);
				await this.#journal.put([[entryKey(other.dir, entry.name), undefined]]);
				const isSame = folder.known.get(name)?.id === entry.id;
				if (!isSame && !this.#isUsed(entry.id)) await this.#remove(entry.id);
			}
		}
	}

	// Small things.

	async #torrents(): Promise<EngineTorrents> {
		const {engine, clock} = this.#setup;
		const before = this.#listed;
		if (before !== undefined && clock.now() - before.at < listAge) return before.torrents;
		const listed = {at: clock.now(), torrents: new EngineTorrents(engine, [], this.#roots)};
		this.#listed = listed;
		const {torrents = []} = await engine.send({type: 'session.list'});
		const all = new EngineTorrents(engine, torrents, this.#roots);
		if (this.#listed === listed) this.#listed = {at: listed.at, torrents: all};
		return all;
	}

	async #export(id: string): Promise<Uint8Array | undefined> {
		try {
			const {metainfo} = await this.#setup.engine.send({type: 'torrent.export', id});
			return metainfo === undefined ? undefined : new Uint8Array(Buffer.from(metainfo, 'base64'));
		} catch (error) {
			if (isOver(error)) throw error;
			return undefined;
		}
	}

	/** What the engine refuses, such as what has gone meanwhile, is as good as done. */
	async #try(command: Command): Promise<void> {
		try {
			await this.#setup.engine.send(command);
		} catch (error) {
			if (isOver(error) || !(error instanceof UserError)) throw error;
		}
		if (command.type !== 'torrent.remove') return;
		this.#listed?.torrents.removed(command.id);
		// The same data elsewhere has no torrent now.
		for (const folder of this.#folders.values())
			for (const {id, state} of folder.known.values())
				if (id === command.id && state === 'foreign') folder.isNews = true;
	}

	#note(folder: SharedFolder, entry: KnownEntry): Promise<void> {
		return this.#noteAll(folder, [entry]);
	}

	#noteAll(folder: SharedFolder, entries: readonly KnownEntry[]): Promise<void> {
		for (const entry of entries) folder.known.set(entry.name, entry);
		return this.#journal.put(
			entries.map(entry => [entryKey(folder.dir, entry.name), {kind: 'entry', folder: folder.dir, entry}]),
		);
	}

	/** A sentence about something, unless it was the last that was said about it; undefined: it is over. */
	#tell(folder: SharedFolder, level: 'info' | 'warn', what: string, text: string | undefined): void {
		if (folder.isNewsOf(what, text) && text !== undefined) this.#say(level, text);
	}

	#say(level: 'info' | 'warn' | 'error', text: string): void {
		this.#setup.engine.send({type: 'session.log', level, text}).catch(() => {});
	}

	#tellUnwatched(code: string): void {
		if (this.#saidLimit || !isWatchLimit(code)) return;
		this.#saidLimit = true;
		this.#say(
			'warn',
			`the system tells of no more folders (${code}; fs.inotify.max_user_watches says how many): shared folders are looked at every 30 s`,
		);
	}
}

/** The engine is ending: everything is as good as it was left. */
function isOver(error: unknown): boolean {
	return error instanceof UserError && (error.code === 'stopping' || error.code === 'engine-lost');
}

/** Whether the torrent of an entry was added by us, or was about to be. */
function isOurs({state}: KnownEntry): boolean {
	return state === 'shared' || state === 'adding';
}

/** The same text for one thing on a disk, as long as it is as it was. */
function thingOf({inode, look}: Pick<KnownEntry, 'inode' | 'look'>): string {
	return `${inode} ${look}`;
}

/** Whether an entry is not where it was; not when nobody can say. */
function isMissing(folder: SharedFolder, name: string): boolean {
	return !folder.names.has(name) && !folder.isUnclear(name);
}

function sightOf({name, look, inode, size}: SeenEntry): Pick<KnownEntry, 'name' | 'look' | 'inode' | 'size'> {
	return {name, look, inode, size};
}

/** An entry that is what it was, where it is now. */
function placed(entry: KnownEntry, {inode}: SeenEntry, folder: SharedFolder): KnownEntry {
	return {...entry, inode, root: folder.look?.root ?? entry.root};
}

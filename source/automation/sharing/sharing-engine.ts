import type {Command} from '../../api/command.js';
import type {EngineClient} from '../../api/engine-client.js';
import type {TorrentView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {settleTime} from '../../policy/sharing/settled-entries.js';
import {isEngineOver} from '../engine-over.js';
import {EngineTorrents, firstElement} from './engine-torrents.js';
import type {FolderSet} from './folder-set.js';

/** What the engine has was asked for after whatever is settled was written last: what it does there is known. */
const listAge: Millis = settleTime;

/** The engine as those who share folders speak to it. */
export class SharingEngine {
	readonly #engine: EngineClient;
	readonly #clock: Clock;
	readonly #folders: FolderSet;
	readonly #roots = new Map<string, Promise<string | undefined>>();
	/** By id, torrents whose data is being deleted. */
	readonly #leaving = new Map<string, TorrentView>();
	#listed: {readonly at: Millis; readonly torrents: EngineTorrents} | undefined;

	constructor(engine: EngineClient, clock: Clock, folders: FolderSet) {
		this.#engine = engine;
		this.#clock = clock;
		this.#folders = folders;
	}

	/** What it has, a few seconds old at the most. */
	async torrents(): Promise<EngineTorrents> {
		const before = this.#listed;
		const at = this.#clock.now();
		if (before !== undefined && at - before.at < listAge) return before.torrents;
		const listed = {at, torrents: new EngineTorrents(this.#engine, [], this.#roots, this.#leaving)};
		this.#listed = listed;
		const {torrents = []} = await this.#engine.send({type: 'session.list'});
		const all = new EngineTorrents(this.#engine, torrents, this.#roots, this.#leaving);
		if (this.#listed === listed) this.#listed = {at, torrents: all};
		return all;
	}

	/** Somebody has changed what it has. */
	changed(): void {
		this.#listed = undefined;
	}

	/** A torrent goes together with its data: until `task` is over what is left of that is somebody's. */
	async whileDeleted<Value>(id: string, task: () => Promise<Value>): Promise<Value> {
		// Of what was added since it was asked last it has not said anything.
		this.changed();
		const torrents = await this.torrents();
		const view = torrents.get(id);
		if (view === undefined) return task();
		await torrents.learnRoot(view);
		this.#leaving.set(id, view);
		try {
			return await task();
		} finally {
			this.#leaving.delete(id);
			this.changed();
		}
	}

	/** What the file, or the folder, of a torrent is called there; undefined when nobody knows. */
	firstElement(id: string): Promise<string | undefined> {
		return firstElement(this.#engine, id);
	}

	/** The .torrent of one that it has; undefined when it gives none. */
	async export(id: string): Promise<Uint8Array | undefined> {
		try {
			const {metainfo} = await this.#engine.send({type: 'torrent.export', id});
			return metainfo === undefined ? undefined : new Uint8Array(Buffer.from(metainfo, 'base64'));
		} catch (error) {
			if (isEngineOver(error)) throw error;
			return undefined;
		}
	}

	/** Rejects with a `UserError` when it refuses. */
	async add(command: Extract<Command, {readonly type: 'torrent.add'}>): Promise<void> {
		await this.#engine.send(command);
	}

	/** What the engine refuses, such as what has gone meanwhile, is as good as done. */
	async try(command: Command): Promise<void> {
		try {
			await this.#engine.send(command);
		} catch (error) {
			if (isEngineOver(error) || !(error instanceof UserError)) throw error;
		}
	}

	/** Takes a torrent out; its data stays. */
	async remove(id: string): Promise<void> {
		await this.try({type: 'torrent.remove', id, withData: false});
		this.#listed?.torrents.removed(id);
		// The same data elsewhere has no torrent now.
		for (const folder of this.#folders.all)
			for (const entry of folder.known.values())
				if (entry.id === id && entry.state === 'foreign') folder.isNews = true;
	}

	/** Takes a torrent out unless it is that of an entry. */
	async removeUnused(id: string): Promise<void> {
		if (!this.#folders.isUsed(id)) await this.remove(id);
	}
}

import type {Command} from '../../api/command.js';
import type {EngineClient} from '../../api/engine-client.js';
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
		const listed = {at, torrents: new EngineTorrents(this.#engine, [], this.#roots)};
		this.#listed = listed;
		const {torrents = []} = await this.#engine.send({type: 'session.list'});
		const all = new EngineTorrents(this.#engine, torrents, this.#roots);
		if (this.#listed === listed) this.#listed = {at, torrents: all};
		return all;
	}

	/** Somebody has changed what it has. */
	changed(): void {
		this.#listed = undefined;
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

import type {Bytes} from '../../base/units.js';
import type {DepartedEntry} from '../../policy/sharing/departed-entries.js';
import {isOurs, type KnownEntry} from '../../policy/sharing/known-entry.js';
import type {EngineTorrents} from './engine-torrents.js';
import type {SharedFolder} from './shared-folder.js';
import type {SharingParts} from './sharing-parts.js';

/** What is smaller is hashed again sooner than anybody notices. */
const worthKeeping: Bytes = 1_048_576;

/** Takes out the torrents of what is gone, and keeps what it takes to know it again. */
export class EntryDeparture {
	readonly #parts: SharingParts;
	#hasLetLeave = false;

	constructor(parts: SharingParts) {
		this.#parts = parts;
	}

	/** An entry is not in its folder any more. */
	async gone(folder: SharedFolder, entry: KnownEntry, torrents: EngineTorrents): Promise<void> {
		const {name, id} = entry;
		if (folder.known.get(name) !== entry) return;
		folder.settled.forget(name);
		folder.known.delete(name);
		// Somebody has moved it elsewhere by way of the engine: it is theirs.
		const place = torrents.dirOf(id);
		const isElsewhere = place !== undefined && place !== folder.dir && place !== folder.look?.real;
		if (!isOurs(entry) || isElsewhere) return this.#parts.journal.forget(folder.dir, name);
		await this.#depart(folder.dir, entry, torrents);
	}

	/** A folder is shared no more. */
	async leaveFolder(dir: string): Promise<void> {
		const {engine, journal, log} = this.#parts;
		const torrents = await engine.torrents();
		for (const {folder, entry} of journal.entries) {
			if (folder !== dir) continue;
			if (isOurs(entry)) await this.#depart(dir, entry, torrents);
			else await journal.forget(dir, entry.name);
		}
		await journal.forgetFolder(dir);
		log.say('info', `${dir} is shared no more; its files stay`);
	}

	/** The torrent goes, the entry stays known for when it comes back. */
	async #depart(folder: string, entry: KnownEntry, torrents: EngineTorrents): Promise<void> {
		const {clock, engine, folders, journal, kept} = this.#parts;
		const {name, look, inode, id, size, replaces} = entry;
		if (replaces !== undefined) await engine.removeUnused(replaces);
		if (!torrents.has(id) || folders.isUsed(id)) return journal.forget(folder, name);
		if (size >= worthKeeping) {
			const bytes = await engine.export(id);
			if (bytes !== undefined) await kept.save(id, bytes);
		}
		const departed: DepartedEntry = {folder, name, look, inode, id, size, at: clock.wall()};
		await journal.leaves(departed);
		await engine.remove(id);
		await journal.left(departed);
		await this.#forgetOld();
	}

	/** What a kill has kept from leaving leaves; once. */
	async letLeave(): Promise<void> {
		if (this.#hasLetLeave) return;
		this.#hasLetLeave = true;
		const {engine, journal} = this.#parts;
		for (const {isLeaving: _, ...departed} of journal.leaving) {
			await engine.removeUnused(departed.id);
			await journal.left(departed);
		}
	}

	async #forgetOld(): Promise<void> {
		const {clock, journal, kept} = this.#parts;
		const old = journal.departed.old(clock.wall());
		if (old.length === 0) return;
		for (const {id} of old) await kept.remove(id);
		await journal.recall(old);
	}
}

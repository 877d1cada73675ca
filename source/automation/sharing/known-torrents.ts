import {ProtocolError} from '../../base/errors.js';
import {type KnownEntry, placed, type SeenEntry} from '../../policy/sharing/known-entry.js';
import {renameTorrent} from '../../protocol/metainfo/rename-info.js';
import type {EngineTorrents} from './engine-torrents.js';
import type {SharedFolder} from './shared-folder.js';
import type {SharingParts} from './sharing-parts.js';

/** Finds the torrents of what was hashed before and is at another place now, or back: nothing is hashed twice. */
export class KnownTorrents {
	readonly #parts: SharingParts;

	constructor(parts: SharingParts) {
		this.#parts = parts;
	}

	/** Somebody has given it this name by way of the engine, whose torrent of it knows that: it stays. */
	async isRenamed(folder: SharedFolder, seen: SeenEntry, torrents: EngineTorrents): Promise<boolean> {
		const {engine, folders, journal} = this.#parts;
		const before = folders.byThing(seen);
		if (before?.folder !== folder || folder.known.has(seen.name)) return false;
		const {entry} = before;
		if (!folder.isMissing(entry.name) || !torrents.has(entry.id)) return false;
		if ((await engine.firstElement(entry.id)) !== seen.name) return false;
		folder.known.delete(entry.name);
		folder.settled.forget(entry.name);
		await journal.note(folder, {...placed(entry, seen, folder.look?.root), name: seen.name});
		await journal.forget(folder.dir, entry.name);
		return true;
	}

	/** The .torrent of an entry; undefined when it has to be hashed. */
	async find(
		folder: SharedFolder,
		seen: SeenEntry,
		known: KnownEntry | undefined,
		torrents: EngineTorrents,
	): Promise<Uint8Array | undefined> {
		const {engine, kept} = this.#parts;
		if (known?.look === seen.look && known.state !== 'foreign') {
			const bytes = await kept.load(known.id);
			if (bytes !== undefined) return bytes;
		}
		const moved = this.#movedHere(folder, seen);
		if (moved === undefined) return undefined;
		const {id, name} = moved;
		const bytes = (torrents.has(id) ? await engine.export(id) : undefined) ?? (await kept.load(id));
		if (bytes === undefined) return undefined;
		try {
			return name === seen.name ? bytes : renameTorrent(bytes, seen.name);
		} catch (error) {
			if (error instanceof ProtocolError) return undefined;
			throw error;
		}
	}

	/** What was somewhere else, or gone, and is this: the same thing on its disk, of the same size and time. */
	#movedHere(folder: SharedFolder, seen: SeenEntry): {id: string; name: string} | undefined {
		const {folders, journal} = this.#parts;
		const there = folders.byThing(seen);
		if (there?.folder.isMissing(there.entry.name))
			if (there.folder !== folder || there.entry.name !== seen.name) return there.entry;
		return journal.departed.find(folder.dir, seen);
	}

	/** What is here now was somewhere else: that is gone, and its torrent. */
	async forgetMoved(folder: SharedFolder, seen: SeenEntry): Promise<void> {
		const {engine, folders, journal} = this.#parts;
		const {name, inode, look} = seen;
		const departed = journal.departed.alike(seen);
		if (departed.length > 0) await journal.recall(departed);
		for (const other of folders.all) {
			for (const entry of other.known.values()) {
				if (entry.inode !== inode || entry.look !== look || entry.state !== 'shared') continue;
				if ((other === folder && entry.name === name) || !other.isMissing(entry.name)) continue;
				other.known.delete(entry.name);
				other.settled.forget(entry.name);
				await journal.forget(other.dir, entry.name);
				if (folder.known.get(name)?.id !== entry.id) await engine.removeUnused(entry.id);
			}
		}
	}
}

import {UserError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';
import {readMetainfoHere} from '../../io/metainfo/read-metainfo.js';
import {isOurs, type KnownEntry, type SeenEntry} from '../../policy/sharing/known-entry.js';
import {isEngineOver} from '../engine-over.js';
import type {EngineTorrents} from './engine-torrents.js';
import type {KnownTorrents} from './known-torrents.js';
import type {SharedFolder} from './shared-folder.js';
import type {SharingParts} from './sharing-parts.js';

/** What is smaller is hashed again when the program ends at the one moment between its being hashed and added. */
const worthKeepingFirst: Bytes = 16_777_216;

/** Gives entries their torrents: ours, or somebody else's that is the same. */
export class EntryTorrent {
	readonly #parts: SharingParts;
	readonly #known: KnownTorrents;

	constructor(parts: SharingParts, known: KnownTorrents) {
		this.#parts = parts;
		this.#known = known;
	}

	/** The torrent of an entry: it takes the place of the one before. */
	async add(folder: SharedFolder, seen: SeenEntry, bytes: Uint8Array): Promise<void> {
		const {engine, journal, kept} = this.#parts;
		const {infoHash, infoHashV2} = readMetainfoHere(bytes);
		const id = infoHash ?? infoHashV2!;
		const torrents = await engine.torrents();
		if (this.#isTheirs(folder, id, torrents)) return this.leaveTo(folder, seen, id);
		const entry = await this.#adding(folder, seen, id);
		if (seen.size >= worthKeepingFirst) await kept.save(id, bytes);
		await journal.note(folder, entry);
		// It has to be looked at anew, in another folder perhaps.
		if (torrents.dirOf(id) !== undefined) await engine.remove(id);
		if (entry.replaces !== undefined) await engine.removeUnused(entry.replaces);
		await this.#known.forgetMoved(folder, seen);
		try {
			await this.#send(folder, bytes);
		} catch (error) {
			if (isEngineOver(error) || !(error instanceof UserError)) throw error;
			return folder.refuse(seen, error);
		}
		torrents.added(id, folder.dir);
		await journal.note(folder, {...entry, state: 'shared', replaces: undefined});
		await kept.remove(id);
	}

	/** Whether it is the torrent of another entry, or somebody else has added it meanwhile. */
	#isTheirs({dir, look}: SharedFolder, id: string, torrents: EngineTorrents): boolean {
		const {folders} = this.#parts;
		const present = torrents.dirOf(id);
		if (present === undefined) return false;
		const isElsewhere = present !== dir && present !== look?.real;
		return !folders.isKnown(id) || (isElsewhere && !folders.isMovedFrom(id));
	}

	/** What is noted before anything is done; of what was there before that only the last is noted. */
	async #adding(folder: SharedFolder, seen: SeenEntry, id: string): Promise<KnownEntry> {
		const {clock, engine} = this.#parts;
		const known = folder.known.get(seen.name);
		const before = known !== undefined && isOurs(known) ? known : undefined;
		if (before?.replaces !== undefined && before.replaces !== id) await engine.removeUnused(before.replaces);
		return {
			...sightOf(seen),
			root: folder.look?.root ?? known?.root ?? '',
			id,
			state: 'adding',
			replaces: before?.id === id ? undefined : before?.id,
			hashedAt: clock.wall(),
		};
	}

	#send({settings, dir}: SharedFolder, metainfo: Uint8Array): Promise<void> {
		const {publish, trackers, label} = settings;
		return this.#parts.engine.add({
			type: 'torrent.add',
			metainfo,
			options: {
				dir,
				check: 'none',
				seedOnly: true,
				publish,
				trackers: [...trackers],
				...(label !== undefined && {label}),
			},
		});
	}

	/** Somebody else's torrent is what an entry is: it is only told to the catalogues. */
	async leaveTo(folder: SharedFolder, seen: SeenEntry, id: string): Promise<void> {
		const {engine, journal} = this.#parts;
		if (folder.settings.publish) await engine.try({type: 'torrent.publish', id, on: true});
		const before = folder.known.get(seen.name);
		const root = folder.look?.root ?? '';
		const entry: KnownEntry = {...sightOf(seen), root, id, state: 'foreign', hashedAt: 0};
		folder.known.set(seen.name, entry);
		// Before it is noted: until then it is known that they are ours.
		if (before !== undefined && isOurs(before))
			for (const each of [before.id, before.replaces])
				if (each !== undefined && each !== id) await engine.removeUnused(each);
		await journal.note(folder, entry);
	}
}

function sightOf({name, look, inode, size}: SeenEntry): Pick<KnownEntry, 'name' | 'look' | 'inode' | 'size'> {
	return {name, look, inode, size};
}

import type {Millis} from '../../base/units.js';
import {crowdRemark, folderRemarks} from '../../policy/sharing/folder-remarks.js';
import {type KnownEntry, placed, type SeenEntry} from '../../policy/sharing/known-entry.js';
import {type EntriesPlan, type EntryAction, reviewEntries} from '../../policy/sharing/review-entries.js';
import type {EntrySight} from '../look/folder-look.js';
import type {EngineTorrents} from './engine-torrents.js';
import type {EntryDeparture} from './entry-departure.js';
import type {EntryHashing} from './entry-hashing.js';
import type {EntryTorrent} from './entry-torrent.js';
import {holdEntries, releaseEntries} from './folder-hold.js';
import {giveSettings} from './give-settings.js';
import type {KnownTorrents} from './known-torrents.js';
import {mostEntries, type SharedFolder} from './shared-folder.js';
import type {SharingParts} from './sharing-parts.js';

/** What is being written for so long is told of. */
const patience: Millis = 600_000;
/** Whether somebody else's torrent is whole now is asked so often. */
const wholeTime: Millis = 10_000;

/** Those who do what a review comes to. */
export interface ReviewHands {
	readonly known: KnownTorrents;
	readonly torrent: EntryTorrent;
	readonly departure: EntryDeparture;
	readonly hashing: EntryHashing;
}

/** Finds out what is to be done for the entries of a folder, and has it done; what has to be hashed waits in its queue. */
export class FolderReview {
	readonly #parts: SharingParts;
	readonly #hands: ReviewHands;
	readonly #isStopped: () => boolean;

	constructor(parts: SharingParts, hands: ReviewHands, isStopped: () => boolean) {
		this.#parts = parts;
		this.#hands = hands;
		this.#isStopped = isStopped;
	}

	async review(folder: SharedFolder): Promise<void> {
		// Nobody has looked yet, say.
		if (!this.#parts.folders.has(folder) || (folder.look === undefined && folder.gone === undefined)) return;
		if (this.#isRefused(folder)) return;
		const seen = new Map((folder.look?.entries ?? []).map(entry => [entry.name, entry]));
		folder.forgetRefusals();
		// Before the engine is asked: what has settled by now was written last before the engine said what it has.
		const now = this.#parts.clock.now();
		const torrents = await this.#parts.engine.torrents();
		const plan = await this.#plan(folder, seen, torrents, now);
		this.#await(folder, plan);
		folder.queue = [];
		this.#hands.hashing.abortWhatChanged(folder, seen);
		this.#remark(folder);
		await giveSettings(this.#parts, folder);
		await this.#act(folder, plan.actions, torrents);
	}

	#isRefused(folder: SharedFolder): boolean {
		const refused = this.#parts.folders.refusal(folder);
		if (refused !== folder.refused) {
			folder.refused = refused;
			if (refused !== undefined) folder.tell('warn', 'refused', `${folder.dir} is not shared: ${refused}`);
		}
		return refused !== undefined;
	}

	async #plan(
		folder: SharedFolder,
		seen: ReadonlyMap<string, SeenEntry>,
		torrents: EngineTorrents,
		now: Millis,
	): Promise<EntriesPlan> {
		const {clock, folders} = this.#parts;
		const dirs = new Set([folder.dir, folder.look?.real ?? folder.dir]);
		const root = folder.look?.root;
		const others = await torrents.in(dirs, new Set(seen.keys()), folders.ours);
		const around = others.get('');
		return reviewEntries({
			root,
			known: folder.known,
			seen,
			isUnclear: name => folder.isUnclear(name),
			has: id => torrents.has(id),
			other: name => others.get(name) ?? around,
			isHandled: (name, look) =>
				folder.isRefused(name, look) || this.#hands.hashing.isHashed(folder, name, look),
			settled: folder.settled,
			now,
			wall: clock.wall(),
		});
	}

	/** When to look again, at the latest. */
	#await(folder: SharedFolder, {waiting, downloading, nextAt = Infinity}: EntriesPlan): void {
		folder.writing(waiting);
		folder.downloading = downloading;
		folder.isWaiting = nextAt < Infinity;
		const wholeAt = downloading > 0 ? this.#parts.clock.now() + wholeTime : Infinity;
		const at = Math.min(nextAt, wholeAt);
		if (at < Infinity) folder.looks.lookAt(at);
	}

	/** What is to be known of a folder, once. */
	#remark(folder: SharedFolder): void {
		const {dir, look, gone} = folder;
		const now = this.#parts.clock.now();
		if (gone === undefined && look !== undefined) {
			const {entries, leftOut, beyond} = look;
			const all = entries.length + leftOut.length + beyond;
			folder.remark = crowdRemark(all, beyond, mostEntries);
		}
		const remarks = folderRemarks({
			dir,
			gone,
			held: [...folder.known.values()].filter(({state}) => state === 'shared').length,
			leftOut: look?.leftOut,
			remark: folder.remark,
			slow: folder.waiting.filter(name => now - folder.writtenSince(name) > patience),
		});
		for (const {level, about, text} of remarks) folder.tell(level, about, text);
	}

	async #act(folder: SharedFolder, actions: readonly EntryAction[], torrents: EngineTorrents): Promise<void> {
		const held: KnownEntry[] = [];
		const released: KnownEntry[] = [];
		const {folders, journal} = this.#parts;
		const {departure, torrent} = this.#hands;
		const root = folder.look?.root;
		// What is here now may be what is gone: its torrent is asked for while there is one.
		const inOrder = [...actions].sort(
			(one, other) => Number(one.type === 'gone') - Number(other.type === 'gone'),
		);
		for (const action of inOrder) {
			if (this.#isStopped() || !folders.has(folder)) return;
			switch (action.type) {
				case 'note':
					await journal.note(folder, placed(action.known, action.seen, root));
					break;
				case 'hold':
					held.push(action.known);
					break;
				case 'release':
					released.push(placed({...action.known, held: false}, action.seen, root));
					break;
				case 'gone':
					await departure.gone(folder, action.known, torrents);
					break;
				case 'foreign':
					await torrent.leaveTo(folder, action.seen, action.id);
					break;
				case 'share':
					await this.#share(folder, action.seen as EntrySight, action.known, torrents);
					break;
				default:
					action satisfies never;
			}
		}
		await holdEntries(this.#parts, folder, held);
		await releaseEntries(this.#parts, folder, released);
	}

	/** A torrent of what was hashed before, where there is one; else it waits to be hashed. */
	async #share(
		folder: SharedFolder,
		seen: EntrySight,
		entry: KnownEntry | undefined,
		torrents: EngineTorrents,
	): Promise<void> {
		const {known, torrent} = this.#hands;
		if (await known.isRenamed(folder, seen, torrents)) return;
		const bytes = await known.find(folder, seen, entry, torrents);
		if (bytes === undefined) folder.queue.push(seen);
		else await torrent.add(folder, seen, bytes);
	}
}

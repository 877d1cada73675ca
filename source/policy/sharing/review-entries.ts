import type {Millis} from '../../base/units.js';
import {isOurs, type KnownEntry, type SeenEntry} from './known-entry.js';
import type {SettledEntries} from './settled-entries.js';

/** Something was written so short a while ago to what is not whole yet: its folder is not either. */
const partialTime: Millis = 600_000;

/** Somebody else's torrent whose data is where an entry is. */
export interface OtherTorrent {
	readonly id: string;
	/** All of it is there; it is on its way, there or away; or some of it is not wanted. */
	readonly state: 'whole' | 'downloading' | 'partial';
	/** It is the entry, not something in it or around it. */
	readonly exact: boolean;
}

/** The facts. */
export interface EntriesReview {
	/** Undefined when the folder is gone. */
	readonly root: string | undefined;
	readonly known: ReadonlyMap<string, KnownEntry>;
	readonly seen: ReadonlyMap<string, SeenEntry>;
	/** Whether nothing is known of an entry: it could not be looked at. */
	isUnclear(name: string): boolean;
	/** Whether the engine has a torrent. */
	has(id: string): boolean;
	other(name: string): OtherTorrent | undefined;
	/** Whether something that looks so is hashed now, or cannot be and is to be left alone for a while. */
	isHandled(name: string, look: string): boolean;
	readonly settled: SettledEntries;
	readonly now: Millis;
	/** Milliseconds since 1970. */
	readonly wall: Millis;
}

/** What is to be done for one entry. */
export type EntryAction =
	/** It is what it was, in a folder that has another number. */
	| {readonly type: 'note'; readonly known: KnownEntry; readonly seen: SeenEntry}
	/** Its folder is gone: its torrent is to wait. */
	| {readonly type: 'hold'; readonly known: KnownEntry}
	/** It is back. */
	| {readonly type: 'release'; readonly known: KnownEntry; readonly seen: SeenEntry}
	/** It is gone for good. */
	| {readonly type: 'gone'; readonly known: KnownEntry}
	/** It is somebody else's torrent, and whole. */
	| {readonly type: 'foreign'; readonly seen: SeenEntry; readonly id: string}
	/** A torrent is to be made of it; of what it was before there is one. */
	| {readonly type: 'share'; readonly seen: SeenEntry; readonly known: KnownEntry | undefined};

/** What a review comes to. */
export interface EntriesPlan {
	readonly actions: readonly EntryAction[];
	/** When something that is being written may be whole; undefined when nothing is waited for. */
	readonly nextAt: Millis | undefined;
	/** Entries that are being written. */
	readonly waiting: readonly string[];
	/** Entries that wait for a torrent of somebody else's, which tells nobody when it is whole. */
	readonly downloading: number;
}

/** Says what is to be done for the entries of a shared folder, in the order of their names. */
export function reviewEntries(review: EntriesReview): EntriesPlan {
	const {root, known, seen, settled, now} = review;
	const actions: EntryAction[] = [];
	const waiting: string[] = [];
	let nextAt: Millis | undefined;
	let downloading = 0;
	const waitUntil = (at: Millis): void => {
		nextAt = nextAt === undefined ? at : Math.min(nextAt, at);
	};
	const here = rootsHere(review);
	for (const entry of known.values()) {
		if (seen.has(entry.name) || review.isUnclear(entry.name)) continue;
		if (root === undefined || !here.has(entry.root)) {
			if (entry.state === 'shared' && !entry.held) actions.push({type: 'hold', known: entry});
			continue;
		}
		const at = settled.see(entry.name, 'gone', now);
		if (at > now) waitUntil(at);
		else actions.push({type: 'gone', known: entry});
	}
	for (const entry of seen.values()) {
		const before = known.get(entry.name);
		const other = review.other(entry.name);
		if (other !== undefined && other.state === 'downloading') {
			downloading++;
			// However it looked meanwhile, it has to rest when that is over.
			settled.see(entry.name, 'on its way', now);
			continue;
		}
		if (other?.exact && (before === undefined || !isOurs(before))) {
			if (before?.id !== other.id || before.state !== 'foreign')
				actions.push({type: 'foreign', seen: entry, id: other.id});
			continue;
		}
		const isTheirs = before?.state === 'foreign' && before.look === entry.look && review.has(before.id);
		if (isTheirs) continue;
		const isSame = before !== undefined && before.state !== 'foreign' && before.look === entry.look;
		if (isSame && (before.state === 'declined' || (before.state === 'shared' && review.has(before.id)))) {
			if (before.held) actions.push({type: 'release', known: before, seen: entry});
			else if (before.root !== root || before.inode !== entry.inode)
				actions.push({type: 'note', known: before, seen: entry});
			settled.see(entry.name, entry.look, now);
			continue;
		}
		if (review.isHandled(entry.name, entry.look)) continue;
		if (isSame) {
			actions.push({type: 'share', seen: entry, known: before});
			continue;
		}
		const settledAt = settled.see(entry.name, entry.look, now);
		if (entry.size === 0) {
			// A folder that was emptied; another one at its place may be where a disk is not mounted.
			if (before === undefined || before.inode !== entry.inode) continue;
			if (settledAt > now) waitUntil(settledAt);
			else actions.push({type: 'gone', known: before});
			continue;
		}
		const partialFor = entry.partialAt === undefined ? 0 : entry.partialAt + partialTime - review.wall;
		const at = Math.max(settledAt, partialFor > 0 ? now + Math.min(partialFor, partialTime) : 0);
		if (at > now) {
			waiting.push(entry.name);
			waitUntil(at);
		} else actions.push({type: 'share', seen: entry, known: before});
	}
	return {actions, nextAt, waiting, downloading};
}

/** Which of the folders that the entries were in is there: one whose entries are seen may only have got another number. */
function rootsHere({root, known, seen}: EntriesReview): ReadonlySet<string> {
	const here = new Set(root === undefined ? [] : [root]);
	for (const entry of known.values()) if (seen.get(entry.name)?.look === entry.look) here.add(entry.root);
	return here;
}

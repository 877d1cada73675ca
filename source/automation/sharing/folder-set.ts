import {sep} from 'node:path';
import {isOurs, type KnownEntry, thingOf} from '../../policy/sharing/known-entry.js';
import type {LookRules} from '../look/folder-look.js';
import {mostEntries, type SharedFolder} from './shared-folder.js';

/** An entry, and where it is known. */
export interface PlacedEntry {
	readonly folder: SharedFolder;
	readonly entry: KnownEntry;
}

/** The folders that are shared, and what is known of the entries of all of them together. */
export class FolderSet {
	readonly #folders = new Map<string, SharedFolder>();
	readonly #stateDir: string;
	readonly #watched: () => readonly string[];
	#things: ReadonlyMap<string, PlacedEntry> | undefined;

	/**
	 * @param stateDir absolute; nothing of it is shared
	 * @param watched folders that are somebody else's to look after, without links
	 */
	constructor(stateDir: string, watched: () => readonly string[]) {
		this.#stateDir = stateDir;
		this.#watched = watched;
	}

	get all(): SharedFolder[] {
		return [...this.#folders.values()];
	}

	get(dir: string): SharedFolder | undefined {
		return this.#folders.get(dir);
	}

	add(folder: SharedFolder): void {
		this.#folders.set(folder.dir, folder);
	}

	remove({dir}: SharedFolder): void {
		this.#folders.delete(dir);
	}

	/** Whether it is shared still. */
	has(folder: SharedFolder): boolean {
		return this.#folders.get(folder.dir) === folder;
	}

	/** How a folder is looked at: what is somebody else's is left out. */
	rulesFor(folder: SharedFolder): LookRules {
		const others = this.all.filter(other => other !== folder);
		return {
			most: mostEntries,
			keepOut: [
				...others.map(({dir, look}) => ({path: look?.real ?? dir, why: 'shared by itself'})),
				...this.#watched().map(path => ({path, why: 'watched for torrents'})),
				{path: this.#stateDir, why: 'tortui keeps its own files there'},
			],
		};
	}

	/** Why a folder cannot be shared at all. */
	refusal(folder: SharedFolder): string | undefined {
		const real = folder.look?.real;
		if (real === undefined) return undefined;
		const stateDir = this.#stateDir;
		if (real === stateDir || real.startsWith(stateDir + sep)) return 'tortui keeps its own files there';
		for (const other of this.#folders.values()) {
			if (other === folder) return undefined;
			if (other.look?.real === real) return `it is the same folder as ${other.dir}`;
		}
		return undefined;
	}

	*#entries(): Iterable<PlacedEntry> {
		for (const folder of this.#folders.values())
			for (const entry of folder.known.values()) yield {folder, entry};
	}

	/** The torrents that are not somebody else's. */
	get ours(): ReadonlySet<string> {
		const ours = new Set<string>();
		for (const {entry} of this.#entries()) {
			if (!isOurs(entry)) continue;
			ours.add(entry.id);
			if (entry.replaces !== undefined) ours.add(entry.replaces);
		}
		return ours;
	}

	/** Whether a torrent is ours. */
	isKnown(id: string): boolean {
		for (const {entry} of this.#entries())
			if ((entry.id === id || entry.replaces === id) && isOurs(entry)) return true;
		return false;
	}

	/** Whether a torrent is that of an entry. */
	isUsed(id: string): boolean {
		for (const {entry} of this.#entries()) if (entry.id === id && entry.state === 'shared') return true;
		return false;
	}

	/** Whether a torrent is one of ours whose entry is not where it was. */
	isMovedFrom(id: string): boolean {
		for (const {folder, entry} of this.#entries())
			if (entry.id === id && entry.state === 'shared' && folder.isMissing(entry.name)) return true;
		return false;
	}

	/** The entry with a torrent of ours that is a thing on a disk, as long as that is as it was. */
	byThing(thing: Pick<KnownEntry, 'inode' | 'look'>): PlacedEntry | undefined {
		if (this.#things === undefined) {
			const things = new Map<string, PlacedEntry>();
			for (const placed of this.#entries())
				if (placed.entry.state === 'shared') things.set(thingOf(placed.entry), placed);
			this.#things = things;
		}
		return this.#things.get(thingOf(thing));
	}

	/** What entries are things is found out anew: once for a round, whatever is done in it. */
	forgetThings(): void {
		this.#things = undefined;
	}
}

import {join} from 'node:path';
import {DepartedEntries, type DepartedEntry} from '../../policy/sharing/departed-entries.js';
import type {KnownEntry} from '../../policy/sharing/known-entry.js';
import {Journal} from '../journal.js';
import {
	asShareRecord,
	departedKey,
	entryKey,
	folderKey,
	type GivenSettings,
	type ShareRecord,
} from './share-records.js';
import type {SharedFolder} from './shared-folder.js';

/** What is known of shared folders over restarts: their entries, what is gone of them, what their torrents were given. */
export class ShareJournal {
	/** What is gone and would be known if it came back. */
	readonly departed = new DepartedEntries();
	readonly #journal: Journal<ShareRecord>;

	/** @param failed told, once, why nothing more is kept */
	constructor(stateDir: string, failed: (why: string) => void) {
		this.#journal = new Journal(join(stateDir, 'shared-entries'), asShareRecord, failed);
	}

	/** Takes up what an earlier run knew. */
	async open(): Promise<void> {
		await this.#journal.open();
		for (const record of this.#journal.entries.values())
			if (record.kind === 'departed') this.departed.remember(record.departed);
	}

	/** All entries, also those of folders that are shared no more. */
	get entries(): Array<{readonly folder: string; readonly entry: KnownEntry}> {
		return [...this.#journal.entries.values()].filter(record => record.kind === 'entry');
	}

	/** Those of what is gone whose torrents were about to be removed. */
	get leaving(): DepartedEntry[] {
		return [...this.#journal.entries.values()].flatMap(record =>
			record.kind === 'departed' && record.departed.isLeaving ? [record.departed] : [],
		);
	}

	/** Entries are so now. */
	note(folder: SharedFolder, ...entries: readonly KnownEntry[]): Promise<void> {
		for (const entry of entries) folder.known.set(entry.name, entry);
		return this.#journal.put(
			entries.map(entry => [entryKey(folder.dir, entry.name), {kind: 'entry', folder: folder.dir, entry}]),
		);
	}

	forget(dir: string, name: string): Promise<void> {
		return this.#journal.put([[entryKey(dir, name), undefined]]);
	}

	/** What the torrents of a folder were given last; undefined when none were given anything. */
	given(dir: string): GivenSettings | undefined {
		const record = this.#journal.get(folderKey(dir));
		return record?.kind === 'folder' ? record : undefined;
	}

	give(dir: string, settings: GivenSettings): Promise<void> {
		return this.#journal.put([[folderKey(dir), {kind: 'folder', ...settings}]]);
	}

	/** A folder is shared no more. */
	forgetFolder(dir: string): Promise<void> {
		return this.#journal.put([[folderKey(dir), undefined]]);
	}

	/** An entry is gone, and its torrent is about to be. */
	leaves(departed: DepartedEntry): Promise<void> {
		const {folder, name, id} = departed;
		const written = this.#journal.put([
			[entryKey(folder, name), undefined],
			[departedKey(id), {kind: 'departed', departed: {...departed, isLeaving: true}}],
		]);
		return written.then(() => this.departed.remember(departed));
	}

	/** Its torrent is gone as well. */
	left(departed: DepartedEntry): Promise<void> {
		return this.#journal.put([[departedKey(departed.id), {kind: 'departed', departed}]]);
	}

	/** They are not gone any more, or too long. */
	recall(departed: readonly DepartedEntry[]): Promise<void> {
		for (const each of departed) this.departed.forget(each);
		return this.#journal.put(departed.map(({id}) => [departedKey(id), undefined]));
	}

	/** Resolves when all is written. */
	close(): Promise<void> {
		return this.#journal.close();
	}
}

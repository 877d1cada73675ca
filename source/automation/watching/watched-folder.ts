import type {FolderFault, WatchedFolderView} from '../../api/folders-view.js';
import {safeText, terminalText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import {SettledEntries} from '../../policy/sharing/settled-entries.js';
import type {WatchedFolderSettings} from '../folder-settings.js';
import type {FolderLook, LookRules} from '../look/folder-look.js';
import {FolderLooks, type FolderLooksSetup} from '../look/folder-looks.js';
import type {DoneFile} from './done-files.js';
import {torrentEndings} from './torrent-file.js';

const mostFiles = 100_000;
const mostFaults = 20;

/** One watched folder: how it was when somebody looked last, and what was dealt with of it. */
export class WatchedFolder {
	settings: WatchedFolderSettings;
	readonly looks: FolderLooks;
	readonly settled = new SettledEntries();
	/** By name, files that were dealt with. */
	readonly done = new Map<string, DoneFile>();
	/** By name, when what could not be done now is tried again. */
	readonly retries = new Map<string, Millis>();
	/** By name, why. */
	readonly saidLater = new Map<string, string>();
	/** Torrents that it has brought. */
	added = 0;
	/** Nobody has reviewed it since something became another. */
	isNews = false;
	/** Something in it is waited for. */
	isWaiting = false;
	saidGone = false;
	#looks = 0;
	#revision = 0;

	constructor(settings: WatchedFolderSettings, setup: FolderLooksSetup) {
		this.settings = settings;
		this.looks = new FolderLooks(settings.dir, setup);
	}

	get dir(): string {
		return this.settings.dir;
	}

	/** Begins to look when it is time to, and takes note of what was seen. */
	tick(): void {
		const rules: LookRules = {most: mostFiles, keepOut: [], endings: torrentEndings};
		this.looks.tick(() => rules);
		const {looks, revision} = this.looks;
		if (looks === this.#looks) return;
		this.#looks = looks;
		this.isNews ||= this.isWaiting || revision !== this.#revision;
		this.#revision = revision;
	}

	/** Something in it is waited for until then. */
	waitUntil(at: Millis): void {
		this.isWaiting = true;
		this.looks.lookAt(at);
	}

	/** What is put there anew, when it was gone for a while, is meant anew. Answers what is gone. */
	forgetGone(look: FolderLook): DoneFile[] {
		const names = new Set(look.entries.map(({name}) => name));
		// Another disk at the same place says nothing of what is on the one that was there.
		const gone = [...this.done.values()].filter(({name, root}) => !names.has(name) && root === look.root);
		for (const {name} of gone) {
			this.done.delete(name);
			this.settled.forget(name);
			this.retries.delete(name);
			this.saidLater.delete(name);
		}
		return gone;
	}

	get #faults(): FolderFault[] {
		const leftOut = this.looks.look?.leftOut ?? [];
		const bad = [...this.done.values()].flatMap(({name, fault}) =>
			fault === undefined ? [] : [{name, why: fault}],
		);
		return [...leftOut, ...bad];
	}

	get view(): WatchedFolderView {
		const {dir, target, label, start, deleteAfter} = this.settings;
		const {gone, look} = this.looks;
		const faults = this.#faults;
		return {
			dir,
			state: gone !== undefined ? 'gone' : look === undefined ? 'looking' : 'watching',
			why: gone,
			target,
			label,
			start,
			deleteAfter,
			added: this.added,
			faults: faults
				.slice(0, mostFaults)
				.map(({name, why}) => ({name: terminalText(name), why: safeText(why, 300)})),
			faultCount: faults.length,
		};
	}
}

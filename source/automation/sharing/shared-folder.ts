import type {FolderFault, SharedFolderView} from '../../api/folders-view.js';
import {UserError} from '../../base/errors.js';
import type {Clock} from '../../base/ports.js';
import {safeText, terminalText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import type {KnownEntry, SeenEntry} from '../../policy/sharing/known-entry.js';
import {SettledEntries} from '../../policy/sharing/settled-entries.js';
import type {SharedFolderSettings} from '../folder-settings.js';
import type {EntrySight, FolderLook, LookRules} from '../look/folder-look.js';
import {FolderLooks, type FolderLooksSetup} from '../look/folder-looks.js';

/** More torrents than this make everything slow; the first entries by their names are shared. */
export const mostEntries = 10_000;
const firstRetry: Millis = 60_000;
const longestRetry: Millis = 3_600_000;
const mostFaults = 20;

/** What a folder stands on. */
export interface SharedFolderSetup extends FolderLooksSetup {
	say(level: 'info' | 'warn' | 'error', text: string): void;
}

/** What could not be done for an entry. */
interface Refusal {
	readonly look: string;
	readonly why: string;
	readonly retryAt: Millis;
	readonly wait: Millis;
}

/** One shared folder: what is known of its entries, how they were when somebody looked last, and when to look again. */
export class SharedFolder {
	settings: SharedFolderSettings;
	/** By name. */
	readonly known = new Map<string, KnownEntry>();
	readonly settled = new SettledEntries();
	/** By name: what could not be shared, and why. */
	readonly refusals = new Map<string, Refusal>();
	readonly looks: FolderLooks;
	/** Why it is not shared at all. */
	refused: string | undefined;
	/** What is to be known of it. */
	remark: string | undefined;
	/** Nobody has reviewed it since something became another. */
	isNews = false;
	/** Something in it is waited for. */
	isWaiting = false;
	/** Names that are being written. */
	waiting: readonly string[] = [];
	/** Entries that wait for somebody else's torrent. */
	downloading = 0;
	/** In order. */
	queue: EntrySight[] = [];
	readonly #clock: Clock;
	readonly #say: SharedFolderSetup['say'];
	#looks = 0;
	#names: {readonly look: FolderLook | undefined; readonly names: ReadonlySet<string>} | undefined;
	#revision = 0;
	/** What was said last, so that it is not said again. */
	readonly #said = new Map<string, string>();
	readonly #writtenSince = new Map<string, Millis>();

	constructor(settings: SharedFolderSettings, setup: SharedFolderSetup) {
		this.settings = settings;
		this.#clock = setup.clock;
		this.#say = setup.say;
		this.looks = new FolderLooks(settings.dir, setup);
	}

	get dir(): string {
		return this.settings.dir;
	}

	get look(): FolderLook | undefined {
		return this.looks.look;
	}

	/** What is in it now. */
	get names(): ReadonlySet<string> {
		const {look} = this;
		if (this.#names?.look !== look) this.#names = {look, names: new Set(look?.entries.map(({name}) => name))};
		return this.#names!.names;
	}

	/** Why it is gone. */
	get gone(): string | undefined {
		return this.looks.gone;
	}

	/** When it has to be asked again. */
	get nextAt(): Millis {
		return this.isNews ? this.#clock.now() : this.looks.nextAt;
	}

	/** Begins to look when it is time to, and takes note of what was seen. */
	tick(rules: () => LookRules): void {
		this.looks.tick(rules);
		const {looks, revision} = this.looks;
		if (looks === this.#looks) return;
		this.#looks = looks;
		this.isNews ||= this.isUnsettled || revision !== this.#revision;
		this.#revision = revision;
	}

	/** Whether time alone may make something of it another. */
	get isUnsettled(): boolean {
		return this.isWaiting || this.waiting.length + this.downloading + this.refusals.size > 0;
	}

	/** Whether nothing is known of an entry. */
	isUnclear(name: string): boolean {
		const {look} = this;
		if (look === undefined) return false;
		if (look.leftOut.some(each => each.unclear && each.name === name)) return true;
		const last = look.beyond > 0 ? look.entries.at(-1)?.name : undefined;
		return last !== undefined && name > last;
	}

	/** Whether an entry is not where it was; not when nobody can say. */
	isMissing(name: string): boolean {
		return !this.names.has(name) && !this.isUnclear(name);
	}

	/** Something cannot be shared as it is now; it is tried again after a minute, then after twice as long each time. */
	refuse({name, look}: SeenEntry, error: unknown): void {
		const {message: why} = error as Error;
		const before = this.refusals.get(name);
		const isSame = before?.look === look;
		const wait = isSame ? Math.min(longestRetry, before.wait * 2) : firstRetry;
		this.refusals.set(name, {look, why, wait, retryAt: this.#clock.now() + wait});
		this.tell('warn', `refuses ${name}`, `${this.dir}: «${name}» is not shared: ${why}`);
		if (!(error instanceof UserError)) this.#say('error', `sharing «${name}» failed: ${why}`);
	}

	/** Something was written to meanwhile: it is waited for longer. */
	disturbed(name: string): void {
		const now = this.#clock.now();
		this.settled.disturbed(name, now);
		this.looks.lookAt(now);
	}

	/** What is not there any more is refused no more. */
	forgetRefusals(): void {
		for (const name of this.refusals.keys()) if (this.isMissing(name)) this.refusals.delete(name);
	}

	/** Whether something that looks so is not to be tried now. */
	isRefused(name: string, look: string): boolean {
		const refusal = this.refusals.get(name);
		return refusal !== undefined && refusal.look === look && refusal.retryAt > this.#clock.now();
	}

	/** A sentence about something, unless it was the last that was said about it; undefined: it is over. */
	tell(level: 'info' | 'warn', about: string, text: string | undefined): void {
		const isNews = this.#said.get(about) !== text;
		if (text === undefined) this.#said.delete(about);
		else this.#said.set(about, text);
		if (isNews && text !== undefined) this.#say(level, text);
	}

	/** These are being written now. */
	writing(names: readonly string[]): void {
		this.waiting = names;
		const since = new Map(this.#writtenSince);
		const now = this.#clock.now();
		this.#writtenSince.clear();
		for (const name of names) this.#writtenSince.set(name, since.get(name) ?? now);
	}

	/** Since when something is being written. */
	writtenSince(name: string): Millis {
		return this.#writtenSince.get(name) ?? this.#clock.now();
	}

	get #faults(): FolderFault[] {
		const leftOut = this.look?.leftOut ?? [];
		const refused = [...this.refusals].map(([name, {why}]) => ({name, why}));
		return [...leftOut, ...refused];
	}

	view(hashing: SharedFolderView['hashing']): SharedFolderView {
		const {settings, known} = this;
		const faults = this.#faults;
		const states = [...known.values()].map(({state}) => state);
		const {dir, from, publish, label, trackers} = settings;
		return {
			dir,
			from,
			state: this.#state,
			why: this.refused ?? this.gone ?? this.remark,
			shared: states.filter(state => state === 'shared' || state === 'foreign').length,
			waiting: this.waiting.length + this.downloading,
			queued: this.queue.length,
			declined: states.filter(state => state === 'declined').length,
			hashing,
			faults: faults
				.slice(0, mostFaults)
				.map(({name, why}) => ({name: terminalText(name), why: safeText(why, 300)})),
			faultCount: faults.length,
			publish,
			label,
			trackers,
		};
	}

	get #state(): SharedFolderView['state'] {
		if (this.refused !== undefined) return 'refused';
		if (this.gone !== undefined) return 'gone';
		return this.look === undefined ? 'looking' : 'sharing';
	}

	close(): void {
		this.looks.close();
	}
}

import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {FolderEvents, WatchFolder} from './folder-events.js';
import {FolderGone, type FolderLook, type LookRules} from './folder-look.js';
import type {Looker} from './look-thread.js';

/** What the system does not tell is found after so long. */
const slowLook: Millis = 30_000;
/** After something has happened in a folder more may, and one look is for all. */
const gatherTime: Millis = 1000;
/** Looking takes no more than one part in so many of the time. */
const lookShare = 20;

/** What looking at a folder again and again stands on. */
export interface FolderLooksSetup {
	readonly clock: Clock;
	readonly looker: Looker;
	readonly watchFolder: WatchFolder;
	/** Somebody has looked, or it is time to look at another time than before. */
	wake(): void;
	/** The system tells nothing of it; with its code. */
	unwatched(code: string): void;
}

/** Looks at one folder whenever the system tells that something happens in it, and now and then by itself. */
export class FolderLooks {
	/** How it was when somebody looked last; undefined before that, and while it is gone. */
	look: FolderLook | undefined;
	/** Why it is gone. */
	gone: string | undefined;
	/** Rises with every look that was not like the one before. */
	revision = 0;
	/** Rises with every look. */
	looks = 0;
	readonly #dir: string;
	readonly #setup: FolderLooksSetup;
	#nextAt: Millis;
	#isLooking = false;
	#lookedAt: Millis = Number.NEGATIVE_INFINITY;
	#cost: Millis = 0;
	#events: FolderEvents | undefined;
	#watchedRoot: string | undefined;
	#isClosed = false;

	constructor(dir: string, setup: FolderLooksSetup) {
		this.#dir = dir;
		this.#setup = setup;
		this.#nextAt = setup.clock.now();
	}

	/** When it has to be asked again; never while somebody looks. */
	get nextAt(): Millis {
		return this.#isLooking ? Number.POSITIVE_INFINITY : this.#nextAt;
	}

	/** Begins to look when it is time to. */
	tick(rules: () => LookRules): void {
		const {clock, looker} = this.#setup;
		const began = clock.now();
		if (this.#isLooking || this.#isClosed || this.#nextAt > began) return;
		this.#isLooking = true;
		this.#nextAt = Number.POSITIVE_INFINITY;
		this.#listen();
		looker.look(this.#dir, rules(), this.look).then(
			look => this.#looked(began, look),
			error => this.#looked(began, error),
		);
	}

	#looked(began: Millis, look: FolderLook | Error): void {
		if (this.#isClosed) return;
		const now = this.#setup.clock.now();
		this.#isLooking = false;
		this.#lookedAt = now;
		this.#cost = now - began;
		this.#nextAt = Math.min(this.#nextAt, now + Math.max(slowLook, this.#cost * lookShare));
		if (look instanceof FolderGone) {
			if (this.gone !== look.message) this.revision++;
			this.gone = look.message;
			this.look = undefined;
			this.#unlisten();
		} else if (!(look instanceof Error)) {
			if (this.look !== look) this.revision++;
			this.gone = undefined;
			this.look = look;
			// What the system tells is told of the folder that was there when it was asked.
			if (this.#watchedRoot !== undefined && this.#watchedRoot !== look.root) this.#unlisten();
			this.#watchedRoot = look.root;
			this.#listen();
		}
		this.looks++;
		this.#setup.wake();
	}

	#listen(): void {
		if (this.#events !== undefined || this.#isClosed) return;
		let failure: string | undefined;
		let events: FolderEvents | undefined;
		const failed = (code: string): void => {
			failure = code;
			if (events !== undefined && this.#events === events) this.#events = undefined;
			this.#setup.unwatched(code);
		};
		events = this.#setup.watchFolder(this.#dir, () => this.hurry(), failed);
		if (failure === undefined) this.#events = events;
	}

	#unlisten(): void {
		this.#events?.close();
		this.#events = undefined;
	}

	/** Something has happened in it: it is looked at soon. */
	hurry(): void {
		this.lookAt(Math.max(this.#setup.clock.now(), this.#lookedAt + this.#cost * lookShare) + gatherTime);
	}

	/** It is looked at then, if not before. */
	lookAt(time: Millis): void {
		if (time >= this.#nextAt || this.#isClosed) return;
		this.#nextAt = time;
		this.#setup.wake();
	}

	close(): void {
		this.#isClosed = true;
		this.#unlisten();
	}
}

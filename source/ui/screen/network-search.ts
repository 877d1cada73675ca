import type {FoundTorrents} from '../../api/network-view.js';
import type {Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {cursorRow, entries} from '../model/lists.js';
import {type Found, type Wish, wishOf} from '../model/network-place.js';
import type {ScreenContext} from './screen-context.js';

/** After so long without another letter it is looked for what was typed. */
const typingTime: Millis = 200;
/** After something has happened in a catalogue, and without anything: when it is looked anew. */
const newsTime: Millis = 1000;
const againTime: Millis = 30_000;
/** Without an answer in this time the person is told so. */
const patience: Millis = 2000;
/** So many rows before the end of what was found, what follows is asked for. */
const ahead = 20;

type Screen = Pick<ScreenContext, 'state' | 'client' | 'clock'>;

/** Finds what the Network view shows: as somebody types, and again when something has happened. The latest wish wins. */
export class NetworkSearch {
	readonly #screen: Screen;
	readonly #set: (found: Found | undefined) => void;
	/** What is looked for, as text; undefined while nobody looks. */
	#wish: string | undefined;
	#news = 0;
	/** Counts questions: an answer to an earlier one is not looked at. */
	#question = 0;
	#isAsking = false;
	#next: Timer | undefined;
	#late: Timer | undefined;

	/** @param set keeps what was found */
	constructor(screen: Screen, set: (found: Found | undefined) => void) {
		this.#screen = screen;
		this.#set = set;
	}

	/** Something has changed: sees whether there is something to look for. */
	look(): void {
		const {view, model} = this.#screen.state();
		if (view.screen !== 'network') {
			if (this.#wish !== undefined) this.stop();
			return;
		}
		const wish = JSON.stringify(wishOf(view));
		const news = model.network?.news ?? 0;
		if (wish !== this.#wish) {
			const isFirst = this.#wish === undefined;
			this.#wish = wish;
			this.#news = news;
			// An answer to what was wanted before is of no use any more.
			this.#question++;
			this.#isAsking = false;
			this.#in(isFirst ? 0 : typingTime, () => this.#ask(wish));
		} else if (news !== this.#news && !this.#isAsking) {
			this.#news = news;
			this.#in(newsTime, () => this.#ask(wish));
		} else this.#askOn(wish);
	}

	/** Looks for nothing more. */
	stop(): void {
		this.#wish = undefined;
		this.#question++;
		this.#isAsking = false;
		this.#next?.clear();
		this.#late?.clear();
	}

	#in(delay: Millis, act: () => void): void {
		this.#next?.clear();
		if (delay === 0) act();
		else this.#next = this.#screen.clock.after(delay, act);
	}

	/** Asks for what follows where somebody comes near the end. */
	#askOn(wish: string): void {
		const state = this.#screen.state();
		const {found} = state.model;
		if (this.#isAsking || found?.next === undefined || found.wish !== wish) return;
		const {found: list} = state.view.lists;
		const shown = entries(state, 'found');
		if (cursorRow(shown, list) + ahead >= shown.length) this.#ask(wish, found.next);
	}

	#ask(wish: string, after?: string): void {
		const question = ++this.#question;
		this.#isAsking = true;
		this.#next?.clear();
		this.#late?.clear();
		this.#waiting(wish, 'short');
		const isLatest = () => question === this.#question;
		this.#late = this.#screen.clock.after(patience, () => {
			if (isLatest()) this.#waiting(wish, 'long');
		});
		const sought = JSON.parse(wish) as Wish;
		this.#screen.client
			.send(
				'nick' in sought
					? {type: 'network.browse', nick: sought.nick}
					: {type: 'network.search', ...sought, ...(after !== undefined && {after})},
			)
			.then(
				({found}) => {
					if (isLatest()) this.#answered(wish, found ?? nothing, after !== undefined);
				},
				(error: unknown) => {
					if (isLatest()) this.#refused(wish, error instanceof Error ? error.message : String(error));
				},
			);
	}

	/** Says that an answer is waited for; what was found before stays until it has come. */
	#waiting(wish: string, waiting: 'short' | 'long'): void {
		const {found} = this.#screen.state().model;
		// What is only looked at anew is not worth a word before it takes long.
		if (waiting === 'short' && found?.wish === wish && found.waiting !== 'long') return;
		this.#set(found ? {...found, waiting} : {wish: '', torrents: [], errors: [], waiting});
	}

	#answered(wish: string, {torrents, next, errors}: FoundTorrents, isMore: boolean): void {
		const before = this.#screen.state().model.found;
		const known = before?.wish === wish ? before.torrents : [];
		const all = isMore ? [...known, ...torrents] : torrents;
		this.#ended(wish, {
			wish,
			// The same ones are the same object: then nothing is drawn.
			torrents: JSON.stringify(all) === JSON.stringify(known) ? known : all,
			next,
			errors,
		});
	}

	#refused(wish: string, refused: string): void {
		const before = this.#screen.state().model.found;
		const torrents = before?.wish === wish ? before.torrents : [];
		this.#ended(wish, {wish, torrents, errors: [], refused});
	}

	#ended(wish: string, found: Found): void {
		this.#isAsking = false;
		this.#late?.clear();
		this.#in(againTime, () => this.#ask(wish));
		this.#set(found);
	}
}

const nothing: FoundTorrents = {torrents: [], errors: []};

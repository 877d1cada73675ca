import {keepSectionText} from '../../api/section-text.js';
import type {Millis} from '../../base/units.js';
import {isSameText, listText, type WrittenList, writeList} from './written-list.js';

/** A section as those who watch it see it. */
export interface SharedSection {
	view: unknown;
	/** As JSON; undefined where it is a list. */
	text: string | undefined;
	/** What was looked at last where it is a list, and its items as JSON. */
	list: WrittenList | undefined;
	/** Of what it was made from; 0 when only its content tells whether it has changed. */
	revision: number;
	/** Another one whenever the content is another. */
	version: number;
	/** When it was looked at; -Infinity when it must be looked at again. */
	at: Millis;
	watchers: number;
}

/** The sections that somebody watches: each is made and written once, however many watch the same. */
export class SharedSections {
	readonly #sections = new Map<string, SharedSection>();
	readonly #dropped: (key: string) => void;
	#versions = 0;

	/** @param dropped told when nobody watches a section any more */
	constructor(dropped: (key: string) => void) {
		this.#dropped = dropped;
	}

	/**
	 * The section of this key, made again when its revision is another, or, without one, when it was not looked at for
	 * `age`. Whoever keeps it tells `take`.
	 */
	look(key: string, revision: number, make: () => unknown, now: Millis, age: Millis): SharedSection {
		const known = this.#sections.get(key);
		if (known !== undefined) {
			const isFresh = revision > 0 ? known.revision === revision : now - known.at < age;
			if (!isFresh) this.#renew(known, revision, make(), now);
			return known;
		}
		const view = make();
		const list = Array.isArray(view) ? writeList(view) : undefined;
		const section = {
			view: list?.items ?? view,
			text: list === undefined ? JSON.stringify(view) : undefined,
			list,
			revision,
			version: ++this.#versions,
			at: now,
			watchers: 0,
		};
		keep(section);
		this.#sections.set(key, section);
		return section;
	}

	#renew(section: SharedSection, revision: number, view: unknown, now: Millis): void {
		section.revision = revision;
		section.at = now;
		if (view === section.view) return;
		const before = section.list;
		const list = Array.isArray(view) ? writeList(view, before) : undefined;
		section.list = list;
		if (list !== undefined && before !== undefined && isSameText(list, before)) return;
		const text = list === undefined ? JSON.stringify(view) : undefined;
		if (list === undefined && text === section.text) return;
		section.view = list?.items ?? view;
		section.text = text;
		section.version = ++this.#versions;
		keep(section);
	}

	/** One more watches it. */
	take(key: string): void {
		this.#sections.get(key)!.watchers++;
	}

	/** One watches it no more. */
	release(key: string): void {
		const section = this.#sections.get(key);
		if (section === undefined || --section.watchers > 0) return;
		this.#sections.delete(key);
		this.#dropped(key);
	}

	/** Something was done: what was looked at a moment ago is looked at again. */
	expire(): void {
		for (const section of this.#sections.values()) section.at = Number.NEGATIVE_INFINITY;
	}
}

/** What it is as JSON is at hand for all that send it; a list is put together only for those who want the whole of it. */
function keep({view, text, list}: SharedSection): void {
	if (list !== undefined) keepSectionText(view, () => listText(list));
	else if (text !== undefined) keepSectionText(view, text);
}

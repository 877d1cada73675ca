import type {FoundTorrent} from '../../api/network-view.js';
import {field, fieldText, type TextField} from '../text/text-field.js';

/** The parts of the Network view, in the order in which Tab goes through them. */
export const networkPanes = ['search', 'found', 'people', 'shared'] as const;

export type NetworkPane = (typeof networkPanes)[number];

/** Where somebody is in the Network view. */
export interface NetworkPlace {
	/** The part that has the keys; what is typed goes into the search while that has them. */
	readonly pane: NetworkPane;
	/** What is looked for. */
	readonly query: TextField;
	/** Whose torrents are shown, instead of what is looked for. */
	readonly person: string | undefined;
}

/** How the Network view opens: with everything there is, and the search ready for what is typed. */
export const openingPlace: NetworkPlace = {pane: 'search', query: field(), person: undefined};

/** What was found in the catalogues, or how it stands with that. */
export interface Found {
	/** What was looked for: a `Wish` as text. */
	readonly wish: string;
	readonly torrents: readonly FoundTorrent[];
	/** What follows them, to be asked for. */
	readonly next?: string | undefined;
	/** Catalogues that did not answer, a sentence each. */
	readonly errors: readonly string[];
	/** Why there is no answer at all. */
	readonly refused?: string | undefined;
	/** An answer is waited for: not long, or too long for that to be usual. */
	readonly waiting?: 'short' | 'long' | undefined;
}

/** What is to be found. */
export type Wish =
	| {readonly nick: string}
	| {readonly words: string; readonly sort: 'seeds' | 'size' | 'new' | 'name'};

/** Whether what is typed goes into the search of the Network view. */
export function isTyping({
	screen,
	network,
}: {
	readonly screen: string;
	readonly network: NetworkPlace;
}): boolean {
	return screen === 'network' && network.pane === 'search';
}

/** What is to be found as somebody stands there. */
export function wishOf({
	network,
	lists,
}: {
	readonly network: NetworkPlace;
	readonly lists: {readonly found: {readonly sort: string}};
}): Wish {
	const {query, person} = network;
	if (person !== undefined) return {nick: person};
	const {sort} = lists.found;
	return {
		words: fieldText(query).trim(),
		sort: sort === 'size' || sort === 'new' || sort === 'name' ? sort : 'seeds',
	};
}

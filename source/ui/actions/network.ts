import type {FoundTorrent, PersonView} from '../../api/network-view.js';
import {cursorRow, entries} from '../model/lists.js';
import {type SharedItem, shownFound, shownPeople, shownShared} from '../model/network-lists.js';
import {isTyping, type NetworkPane, type NetworkPlace, networkPanes} from '../model/network-place.js';
import type {ScreenState} from '../model/store.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {edit, field, insert} from '../text/text-field.js';
import {setList} from './lists.js';

/** Goes somewhere else in the Network view. */
export function place(screen: ScreenContext, change: Partial<NetworkPlace>): void {
	screen.setView({network: {...screen.state().view.network, ...change}});
}

/** Opens the Network view as it was left; with words, on what they find. */
export function openNetwork(screen: ScreenContext, words: string): void {
	screen.setView({screen: 'network'});
	place(screen, {pane: 'search', ...(words !== '' && {query: field(words), person: undefined})});
}

/** Gives the keys to the next part of the Network view, or the one before. */
export function stepPart(screen: ScreenContext, step: 1 | -1): void {
	const at = networkPanes.indexOf(screen.state().view.network.pane);
	const to = (at + step + networkPanes.length) % networkPanes.length;
	place(screen, {pane: networkPanes[to] as NetworkPane});
}

/** Looks for something else: from the first row on, in all that is shared. */
function seek(screen: ScreenContext, query: NetworkPlace['query']): void {
	setList(screen, 'found', {key: undefined, filter: ''});
	place(screen, {query, person: undefined});
}

/** Puts a key into the search, where somebody types one; answers whether it did. */
export function typed(screen: ScreenContext, key: string): boolean {
	const {view} = screen.state();
	const {query} = view.network;
	const next = isTyping(view) ? edit(query, key) : undefined;
	if (!next) return false;
	if (next.parts === query.parts) place(screen, {query: next});
	else seek(screen, next);
	return true;
}

/** Puts pasted words into the search, where somebody types one; answers whether it did: links are torrents to add. */
export function pastedWords(screen: ScreenContext, text: string): boolean {
	const {view} = screen.state();
	const words = text.trim();
	if (!isTyping(view) || words === '' || /^(?:magnet:|https?:|file:|[/~.])|\n/i.test(words)) return false;
	seek(screen, insert(view.network.query, words));
	return true;
}

/** Shows what somebody shares. */
export function browse(screen: ScreenContext, nick: string): void {
	setList(screen, 'found', {key: undefined, filter: ''});
	place(screen, {pane: 'found', person: nick});
}

/** What is under the cursor in the part of the Network view that has the keys. */
export type UnderCursor =
	| {readonly kind: 'found'; readonly torrent: FoundTorrent}
	| {readonly kind: 'person'; readonly person: PersonView}
	| {readonly kind: 'shared'; readonly item: SharedItem};

/** What is under the cursor there; undefined where nothing is. */
export function underCursor(state: ScreenState): UnderCursor | undefined {
	const {view} = state;
	if (view.screen !== 'network') return undefined;
	const list = view.network.pane === 'search' ? 'found' : view.network.pane;
	const row = cursorRow(entries(state, list), view.lists[list]);
	if (list === 'found') {
		const torrent = shownFound(state)[row];
		return torrent && {kind: 'found', torrent};
	}
	if (list === 'people') {
		const person = shownPeople(state)[row];
		return person && {kind: 'person', person};
	}
	const item = shownShared(state)[row];
	return item && {kind: 'shared', item};
}

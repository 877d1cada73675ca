import type {Tone} from '../look/themes.js';
import {wishOf} from '../model/network-place.js';
import type {ScreenState} from '../model/store.js';
import {count} from '../text/format.js';
import {fitMiddle, nameText, terminalText} from '../text/text.js';

/** Names of the trackers that are asked, for a sentence. */
function askedNames({model}: ScreenState): string {
	const names = (model.network?.catalogues ?? [])
		.filter(({state}) => state !== 'none')
		.map(({name}) => nameText(name));
	return names.length === 1 ? (names[0] ?? '') : 'the catalogues';
}

/** Whether what was found is an answer to what is wanted now. */
function isCurrent({model, view}: ScreenState): boolean {
	return model.found?.wish === JSON.stringify(wishOf(view));
}

/** What is wrong with the catalogues or is waited for, in a line; undefined while all is well. */
export function networkTrouble(state: ScreenState): {readonly text: string; readonly tone: Tone} | undefined {
	const {found, network} = state.model;
	if (network && network.catalogues.length === 0) return undefined;
	if (found?.waiting === 'long') return {text: `${askedNames(state)} has not answered yet`, tone: 'warn'};
	const errors = [
		...(found?.refused === undefined ? [] : [found.refused]),
		...(found?.errors ?? []),
		...(found?.refused === undefined && found?.errors.length === 0 ? (network?.errors ?? []) : []),
	];
	const [first] = errors;
	if (first !== undefined) {
		const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
		return {text: `${terminalText(first)}${more}`, tone: 'warn'};
	}
	return found?.waiting === undefined ? undefined : {text: 'looking …', tone: 'faint'};
}

/** What is said where nothing was found. */
export function nothingFound(state: ScreenState): string {
	const {model, view} = state;
	const {network, found} = model;
	if (network && network.catalogues.length === 0)
		return 'no tracker with a catalogue is known: Tab, then A names one';
	if (found?.waiting === 'long') return `${askedNames(state)} has not answered yet`;
	if (found?.refused !== undefined) return terminalText(found.refused);
	if (found === undefined || !isCurrent(state)) return 'looking …';
	const wish = wishOf(view);
	if ('nick' in wish) return `${nameText(wish.nick)} shares nothing now`;
	return wish.words === ''
		? 'nobody shares anything yet: Tab, then S shares a folder'
		: `nobody shares what is called “${terminalText(wish.words)}”`;
}

/** How many were found. */
export function foundNote({model}: ScreenState): string {
	const {found} = model;
	if (!found) return '';
	return `${found.torrents.length}${found.next === undefined ? '' : ' and more'}`;
}

/** What I share in a few words: the folders, how many torrents, and how much is to be hashed. */
export function sharedNote({model}: ScreenState, columns: number): string {
	const folders = model.folders?.shared ?? [];
	const shared = model.network?.shared.length ?? 0;
	const toHash = folders.reduce((sum, {queued, hashing}) => sum + queued + (hashing ? 1 : 0), 0);
	const [first] = folders;
	const room = Math.max(10, Math.min(40, columns - 45));
	const where =
		first === undefined
			? []
			: folders.length === 1
				? [fitMiddle(terminalText(first.dir), room).trimEnd()]
				: [count(folders.length, 'folder')];
	return [...where, count(shared, 'torrent'), ...(toHash > 0 ? [`${toHash} to be hashed`] : [])].join(' · ');
}

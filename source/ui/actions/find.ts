import {activeList, cursorRow, entries} from '../model/lists.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {unfoldFor} from './groups.js';
import {moveTo} from './lists.js';

const nothingFolded: ReadonlySet<string> = new Set();

/** Opens the folders that a file or folder lies in. */
function unfold(screen: ScreenContext, key: string): void {
	const {folded} = screen.state().view;
	const left = [...folded].filter(folder => !key.startsWith(`${folder}/`));
	if (left.length < folded.size) screen.setView({folded: new Set(left)});
}

/** Finds the next entry that holds the text, from the cursor on, `step` rows at a time. */
export function find(screen: ScreenContext, text: string, step: 1 | -1, from: 'here' | 'next'): boolean {
	const state = screen.state();
	const list = activeList(state.view);
	if (!list || text === '') return false;
	// What lies in folded folders is found too: they are opened then.
	const unfolded = {folded: nothingFolded, foldedGroups: nothingFolded};
	const searched = {...state, view: {...state.view, ...unfolded}};
	const shown = entries(searched, list);
	const wanted = text.toLowerCase();
	const start = Math.max(0, cursorRow(shown, state.view.lists[list], list)) + (from === 'next' ? step : 0);
	for (let offset = 0; offset < shown.length; offset++) {
		const index = (((start + offset * step) % shown.length) + shown.length) % shown.length;
		const entry = shown[index];
		if (entry?.text.toLowerCase().includes(wanted)) {
			if (list === 'files') unfold(screen, entry.key);
			if (list === 'torrents' && !entries(state, list).includes(entry)) unfoldFor(screen, entry.key);
			const row = entries(screen.state(), list).findIndex(({key}) => key === entry.key);
			moveTo(screen, list, row);
			return true;
		}
	}
	return false;
}

import {sizeClass} from '../look/layout.js';
import type {FullPreferences} from '../model/preferences.js';
import type {ScreenState} from '../model/store.js';
import {type ListName, openingView} from '../model/view.js';

/** What the screen opens with, as it was left on a terminal of this size: on a torrent, or on the list of all. */
export function openingState(
	torrent: string | undefined,
	preferences: FullPreferences,
	columns: number,
	rows: number,
): ScreenState {
	const opening = openingView(torrent);
	const lists = {...opening.lists};
	for (const [name, {column, reverse}] of Object.entries(preferences.sort)) {
		const list = lists[name as ListName];
		if (list) lists[name as ListName] = {...list, sort: column, reverse};
	}
	const remembered = preferences.sizes[sizeClass(columns, rows)];
	return {
		model: {},
		view: {...opening, lists, range: preferences.graphRange, ...remembered},
		preferences,
		columns,
		rows,
	};
}

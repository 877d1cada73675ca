import {cursorRow, entries, orders} from '../model/lists.js';
import type {ListName, ListState} from '../model/view.js';
import type {ScreenContext} from '../screen/screen-context.js';

/** Changes one list of the view. */
export function setList(screen: ScreenContext, list: ListName, change: Partial<ListState>): void {
	const {lists} = screen.state().view;
	screen.setView({lists: {...lists, [list]: {...lists[list], ...change}}});
}

/** Puts the cursor of a list on a row, or on the nearest one there is. */
export function moveTo(screen: ScreenContext, list: ListName, row: number): void {
	const shown = entries(screen.state(), list);
	if (shown.length === 0) return;
	const index = Math.max(0, Math.min(shown.length - 1, row));
	// At its end a log follows what happens.
	const key = list === 'log' && index === shown.length - 1 ? undefined : shown[index]?.key;
	setList(screen, list, {key, index});
}

/** Marks what is under the cursor, or takes its mark away, and goes one down. */
export function markUnderCursor(screen: ScreenContext, list: 'torrents' | 'files'): void {
	const shown = entries(screen.state(), list);
	const state = screen.state().view.lists[list];
	const entry = shown[cursorRow(shown, state)];
	if (!entry) return;
	const marks = new Set(state.marks);
	if (!marks.delete(entry.key)) marks.add(entry.key);
	setList(screen, list, {marks});
	screen.run('down', '', 'down');
}

/** Sorts a list by one of its orders, given by its letter, name or label; upper case turns it round. */
export function sortBy(screen: ScreenContext, list: ListName, wanted: string): boolean {
	const lower = wanted.toLowerCase();
	const order = orders[list].find(
		({id, letter, label}) => letter === lower || id === lower || label === lower,
	);
	if (!order) {
		screen.say(`There is no order “${wanted}”: ${orders[list].map(({label}) => label).join(', ')}.`, 'warn');
		return false;
	}
	const reverse = (order.descending ?? false) !== (wanted.length === 1 && wanted !== lower);
	setList(screen, list, {sort: order.id, reverse});
	const {preferences} = screen.state();
	screen.setPreferences({sort: {...preferences.sort, [list]: {column: order.id, reverse}}});
	return true;
}

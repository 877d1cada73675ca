import {moveCell} from '../actions/cursor.js';
import {moveTo} from '../actions/lists.js';
import {pressKey} from '../app/press-key.js';
import {cursorRow, entries} from '../model/lists.js';
import type {ListName} from '../model/view.js';
import type {Hit} from '../present/hit.js';
import {cellBelow} from '../present/piece-layout.js';
import type {ScreenContext} from '../screen/screen-context.js';

/** Rows that a turn of the wheel goes. */
const rows = 3;

function moveList(screen: ScreenContext, list: ListName, step: number): void {
	const state = screen.state();
	moveTo(screen, list, cursorRow(entries(state, list), state.view.lists[list], list) + step);
}

/**
 * Does what the wheel does over a place: in what lies under it, whoever has the keys.
 *
 * @param hits what clicks there mean, the innermost first
 */
export function turnWheel(screen: ScreenContext, hits: readonly Hit[], step: 1 | -1): void {
	const {view} = screen.state();
	if (view.dialog) return pressKey(screen, step > 0 ? 'down' : 'up');
	for (const hit of hits) {
		if (hit.kind === 'row' || hit.kind === 'list') return moveList(screen, hit.list, step * rows);
		if (hit.kind === 'grid') {
			// Only who looks at a cell moves on it.
			if (view.cell >= 0) moveCell(screen, (cell, grid) => cellBelow(grid, cell, step));
			return;
		}
		if (hit.kind === 'pane' && hit.pane === 'speed')
			return screen.run(step > 0 ? 'range-longer' : 'range-shorter', '', '');
	}
}

import {inside} from '../look/layout.js';
import {drawsHalves} from '../look/themes.js';
import {activeList, cursorRow, entries} from '../model/lists.js';
import type {ListName} from '../model/view.js';
import {cellBelow, type Grid, gridFor} from '../present/piece-layout.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {moveTo} from './lists.js';

/** How far the cursor goes: rows, a page or half of one, or to an end. */
export type CursorStep =
	| number
	| 'page-up'
	| 'page-down'
	| 'half-page-up'
	| 'half-page-down'
	| 'top'
	| 'bottom';

/** Moves the cursor of the list that has the keys, or that on the grid of pieces. */
export function moveCursor(screen: ScreenContext, step: CursorStep): void {
	const state = screen.state();
	const list = activeList(state.view);
	if (list) {
		const shown = entries(state, list);
		const at = cursorRow(shown, state.view.lists[list], list);
		moveTo(screen, list, stepped(at, step, pageRows(screen, list), shown.length - 1));
	} else if (state.view.screen === 'torrent' && state.view.pane === 'pieces') {
		moveCell(screen, (cell, grid) => steppedCell(cell, step, grid));
	}
}

/** Moves the cursor on the grid of pieces; the first move only shows it. */
export function moveCell(screen: ScreenContext, step: (cell: number, grid: Grid) => number): void {
	const {model, view} = screen.state();
	const pieces = model.torrent?.pieces;
	const area = screen.layout().panes.pieces;
	if (!pieces || !area) return;
	const grid = gridFor(
		pieces.cells.length,
		inside(area),
		drawsHalves(screen.look, screen.state().preferences),
	);
	const cell = view.cell < 0 ? 0 : step(view.cell, grid);
	screen.setView({cell: Math.max(0, Math.min(pieces.cells.length - 1, cell))});
}

/** Where a step leads on the grid of pieces: a page is half of what is in sight, which is all of it. */
function steppedCell(cell: number, step: CursorStep, grid: Grid): number {
	switch (step) {
		case 'top':
			return 0;
		case 'bottom':
			return grid.cells - 1;
		case 'page-up':
			return cellBelow(grid, cell, -Math.ceil(grid.rows / 2));
		case 'page-down':
			return cellBelow(grid, cell, Math.ceil(grid.rows / 2));
		case 'half-page-up':
			return cellBelow(grid, cell, -Math.ceil(grid.rows / 4));
		case 'half-page-down':
			return cellBelow(grid, cell, Math.ceil(grid.rows / 4));
		default:
			return cellBelow(grid, cell, step);
	}
}

function stepped(at: number, step: CursorStep, page: number, last: number): number {
	switch (step) {
		case 'top':
			return 0;
		case 'bottom':
			return last;
		case 'page-up':
			return at - page;
		case 'page-down':
			return at + page;
		case 'half-page-up':
			return at - Math.ceil(page / 2);
		case 'half-page-down':
			return at + Math.ceil(page / 2);
		default:
			return at + step;
	}
}

/** Rows of the list that has the keys, for moving by a page. */
function pageRows(screen: ScreenContext, list: ListName): number {
	const layout = screen.layout();
	const area =
		list === 'torrents'
			? layout.torrents
			: list === 'found' || list === 'people' || list === 'shared'
				? layout.network?.[list]
				: list === 'feeds' || list === 'items' || list === 'rules'
					? layout.feeds?.[list]
					: list === 'everyPeer' || list === 'everyTracker'
						? layout.swarms?.[list]
						: layout.panes[list];
	return Math.max(1, (area?.rows ?? 10) - 3);
}

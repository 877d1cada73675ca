import {setList, sortBy} from '../actions/lists.js';
import {place} from '../actions/network.js';
import {goToPane} from '../actions/panes.js';
import {pressKey} from '../app/press-key.js';
import {kindOf} from '../dialogs/dialog-kinds.js';
import {inside} from '../look/layout.js';
import {drawsHalves} from '../look/themes.js';
import {activeList, entries, orders} from '../model/lists.js';
import type {ListName} from '../model/view.js';
import type {ClickKind, Hit} from '../present/hit.js';
import {cellAt, gridFor} from '../present/piece-layout.js';
import type {ScreenContext} from '../screen/screen-context.js';

/** Gives the keys to the part of the screen that shows a list; answers whether it has them now. */
export function giveKeys(screen: ScreenContext, list: ListName): boolean {
	const {view} = screen.state();
	if (activeList(view) === list && !(view.screen === 'network' && view.network.pane === 'search'))
		return true;
	switch (list) {
		case 'torrents':
			if (view.screen === 'session') screen.setView({sessionPart: 'torrents'});
			break;
		case 'log':
			if (view.screen === 'session') screen.setView({sessionPart: 'log'});
			else if (view.screen === 'torrent') goToPane(screen, 'log');
			break;
		case 'found':
		case 'people':
		case 'shared':
			place(screen, {pane: list});
			break;
		case 'feeds':
		case 'items':
		case 'rules':
			screen.setView({feedPart: list});
			break;
		case 'everyPeer':
		case 'everyTracker':
			screen.setView({swarmPart: list});
			break;
		default:
			if (view.screen === 'torrent') goToPane(screen, list);
	}
	return activeList(screen.state().view) === list;
}

/** Puts the cursor on what was clicked; clicked twice it is opened, and a mark goes on or off what it was put on. */
function takeRow(screen: ScreenContext, list: ListName, key: string, how: ClickKind): void {
	if (how === 'twice') return pressKey(screen, 'enter');
	if (!giveKeys(screen, list)) return;
	const shown = entries(screen.state(), list);
	const index = shown.findIndex(entry => entry.key === key);
	// It left between the picture and the click.
	if (index < 0) return;
	const isNewest = list === 'log' && index === shown.length - 1;
	setList(screen, list, {key: isNewest ? undefined : key, index});
	if (how !== 'mark') return;
	pressKey(screen, 'space');
	// The key goes one down, for the next one; a hand that points goes there itself.
	if (screen.state().view.lists[list].key !== key) setList(screen, list, {key, index});
}

function sort(screen: ScreenContext, list: ListName, column: string): void {
	if (!giveKeys(screen, list) || !orders[list].some(({id}) => id === column)) return;
	const isSame = screen.state().view.lists[list].sort === column;
	if (isSame) screen.run('sort-reverse', '', '');
	else sortBy(screen, list, column);
}

/** Puts the cursor on the cell of the grid of pieces at a place in its pane. */
function takeCell(screen: ScreenContext, x: number, y: number, how: ClickKind): void {
	if (how === 'twice') return pressKey(screen, 'enter');
	goToPane(screen, 'pieces');
	const cells = screen.state().model.torrent?.pieces?.cells.length ?? 0;
	const area = screen.layout().panes.pieces;
	if (!area || cells === 0) return;
	const grid = gridFor(cells, inside(area), drawsHalves(screen.look, screen.state().preferences));
	const cell = cellAt(grid, x, y);
	if (cell !== undefined) screen.setView({cell});
}

/** Does what a click means. `at`: the place in what was clicked. */
export function strike(
	screen: ScreenContext,
	hit: Hit,
	at: {readonly x: number; readonly y: number},
	how: ClickKind,
): void {
	switch (hit.kind) {
		case 'key':
			return pressKey(screen, hit.key);
		case 'command':
			return screen.run(hit.name, hit.argument ?? '', '');
		case 'pane':
			// On the list of all torrents the speed is only looked at.
			if (screen.state().view.screen === 'torrent') goToPane(screen, hit.pane);
			return undefined;
		case 'list':
			giveKeys(screen, hit.list);
			return undefined;
		case 'row':
			return takeRow(screen, hit.list, hit.key, how);
		case 'sort':
			return sort(screen, hit.list, hit.column);
		case 'grid':
			return takeCell(screen, at.x, at.y, how);
		case 'part': {
			const {dialog} = screen.state().view;
			if (dialog) kindOf(dialog).click?.(screen, dialog, hit, how);
			return undefined;
		}
		case 'link':
			return undefined;
		default:
			return hit satisfies never;
	}
}

import {inside, type PaneName, paneNames, sizeClass} from '../look/layout.js';
import {activeList, cursorRow, entries, orders} from '../model/lists.js';
import type {ListName, ListState, View} from '../model/view.js';
import {gridFor} from '../present/pieces.js';
import {graphRanges} from '../present/speed.js';
import type {Action, ScreenContext} from '../screen/screen-context.js';
import {field} from '../text/text-field.js';

/** Changes one list of the view. */
export function setList(screen: ScreenContext, list: ListName, change: Partial<ListState>): void {
	const {lists} = screen.state().view;
	screen.setView({lists: {...lists, [list]: {...lists[list], ...change}}});
}

/** Rows of the list that has the keys, for moving by a page. */
function pageRows(screen: ScreenContext, list: ListName): number {
	const layout = screen.layout();
	const area = list === 'torrents' ? layout.torrents : layout.panes[list];
	return Math.max(1, (area?.rows ?? 10) - 3);
}

function moveTo(screen: ScreenContext, list: ListName, row: number): void {
	const shown = entries(screen.state(), list);
	if (shown.length === 0) return;
	const index = Math.max(0, Math.min(shown.length - 1, row));
	// At its end a log follows what happens.
	const key = list === 'log' && index === shown.length - 1 ? undefined : shown[index]?.key;
	setList(screen, list, {key, index});
}

function moveCell(screen: ScreenContext, step: (cell: number, perRow: number, rows: number) => number): void {
	const {model, view} = screen.state();
	const pieces = model.torrent?.pieces;
	const area = screen.layout().panes.pieces;
	if (!pieces || !area) return;
	const grid = gridFor(pieces.cells.length, inside(area));
	// The first move only shows the cursor.
	const cell = view.cell < 0 ? 0 : step(view.cell, grid.perRow, grid.rows);
	screen.setView({cell: Math.max(0, Math.min(pieces.cells.length - 1, cell))});
}

function move(rows: number | 'page-up' | 'page-down' | 'top' | 'bottom'): Action {
	return screen => {
		const state = screen.state();
		const list = activeList(state.view);
		if (list) {
			const shown = entries(state, list);
			const at = cursorRow(shown, state.view.lists[list], list);
			const page = pageRows(screen, list);
			const to =
				rows === 'top'
					? 0
					: rows === 'bottom'
						? shown.length - 1
						: rows === 'page-up'
							? at - page
							: rows === 'page-down'
								? at + page
								: at + rows;
			moveTo(screen, list, to);
		} else if (state.view.pane === 'pieces') {
			moveCell(screen, (cell, perRow, height) => {
				if (rows === 'top') return 0;
				if (rows === 'bottom') return Number.MAX_SAFE_INTEGER;
				if (rows === 'page-up') return cell - perRow * height;
				if (rows === 'page-down') return cell + perRow * height;
				return cell + rows * perRow;
			});
		}
	};
}

function goToPane(screen: ScreenContext, pane: PaneName): void {
	screen.setView({pane});
	rememberSize(screen);
}

function rememberSize(screen: ScreenContext): void {
	const {columns, rows, preferences, view} = screen.state();
	const {pane, grow, density} = view;
	screen.setPreferences({sizes: {...preferences.sizes, [sizeClass(columns, rows)]: {pane, grow, density}}});
}

function stepPane(step: 1 | -1): Action {
	return screen => {
		const at = paneNames.indexOf(screen.state().view.pane);
		goToPane(screen, paneNames[(at + step + paneNames.length) % paneNames.length] as PaneName);
	};
}

const growth = ['share', 'half', 'full'] as const;
const densities = ['all', 'strip', 'one'] as const;

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
	const searched = list === 'files' ? {...state, view: {...state.view, folded: nothingFolded}} : state;
	const shown = entries(searched, list);
	const wanted = text.toLowerCase();
	const start = Math.max(0, cursorRow(shown, state.view.lists[list], list)) + (from === 'next' ? step : 0);
	for (let offset = 0; offset < shown.length; offset++) {
		const index = (((start + offset * step) % shown.length) + shown.length) % shown.length;
		const entry = shown[index];
		if (entry?.text.toLowerCase().includes(wanted)) {
			if (list === 'files') unfold(screen, entry.key);
			moveTo(
				screen,
				list,
				entries(screen.state(), list).findIndex(({key}) => key === entry.key),
			);
			return true;
		}
	}
	return false;
}

function again(step: 1 | -1): Action {
	return screen => {
		const {query} = screen.state().view;
		if (query === '') screen.say('Nothing was searched yet: press / first.', 'warn');
		else if (!find(screen, query, step, 'next')) screen.say(`Nothing here holds “${query}”.`, 'warn');
	};
}

function range(step: 1 | -1): Action {
	return (screen, argument) => {
		const {view, model} = screen.state();
		const current =
			view.range || (view.screen === 'session' ? model.speed : model.torrent?.speed)?.range || 60;
		if (argument === 'auto') {
			screen.setView({range: 0});
			screen.setPreferences({graphRange: 0});
			return;
		}
		const named = graphRanges.find(([, name]) => name.replace(' ', '') === argument.replace(' ', ''));
		const at = graphRanges.findIndex(([seconds]) => seconds === current);
		const next = named ?? graphRanges[Math.max(0, Math.min(graphRanges.length - 1, at + step))];
		if (!next) return;
		screen.setView({range: next[0]});
		screen.setPreferences({graphRange: next[0]});
	};
}

/** Opens a torrent's screen. */
export function openTorrent(screen: ScreenContext, id: string, pane?: PaneName): void {
	const {view} = screen.state();
	screen.setView({
		screen: 'torrent',
		torrent: id,
		cell: -1,
		...(pane && {pane}),
		lists: {
			...view.lists,
			peers: {...view.lists.peers, key: undefined, filter: ''},
			trackers: {...view.lists.trackers, key: undefined, filter: ''},
			files: {...view.lists.files, key: undefined, filter: '', marks: new Set()},
			log: {...view.lists.log, key: undefined, filter: ''},
		},
	});
}

function back(screen: ScreenContext): void {
	const {view} = screen.state();
	const list = activeList(view);
	if (view.notice) screen.setView({notice: undefined});
	const {back: step} = screen.keyContext();
	if (step === 'filter' && list) setList(screen, list, {filter: ''});
	else if (step === 'marks' && list) setList(screen, list, {marks: new Set()});
	else if (step === 'cell') screen.setView({cell: -1});
	else if (step === 'grow') screen.setView({grow: 'share'});
	else if (step === 'list') {
		const lists: View['lists'] = {
			...view.lists,
			torrents: {...view.lists.torrents, key: view.torrent ?? view.lists.torrents.key},
		};
		screen.setView({screen: 'session', lists});
	}
}

/** Everything that moves somebody about. */
export const moving: Readonly<Record<string, Action>> = {
	up: move(-1),
	down: move(1),
	'page-up': move('page-up'),
	'page-down': move('page-down'),
	top: move('top'),
	bottom: move('bottom'),
	left: screen => moveCell(screen, cell => cell - 1),
	right: screen => moveCell(screen, cell => cell + 1),
	'next-missing': screen => {
		const cells = screen.state().model.torrent?.pieces?.cells ?? '';
		moveCell(screen, cell => {
			for (let offset = 1; offset <= cells.length; offset++) {
				const at = (cell + offset) % cells.length;
				if (cells[at] !== 'h' && cells[at] !== 'u') return at;
			}
			return cell;
		});
	},
	'next-pane': stepPane(1),
	'previous-pane': stepPane(-1),
	pane: (screen, argument, key) => {
		const wanted = argument || key;
		const pane = paneNames.find((name, index) => name === wanted || String(index + 1) === wanted);
		if (pane) goToPane(screen, pane);
		else screen.say(`There is no pane “${wanted}”: 1 to 6, or ${paneNames.join(', ')}.`, 'warn');
	},
	grow: screen => {
		const at = growth.indexOf(screen.state().view.grow);
		screen.setView({grow: growth[Math.min(growth.length - 1, at + 1)] ?? 'full'});
		rememberSize(screen);
	},
	shrink: screen => {
		const at = growth.indexOf(screen.state().view.grow);
		screen.setView({grow: growth[Math.max(0, at - 1)] ?? 'share'});
		rememberSize(screen);
	},
	density: screen => {
		const at = densities.indexOf(screen.state().view.density);
		screen.setView({density: densities[(at + 1) % densities.length] ?? 'all'});
		rememberSize(screen);
	},
	back,
	open: screen => {
		const state = screen.state();
		const entry = entries(state, 'torrents')[
			cursorRow(entries(state, 'torrents'), state.view.lists.torrents)
		];
		if (entry) openTorrent(screen, entry.key);
	},
	search: screen => {
		const {view} = screen.state();
		screen.setDialog({kind: 'line', prompt: '/', value: field(), before: view.query, folded: view.folded});
	},
	'search-next': again(1),
	'search-previous': again(-1),
	filter: (screen, argument) => {
		const list = activeList(screen.state().view);
		if (!list) return;
		if (argument) setList(screen, list, {filter: argument});
		else {
			const before = screen.state().view.lists[list].filter;
			screen.setDialog({kind: 'line', prompt: 'filter', value: field(before), before});
		}
	},
	sort: (screen, argument) => {
		const list = activeList(screen.state().view);
		if (!list) return;
		if (argument) sortBy(screen, list, argument);
		else screen.setDialog({kind: 'sort', list});
	},
	'sort-reverse': screen => {
		const {view} = screen.state();
		const list = activeList(view);
		if (list) setList(screen, list, {reverse: !view.lists[list].reverse});
	},
	'range-shorter': range(-1),
	'range-longer': range(1),
	range: range(1),
};

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

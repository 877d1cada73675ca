import {back, backStep} from '../actions/back.js';
import {moveCell, moveCursor} from '../actions/cursor.js';
import {openTorrent} from '../actions/open-torrent.js';
import {goToPane, stepPane} from '../actions/panes.js';
import {paneNames} from '../look/layout.js';
import {cursorRow, entries} from '../model/lists.js';
import {defineKey, inGroup} from './define-key.js';
import {needTorrents} from './guards.js';
import {after} from './key-record.js';

const backLabels = {
	filter: 'clear filter',
	marks: 'mark none',
	cell: 'leave the grid',
	grow: 'shrink',
	person: 'all again',
	words: 'clear search',
	list: 'list',
	nothing: '',
} as const;

/** The torrent under the cursor. */
const needOpenable = after(needTorrents, (_, {state}) => {
	const shown = entries(state(), 'torrents');
	return {id: shown[cursorRow(shown, state().view.lists.torrents)]?.key};
});

/** Keys that move somebody about. */
export const movingKeys = inGroup('Moving', [
	defineKey({
		name: 'open',
		keys: ['enter', 'right', 'l'],
		where: ['session'],
		help: 'Open the torrent under the cursor',
		footer: 2,
		when: needOpenable,
		label: 'open',
		run: (screen, {id}) => {
			if (id !== undefined) openTorrent(screen, id);
		},
	}),
	defineKey({
		name: 'next-pane',
		keys: ['tab'],
		where: ['torrent'],
		onPanes: true,
		help: 'Go to the next pane',
		footer: 4,
		label: 'pane',
		run: screen => stepPane(screen, 1),
	}),
	defineKey({
		name: 'previous-pane',
		keys: ['shift-tab'],
		where: ['torrent'],
		onPanes: true,
		help: 'Go to the previous pane',
		label: 'pane back',
		run: screen => stepPane(screen, -1),
	}),
	defineKey({
		name: 'pane',
		takes: {hint: 'pane', needed: true, only: true, ways: () => [...paneNames, '1', '2', '3', '4', '5', '6']},
		keys: ['1', '2', '3', '4', '5', '6'],
		where: ['torrent'],
		onPanes: true,
		help: 'Go to a pane by its number',
		label: 'pane',
		run: (screen, _, named, key) => goToPane(screen, named || key),
	}),
	defineKey({
		name: 'up',
		keys: ['up', 'k'],
		where: ['anywhere'],
		help: 'Up',
		label: 'up',
		run: screen => moveCursor(screen, -1),
	}),
	defineKey({
		name: 'down',
		keys: ['down', 'j'],
		where: ['anywhere'],
		help: 'Down',
		label: 'down',
		run: screen => moveCursor(screen, 1),
	}),
	defineKey({
		name: 'left',
		keys: ['left', 'h'],
		where: ['pieces'],
		help: 'Left, on the grid of pieces',
		label: 'left',
		run: screen => moveCell(screen, cell => cell - 1),
	}),
	defineKey({
		name: 'right',
		keys: ['right', 'l'],
		where: ['pieces'],
		help: 'Right, on the grid of pieces',
		label: 'right',
		run: screen => moveCell(screen, cell => cell + 1),
	}),
	defineKey({
		name: 'page-up',
		keys: ['pageup', 'ctrl-b'],
		where: ['anywhere'],
		help: 'A page up',
		label: 'page up',
		run: screen => moveCursor(screen, 'page-up'),
	}),
	defineKey({
		name: 'page-down',
		keys: ['pagedown', 'ctrl-f'],
		where: ['anywhere'],
		help: 'A page down',
		label: 'page down',
		run: screen => moveCursor(screen, 'page-down'),
	}),
	defineKey({
		name: 'top',
		keys: ['g', 'home'],
		where: ['anywhere'],
		help: 'To the first row',
		label: 'top',
		run: screen => moveCursor(screen, 'top'),
	}),
	defineKey({
		name: 'bottom',
		keys: ['G', 'end'],
		where: ['anywhere'],
		help: 'To the last row',
		label: 'bottom',
		run: screen => moveCursor(screen, 'bottom'),
	}),
	defineKey({
		name: 'back',
		keys: ['esc'],
		where: ['anywhere'],
		help: 'Clear the filter, or go back to the list of torrents',
		footer: 14,
		when: ({state}) => ({step: backStep(state())}),
		label: ({step}) => backLabels[step ?? 'nothing'],
		run: (screen, {step}) => back(screen, step),
	}),
]);

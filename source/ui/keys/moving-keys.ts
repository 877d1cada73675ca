import {back, backStep} from '../actions/back.js';
import {moveCell, moveCursor} from '../actions/cursor.js';
import {foldGroup} from '../actions/groups.js';
import {openTorrent} from '../actions/open-torrent.js';
import {goToPane, stepPane} from '../actions/panes.js';
import {paneNames} from '../look/layout.js';
import {rowUnder} from '../model/targets.js';
import {isGroup} from '../model/torrent-groups.js';
import {shownGroups} from '../model/torrent-list.js';
import {defineKey, inGroup} from './define-key.js';
import {needTorrents} from './guards.js';
import type {Situation} from './key-record.js';

const backLabels = {
	filter: 'clear filter',
	marks: 'mark none',
	cell: 'leave the grid',
	grow: 'shrink',
	person: 'all again',
	words: 'clear search',
	list: 'list',
	log: 'list',
	nothing: '',
} as const;

/** The torrent or group under the cursor. */
function needOpenable(situation: Situation) {
	const state = situation.state();
	const row = rowUnder(state);
	if (row === undefined) return needTorrents(situation) as string;
	return {row, folded: isGroup(row) && state.view.foldedGroups.has(row.key)};
}

/** The group under the cursor, or that the torrent there is in. */
function needGroup({state}: Situation) {
	const now = state();
	const row = rowUnder(now);
	const found = row && (isGroup(row) ? row : shownGroups(now)?.find(({torrents}) => torrents.includes(row)));
	return found ? {found} : 'The torrents are in no groups: B puts them in some.';
}

/** Whether any group is folded, and all there are. */
function needGroups({state}: Situation) {
	const groups = shownGroups(state());
	if (groups === undefined) return 'The torrents are in no groups: B puts them in some.';
	if (groups.length === 0) return 'There is no torrent here: press a to add one.';
	return {groups, folded: groups.some(({key}) => state().view.foldedGroups.has(key))};
}

/** Keys that move somebody about. */
export const movingKeys = inGroup('Moving', [
	defineKey({
		name: 'open',
		keys: ['enter', 'right', 'l'],
		where: ['session'],
		help: 'Open the torrent under the cursor',
		footer: 2,
		when: needOpenable,
		label: ({row, folded}) => (isGroup(row) ? (folded ? 'unfold' : 'fold') : 'open'),
		run: (screen, {row, folded}) =>
			isGroup(row) ? foldGroup(screen, row, !folded) : openTorrent(screen, row.id),
	}),
	defineKey({
		name: 'fold-group',
		keys: ['left', 'h'],
		where: ['session'],
		help: 'Fold the group that the torrent is in',
		when: needGroup,
		label: 'fold',
		run: (screen, {found}) => foldGroup(screen, found, true),
	}),
	defineKey({
		name: 'fold-groups',
		keys: ['z'],
		where: ['session'],
		help: 'Fold or unfold all groups',
		when: needGroups,
		label: ({folded}) => (folded ? 'unfold all' : 'fold all'),
		run: (screen, {groups, folded}) =>
			screen.setView({foldedGroups: new Set(folded ? [] : groups.map(({key}) => key))}),
	}),
	defineKey({
		name: 'session-log',
		keys: ['tab', 'shift-tab'],
		where: ['session'],
		help: 'Go to the log below the list, or back',
		when: ({state}) => ({part: state().view.sessionPart}),
		label: ({part}) => (part === 'log' ? 'list' : 'log'),
		run: (screen, {part}) => {
			if (part === 'torrents' && screen.layout().panes.log === undefined)
				screen.say('The log has no room here: Enter opens a torrent, 6 its log.', 'warn');
			else screen.setView({sessionPart: part === 'log' ? 'torrents' : 'log'});
		},
	}),
	defineKey({
		name: 'next-pane',
		keys: ['tab', 'right', 'l'],
		where: ['torrent'],
		onPanes: true,
		help: 'Go to the next pane',
		footer: 4,
		label: 'pane',
		run: screen => stepPane(screen, 1),
	}),
	defineKey({
		name: 'previous-pane',
		keys: ['shift-tab', 'left', 'h'],
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
		name: 'half-page-up',
		keys: ['ctrl-u'],
		where: ['anywhere'],
		help: 'Half a page up',
		label: 'half a page up',
		run: screen => moveCursor(screen, 'half-page-up'),
	}),
	defineKey({
		name: 'half-page-down',
		keys: ['ctrl-d'],
		where: ['anywhere'],
		help: 'Half a page down',
		label: 'half a page down',
		run: screen => moveCursor(screen, 'half-page-down'),
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

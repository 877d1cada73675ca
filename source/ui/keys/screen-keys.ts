import {evenBoundaries, resizePart} from '../actions/boundaries.js';
import {groupBy} from '../actions/groups.js';
import {setList} from '../actions/lists.js';
import {grow, nextDensity} from '../actions/panes.js';
import {quit} from '../actions/quit.js';
import {setTheme, themeNames} from '../actions/theme.js';
import {goToTorrent} from '../actions/trouble.js';
import {type ColumnedList, columnsOf} from '../columns/columns-of.js';
import {groupName} from '../columns/torrent-columns.js';
import {openColumns} from '../dialogs/columns-dialog.js';
import {openDht} from '../dialogs/dht-dialog.js';
import {openFinder} from '../finder/find-dialog.js';
import {activeList, cursorRow, entries, shownLog} from '../model/lists.js';
import {rowUnder} from '../model/targets.js';
import {groupings, isGroup} from '../model/torrent-groups.js';
import {shownTorrents} from '../model/torrent-list.js';
import {nameText} from '../text/text.js';
import {field} from '../text/text-field.js';
import {defineKey, inGroup} from './define-key.js';

/** Keys that change how the screen looks. */
export const screenKeys = inGroup('Screen', [
	defineKey({
		name: 'groups',
		keys: ['B'],
		where: ['session'],
		help: 'Put the torrents in groups: by label, state or tracker, or all in one list',
		footer: 13.5,
		takes: {hint: 'by', only: true, ways: () => groupings},
		label: 'group',
		run: (screen, _, by) => {
			if (by) groupBy(screen, by);
			else screen.setDialog({kind: 'group'});
		},
	}),
	defineKey({
		name: 'columns',
		keys: ['|'],
		where: ['list'],
		help: 'Choose the columns of the list, their order and width, for a terminal of this size',
		footer: 13.6,
		when: ({state}) => {
			const list = activeList(state().view);
			return list === undefined || !(list in columnsOf)
				? 'This list has no columns.'
				: {list: list as ColumnedList};
		},
		label: 'columns',
		run: (screen, {list}) => openColumns(screen, list),
	}),
	defineKey({
		name: 'log-of',
		keys: ['e'],
		where: ['session'],
		help: 'Show in the log only what happened to the torrent or group, or all again',
		when: ({state}) => {
			const row = rowUnder(state());
			const {logOf} = state().view;
			if (row === undefined) return logOf ? {logOf, next: undefined} : 'There is no torrent here.';
			const ids = isGroup(row) ? row.torrents.map(({id}) => id) : [row.id];
			const isSame =
				logOf !== undefined && ids.length === logOf.ids.size && ids.every(id => logOf.ids.has(id));
			const name = isGroup(row) ? groupName(row) : nameText(row.name);
			return {logOf, next: isSame ? undefined : {ids: new Set(ids), name}};
		},
		label: ({next}) => (next ? 'its log' : 'log of all'),
		run: (screen, {next}) => {
			screen.setView({logOf: next});
			setList(screen, 'log', {key: undefined});
		},
	}),
	defineKey({
		name: 'log-torrent',
		keys: ['enter'],
		where: ['log'],
		help: 'Go to the torrent of the line, in the log of all',
		footer: 2.5,
		when: ({state}) => {
			const now = state();
			const line = shownLog(now)[cursorRow(entries(now, 'log'), now.view.lists.log, 'log')];
			const torrent = shownTorrents(now).find(({id}) => id === line?.torrent);
			if (now.view.screen !== 'session') return 'This is the log of one torrent.';
			return torrent ? {torrent} : 'This line is of no torrent that is shown.';
		},
		label: 'to the torrent',
		run: (screen, {torrent}) => {
			screen.setView({sessionPart: 'torrents'});
			goToTorrent(screen, torrent);
		},
	}),
	defineKey({
		name: 'log-line',
		keys: ['i'],
		where: ['log'],
		help: 'Tell the whole line of the log',
		footer: 2.2,
		when: ({state}) => {
			const now = state();
			const line = shownLog(now)[cursorRow(entries(now, 'log'), now.view.lists.log, 'log')];
			return line ? {line} : 'Nothing has happened yet.';
		},
		label: 'whole line',
		run: (screen, {line}) => screen.setDialog({kind: 'logLine', line}),
	}),
	defineKey({
		name: 'log-details',
		keys: ['space'],
		where: ['log'],
		help: 'Show every detail (pieces verified …), or not',
		footer: 2,
		when: ({state}) => ({details: state().view.details}),
		label: ({details}) => (details ? 'less' : 'details'),
		run: (screen, {details}) => {
			screen.setView({details: !details});
			setList(screen, 'log', {key: undefined});
		},
	}),
	defineKey({
		name: 'grow',
		keys: ['+', '=', 'w'],
		where: ['torrent'],
		onPanes: true,
		help: 'Give the pane most of the screen, then all of it',
		footer: 5,
		label: 'grow',
		run: screen => grow(screen, 1),
	}),
	defineKey({
		name: 'shrink',
		keys: ['_', '-'],
		where: ['torrent'],
		onPanes: true,
		help: 'Give the pane less room again',
		label: 'shrink',
		run: screen => grow(screen, -1),
	}),
	defineKey({
		name: 'density',
		keys: ['C'],
		where: ['torrent'],
		onPanes: true,
		help: 'Show all panes, one below two strips, or one alone',
		label: 'density',
		run: nextDensity,
	}),
	defineKey({
		name: 'taller',
		keys: ['}'],
		where: ['anywhere'],
		help: 'Give the pane a row more (the mouse drags the line between two)',
		label: 'taller',
		run: screen => resizePart(screen, 'y', 1),
	}),
	defineKey({
		name: 'shorter',
		keys: ['{'],
		where: ['anywhere'],
		help: 'Give the pane a row less',
		label: 'shorter',
		run: screen => resizePart(screen, 'y', -1),
	}),
	defineKey({
		name: 'wider',
		keys: ['>'],
		where: ['anywhere'],
		help: 'Give the pane two columns more',
		label: 'wider',
		run: screen => resizePart(screen, 'x', 2),
	}),
	defineKey({
		name: 'narrower',
		keys: ['<'],
		where: ['anywhere'],
		help: 'Give the pane two columns less',
		label: 'narrower',
		run: screen => resizePart(screen, 'x', -2),
	}),
	defineKey({
		name: 'even',
		keys: ['~'],
		where: ['anywhere'],
		help: 'Put the lines between panes back',
		label: 'even',
		run: evenBoundaries,
	}),
	defineKey({
		name: 'dht',
		keys: ['H'],
		where: ['anywhere'],
		help: 'Show how the DHT does, which finds peers without trackers',
		label: 'DHT',
		run: openDht,
	}),
	defineKey({
		name: 'settings',
		keys: [','],
		where: ['anywhere'],
		help: 'Theme, frames, bell and more, kept in the config file',
		label: 'settings',
		run: screen => screen.setDialog({kind: 'settings', at: 0}),
	}),
	defineKey({
		name: 'theme',
		takes: {hint: 'theme', only: true, ways: () => themeNames},
		keys: ['T'],
		where: ['anywhere'],
		help: 'The next theme (`:theme NAME` for one of them)',
		label: 'theme',
		run: (screen, _, name) => setTheme(screen, name),
	}),
	defineKey({
		name: 'find',
		takes: {hint: 'words'},
		keys: ['ctrl-p'],
		where: ['anywhere'],
		help: 'Find anything: torrents, their files, commands, settings, labels',
		footer: 14.5,
		label: 'find anything',
		run: (screen, _, words) => openFinder(screen, words),
	}),
	defineKey({
		name: 'command-line',
		keys: [':'],
		where: ['anywhere'],
		help: 'Type a command: every action here has a name',
		label: 'command',
		run: screen => screen.setDialog({kind: 'line', prompt: ':', value: field(), before: ''}),
	}),
	defineKey({
		name: 'redraw',
		keys: ['ctrl-l'],
		where: ['anywhere'],
		help: 'Draw the screen anew',
		label: 'redraw',
		run: screen => screen.redraw(),
	}),
	defineKey({
		name: 'help',
		keys: ['?', 'f1'],
		where: ['anywhere'],
		help: 'This help',
		footer: 1.5,
		lasting: true,
		label: 'help',
		run: screen => screen.setDialog({kind: 'help', query: field(), top: 0}),
	}),
]);

/** Keys that leave the screen. */
export const leavingKeys = inGroup('Leaving', [
	defineKey({
		name: 'suspend',
		keys: ['ctrl-z'],
		where: ['anywhere'],
		help: 'Back to the shell; fg returns',
		label: 'suspend',
		run: screen => screen.suspend(),
	}),
	defineKey({
		name: 'quit',
		keys: ['q', 'ctrl-c'],
		where: ['anywhere'],
		help: 'Leave: asks whether downloads shall go on',
		footer: 16,
		lasting: true,
		label: 'leave',
		run: quit,
	}),
	defineKey({
		name: 'detach',
		keys: ['Q'],
		where: ['anywhere'],
		help: 'Leave at once, downloads go on',
		when: ({detachable}) => (detachable ? {} : 'Nothing goes on here without the screen: q leaves.'),
		label: 'detach',
		run: screen => screen.leave({how: 'detach'}),
	}),
]);

import {lookAtFile, setPriorityByName} from '../actions/files.js';
import {openTorrentNamed} from '../actions/open-torrent.js';
import {setRange} from '../actions/speed-range.js';
import {frameNames, setFrames} from '../actions/theme.js';
import {targets} from '../model/targets.js';
import {priorityWords} from '../present/files.js';
import {nameText} from '../text/text.js';
import {rangeArgument} from './argument-ways.js';
import {defineKey, inGroup, type ScreenKey} from './define-key.js';
import {needFile} from './guards.js';
import type {Situation} from './key-record.js';

const typed = {keys: [], where: ['anywhere'], label: ''} as const;

/** The torrents by their names. */
const torrentWays = ({state}: Situation) => (state().model.torrents ?? []).map(({name}) => nameText(name));

/** Commands that have a name for the `:` line only, and no key. */
export const typedCommands: readonly ScreenKey[] = inGroup('Screen', [
	defineKey({
		...typed,
		name: 'resume',
		help: 'Let the torrent go on',
		run: screen => {
			for (const {id} of targets(screen.state())) screen.send({type: 'torrent.resume', id});
		},
	}),
	defineKey({
		...typed,
		name: 'file-look',
		help: 'Tell everything about the file or folder under the cursor',
		when: needFile,
		run: (screen, {node}) => lookAtFile(screen, node),
	}),
	defineKey({
		...typed,
		name: 'priority',
		takes: {hint: 'priority', needed: true, only: true, ways: () => priorityWords},
		help: 'Give the files that are marked, or under the cursor, a priority',
		run: (screen, _, name) => setPriorityByName(screen, name),
	}),
	defineKey({
		...typed,
		name: 'range',
		takes: rangeArgument,
		help: 'Show another time in the speed graph',
		run: (screen, _, named) => setRange(screen, named, 1),
	}),
	defineKey({
		...typed,
		name: 'torrent',
		takes: {hint: 'name', needed: true, ways: torrentWays},
		help: 'Open the first torrent that is called so',
		run: (screen, _, name) => openTorrentNamed(screen, name),
	}),
	defineKey({
		...typed,
		name: 'frames',
		takes: {hint: 'frames', only: true, ways: () => frameNames},
		help: 'The next frames round the panes, or those that are named',
		run: (screen, _, name) => setFrames(screen, name),
	}),
	defineKey({
		...typed,
		name: 'stop',
		help: 'Leave, and end all downloads',
		run: screen => {
			if (screen.visiting) screen.say('The engine is not ended from here.', 'warn');
			else screen.leave({how: 'stop'});
		},
	}),
]);

import {setPriorityByName} from '../actions/files.js';
import {openTorrentNamed} from '../actions/open-torrent.js';
import {setRange} from '../actions/speed-range.js';
import {setFrames} from '../actions/theme.js';
import {targets} from '../model/targets.js';
import {defineKey, inGroup, type ScreenKey} from './define-key.js';

const typed = {keys: [], where: ['anywhere'], help: '', label: ''} as const;

/** Commands that have a name for the `:` line only, and no key. */
export const typedCommands: readonly ScreenKey[] = inGroup('Screen', [
	defineKey({
		...typed,
		name: 'resume',
		run: screen => {
			for (const {id} of targets(screen.state())) screen.send({type: 'torrent.resume', id});
		},
	}),
	defineKey({...typed, name: 'priority', run: (screen, _, name) => setPriorityByName(screen, name)}),
	defineKey({...typed, name: 'range', run: (screen, _, named) => setRange(screen, named, 1)}),
	defineKey({...typed, name: 'torrent', run: (screen, _, name) => openTorrentNamed(screen, name)}),
	defineKey({...typed, name: 'frames', run: (screen, _, name) => setFrames(screen, name)}),
	defineKey({
		...typed,
		name: 'stop',
		run: screen => {
			if (screen.visiting) screen.say('The engine is not ended from here.', 'warn');
			else screen.leave({how: 'stop'});
		},
	}),
]);

import {type FrameName, frames} from '../look/glyphs.js';
import {themes} from '../look/themes.js';
import {standsStill} from '../model/stands-still.js';
import type {Action} from '../screen/screen-context.js';
import {field} from '../text/text-field.js';
import {fileActions} from './files.js';
import {moving, setList} from './moving.js';
import {torrentActions} from './torrents.js';

/** The engine has so long to say what is at work before leaving asks anyway. */
const answerTime = 1000;

const themeNames = Object.keys(themes);

const screenActions: Readonly<Record<string, Action>> = {
	help: screen => screen.setDialog({kind: 'help', query: field(), top: 0}),
	details: screen => screen.setDialog({kind: 'details'}),
	settings: screen => screen.setDialog({kind: 'settings', at: 0}),
	'command-line': screen => screen.setDialog({kind: 'line', prompt: ':', value: field(), before: ''}),
	groups: screen => screen.setPreferences({groups: !screen.state().preferences.groups}),
	'log-details': screen => {
		const details = !screen.state().view.details;
		screen.setView({details});
		setList(screen, 'log', {key: undefined});
	},
	redraw: screen => screen.redraw(),
	suspend: screen => screen.suspend(),
	theme: (screen, argument) => {
		const {preferences} = screen.state();
		const next = themeNames[(themeNames.indexOf(preferences.theme) + 1) % themeNames.length] ?? 'tortui';
		if (argument !== '' && !themeNames.includes(argument)) {
			screen.say(`There is no theme “${argument}”: ${themeNames.join(', ')}.`, 'warn');
			return;
		}
		const theme = argument || next;
		screen.setPreferences({theme});
		screen.say(`Theme ${theme}: ${themes[theme]?.about ?? ''}.`);
	},
	frames: (screen, argument) => {
		const names = Object.keys(frames) as FrameName[];
		const {preferences} = screen.state();
		const next =
			names.find(name => name === argument) ?? names[(names.indexOf(preferences.frames) + 1) % names.length];
		if (next) screen.setPreferences({frames: next});
	},
	quit: screen => {
		let isOpen = false;
		const open = () => {
			if (!isOpen) screen.setDialog({kind: 'quit'});
			isOpen = true;
		};
		// An engine that hangs must not keep anybody here.
		const late = screen.clock.after(answerTime, open);
		// The list may not be watched now, so the engine is asked what is at work.
		screen.client.send({type: 'session.list'}).then(
			({torrents = []}) => {
				late.clear();
				if (isOpen) return;
				if (torrents.every(standsStill)) screen.leave({how: screen.stays ? 'detach' : 'stop'});
				else open();
			},
			() => {
				late.clear();
				open();
			},
		);
	},
	detach: screen => screen.leave({how: screen.detachable ? 'detach' : 'stop'}),
	stop: screen => screen.leave({how: 'stop'}),
};

/** Every action by its name: what keys and the `:` line run. */
export const actions: Readonly<Record<string, Action>> = {
	...moving,
	...fileActions,
	...torrentActions,
	...screenActions,
};

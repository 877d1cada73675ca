import {isOver} from '../model/creations.js';
import {standsStill} from '../model/stands-still.js';
import type {Hit} from '../present/hit.js';
import type {Row} from '../present/row.js';
import {choicesLine} from './ask-dialog.js';
import type {DialogKind} from './dialog-kind.js';

/** The question how to leave while downloads are at work. */
export interface QuitDialog {
	readonly kind: 'quit';
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		quit: QuitDialog;
	}
}

/** What each choice comes to, where downloads go on without the screen and where they end with it. */
const meanings = {
	detachable: {
		title: 'Leave tortui',
		about: ' Downloads are at work.',
		detach: '   they go on; `tortui attach` comes back',
		stop: '     end them now; what is here is kept',
	},
	attached: {
		title: 'Leave',
		about: ' Downloads are at work, and end with the screen.',
		detach: '   nothing goes on here: the same as stop',
		stop: '     end them now',
	},
} as const;

export const quitDialog: DialogKind<QuitDialog> = {
	shape: 'box',
	key(screen, _dialog, key) {
		// Pressed twice, Ctrl-C leaves; what downloads goes on.
		if (['d', 'enter', 'Q', 'ctrl-c'].includes(key))
			screen.leave({how: screen.detachable ? 'detach' : 'stop'});
		else if (key === 's') screen.leave({how: 'stop'});
		// Any other key stays: the rest of a word that nobody meant for this must not end what is at work.
		else screen.setDialog(undefined);
	},
	line: (_dialog, columns) =>
		choicesLine(
			'Leave?',
			[
				['d', 'detach'],
				['s', 'stop'],
				['n', 'stay'],
			],
			columns,
		),
	rows(_dialog, {columns}, {detachable, state}) {
		const {creations, torrents} = state().model;
		const isMaking = creations?.some(creation => !isOver(creation));
		const isIdle = isMaking && torrents?.every(standsStill);
		const {title, about, detach, stop} = meanings[detachable ? 'detachable' : 'attached'];
		const choice = (key: string, name: string, meaning: string): Row => {
			const hit: Hit = {kind: 'key', key};
			return [
				[`  ${key} `, 'key', false, hit],
				[name, 'title', false, hit],
				[columns < 50 ? '' : meaning, 'dim', false, hit],
			];
		};
		return {
			title,
			rows: [
				...(isIdle ? [] : [[[about, 'text']] as Row]),
				...(isMaking ? [[[' A torrent is being made.', 'text']] as Row] : []),
				[],
				choice('d', 'detach', detach),
				choice('s', 'stop', stop),
				choice('n', 'stay', '     go on looking'),
			],
			foot: 'd  s  n',
			columns: 52,
		};
	},
};

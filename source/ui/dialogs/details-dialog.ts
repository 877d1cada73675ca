import {progressOf} from '../../api/torrent-standing.js';
import {torrentInSight} from '../model/targets.js';
import {stateWord} from '../present/torrent-state.js';
import {percent} from '../text/format.js';
import {terminalText} from '../text/text.js';
import type {DialogKind} from './dialog-kind.js';

/** All that is known of the torrent in sight. */
export interface DetailsDialog {
	readonly kind: 'details';
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		details: DetailsDialog;
	}
}

export const detailsDialog: DialogKind<DetailsDialog> = {
	shape: 'details',
	key: screen => screen.setDialog(undefined),
	line(_dialog, _columns, {state}) {
		const torrent = torrentInSight(state());
		if (!torrent) return [['Details', 'title']];
		const done = percent(progressOf(torrent), 1, 0);
		return [[`Details  ${done} ${stateWord(torrent)}  ${terminalText(torrent.dir)}`, 'text']];
	},
};

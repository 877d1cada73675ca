import {progressOf} from '../../api/torrent-standing.js';
import {torrentInSight} from '../model/targets.js';
import {detailPairs, detailRoom} from '../present/details.js';
import {stateWord} from '../present/torrent-state.js';
import {percent} from '../text/format.js';
import {terminalText} from '../text/text.js';
import type {DialogKind} from './dialog-kind.js';
import {scrolledBy} from './scrolled.js';

/** All that is known of the torrent in sight. */
export interface DetailsDialog {
	readonly kind: 'details';
	/** The first row to show. */
	readonly top?: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		details: DetailsDialog;
	}
}

export const detailsDialog: DialogKind<DetailsDialog> = {
	shape: 'details',
	key(screen, dialog, key) {
		const {columns, rows, model} = screen.state();
		const torrent = torrentInSight(screen.state());
		const shown = torrent ? detailPairs(torrent, model.session, screen.look, columns).length : 0;
		const last = Math.max(0, shown - detailRoom(rows - 1));
		// From where it is seen to be: beyond the last page there is nothing to come back from.
		const top = scrolledBy(Math.min(dialog.top ?? 0, last), key, last);
		screen.setDialog(top === undefined ? undefined : {...dialog, top: Math.min(top, last)});
	},
	line(_dialog, _columns, {state}) {
		const torrent = torrentInSight(state());
		if (!torrent) return [['Details', 'title']];
		const done = percent(progressOf(torrent), 1, 0);
		return [[`Details  ${done} ${stateWord(torrent)}  ${terminalText(torrent.dir)}`, 'text']];
	},
};

import type {PeerView} from '../../api/snapshot.js';
import {peerRows} from '../present/peer-details.js';
import type {DialogKind} from './dialog-kind.js';
import {scrolled, topOf} from './scrolled.js';

/** All that is known of one peer. */
export interface PeerDialog {
	readonly kind: 'peer';
	/** As it was seen last. */
	readonly peer: PeerView;
	/** When the dialog was opened, in ms since 1970. */
	readonly wall: number;
	/** The first row to show. */
	readonly top?: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		peer: PeerDialog;
	}
}

export const peerDialog: DialogKind<PeerDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		// From where it is seen to be: beyond the last page there is nothing to come back from.
		const {columns, rows} = screen.state();
		const from = peerDialog.rows?.(dialog, {columns: columns - 6, rows}, screen).top ?? 0;
		const top = scrolled(from, key);
		if (top !== undefined) return screen.setDialog({...dialog, top});
		screen.setDialog(undefined);
		// Moving in the list looks at the next one.
		if (!['up', 'down', 'j', 'k'].includes(key)) return;
		screen.run(key === 'up' || key === 'k' ? 'up' : 'down', '', key);
		screen.run('peer-look', '', key);
	},
	line: ({peer}) => [[`Peer ${peer.address}`, 'text']],
	rows({peer, wall, top = 0}, room, {state, look}) {
		const {torrent} = state().model;
		const now = torrent?.peers?.find(({id}) => id === peer.id);
		const details = torrent?.peer?.id === peer.id ? torrent.peer : undefined;
		const width = Math.min(72, room.columns);
		const rows = peerRows(now ?? peer, details, torrent?.overview, wall, width, look);
		return {
			title: now === undefined ? 'Peer: not connected any more' : 'Peer',
			rows,
			top: topOf(top, rows.length, room.rows),
			foot:
				rows.length > room.rows - 3
					? room.columns < 44
						? '↑↓ next   PgDn more   Esc leaves'
						: '↑↓ next peer   PgUp PgDn more   Esc leaves'
					: '↑↓ next peer   Esc leaves',
			columns: 72,
		};
	},
};

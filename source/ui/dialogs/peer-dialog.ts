import type {PeerView} from '../../api/snapshot.js';
import {peerRows} from '../present/peer-details.js';
import type {DialogKind} from './dialog-kind.js';
import {oneOfListKey, oneOfListPage} from './one-of-list.js';

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
		const show = (top: number) => screen.setDialog({...dialog, top});
		oneOfListKey(peerDialog, screen, dialog, key, {command: 'peer-look', show});
	},
	line: ({peer}) => [[`Peer ${peer.address}`, 'text']],
	rows(dialog, room, {state, look}) {
		const {peer, wall} = dialog;
		const {torrent} = state().model;
		const now = torrent?.peers?.find(({id}) => id === peer.id);
		const details = torrent?.peer?.id === peer.id ? torrent.peer : undefined;
		const width = Math.min(72, room.columns);
		const rows = peerRows(now ?? peer, details, torrent?.overview, wall, width, look);
		return {
			title: now === undefined ? 'Peer: not connected any more' : 'Peer',
			rows,
			...oneOfListPage(dialog, rows.length, room, 'peer'),
			columns: 72,
		};
	},
};

import type {PeerView} from '../../api/snapshot.js';
import {peerRows} from '../present/peer-details.js';
import type {DialogKind} from './dialog-kind.js';

/** All that is known of one peer. */
export interface PeerDialog {
	readonly kind: 'peer';
	/** As it was seen last. */
	readonly peer: PeerView;
	/** When the dialog was opened, in ms since 1970. */
	readonly wall: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		peer: PeerDialog;
	}
}

export const peerDialog: DialogKind<PeerDialog> = {
	shape: 'box',
	key(screen, _dialog, key) {
		screen.setDialog(undefined);
		// Moving in the list looks at the next one.
		if (!['up', 'down', 'j', 'k'].includes(key)) return;
		screen.run(key === 'up' || key === 'k' ? 'up' : 'down', '', key);
		screen.run('peer-look', '', key);
	},
	line: ({peer}) => [[`Peer ${peer.address}`, 'text']],
	rows({peer, wall}, {columns}, {state, look}) {
		const {torrent} = state().model;
		const now = torrent?.peers?.find(({id}) => id === peer.id);
		const details = torrent?.peer?.id === peer.id ? torrent.peer : undefined;
		const width = Math.min(72, columns);
		return {
			title: now === undefined ? 'Peer: not connected any more' : 'Peer',
			rows: peerRows(now ?? peer, details, torrent?.overview, wall, width - 4, look),
			foot: '↑↓ next peer   Esc leaves',
			columns: 72,
		};
	},
};

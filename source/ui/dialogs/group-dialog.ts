import {groupBy} from '../actions/groups.js';
import {groupings} from '../model/torrent-groups.js';
import type {Hit} from '../present/hit.js';
import type {Span} from '../present/row.js';
import type {DialogKind} from './dialog-kind.js';

/** The choice what the list of torrents is put in groups by. */
export interface GroupDialog {
	readonly kind: 'group';
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		group: GroupDialog;
	}
}

export const groupDialog: DialogKind<GroupDialog> = {
	shape: 'line',
	key(screen, _, key) {
		if (key === 'esc' || groupBy(screen, key)) screen.setDialog(undefined);
	},
	line(_, __, screen) {
		const {group} = screen.state().preferences;
		const row: Span[] = [[' group by ', 'dim']];
		for (const name of groupings) {
			const letter = name.slice(0, 1);
			const hit: Hit = {kind: 'key', key: letter};
			row.push([letter, 'key', false, hit], [` ${name}  `, name === group ? 'accent' : 'text', false, hit]);
		}
		return row;
	},
};

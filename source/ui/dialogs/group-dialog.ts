import {groupBy} from '../actions/groups.js';
import {groupings} from '../model/torrent-groups.js';
import type {DialogKind, DialogScreen} from './dialog-kind.js';
import {type LetterChoice, letterLine, letterRows} from './letter-choices.js';

/** The choice what the list of torrents is put in groups by. */
export interface GroupDialog {
	readonly kind: 'group';
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		group: GroupDialog;
	}
}

const lead = 'group by';

function choices(screen: DialogScreen): readonly LetterChoice[] {
	const {group} = screen.state().preferences;
	return groupings.map(name => ({letter: name.slice(0, 1), label: name, isOn: name === group}));
}

export const groupDialog: DialogKind<GroupDialog> = {
	shape: 'line',
	key(screen, _, key) {
		if (key === 'esc' || groupBy(screen, key)) screen.setDialog(undefined);
	},
	line: (_, columns, screen) => letterLine(lead, choices(screen), '', columns),
	above: (_, room, screen) => letterRows(lead, choices(screen), screen.state().columns, room),
};

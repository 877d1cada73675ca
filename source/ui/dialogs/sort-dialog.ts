import {sortBy} from '../actions/lists.js';
import {orders} from '../model/lists.js';
import type {ListName} from '../model/view.js';
import type {DialogKind, DialogScreen} from './dialog-kind.js';
import {type LetterChoice, letterLine, letterRows} from './letter-choices.js';

/** The choice what a list is sorted by. */
export interface SortDialog {
	readonly kind: 'sort';
	readonly list: ListName;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		sort: SortDialog;
	}
}

const lead = 'sort by';

function choices(list: ListName, screen: DialogScreen): readonly LetterChoice[] {
	const {sort} = screen.state().view.lists[list];
	return orders[list].map(({id, letter, label}) => ({letter, label, isOn: id === sort}));
}

export const sortDialog: DialogKind<SortDialog> = {
	shape: 'line',
	key(screen, {list}, key) {
		if (key === 'esc' || sortBy(screen, list, key)) screen.setDialog(undefined);
	},
	line: ({list}, columns, screen) =>
		letterLine(lead, choices(list, screen), 'upper case turns it round', columns),
	above: ({list}, room, screen) => letterRows(lead, choices(list, screen), screen.state().columns, room),
};

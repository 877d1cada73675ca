import {sortBy} from '../actions/lists.js';
import {orders} from '../model/lists.js';
import type {ListName} from '../model/view.js';
import type {Hit} from '../present/hit.js';
import type {Span} from '../present/row.js';
import type {DialogKind} from './dialog-kind.js';

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

export const sortDialog: DialogKind<SortDialog> = {
	shape: 'line',
	key(screen, {list}, key) {
		if (key === 'esc' || sortBy(screen, list, key)) screen.setDialog(undefined);
	},
	line({list}) {
		const row: Span[] = [[' sort by ', 'dim']];
		for (const {letter, label} of orders[list]) {
			const hit: Hit = {kind: 'key', key: letter};
			row.push([letter, 'key', false, hit], [` ${label}  `, 'text', false, hit]);
		}
		row.push(['upper case turns it round', 'faint']);
		return row;
	},
};

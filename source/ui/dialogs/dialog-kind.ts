import type {Area} from '../present/context.js';
import type {ClickKind, Hit, PartHit} from '../present/hit.js';
import type {Row} from '../present/row.js';
import type {ScreenContext} from '../screen/screen-context.js';

/** A dialog as it is drawn: a title, rows, what the bottom edge says. `columns` is what the rows would like to have. */
export interface DialogRows {
	readonly title: string;
	readonly rows: readonly Row[];
	/** What a click on a row does, by its number, where its spans say nothing else. */
	readonly hits?: ReadonlyArray<Hit | undefined>;
	readonly foot: string;
	readonly columns: number;
	/** The row of the cursor, which is kept in sight. */
	readonly selected?: number;
	/** The first row to show, of what is too long and has no cursor. */
	readonly top?: number;
}

/** What stands above the row of a line, in a frame: a row each, and what a click on it does. */
export interface RowsAbove {
	readonly title: string;
	readonly rows: readonly Row[];
	readonly hits: ReadonlyArray<Hit | undefined>;
}

/** What dialogs are drawn from, besides what they hold themselves. */
export type DialogScreen = Pick<
	ScreenContext,
	'state' | 'layout' | 'keys' | 'look' | 'detachable' | 'config' | 'forwardAdvice' | 'folderLook'
>;

/** One kind of dialogs: what its keys do, and how it is drawn. */
export interface DialogKind<Open> {
	/** How it is drawn where there is room: in the footer's place, in a box, or as the table of a torrent's details. */
	readonly shape: 'line' | 'box' | 'details';
	/** Handles a key. */
	key(screen: ScreenContext, dialog: Open, key: string): void;
	/** Takes text that was pasted. Absent: what is pasted is a torrent to add, as where no dialog is open. */
	paste?(screen: ScreenContext, dialog: Open, text: string): void;
	/** Does what a click on one of its parts means. */
	click?(screen: ScreenContext, dialog: Open, part: PartHit, how: ClickKind): void;
	/** The dialog in one row: in the footer's place, or on a terminal too small for a box. */
	line(dialog: Open, columns: number, screen: DialogScreen): Row;
	/** What stands above the row of a line, in `room` at most. */
	above?(dialog: Open, room: Area, screen: DialogScreen): RowsAbove | undefined;
	/** The rows of its box, for `room` at most. */
	rows?(dialog: Open, room: Area, screen: DialogScreen): DialogRows;
}

import type {PaneName} from '../look/layout.js';
import type {ListName} from '../model/view.js';

/**
 * What a click on a part of a picture does. Whoever makes a row says it, in the fourth place of a span or for a row as a
 * whole: what is drawn is what is clicked. Each of these is done by a key, or by a typed command, as well.
 */
export type Hit =
	/** Presses a key, as its name is in the key table: in the dialog that is open, else here. */
	| {readonly kind: 'key'; readonly key: string}
	/** Runs a command by its name, with what would be typed behind it on the `:` line. */
	| {readonly kind: 'command'; readonly name: string; readonly argument?: string}
	/** Gives the keys to a pane of the torrent that is shown. */
	| {readonly kind: 'pane'; readonly pane: PaneName}
	/** Gives the keys to a list. */
	| {readonly kind: 'list'; readonly list: ListName}
	/** Puts the cursor of a list on an entry, by the key that this has in the list; clicked twice, it is opened. */
	| {readonly kind: 'row'; readonly list: ListName; readonly key: string}
	/** Sorts a list by a column; by the one it is sorted by, the other way round. */
	| {readonly kind: 'sort'; readonly list: ListName; readonly column: string}
	/** Puts the cursor on the grid of pieces where it was clicked. */
	| {readonly kind: 'grid'}
	/** A part of the open dialog: a field or a row by its number, or one of the options of a field. */
	| {readonly kind: 'part'; readonly at: number; readonly option?: number}
	/** Somewhere else: a folder or a page, for terminals that can open it. A click does what lies under it. */
	| {readonly kind: 'link'; readonly url: string};

/** A part of the open dialog. */
export type PartHit = Extract<Hit, {kind: 'part'}>;

/** How something is clicked: once, quickly again, or to put a mark on it (with the right button, or with Ctrl). */
export type ClickKind = 'once' | 'twice' | 'mark';

/** A place in a picture that may be clicked, in cells from the top left one of what it is part of. */
export interface Zone {
	readonly x: number;
	readonly y: number;
	readonly columns: number;
	readonly rows: number;
	readonly hit: Hit;
}

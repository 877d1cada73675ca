import type {Area} from '../present/context.js';
import type {ScreenContext} from '../screen/screen-context.js';
import type {DialogKind} from './dialog-kind.js';
import {scrolled, topOf} from './scrolled.js';

/** A dialog that tells all of one row of a list. */
interface OneOfList {
	/** The first row to show. */
	readonly top?: number;
}

/**
 * Handles a key of such a dialog: pages scroll it, up and down tell of the next one in the list, all others end it.
 *
 * @param command tells of the row that has the cursor
 * @param show shows it scrolled
 */
export function oneOfListKey<Open extends OneOfList>(
	kind: Pick<DialogKind<Open>, 'rows'>,
	screen: ScreenContext,
	dialog: Open,
	key: string,
	{command, show}: {readonly command: string; readonly show: (top: number) => void},
): void {
	// From where it is seen to be: beyond the last page there is nothing to come back from.
	const {columns, rows} = screen.state();
	const from = kind.rows?.(dialog, {columns: columns - 6, rows}, screen).top ?? 0;
	const top = scrolled(from, key);
	if (top !== undefined) return show(top);
	screen.setDialog(undefined);
	// Moving in the list looks at the next one.
	if (!['up', 'down', 'j', 'k'].includes(key)) return;
	screen.run(key === 'up' || key === 'k' ? 'up' : 'down', '', key);
	screen.run(command, '', key);
}

/** Where so many rows of it begin in `room`, and what its bottom edge says of a `word`, one of the list. */
export function oneOfListPage(
	{top = 0}: OneOfList,
	rows: number,
	room: Area,
	word: string,
): {readonly top: number; readonly foot: string} {
	const hasMore = rows > room.rows - 3;
	const isNarrow = room.columns < 44;
	const next = hasMore && isNarrow ? '↑↓ next' : `↑↓ next ${word}`;
	const pages = isNarrow ? 'PgDn more' : 'PgUp PgDn more';
	return {
		top: topOf(top, rows, room.rows),
		foot: hasMore ? `${next}   ${pages}   Esc leaves` : `${next}   Esc leaves`,
	};
}

import type {Area} from '../present/context.js';
import type {ScreenContext} from '../screen/screen-context.js';
import type {DialogKind} from './dialog-kind.js';
import {scrolled, topOf} from './scrolled.js';

const inList = {up: 'up', k: 'up', down: 'down', j: 'down'};

/** A dialog that tells all of one row of a list, or of one cell of a grid. */
interface OneOfList {
	/** The first row to show. */
	readonly top?: number;
}

/**
 * Handles a key of such a dialog: pages scroll it, those that move the cursor tell of the next one, all others end it.
 *
 * @param on.command tells of what has the cursor
 * @param on.show shows it scrolled
 * @param on.moves the keys that move the cursor, each with the command that does
 */
export function oneOfListKey<Open extends OneOfList>(
	kind: Pick<DialogKind<Open>, 'rows'>,
	screen: ScreenContext,
	dialog: Open,
	key: string,
	{
		command,
		show,
		moves = inList,
	}: {
		readonly command: string;
		readonly show: (top: number) => void;
		readonly moves?: Readonly<Record<string, string>>;
	},
): void {
	// From where it is seen to be: beyond the last page there is nothing to come back from.
	const {columns, rows} = screen.state();
	const from = kind.rows?.(dialog, {columns: columns - 6, rows}, screen).top ?? 0;
	const top = scrolled(from, key);
	if (top !== undefined) return show(top);
	screen.setDialog(undefined);
	const move = Object.hasOwn(moves, key) ? moves[key] : undefined;
	if (move === undefined) return;
	screen.run(move, '', key);
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

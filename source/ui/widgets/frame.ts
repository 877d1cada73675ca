import {type FrameName, frames} from '../look/glyphs.js';
import type {Painter} from '../look/paint.js';
import {fitRow, type ListRow, type Row, type Span} from '../present/row.js';
import {cellWidth, fit} from '../text/text.js';

/** Where somebody is in a list of which a part is in sight. */
export interface Scroll {
	/** Rows of the list, the first of them in sight, and how many have room. */
	readonly total: number;
	readonly top: number;
	readonly height: number;
	/** Rows of the frame above the first of them. */
	readonly above: number;
	/** The row with the cursor; -1 for none. */
	readonly cursor: number;
}

/** The rows inside a frame at which its right edge is marked: from, and to but not that. */
function thumbOf({total, top, height, above}: Scroll): readonly [from: number, to: number] {
	if (total <= height || height < 2) return [0, 0];
	const size = Math.max(1, Math.min(height - 1, Math.round((height * height) / total)));
	const from = Math.round((top * (height - size)) / (total - height));
	return [above + from, above + from + size];
}

/** Where the cursor is, or how many there are. */
function positionText({total, height, cursor}: Scroll, focused: boolean): string {
	if (total === 0) return '';
	if (focused && cursor >= 0) return `${cursor + 1} of ${total}`;
	return total > height ? String(total) : '';
}

/** What stands in a frame's edges. */
export interface FrameOptions {
	readonly columns: number;
	readonly rows: number;
	/** The digit that leads to the pane; absent for dialogs. */
	readonly digit?: number | undefined;
	readonly title: string;
	/** At the right end of the upper edge. */
	readonly note?: string;
	/** In the lower edge. */
	readonly foot?: string;
	readonly focused: boolean;
	readonly frames: FrameName;
	readonly scroll?: Scroll;
	/** What marks in the right edge which part of a list is in sight. */
	readonly thumb?: string;
}

/** Draws rows inside a frame: exactly `rows` strings of `columns` cells, coloured. */
export function framed(
	content: readonly ListRow[],
	options: FrameOptions,
	painter: Painter,
): readonly string[] {
	const {columns, rows, digit, title, note = '', foot = '', focused, scroll, thumb} = options;
	if (columns < 2 || rows < 2) return [];
	const glyphs = frames[options.frames][focused ? 'heavy' : 'plain'];
	const line = focused ? 'accent' : 'frame';
	const name = `${digit === undefined ? '' : `${digit} `}${title}`;
	const room = columns - 6;
	const shownName = cellWidth(name) > room ? fit(name, Math.max(1, room)) : name;
	const noteRoom = room - cellWidth(shownName) - 3;
	const shownNote = noteRoom >= 4 && note !== '' ? fit(note, Math.min(noteRoom, cellWidth(note))) : '';
	const top: Span[] = [
		[glyphs.topLeft + glyphs.horizontal, line],
		[digit === undefined ? ' ' : ` ${digit}`, focused ? 'accent' : 'faint'],
		[digit === undefined ? `${shownName} ` : `${shownName.slice(1)} `, focused ? 'title' : 'dim'],
	];
	const used = 4 + cellWidth(shownName) + (shownNote === '' ? 0 : cellWidth(shownNote) + 3) + 1;
	top.push([glyphs.horizontal.repeat(Math.max(0, columns - used)), line]);
	if (shownNote !== '') top.push([` ${shownNote} `, 'dim'], [glyphs.horizontal, line]);
	top.push([glyphs.topRight, line]);
	const result = [painter.row(fitRow(top, columns))];
	const side = painter.row([[glyphs.vertical, line]]);
	const [from, to] = scroll ? thumbOf(scroll) : [0, 0];
	const mark = painter.row([[thumb ?? glyphs.vertical, line]]);
	for (let index = 0; index < rows - 2; index++) {
		const entry = content[index];
		const inner = fitRow(entry?.row ?? [], columns - 2);
		const right = index >= from && index < to ? mark : side;
		result.push(side + painter.row(inner, entry?.selected ?? false) + right);
	}
	const bottomNote = foot === '' ? '' : ` ${fit(foot, Math.min(cellWidth(foot), Math.max(0, columns - 6)))} `;
	const position = scroll ? positionText(scroll, focused) : '';
	const all = columns - 3 - cellWidth(bottomNote);
	const shownPosition = position !== '' && all > position.length + 4 ? ` ${position} ` : '';
	const rest = all - (shownPosition === '' ? 0 : 1);
	const bottom: Row = [
		[glyphs.bottomLeft + glyphs.horizontal, line],
		[bottomNote, 'faint'],
		[glyphs.horizontal.repeat(Math.max(0, rest - cellWidth(shownPosition))), line],
		[shownPosition, 'faint'],
		[(shownPosition === '' ? '' : glyphs.horizontal) + glyphs.bottomRight, line],
	];
	result.push(painter.row(fitRow(bottom, columns)));
	return result;
}

/** Rows no cursor is on. */
export function plainRows(rows: readonly Row[]): readonly ListRow[] {
	return rows.map(row => ({row, selected: false}));
}

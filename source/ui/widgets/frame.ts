import {type FrameName, frames} from '../look/glyphs.js';
import type {Painter} from '../look/paint.js';
import {fitRow, type ListRow, type Row, type Span} from '../present/row.js';
import {cellWidth, fit} from '../text/text.js';

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
}

/** Draws rows inside a frame: exactly `rows` strings of `columns` cells, coloured. */
export function framed(
	content: readonly ListRow[],
	options: FrameOptions,
	painter: Painter,
): readonly string[] {
	const {columns, rows, digit, title, note = '', foot = '', focused} = options;
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
	for (let index = 0; index < rows - 2; index++) {
		const entry = content[index];
		const inner = fitRow(entry?.row ?? [], columns - 2);
		result.push(side + painter.row(inner, entry?.selected ?? false) + side);
	}
	const bottomNote = foot === '' ? '' : ` ${fit(foot, Math.min(cellWidth(foot), Math.max(0, columns - 6)))} `;
	const bottom: Row = [
		[glyphs.bottomLeft + glyphs.horizontal, line],
		[bottomNote, 'faint'],
		[glyphs.horizontal.repeat(Math.max(0, columns - 3 - cellWidth(bottomNote))) + glyphs.bottomRight, line],
	];
	result.push(painter.row(fitRow(bottom, columns)));
	return result;
}

/** Rows no cursor is on. */
export function plainRows(rows: readonly Row[]): readonly ListRow[] {
	return rows.map(row => ({row, selected: false}));
}

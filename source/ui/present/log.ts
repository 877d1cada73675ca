import type {LogView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {timeOfDay} from '../text/format.js';
import {cellWidth, fit, terminalText} from '../text/text.js';
import type {Look} from './context.js';
import {fitRow, type ListRow, type Row} from './row.js';

const tones: Readonly<Record<LogView['level'], Tone>> = {
	debug: 'faint',
	info: 'dim',
	warn: 'warn',
	error: 'bad',
};
const signs: Readonly<Record<LogView['level'], string>> = {debug: ' ', info: ' ', warn: '!', error: 'x'};

/** What a line says. `named`: torrents are called by their names, for the lines are of many. */
export function logText(line: LogView, named: boolean): string {
	return `${said(line, named)}${often(line)}`;
}

function said({text, name}: LogView, named: boolean): string {
	return terminalText(`${named && name && !text.includes(name) ? `${name}: ` : ''}${text}`);
}

function often({times}: LogView): string {
	return times !== undefined && times > 1 ? ` (${times} times)` : '';
}

/** One line of the log. */
export function logRow(line: LogView, columns: number, look: Look, named = false, lead = ' '): Row {
	const time = `${lead}${timeOfDay(line.at, look.timezone)} ${signs[line.level]} `;
	// How often it was said is not what is cut off.
	const {times = 1} = line;
	const count = times > 1 ? ` ${look.glyphs.ascii ? 'x' : '×'}${times}` : '';
	const text = said(line, named);
	const room = columns - time.length - count.length;
	const shown = cellWidth(text) > room ? fit(text, room, 'left', look.glyphs.ellipsis) : text;
	return fitRow(
		[
			[time, 'faint'],
			[fit(`${shown}${count}`, columns - time.length, 'left', look.glyphs.ellipsis), tones[line.level]],
		],
		columns,
	);
}

/** The lines in sight, newest last. `cursor` is the row with the cursor. */
export function logRows(
	lines: readonly LogView[],
	room: {readonly columns: number; readonly rows: number},
	top: number,
	cursor: number,
	active: boolean,
	look: Look,
	named = false,
): readonly ListRow[] {
	if (lines.length === 0) return [{row: [['  nothing has happened yet', 'faint']], selected: false}];
	return lines.slice(top, top + room.rows).map((line, index) => {
		const selected = active && top + index === cursor;
		return {row: logRow(line, room.columns, look, named, selected ? look.glyphs.cursor : ' '), selected};
	});
}

import type {LogView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {dayAndTime, timeOfDay} from '../text/format.js';
import {cellWidth, fit, nameText, terminalText} from '../text/text.js';
import {wrapped} from '../text/wrapped.js';
import type {Look} from './context.js';
import {fitRow, type ListRow, type Row} from './row.js';

const tones: Readonly<Record<LogView['level'], Tone>> = {
	debug: 'faint',
	info: 'dim',
	warn: 'warn',
	error: 'bad',
};

/** What stands before a line: that of an error is that of a torrent that has failed. */
function signOf({level}: LogView, {glyphs}: Look): string {
	return level === 'error' ? glyphs.state.failed : level === 'warn' ? '!' : ' ';
}

/** What a line says. `named`: torrents are called by their names, for the lines are of many. */
export function logText(line: LogView, named: boolean): string {
	return `${said(line, named)}${often(line)}`;
}

function said(line: LogView, named: boolean): string {
	const name = nameBefore(line, named);
	return `${name === '' ? '' : `${name}: `}${terminalText(line.text)}`;
}

/** The name of its torrent, where the line is to have it and does not say it anyway. */
function nameBefore({text, name}: LogView, named: boolean): string {
	return named && name && !text.includes(name) ? nameText(name) : '';
}

/** What a line says in so many cells: where there is no room for all of it, the name goes down to a quarter before what happened is cut. */
function saidIn(line: LogView, room: number, named: boolean, {ellipsis}: Look['glyphs']): string {
	const whole = said(line, named);
	if (cellWidth(whole) <= room) return whole;
	const name = nameBefore(line, named);
	const left = Math.max(Math.floor(room / 4), room - cellWidth(terminalText(line.text)) - 2);
	const isLong = name !== '' && cellWidth(name) > left;
	const shown = isLong ? `${fit(name, left, 'left', ellipsis).trimEnd()}: ${terminalText(line.text)}` : whole;
	return cellWidth(shown) > room ? fit(shown, room, 'left', ellipsis) : shown;
}

function often({times}: LogView): string {
	return times !== undefined && times > 1 ? ` (${times} times)` : '';
}

/** One line of the log. */
export function logRow(line: LogView, columns: number, look: Look, named = false, lead = ' '): Row {
	const time = `${lead}${timeOfDay(line.at, look.timezone)} ${signOf(line, look)} `;
	// How often it was said is not what is cut off.
	const {times = 1} = line;
	const count = times > 1 ? ` ${look.glyphs.ascii ? 'x' : '×'}${times}` : '';
	const room = Math.max(0, columns - time.length - count.length);
	const shown = saidIn(line, room, named, look.glyphs);
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

const levelWords: Readonly<Record<LogView['level'], string>> = {
	debug: 'detail',
	info: '',
	warn: 'warning',
	error: 'error',
};

/** All that a line of the log says, in rows of so many cells. */
export function logLineRows(line: LogView, columns: number, {timezone}: Look): readonly Row[] {
	const {at, level, name, text} = line;
	const facts = [
		dayAndTime(at, timezone).slice(0, 11) + timeOfDay(at, timezone),
		levelWords[level],
		often(line).trim(),
	];
	return [
		[[` ${facts.filter(fact => fact !== '').join('  ')}`, 'faint']],
		...(name ? wrapped(nameText(name), columns - 1).map((part): Row => [[` ${part}`, 'accent']]) : []),
		...wrapped(terminalText(text), columns - 1).map((part): Row => [[` ${part}`, tones[level]]]),
	];
}

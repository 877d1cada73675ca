import type {FileView, PiecesView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {count} from '../text/format.js';
import {cellWidth, fit, terminalText} from '../text/text.js';
import type {Area, Look} from './context.js';
import {fitRow, pack, type Row, type Span, spread} from './row.js';

/** How many cells to ask the engine for, given the room inside the frame. */
export function cellsFor({columns, rows}: Area): number {
	return Math.max(1, columns * gridRows(rows));
}

function gridRows(rows: number): number {
	return rows >= 3 ? rows - 1 : Math.max(1, rows);
}

/** How cells are laid out: `tile` columns and `tall` rows a cell, `perRow` cells a row, `rows` rows of cells. */
export interface Grid {
	readonly tile: number;
	readonly tall: number;
	readonly perRow: number;
	readonly rows: number;
}

/** The layout that fills the room best: cells as wide as the room allows, but no wider than twelve columns, and up to three rows tall. */
export function gridFor(cells: number, {columns, rows}: Area): Grid {
	const height = gridRows(rows);
	let tile = 1;
	for (let wider = 2; wider <= 12; wider++) {
		const perRow = Math.floor(columns / wider);
		if (perRow < 1 || Math.ceil(cells / perRow) > height) break;
		tile = wider;
	}
	const perRow = Math.max(1, Math.floor(columns / tile));
	const tall = Math.max(1, Math.min(3, Math.floor(height / Math.ceil(cells / perRow))));
	return {tile, tall, perRow, rows: Math.floor(height / tall)};
}

function toneOf(state: string, availability: string, lit: boolean): Tone {
	if (lit) return 'lit';
	switch (state) {
		case 'h':
			return 'have';
		case 'c':
			return 'check';
		case 'r':
			return 'flight';
		case 'p':
			return 'part';
		case 'm':
			return availability === '0' || availability === '1' ? 'rare' : 'missing';
		default:
			return 'faint';
	}
}

/** What the pane needs to know besides the pieces. */
export interface PiecesOptions {
	readonly lit: ReadonlyMap<number, unknown>;
	/** The cell with the cursor, when the pane has the keys. */
	readonly cursor: number | undefined;
	readonly files: readonly FileView[] | undefined;
}

/** The grid of pieces, with a legend or what the cursor is on below it. */
export function piecesRows(
	view: PiecesView | undefined,
	room: Area,
	options: PiecesOptions,
	look: Look,
): readonly Row[] {
	if (!view || view.cells.length === 0) return [[['  known once a peer tells them', 'faint']]];
	const {glyphs} = look;
	const grid = gridFor(view.cells.length, room);
	// Where every other cell begins a file, boundaries would say nothing.
	const starts = new Set(
		view.fileStarts.length * 4 <= view.cells.length ? view.fileStarts.map(([cell]) => cell) : [],
	);
	starts.delete(0);
	const result: Row[] = [];
	for (let y = 0; y < grid.rows; y++) {
		const row: Span[] = [];
		for (let x = 0; x < grid.perRow; x++) {
			const cell = y * grid.perRow + x;
			const state = view.cells[cell];
			if (state === undefined) break;
			const shape = state === 'p' && (view.filled?.[cell] ?? '9') < '5' ? 'l' : state;
			const body = glyphs.cell[shape] ?? ' ';
			const tone = toneOf(state, view.availability[cell] ?? '9', options.lit.has(cell));
			const under = options.cursor === cell;
			if (grid.tile === 1) {
				row.push([
					(starts.has(cell) && !under ? glyphs.boundary[shape] : undefined) ?? body,
					under ? 'accent' : tone,
					under,
				]);
			} else {
				const first = (starts.has(cell) ? glyphs.boundary[shape] : undefined) ?? body;
				const gap = grid.tile >= 3 ? 1 : 0;
				row.push([first + body.repeat(grid.tile - 1 - gap), under ? 'accent' : tone, under]);
				if (gap) row.push([' ']);
			}
		}
		const packed = pack(row);
		for (let again = 0; again < grid.tall; again++) result.push(packed);
	}
	while (result.length < gridRows(room.rows)) result.push([]);
	if (room.rows >= 3) {
		result.push(
			options.cursor === undefined
				? legendRow(view, room.columns, look)
				: cursorRow(view, options.cursor, options.files, room.columns, look),
		);
	}
	return result;
}

function perCell(view: PiecesView): string {
	const pieces = view.pieces / view.cells.length;
	return pieces <= 1
		? '1 cell = 1 piece'
		: `1 cell = ${pieces < 9.95 ? pieces.toFixed(1).replace('.0', '') : Math.round(pieces)}`;
}

function legendRow(view: PiecesView, columns: number, look: Look): Row {
	const {cell} = look.glyphs;
	const long = columns >= 60;
	const legend: Span[] = [];
	const entries: ReadonlyArray<readonly [string, Tone, string, string]> = [
		['h', 'have', 'have', 'have'],
		['p', 'part', 'partly', 'part'],
		['r', 'flight', 'in flight', 'now'],
		['m', 'missing', 'missing', 'miss'],
		['c', 'check', 'checking', 'check'],
		['u', 'faint', 'not wanted', 'skip'],
	];
	const scale = ` ${perCell(view)}`;
	let room = columns - scale.length;
	for (const [state, tone, name, short] of entries) {
		if (state !== 'h' && state !== 'm' && state !== 'r' && !view.cells.includes(state)) continue;
		const lead = legend.length > 0 ? '  ' : '';
		const word = ` ${long ? name : short}`;
		room -= lead.length + 1 + word.length;
		if (room < 0) break;
		legend.push([`${lead}${cell[state] ?? ''}`, tone], [word, 'dim']);
	}
	const rarest = [...view.availability].some((value, index) => view.cells[index] === 'm' && value < '2');
	if (rarest && room >= 8) legend.push([`  ${cell['m'] ?? ''}`, 'rare'], [' rare', 'dim']);
	return spread(legend, [[scale, 'faint']], columns);
}

/** The pieces of a cell: first and last. */
function piecesOfCell(view: PiecesView, cell: number): readonly [first: number, last: number] {
	const first = Math.floor((cell * view.pieces) / view.cells.length);
	const last = Math.max(first, Math.floor(((cell + 1) * view.pieces) / view.cells.length) - 1);
	return [first, last];
}

const stateWords: Readonly<Record<string, string>> = {
	h: 'have',
	c: 'being checked',
	r: 'in flight',
	p: 'partly had',
	m: 'missing',
	u: 'not wanted',
};

function cursorRow(
	view: PiecesView,
	cell: number,
	files: readonly FileView[] | undefined,
	columns: number,
	look: Look,
): Row {
	const [first, last] = piecesOfCell(view, cell);
	const state = view.cells[cell] ?? 'm';
	let file: number | undefined;
	for (const [start, index] of view.fileStarts) {
		if (start > cell) break;
		file = index;
	}
	const path = files?.find(candidate => candidate.index === file)?.path.join('/');
	const holders = view.availability[cell] ?? '0';
	const left: Span[] = [
		[first === last ? `piece ${first}` : `pieces ${first}-${last}`, 'text'],
		[` ${stateWords[state] ?? ''}`, toneOf(state, holders, false)],
	];
	if (state === 'm' || state === 'r' || state === 'p') {
		left.push([
			` ${look.glyphs.dot} ${holders === '9' ? '9+ peers' : count(Number(holders), 'peer')}`,
			holders < '2' ? 'rare' : 'dim',
		]);
	}
	const used = left.reduce((sum, [text]) => sum + cellWidth(text), 0);
	if (path !== undefined && columns - used > 10) {
		left.push([
			` ${look.glyphs.dot} ${fit(terminalText(path), columns - used - 3, 'left', look.glyphs.ellipsis).trimEnd()}`,
			'dim',
		]);
	}
	return fitRow(left, columns);
}

/** The pieces in one row: what stays of the grid where there is no room for it. */
export function stripRow(
	view: PiecesView | undefined,
	lit: ReadonlyMap<number, unknown>,
	columns: number,
	look: Look,
): Row {
	if (!view || view.cells.length === 0) return fitRow([], columns);
	const width = columns - 2;
	const row: Span[] = [];
	for (let x = 0; x < width; x++) {
		const from = Math.floor((x * view.cells.length) / width);
		const to = Math.max(from + 1, Math.floor(((x + 1) * view.cells.length) / width));
		let state = '';
		let landed = false;
		let had = 0;
		// A column stands for its least finished cell, but what moves now is always seen.
		for (let cell = from; cell < to; cell++) {
			const candidate = view.cells[cell] ?? 'm';
			landed ||= lit.has(cell);
			had += candidate === 'h' ? 10 : candidate === 'p' ? Number(view.filled?.[cell] ?? 9) : 0;
			if (state === '' || 'crmpuh'.indexOf(candidate) < 'crmpuh'.indexOf(state)) state = candidate;
		}
		const shape = state === 'p' && had < (to - from) * 5 ? 'l' : state;
		row.push([look.glyphs.cell[shape] ?? ' ', toneOf(state, view.availability[from] ?? '9', landed)]);
	}
	return fitRow([[' '], ...pack(row), [' ']], columns);
}

/** What the pane's title says at its right end. */
export function piecesTitle(view: PiecesView | undefined, columns: number): string {
	if (!view || view.pieces === 0) return '';
	const flight =
		view.inFlight > 0
			? ` · ${view.inFlight} in flight`
			: view.checking > 0
				? ` · ${view.checking} checking`
				: '';
	if (columns < 44) return `${view.have}/${view.pieces}`;
	return columns < 60
		? `${view.have} of ${view.pieces}${flight}`
		: `${view.have} of ${view.pieces}${flight} · ${view.copies.toFixed(2)} copies`;
}

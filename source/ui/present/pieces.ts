import type {FileView, PieceInspection, PiecesView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import type {Area, Look} from './context.js';
import {cellsOfLine, type Grid, gridFor, rowsBelow} from './piece-layout.js';
import {legendRow, readoutRow, summaryRow} from './piece-legend.js';
import {type CellFacts, lookOf} from './piece-states.js';
import {fitRow, pack, type Row, type Span} from './row.js';

/** What the pane needs to know besides the pieces. */
export interface PiecesOptions extends CellFacts {
	/** The cell with the cursor, when the pane has the keys. */
	readonly cursor: number | undefined;
	readonly files: readonly FileView[] | undefined;
	/** What the cell under the cursor holds, once that has come. */
	readonly inspected?: PieceInspection | undefined;
	/** Whether two cells lie in a row of the terminal, told apart by colour. */
	readonly halves: boolean;
}

/** The grid of pieces, with a legend and what the cursor is on below it. */
export function piecesRows(
	view: PiecesView | undefined,
	room: Area,
	options: PiecesOptions,
	look: Look,
): readonly Row[] {
	if (!view || view.cells.length === 0) return [[['  known once a peer tells them', 'faint']]];
	const grid = gridFor(view.cells.length, room, options.halves);
	const starts = fileStartsOf(view);
	const result = grid.halves
		? halvedRows(view, grid, starts, options, look)
		: grid.tiles
			? tiledRows(view, grid, starts, options, look)
			: shapedRows(view, grid, starts, options, look);
	const below = rowsBelow(room.rows);
	const {cursor} = options;
	if (below === 2) {
		result.push(
			cursor === undefined
				? summaryRow(view, options, room.columns, look)
				: readoutRow(view, cursor, options, room.columns, look),
		);
	}
	if (below > 0) {
		result.push(
			below === 1 && cursor !== undefined
				? readoutRow(view, cursor, options, room.columns, look)
				: legendRow(
						view,
						options,
						{halves: grid.halves, tiles: grid.tiles && options.halves, files: starts.size > 0},
						room.columns,
						look,
					),
		);
	}
	return result;
}

/** Cells in which a file begins. Where every other cell begins one, boundaries would say nothing. */
function fileStartsOf(view: PiecesView): ReadonlySet<number> {
	if (view.fileStarts.length * 4 > view.cells.length) return new Set();
	const starts = new Set(view.fileStarts.map(([cell]) => cell));
	starts.delete(0);
	return starts;
}

/** Gathers characters of one look into spans, from left to right. */
class Spans {
	readonly row: Span[] = [];
	#text = '';
	#tone: Tone | undefined;
	#behind: Tone | undefined;
	#inverse = false;

	add(text: string, tone: Tone | undefined, behind?: Tone, inverse = false): void {
		if (tone === this.#tone && behind === this.#behind && inverse === this.#inverse) {
			this.#text += text;
			return;
		}
		this.end();
		this.#text = text;
		this.#tone = tone;
		this.#behind = behind;
		this.#inverse = inverse;
	}

	end(): Row {
		if (this.#text !== '') this.row.push([this.#text, this.#tone, this.#inverse, undefined, this.#behind]);
		this.#text = '';
		return this.row;
	}
}

/** Two cells in a row of the terminal, one above the other: the colours of both halves. */
function halvedRows(
	view: PiecesView,
	grid: Grid,
	starts: ReadonlySet<number>,
	options: PiecesOptions,
	{glyphs}: Look,
): Row[] {
	const tones: Tone[] = Array.from({length: grid.cells}, (_, cell) => {
		if (cell === options.cursor) return 'title';
		const [shape, tone] = lookOf(view, cell, options);
		if (!starts.has(cell)) return tone;
		return tone === 'have' ? 'edge' : shape === 'm' ? 'gap' : tone;
	});
	const solid = glyphs.cell['h'] ?? '#';
	const result: Row[] = [];
	for (let line = 0; line < grid.height; line += 2) {
		const lower = cellsOfLine(grid, line + 1);
		const spans = new Spans();
		for (const [column, upper] of cellsOfLine(grid, line).entries()) {
			const above = tones[upper];
			const below = tones[lower[column] ?? 0];
			// Painted behind as well: a full block leaves gaps in the cells of some fonts.
			if (above === below) spans.add(solid, above, below);
			else spans.add(glyphs.half, above, below);
		}
		result.push(spans.end());
	}
	return result;
}

/** A character for each cell, or several: its shape tells its state without a colour. */
function shapedRows(
	view: PiecesView,
	grid: Grid,
	starts: ReadonlySet<number>,
	options: PiecesOptions,
	{glyphs}: Look,
): Row[] {
	const result: Row[] = [];
	for (let line = 0; line < grid.height; line++) {
		const cells = cellsOfLine(grid, line);
		const spans = new Spans();
		for (const [column, cell] of cells.entries()) {
			const [shape, tone] = lookOf(view, cell, options);
			const body = glyphs.cell[shape] ?? ' ';
			const isLast = cells[column + 1] !== cell;
			if (cell === options.cursor) spans.add(body, 'accent', undefined, true);
			else if (isLast && shape === 'h' && starts.has(cell + 1)) spans.add(glyphs.seam, tone);
			else if (starts.has(cell) && cells[column - 1] !== cell)
				spans.add(glyphs.boundary[shape] ?? body, tone);
			else spans.add(body, tone);
		}
		result.push(spans.end());
	}
	return result;
}

/** Large cells: full, with a fine line at the right and above, so that they can be counted. */
function tiledRows(
	view: PiecesView,
	grid: Grid,
	starts: ReadonlySet<number>,
	options: PiecesOptions,
	{glyphs}: Look,
): Row[] {
	const [right, top] = glyphs.edge;
	const solid = glyphs.cell['h'] ?? '#';
	const result: Row[] = [];
	let above: readonly number[] = [];
	for (let line = 0; line < grid.height; line++) {
		const cells = cellsOfLine(grid, line);
		const isTop = line > 0 && cells[0] !== above[0];
		const spans = new Spans();
		for (const [column, cell] of cells.entries()) {
			const [shape, tone] = lookOf(view, cell, options);
			const isCursor = cell === options.cursor;
			const isLast = cells[column + 1] !== cell;
			const isStart = starts.has(cell) && cells[column - 1] !== cell;
			if (!options.halves && shape !== 'h') {
				const body = isLast ? ' ' : (isStart && glyphs.boundary[shape]) || glyphs.cell[shape] || ' ';
				spans.add(body, isCursor ? 'accent' : tone, undefined, isCursor);
			} else if (isCursor) spans.add(isLast ? right : isTop ? top : solid, 'title');
			else if (isStart && options.halves) spans.add(glyphs.fileEdge, 'title', tone);
			else if (isStart) spans.add(glyphs.fileEdge, tone, undefined, !glyphs.ascii);
			else if (isLast || isTop) spans.add(isLast ? right : top, tone);
			else spans.add(solid, tone, options.halves ? tone : undefined);
		}
		above = cells;
		result.push(spans.end());
	}
	return result;
}

/** The pieces in one row: what stays of the grid where there is no room for it. */
export function stripRow(view: PiecesView | undefined, facts: CellFacts, columns: number, look: Look): Row {
	if (!view || view.cells.length === 0) return fitRow([], columns);
	const width = columns - 2;
	const row: Span[] = [];
	for (let x = 0; x < width; x++) {
		const from = Math.floor((x * view.cells.length) / width);
		const to = Math.max(from + 1, Math.floor(((x + 1) * view.cells.length) / width));
		let state = '';
		let worst = from;
		let landed = false;
		let had = 0;
		// A column stands for its least finished cell, but what moves now is always seen.
		for (let cell = from; cell < to; cell++) {
			const candidate = view.cells[cell] ?? 'm';
			landed ||= facts.lit.has(cell);
			had += candidate === 'h' ? 10 : candidate === 'p' ? Number(view.filled?.[cell] ?? 9) : 0;
			if (state === '' || 'crmpuh'.indexOf(candidate) < 'crmpuh'.indexOf(state)) {
				state = candidate;
				worst = cell;
			}
		}
		const [shape, tone] = lookOf(view, worst, facts);
		const shown = state === 'p' && shape !== 'x' ? (had < (to - from) * 5 ? 'l' : 'p') : shape;
		row.push([look.glyphs.cell[shown] ?? ' ', landed ? 'lit' : tone]);
	}
	return fitRow([[' '], ...pack(row), [' ']], columns);
}

/** What the pane's title says at its right end. `over`: the peer that is laid over the grid. */
export function piecesTitle(view: PiecesView | undefined, columns: number, over?: string): string {
	if (!view || view.pieces === 0) return '';
	if (over !== undefined && columns >= 44) return `${view.have} of ${view.pieces} · over it: ${over}`;
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

import type {Area} from './context.js';

/** More cells than this are not asked of the engine. */
const mostCells = 10_000;
/** A cell that has so much room, in columns times rows, is a tile: with a fine line around it. */
const tileRoom = 4;

/** Rows below the grid: what is under the cursor, and what its colours mean. */
export function rowsBelow(rows: number): number {
	return rows >= 7 ? 2 : rows >= 3 ? 1 : 0;
}

/** Rows that are the grid's own. */
export function gridRows(rows: number): number {
	return Math.max(1, rows - rowsBelow(rows));
}

/** How many cells to ask the engine for, given the room inside the frame. `halves`: two lie one above the other in a row. */
export function cellsFor({columns, rows}: Area, halves: boolean): number {
	return Math.max(1, Math.min(mostCells, columns * gridRows(rows) * (halves ? 2 : 1)));
}

/** How the cells of a grid lie: in `rows` rows of as many as can be the same, stretched over all of the room. */
export interface Grid {
	readonly cells: number;
	readonly rows: number;
	/** The room: columns, and rows of which there are two to a row of the terminal in `halves`. */
	readonly columns: number;
	readonly height: number;
	readonly halves: boolean;
	/** Cells are large enough for lines between them. */
	readonly tiles: boolean;
}

/**
 * The layout that fills all of the room with cells that are as square as can be. With `halves`, small ones lie two in a
 * row of the terminal.
 */
export function gridFor(cells: number, {columns, rows: room}: Area, halves = false): Grid {
	const full = gridRows(room);
	const tiles = cells * tileRoom <= columns * full;
	const isHalved = halves && !tiles;
	const height = isHalved ? full * 2 : full;
	// A cell of the terminal is twice as high as it is wide; half of one is a square.
	const square = isHalved ? 1 : 2;
	const least = Math.max(1, Math.min(height, Math.ceil(cells / columns)));
	let rows = least;
	let nearest = Number.POSITIVE_INFINITY;
	for (let tried = least; tried <= Math.min(height, cells); tried++) {
		const shape = Math.abs(Math.log2((columns * tried * tried) / (cells * height * square)));
		if (shape >= nearest) continue;
		nearest = shape;
		rows = tried;
	}
	return {cells, rows, columns, height, halves: isHalved, tiles};
}

/** Which of `parts` a place is in, when they share `length` places as evenly as can be. */
export function partAt(place: number, parts: number, length: number): number {
	return Math.floor(((place + 1) * parts - 1) / length);
}

/** The first cell of a row. */
function rowStart({cells, rows}: Grid, row: number): number {
	return Math.floor((row * cells) / rows);
}

/** For every column, the cell that is drawn in it where the grid has this line of its height. */
export function cellsOfLine(grid: Grid, line: number): readonly number[] {
	const row = partAt(line, grid.rows, grid.height);
	const first = rowStart(grid, row);
	const count = rowStart(grid, row + 1) - first;
	return Array.from({length: grid.columns}, (_, column) => first + partAt(column, count, grid.columns));
}

/** The cell drawn at a place inside the frame, in columns and rows of the terminal; undefined where there is none. */
export function cellAt(grid: Grid, column: number, row: number): number | undefined {
	const line = grid.halves ? row * 2 : row;
	if (column < 0 || column >= grid.columns || line < 0 || line >= grid.height) return undefined;
	return cellsOfLine(grid, line)[column];
}

/** The cell so many rows below another; above it for a negative number. */
export function cellBelow(grid: Grid, cell: number, rows: number): number {
	const row = partAt(cell, grid.rows, grid.cells);
	const target = Math.max(0, Math.min(grid.rows - 1, row + rows));
	const [first, next] = [rowStart(grid, row), rowStart(grid, row + 1)];
	const [there, end] = [rowStart(grid, target), rowStart(grid, target + 1)];
	const share = (cell - first + 0.5) / (next - first);
	return there + Math.min(end - there - 1, Math.floor(share * (end - there)));
}

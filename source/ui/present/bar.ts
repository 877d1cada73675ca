import type {Glyphs} from '../look/glyphs.js';
import type {Tone} from '../look/themes.js';
import type {Row, Span} from './row.js';

/** A progress bar of exactly `columns` cells, in eighths of a cell. `part` is 0..1. */
export function bar(part: number, columns: number, glyphs: Glyphs, tone: Tone = 'have'): Row {
	if (columns <= 0) return [];
	const eighths = Math.max(0, Math.min(columns * 8, Math.floor(part * columns * 8)));
	const full = Math.floor(eighths / 8);
	const rest = eighths % 8;
	const row: Span[] = [];
	if (full > 0) row.push([(glyphs.eighths[8] ?? '#').repeat(full), tone]);
	if (full < columns) {
		const drawn = rest > 0 ? 1 : 0;
		if (drawn) row.push([glyphs.eighths[rest] ?? ' ', tone]);
		if (columns - full - drawn > 0) row.push([glyphs.barRest.repeat(columns - full - drawn), 'missing']);
	}
	return row;
}

/** A thin bar for rows of a list, where solid ones would grow together: exactly `columns` cells. `part` is 0..1. */
export function thinBar(part: number, columns: number, glyphs: Glyphs, tone: Tone = 'have'): Row {
	const halves = Math.max(0, Math.min(columns * 2, Math.floor(part * columns * 2)));
	const [full, half, rest] = glyphs.thin;
	const done = full.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? half : '');
	const row: Span[] = [];
	if (done !== '') row.push([done, tone]);
	if (done.length < columns) row.push([rest.repeat(columns - done.length), 'missing']);
	return row;
}

/** The newest values as a line of `columns` cells, newest at the right. */
export function sparkline(values: readonly number[], columns: number, peak: number, glyphs: Glyphs): string {
	const shown = values.slice(-columns);
	const top = Math.max(1, peak);
	const line = shown
		.map(value => {
			const level = value <= 0 ? 0 : Math.max(1, Math.min(8, Math.round((value / top) * 8)));
			return glyphs.levels[level] ?? ' ';
		})
		.join('');
	return line.padStart(columns, ' ');
}

/**
 * What somebody has over the whole of something, in `columns` cells: higher where there is more. `map` is tenths, a digit
 * a part, of twice as many parts or as many.
 */
export function miniMap(map: string, columns: number, {levels, dot}: Glyphs): string {
	let line = '';
	for (let column = 0; column < columns; column++) {
		const from = Math.floor((column * map.length) / columns);
		const to = Math.max(from + 1, Math.floor(((column + 1) * map.length) / columns));
		let sum = 0;
		for (let at = from; at < to; at++) sum += Number(map[at] ?? 0);
		const tenths = sum / (to - from);
		// No higher than over half a row: whole ones would grow together.
		line += tenths === 0 ? dot : (levels[Math.max(1, Math.min(5, Math.round((tenths / 9) * 5)))] ?? ' ');
	}
	return line;
}

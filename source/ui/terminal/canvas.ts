import type {Rect} from '../look/layout.js';
import type {Zone} from '../present/hit.js';
import {cellWidth, graphemes, isSingleCells} from '../text/text.js';
import {applySgr, type CellGrid, plain, type Style, withLink} from './cells.js';

/** A line as cells: the second cell of a wide character holds an empty string. */
interface Line {
	readonly source: string;
	readonly texts: readonly string[];
	readonly styles: readonly Style[];
}

interface Layer {
	area: Rect;
	over: boolean;
	lines: readonly Line[];
	zones: readonly Zone[];
}

/** What lies under a cell of the screen. */
export interface Underneath {
	/** Whether it belongs to what lies over the rest. */
	readonly over: boolean;
	/** Where it may be clicked there, the innermost first, each with the cell counted from its own top left one. */
	readonly zones: ReadonlyArray<{readonly zone: Zone; readonly x: number; readonly y: number}>;
}

const none: readonly Zone[] = [];

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const colours = /\u001B\[([\d;]*)m/g;

/** Whoever drew it should have taken it out; none of it reaches a terminal, whatever was forgotten. */
const obeyed = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Takes a coloured line apart into cells; of escape sequences only colours mean anything. */
function cellsOf(source: string): Line {
	const texts: string[] = [];
	const styles: Style[] = [];
	let style = plain;
	let at = 0;
	const put = (text: string) => {
		for (const grapheme of graphemes(isSingleCells(text) ? text : text.replace(obeyed, ''))) {
			texts.push(grapheme);
			styles.push(style);
			for (let extra = cellWidth(grapheme); extra > 1; extra--) {
				texts.push('');
				styles.push(style);
			}
		}
	};
	colours.lastIndex = 0;
	for (let match = colours.exec(source); match; match = colours.exec(source)) {
		if (match.index > at) put(source.slice(at, match.index));
		style = applySgr(style, match[1] ?? '');
		at = colours.lastIndex;
	}
	if (at < source.length) put(source.slice(at));
	return {source, texts, styles};
}

/**
 * Coloured lines at their places on the screen, one layer for each who draws. Ink keeps what is a tree: who is there,
 * and the keys; taking every character of every row apart for each frame would be most of what drawing costs.
 */
export class Canvas {
	readonly #layers = new Map<object, Layer>();
	readonly #changed: (row: number) => void;
	/** Where Ink's own drawing shows. */
	#window: Rect | undefined;

	/** `changed` hears of every row that looks different now. */
	constructor(changed: (row: number) => void) {
		this.#changed = changed;
	}

	/** Draws lines as the layer of `who`, in place of what it had; `over` lies above the layers that do not. */
	draw(
		who: object,
		area: Rect,
		lines: readonly string[],
		over: boolean,
		zones: readonly Zone[] = none,
	): void {
		const before = this.#layers.get(who);
		const stays = before?.over === over && sameRect(before.area, area);
		if (before && !stays) this.#touch(before.area);
		const cells = lines.map((line, index) => {
			const old = before?.lines[index];
			if (old?.source === line) return old;
			if (stays) this.#changed(area.y + index);
			return cellsOf(line);
		});
		this.#layers.set(who, {area, over, lines: cells, zones});
		if (!stays || cells.length !== before?.lines.length) this.#touch(area);
	}

	/** What lies uppermost under a cell of the screen; undefined where nothing is drawn. */
	under(column: number, row: number): Underneath | undefined {
		let found: Layer | undefined;
		for (const layer of this.#layers.values()) {
			const {x, y, columns, rows} = layer.area;
			const isIn = column >= x && column < x + columns && row >= y && row < y + rows;
			if (isIn && (layer.over || !found?.over)) found = layer;
		}
		if (!found) return undefined;
		const [x, y] = [column - found.area.x, row - found.area.y];
		const zones = found.zones.flatMap(zone => {
			const [left, top] = [x - zone.x, y - zone.y];
			const isIn = left >= 0 && left < zone.columns && top >= 0 && top < zone.rows;
			return isIn ? [{zone, x: left, y: top}] : [];
		});
		return {over: found.over, zones: zones.reverse()};
	}

	/** Takes a layer away. */
	erase(who: object): void {
		const layer = this.#layers.get(who);
		if (layer) this.#touch(layer.area);
		this.#layers.delete(who);
	}

	/** Shows what Ink draws in `area`, above everything else; nothing of it when there is none. */
	show(area: Rect | undefined): void {
		if (this.#window) this.#touch(this.#window);
		this.#window = area;
		if (area) this.#touch(area);
	}

	/** Whether what Ink draws in a row is seen. */
	shows(row: number): boolean {
		return this.#window !== undefined && row >= this.#window.y && row < this.#window.y + this.#window.rows;
	}

	/** Puts a row together in `grid`. `ink` is what Ink has drawn. */
	compose(row: number, grid: CellGrid, ink: CellGrid): void {
		grid.clear(row * grid.columns, (row + 1) * grid.columns);
		for (const over of [false, true]) {
			for (const layer of this.#layers.values()) {
				if (layer.over !== over || row < layer.area.y || row >= layer.area.y + layer.area.rows) continue;
				const line = layer.lines[row - layer.area.y];
				if (line) copy(line.texts, line.styles, 0, grid, row, layer.area);
				for (const zone of layer.zones)
					if (zone.hit.kind === 'link') lead(zone, zone.hit.url, layer, grid, row);
			}
		}
		const shown = this.#window;
		if (shown && this.shows(row)) copy(ink.texts, ink.styles, row * ink.columns + shown.x, grid, row, shown);
	}

	#touch(area: Rect): void {
		for (let row = area.y; row < area.y + area.rows; row++) this.#changed(row);
	}
}

function sameRect(a: Rect, b: Rect): boolean {
	return a.x === b.x && a.y === b.y && a.columns === b.columns && a.rows === b.rows;
}

function copy(
	texts: readonly string[],
	styles: readonly Style[],
	from: number,
	grid: CellGrid,
	row: number,
	area: Rect,
): void {
	const start = row * grid.columns + area.x;
	const width = Math.min(area.columns, grid.columns - area.x, texts.length - from);
	if (width <= 0) return;
	// A wide character of which one half is covered leaves a blank.
	if (area.x > 0 && grid.texts[start] === '') grid.texts[start - 1] = ' ';
	const end = start + width;
	if (area.x + width < grid.columns && grid.texts[end] === '') grid.texts[end] = ' ';
	for (let cell = 0; cell < width; cell++) {
		grid.texts[start + cell] = texts[from + cell] ?? ' ';
		grid.styles[start + cell] = styles[from + cell] ?? plain;
	}
	// One that does not fit whole is not begun.
	if (texts[from + width] === '') grid.texts[end - 1] = ' ';
}

/** Has the cells of a zone lead to a URL, as far as the zone lies in the row. */
function lead(zone: Zone, url: string, {area}: Layer, grid: CellGrid, row: number): void {
	if (area.y + zone.y !== row) return;
	const from = area.x + zone.x;
	const end = Math.min(from + zone.columns, area.x + area.columns, grid.columns);
	for (let at = row * grid.columns + from; at < row * grid.columns + end; at++)
		grid.styles[at] = withLink(grid.styles[at] ?? plain, url);
}

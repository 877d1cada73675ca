import type {Cell, Frame} from './frame.ts';
import {blocksOf, cellHeight, cellWidth, dotsOf, outlines, strokesOf} from './glyph-shapes.ts';
import {colours} from './terminal-session.ts';

/** One moment of a film: what the terminal showed, for how long, and the key that was pressed for it. */
export interface Moment {
	readonly frame: Frame;
	readonly seconds: number;
	/** Shown in the window's bar. */
	readonly caption?: string;
}

const padding = 14;
const barHeight = 34;
const fontSize = 15;
/** Baseline within a cell. */
const baseline = 13.4;
const lightLine = 1.3;
const heavyLine = 2.8;

const fonts =
	"ui-monospace,'SF Mono',SFMono-Regular,'Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

/** Short names for colours, in the order of their first use. */
class Colours {
	readonly #names = new Map<string, string>();

	name(colour: string): string {
		const name = this.#names.get(colour) ?? `c${this.#names.size.toString(36)}`;
		this.#names.set(colour, name);
		return name;
	}

	css(): string {
		return [...this.#names].map(([colour, name]) => `.${name}{color:${colour}}`).join('');
	}
}

function number(value: number): string {
	return String(Math.round(value * 100) / 100).replace(/^(-?)0\./, '$1.');
}

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The fills, lines and dots of one colour: every kind is one path. */
class Ink {
	readonly paths = new Map<string, string>();
	readonly #pens = new Map<string, readonly [x: number, y: number]>();

	add(kind: string, data: string): void {
		this.paths.set(kind, (this.paths.get(kind) ?? '') + data);
	}

	/** A level line, told from where the last one of its kind ended: that is shorter. */
	line(kind: string, x: number, y: number, length: number): void {
		const pen = this.#pens.get(kind);
		const steps = pen
			? [x - pen[0], y - pen[1]].map(number).join(' ').replace(' -', '-')
			: [x, y].map(number).join(' ');
		this.add(kind, `${pen ? 'm' : 'M'}${steps}h${number(length)}`);
		this.#pens.set(kind, [x + length, y]);
	}
}

function inkOf(inks: Map<string, Ink>, colour: string): Ink {
	let ink = inks.get(colour);
	if (!ink) {
		ink = new Ink();
		inks.set(colour, ink);
	}
	return ink;
}

/** Runs of neighbouring cells that are alike: `[first, end, what]`. */
function runs<What>(
	cells: readonly Cell[],
	what: (cell: Cell) => What | undefined,
	same: (a: What, b: What) => boolean,
): Array<readonly [number, number, What]> {
	const result: Array<readonly [number, number, What]> = [];
	let from = 0;
	let current: What | undefined;
	for (let at = 0; at <= cells.length; at++) {
		const next = at < cells.length ? what(cells[at]!) : undefined;
		if (current !== undefined && next !== undefined && same(current, next)) continue;
		if (current !== undefined) result.push([from, at, current]);
		[from, current] = [at, next];
	}
	return result;
}

function drawBlocks(cells: readonly Cell[], inks: Map<string, Ink>): void {
	const found = runs(
		cells,
		cell => (blocksOf(cell.text) ? cell : undefined),
		(a, b) => a.text === b.text && a.colour === b.colour && blocksOf(a.text)?.blocks[0]?.[2] === 1,
	);
	for (const [from, end, {text, colour}] of found) {
		const {blocks, density} = blocksOf(text)!;
		for (const [x, y, width, height] of blocks) {
			const wide = (width === 1 ? end - from : width) * cellWidth;
			const left = (from + x) * cellWidth;
			const top = y * cellHeight;
			const tall = height * cellHeight;
			// A line as thick as a row, or half of one, is the shortest way to say it.
			const kind =
				height === 1 ? `b${density === 1 ? '' : Math.round(density * 100)}` : height === 0.5 ? 'e' : 'p';
			if (kind === 'p')
				inkOf(inks, colour).add(
					kind,
					`M${number(left)} ${number(top)}h${number(wide)}v${number(tall)}h-${number(wide)}z`,
				);
			else inkOf(inks, colour).line(kind, left, top + tall / 2, wide);
		}
	}
}

function drawBackgrounds(cells: readonly Cell[], inks: Map<string, Ink>): void {
	const found = runs(
		cells,
		cell => cell.background,
		(a, b) => a === b,
	);
	for (const [from, end, colour] of found) {
		const wide = (end - from) * cellWidth;
		inkOf(inks, colour).line('b', from * cellWidth, cellHeight / 2, wide);
	}
}

function drawLines(cells: readonly Cell[], inks: Map<string, Ink>): void {
	const kind = (weight: number) => (weight === 2 ? 'h' : 'l');
	const middle = cellHeight / 2;
	// Lines that cross whole cells are one stroke.
	const level = runs(
		cells,
		cell => (cell.text === '─' || cell.text === '━' ? cell : undefined),
		(a, b) => a.text === b.text && a.colour === b.colour,
	);
	for (const [from, end, {text, colour}] of level) {
		inkOf(inks, colour).add(
			kind(text === '━' ? 2 : 1),
			`M${from * cellWidth} ${middle}h${(end - from) * cellWidth}`,
		);
	}
	for (const [column, {text, colour}] of cells.entries()) {
		const strokes = text === '─' || text === '━' ? undefined : strokesOf(text);
		if (!strokes) continue;
		const ink = inkOf(inks, colour);
		const [left, x, right] = [column * cellWidth, (column + 0.5) * cellWidth, (column + 1) * cellWidth].map(
			number,
		);
		if (strokes.round) {
			const [side, bow] = strokes.right ? [right, 4.5] : [left, -4.5];
			const [edge, turn] = strokes.down ? [cellHeight, 4.5] : [0, -4.5];
			ink.add('l', `M${x} ${edge}V${middle + turn}q0 ${-turn} ${bow} ${-turn}H${side}`);
			continue;
		}
		if (strokes.dashed) {
			ink.add('l', `M${x} 1.5v3m0 3v3m0 3v3`);
			continue;
		}
		if (strokes.up && strokes.up === strokes.down) ink.add(kind(strokes.up), `M${x} 0v${cellHeight}`);
		else {
			// A heavy corner is closed by reaching over the middle.
			const over = strokes.up === 2 || strokes.down === 2 ? heavyLine / 2 : 0;
			if (strokes.up) ink.add(kind(strokes.up), `M${x} 0V${number(middle + over)}`);
			if (strokes.down) ink.add(kind(strokes.down), `M${x} ${cellHeight}V${number(middle - over)}`);
		}
		if (strokes.left) ink.add(kind(strokes.left), `M${left} ${middle}H${x}`);
		if (strokes.right) ink.add(kind(strokes.right), `M${x} ${middle}H${right}`);
	}
}

/** Dots lie on one even grid, so that a row of them is a dotted line. */
function drawDots(cells: readonly Cell[], inks: Map<string, Ink>): void {
	const step = cellWidth / 2;
	for (let row = 0; row < 4; row++) {
		let from = -1;
		let colour = '';
		const end = (at: number) => {
			if (from >= 0) {
				const start = `M${number((from + 0.5) * step)} ${number((row + 0.5) * step)}`;
				inkOf(inks, colour).add('d', `${start}h${number((at - from - 1) * step + 0.02)}`);
			}
			from = -1;
		};
		for (const [column, cell] of cells.entries()) {
			const dots = dotsOf(cell.text)?.[row];
			for (const half of [0, 1] as const) {
				const at = column * 2 + half;
				const isSet = dots?.[half] === true;
				if (from >= 0 && (!isSet || cell.colour !== colour)) end(at);
				if (isSet && from < 0) [from, colour] = [at, cell.colour];
			}
		}
		end(cells.length * 2);
	}
}

function drawOutlines(cells: readonly Cell[], inks: Map<string, Ink>): void {
	for (const [column, {text, colour}] of cells.entries()) {
		const outline = outlines[text];
		if (outline === undefined) continue;
		// The first step of every part is the only one that is not relative to the one before it.
		const moved = outline.replaceAll(/M([\d.]+)/g, (_, x) => `M${number(Number(x) + column * cellWidth)}`);
		inkOf(inks, colour).add('p', moved);
	}
}

function isDrawn({text}: Cell): boolean {
	return (
		blocksOf(text) !== undefined ||
		strokesOf(text) !== undefined ||
		dotsOf(text) !== undefined ||
		outlines[text] !== undefined
	);
}

/** The texts of a row: one element for every run of a colour, cut where two cells are empty. */
function drawTexts(cells: readonly Cell[], names: Colours): string {
	let result = '';
	let from = 0;
	let text = '';
	let cellsWide = 0;
	let first: Cell | undefined;
	const flush = () => {
		const shown = text.trimEnd();
		const wide = cellsWide - (text.length - shown.length);
		if (first && shown !== '') {
			const length = [...shown].length > 1 ? ` textLength="${wide * cellWidth}"` : '';
			const style = `${names.name(first.colour)}${first.bold ? ' o' : ''}`;
			result += `<text class="${style}" x="${from * cellWidth}" y="${baseline}"${length}>${escaped(shown)}</text>`;
		}
		[first, text, cellsWide] = [undefined, '', 0];
	};
	for (const [column, cell] of cells.entries()) {
		if (cell.width === 0) continue;
		const isEmpty = cell.text === '' || cell.text === ' ' || isDrawn(cell);
		if (isEmpty) {
			if (isDrawn(cell) || text.endsWith(' ')) flush();
			else if (first) {
				text += ' ';
				cellsWide++;
			}
			continue;
		}
		// What a font may lack stands alone, so that another font's widths move nothing.
		const isForeign = !/^[\u0020-\u00FF–—…]+$/.test(cell.text);
		if (first && (cell.colour !== first.colour || cell.bold !== first.bold || isForeign)) flush();
		if (!first) [first, from] = [cell, column];
		text += cell.text;
		cellsWide += cell.width;
		if (isForeign) flush();
	}
	flush();
	return result;
}

function paths(inks: ReadonlyMap<string, Ink>, names: Colours): string {
	let result = '';
	for (const [colour, ink] of inks)
		for (const [kind, data] of ink.paths)
			result += `<path class="${names.name(colour)} ${kind}" d="${data}"/>`;
	return result;
}

/** A row of cells as SVG elements, its upper left corner at 0, 0. */
function drawRow(cells: readonly Cell[], names: Colours): string {
	const behind = new Map<string, Ink>();
	const inks = new Map<string, Ink>();
	drawBackgrounds(cells, behind);
	drawBlocks(cells, inks);
	drawLines(cells, inks);
	drawDots(cells, inks);
	drawOutlines(cells, inks);
	return paths(behind, names) + paths(inks, names) + drawTexts(cells, names);
}

/** A row cut behind the frames of panes, so that what stays in one pane is told once while another one moves. */
function parts(row: readonly Cell[]): Array<readonly [column: number, cells: readonly Cell[]]> {
	const result: Array<readonly [number, readonly Cell[]]> = [];
	let from = 0;
	for (const [column, {text}] of row.entries()) {
		if (!/^[│┃]$/.test(text) && column < row.length - 1) continue;
		result.push([from, row.slice(from, column + 1)]);
		from = column + 1;
	}
	return result;
}

/** The bar of the window, and on it the keys that were pressed. */
function drawBar(width: number, title: string): string {
	const middle = barHeight / 2 + 1;
	const lights = ['#f2706b', '#f0b54d', '#6fcf83']
		.map(
			(colour, index) =>
				`<circle cx="${22 + index * 19}" cy="${middle}" r="5.5" fill="${colour}" opacity=".8"/>`,
		)
		.join('');
	return `${lights}<text class="t" x="${width / 2}" y="${middle + 4.5}" text-anchor="middle">${escaped(title)}</text>`;
}

function drawCaption(width: number, caption: string): string {
	const wide = [...caption].length * 7.8 + 20;
	const x = width - padding - wide;
	return `<rect class="k" x="${number(x)}" y="7" width="${number(wide)}" height="21" rx="5"/><text class="q" x="${number(x + wide / 2)}" y="22" text-anchor="middle">${escaped(caption)}</text>`;
}

/**
 * When a moment shows, as a CSS animation over the whole film. Without it, and where nothing shall move, their attributes
 * hold, by which one alone is seen.
 */
function timing(moments: readonly Moment[]): string {
	const total = moments.reduce((sum, {seconds}) => sum + seconds, 0);
	let start = 0;
	let css = '.f{animation-duration:';
	css += `${number(total)}s;animation-timing-function:step-end;animation-iteration-count:infinite}`;
	for (const [index, {seconds}] of moments.entries()) {
		const [from, to] = [start / total, (start + seconds) / total].map(part =>
			String(Math.round(part * 1e5) / 1e3),
		);
		const shown = `${from}%{visibility:visible}`;
		const hidden = `${index === 0 ? '' : '0%{visibility:hidden}'}${shown}`;
		css += `@keyframes k${index}{${hidden}${index === moments.length - 1 ? '' : `${to}%{visibility:hidden}`}}`;
		css += `.f${index}{animation-name:k${index}}`;
		start += seconds;
	}
	return `${css}@media(prefers-reduced-motion:reduce){.f{animation:none}}`;
}

/**
 * A terminal's window as an SVG image: of one moment a picture, of several a film that repeats. Needs no script and
 * no font of its own. `still` is the moment for those who want nothing to move.
 */
export function drawPicture(
	moments: readonly Moment[],
	{title, label, still = 0}: {readonly title: string; readonly label: string; readonly still?: number},
): string {
	const {columns, rows} = moments[0]!.frame;
	const width = columns * cellWidth + padding * 2;
	const height = rows.length * cellHeight + barHeight + padding;
	const names = new Colours();
	const ids = new Map<string, string>();
	const drawn = moments.map(({frame}) =>
		frame.rows.map(row =>
			parts(row).flatMap(([column, cells]) => {
				const elements = drawRow(cells, names);
				if (elements === '') return [];
				const id = ids.get(elements) ?? `r${ids.size.toString(36)}`;
				ids.set(elements, id);
				return [[column, id] as const];
			}),
		),
	);
	const uses = new Map<string, number>();
	for (const [, id] of drawn.flat(2)) uses.set(id, (uses.get(id) ?? 0) + 1);
	const elements = new Map([...ids].map(([text, id]) => [id, text]));
	const isShared = (id: string) => (uses.get(id) ?? 0) > 1;
	const shared = [...ids.values()].filter(isShared);
	const films = moments.map(({caption}, index) => {
		const lines = drawn[index]!.flatMap((found, row) =>
			found.map(([column, id]) => {
				const [x, y] = [column * cellWidth, row * cellHeight];
				if (!isShared(id)) return `<g transform="translate(${x} ${y})">${elements.get(id)}</g>`;
				return `<use href="#${id}"${x === 0 ? '' : ` x="${x}"`}${y === 0 ? '' : ` y="${y}"`}/>`;
			}),
		);
		const key = caption === undefined ? '' : drawCaption(width, caption);
		const isHidden = moments.length > 1 && index !== still;
		const style = moments.length > 1 ? ` class="f f${index}"${isHidden ? ' visibility="hidden"' : ''}` : '';
		return `<g${style}>${key}<g transform="translate(${padding} ${barHeight})">${lines.join('')}</g></g>`;
	});
	const css = [
		`text{font-family:${fonts};font-size:${fontSize}px;fill:currentColor;white-space:pre}`,
		`.o{font-weight:700}.p{fill:currentColor}.b,.b28,.b50,.b72,.e{fill:none;stroke:currentColor;stroke-width:${cellHeight};shape-rendering:crispEdges}`,
		`.b28{opacity:.28}.b50{opacity:.5}.b72{opacity:.72}.e{stroke-width:${cellHeight / 2}}`,
		`.l,.h,.d{fill:none;stroke:currentColor;stroke-width:${lightLine}}.h{stroke-width:${heavyLine}}`,
		`.d{stroke-width:3.1;stroke-linecap:round;stroke-dasharray:.01 ${cellWidth / 2 - 0.01}}`,
		'.t{color:#8b9aa5;font-size:13px}.q{color:#f0d9a0;font-size:13px}.k{fill:#1c262c;stroke:#41525d}',
		names.css(),
		moments.length > 1 ? timing(moments) : '',
	].join('');
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}">`,
		`<style>${css}</style>`,
		`<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10" fill="${colours.background}" stroke="#2a363d"/>`,
		drawBar(width, title),
		shared.length > 0
			? `<defs>${shared.map(id => `<g id="${id}">${elements.get(id)}</g>`).join('')}</defs>`
			: '',
		...films,
		'</svg>',
		'',
	].join('\n');
}

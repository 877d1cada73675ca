import {cellWidth, graphemes} from '../text/text.js';
import {hyperlink} from './modes.js';

/** Colours and weight of a cell, each as SGR parameters; `attributes` are the codes that are on, in order. */
export interface Style {
	readonly foreground: string;
	readonly background: string;
	readonly attributes: string;
	/** Where it leads; empty for nowhere. */
	readonly link: string;
}

export const plain: Style = {foreground: '', background: '', attributes: '', link: ''};

const styles = new Map<string, Style>();

/** One object for equal styles, so that styles compare by identity. */
function intern(foreground: string, background: string, attributes: string): Style {
	if (foreground === '' && background === '' && attributes === '') return plain;
	const key = `${foreground}/${background}/${attributes}`;
	let style = styles.get(key);
	if (!style) {
		style = {foreground, background, attributes, link: ''};
		styles.set(key, style);
	}
	return style;
}

const linked = new Map<string, Map<Style, Style>>();
/** Links come and go with what is shown. */
const mostLinks = 1000;

/** The style leading somewhere: one object for equal ones. */
export function withLink(style: Style, link: string): Style {
	let known = linked.get(link);
	if (!known) {
		if (linked.size >= mostLinks) linked.clear();
		known = new Map();
		linked.set(link, known);
	}
	let made = known.get(style);
	if (!made) {
		made = {...style, link};
		known.set(style, made);
	}
	return made;
}

const attributeOff: Readonly<Record<string, readonly string[]>> = {
	22: ['1', '2'],
	23: ['3'],
	24: ['4'],
	25: ['5'],
	27: ['7'],
	28: ['8'],
	29: ['9'],
};

const steps = new WeakMap<Style, Map<string, Style>>();

/** The style after an SGR sequence with these parameters. */
export function applySgr(style: Style, parameters: string): Style {
	let known = steps.get(style);
	if (!known) {
		known = new Map();
		steps.set(style, known);
	}
	let next = known.get(parameters);
	if (!next) {
		next = afterSgr(style, parameters);
		known.set(parameters, next);
	}
	return next;
}

function afterSgr(style: Style, parameters: string): Style {
	let {foreground, background, attributes} = style;
	const codes = parameters === '' ? ['0'] : parameters.split(';');
	for (let index = 0; index < codes.length; index++) {
		const code = codes[index] === '' ? '0' : (codes[index] ?? '0');
		const number = Number(code);
		if (number === 0) {
			foreground = '';
			background = '';
			attributes = '';
		} else if (number === 38 || number === 48) {
			const length = codes[index + 1] === '5' ? 3 : 5;
			const colour = codes.slice(index, index + length).join(';');
			if (number === 38) foreground = colour;
			else background = colour;
			index += length - 1;
		} else if (number === 39) foreground = '';
		else if (number === 49) background = '';
		else if ((number >= 30 && number <= 37) || (number >= 90 && number <= 97)) foreground = code;
		else if ((number >= 40 && number <= 47) || (number >= 100 && number <= 107)) background = code;
		else if (attributeOff[code]) {
			const off = attributeOff[code];
			attributes = attributes
				.split(';')
				.filter(on => on !== '' && !off.includes(on))
				.join(';');
		} else if (number < 10) {
			attributes = [...new Set([...attributes.split(';').filter(Boolean), code])].sort().join(';');
		}
	}
	return intern(foreground, background, attributes);
}

/** The shortest sequences that lead from one style to another; empty when they are one. */
export function sgrBetween(from: Style, to: Style): string {
	if (from === to) return '';
	return (from.link === to.link ? '' : hyperlink(to.link)) + coloursBetween(from, to);
}

function isPlain({foreground, background, attributes}: Style): boolean {
	return foreground === '' && background === '' && attributes === '';
}

function coloursBetween(from: Style, to: Style): string {
	if (isPlain(to)) return isPlain(from) ? '' : '\u001B[m';
	const parts: string[] = [];
	if (from.attributes !== to.attributes && from.attributes !== '') {
		const parameters = ['', to.attributes, to.foreground, to.background].filter(
			(part, at) => at === 0 || part,
		);
		return `\u001B[${parameters.join(';')}m`;
	}
	if (from.attributes !== to.attributes) parts.push(to.attributes);
	if (from.foreground !== to.foreground) parts.push(to.foreground || '39');
	if (from.background !== to.background) parts.push(to.background || '49');
	if (parts.length === 0) return '';
	return `\u001B[${parts.join(';')}m`;
}

/** What a terminal shows, cell by cell. The second cell of a wide character holds an empty string. */
export class CellGrid {
	readonly columns: number;
	readonly rows: number;
	readonly texts: string[];
	readonly styles: Style[];

	constructor(columns: number, rows: number) {
		this.columns = columns;
		this.rows = rows;
		this.texts = new Array<string>(columns * rows).fill(' ');
		this.styles = new Array<Style>(columns * rows).fill(plain);
	}

	/** A grid of another size with the same top left corner. */
	resized(columns: number, rows: number): CellGrid {
		const grid = new CellGrid(columns, rows);
		for (let y = 0; y < Math.min(rows, this.rows); y++) {
			for (let x = 0; x < Math.min(columns, this.columns); x++) {
				grid.texts[y * columns + x] = this.texts[y * this.columns + x] ?? ' ';
				grid.styles[y * columns + x] = this.styles[y * this.columns + x] ?? plain;
			}
		}
		return grid;
	}

	/** Blanks cells `from` up to `to` (not with it), counted from the top left. */
	clear(from: number, to: number): void {
		this.texts.fill(' ', from, to);
		this.styles.fill(plain, from, to);
	}

	/** Writes text (no escapes) into a row and answers the column after it; what does not fit is dropped. */
	put(x: number, y: number, text: string, style: Style): number {
		let column = x;
		const start = y * this.columns;
		for (const grapheme of graphemes(text)) {
			const width = Math.max(1, cellWidth(grapheme));
			if (column + width > this.columns) break;
			this.texts[start + column] = grapheme;
			this.styles[start + column] = style;
			for (let offset = 1; offset < width; offset++) {
				this.texts[start + column + offset] = '';
				this.styles[start + column + offset] = style;
			}
			column += width;
		}
		return column;
	}
}

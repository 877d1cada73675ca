import {isSingleCells} from '../text/text.js';
import {CellGrid, plain, type Style, sgrBetween} from './cells.js';

/** A shorter change of the picture needs no frame around it. */
const shortText = 160;

/**
 * Turns the picture that a terminal shows into another one, sending only the cells that differ, with absolute moves: no
 * disagreement about a character's width can shift anything.
 */
export class CellDiff {
	/** What the terminal shows. */
	#shown: CellGrid;
	#text = '';
	/** What the terminal writes in, as the text leaves it. */
	#style: Style = plain;

	constructor(columns: number, rows: number) {
		this.#shown = new CellGrid(columns, rows);
	}

	/** Characters of the text so far. */
	get length(): number {
		return this.#text.length;
	}

	/** The terminal has another size: what it shows must be erased. */
	resize(columns: number, rows: number): void {
		this.#shown = new CellGrid(columns, rows);
	}

	/** Empties the terminal. */
	erase(): void {
		this.#text += '\u001B[m\u001B[H\u001B[2J';
		this.#shown.clear(0, this.#shown.columns * this.#shown.rows);
	}

	/** Brings a row of the terminal into step with `next`, which has its size. */
	row(next: CellGrid, y: number): void {
		const {columns, texts} = next;
		const start = y * columns;
		const end = endOf(next, start);
		let cursor = -1;
		let x = 0;
		while (x < columns) {
			if (this.#isShown(next, start + x)) {
				x++;
				continue;
			}
			// Erasing says it in three bytes.
			if (x >= end && columns - x > 4) {
				this.#text += this.#move(next, cursor, x, y) + sgrBetween(this.#style, plain);
				this.#style = plain;
				this.#text += '\u001B[K';
				break;
			}
			// A wide character is written from its first cell.
			while (x > 0 && texts[start + x] === '') x--;
			this.#text += this.#move(next, cursor, x, y);
			const width = this.#write(next, start + x, columns - x);
			// Terminals may disagree about how far such a character moves the cursor.
			cursor = width > 1 || !isSingleCells(texts[start + x] ?? ' ') ? -1 : x + width;
			x += width;
		}
		this.#shown.clear(start + end, start + columns);
	}

	/** The text, in one frame when it is long; empty when nothing differs. Begins anew. */
	take(): string {
		const text = this.#text;
		const style = this.#style;
		this.#text = '';
		this.#style = plain;
		if (text === '') return '';
		const whole = text + sgrBetween(style, plain);
		return whole.length > shortText ? `\u001B[?2026h${whole}\u001B[?2026l` : whole;
	}

	#isShown({texts, styles}: CellGrid, at: number): boolean {
		return texts[at] === this.#shown.texts[at] && styles[at] === this.#shown.styles[at];
	}

	/** Writes the character of a cell, of which `room` are left in its row; answers how many it takes. */
	#write({texts, styles}: CellGrid, cell: number, room: number): number {
		const wanted = styles[cell] ?? plain;
		this.#text += sgrBetween(this.#style, wanted) + (texts[cell] ?? ' ');
		this.#style = wanted;
		let width = 1;
		while (width < room && texts[cell + width] === '') width++;
		for (let at = cell; at < cell + width; at++) {
			this.#shown.texts[at] = texts[at] ?? ' ';
			this.#shown.styles[at] = styles[at] ?? plain;
		}
		return width;
	}

	/** Moves the terminal's cursor, which is at column `from` of the row (-1: anywhere), to `x`, `y`. */
	#move({texts, styles, columns}: CellGrid, from: number, x: number, y: number): string {
		if (from === x) return '';
		const start = y * columns;
		if (from >= 0 && x > from && x - from <= 4) {
			let between = '';
			for (let column = from; column < x; column++) {
				const text = texts[start + column] ?? '';
				if (styles[start + column] !== this.#style || text === '' || !isSingleCells(text)) {
					between = '';
					break;
				}
				between += text;
			}
			if (between !== '' && Buffer.byteLength(between) <= 4) return between;
		}
		if (from >= 0 && x > from) return `\u001B[${x - from === 1 ? '' : x - from}C`;
		return x === 0 ? `\u001B[${y + 1}H` : `\u001B[${y + 1};${x + 1}H`;
	}
}

/** Where the rest of a row is blank and plain. */
function endOf({texts, styles, columns}: CellGrid, start: number): number {
	let end = columns;
	while (end > 0 && texts[start + end - 1] === ' ' && styles[start + end - 1] === plain) end--;
	return end;
}

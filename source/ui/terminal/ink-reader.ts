import {applySgr, CellGrid, plain, type Style} from './cells.js';

const up = '\u001B[2K\u001B[1A';
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const erasing = /(?:\u001B\[2K\u001B\[1A)+\u001B\[2K\u001B\[G/y;

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const sequence = /\u001B(?:\[([0-9;?<=>]*)([@-~])|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[=>78cDEHM])/y;

/** What hears of what Ink draws. */
export interface InkEvents {
	/** A row may look different now. */
	drew(row: number): void;
	/** A picture has begun, of which no part is to be shown yet; or it is whole. */
	synchronized(begun: boolean): void;
}

/** Reads what Ink writes for a terminal, and keeps its picture cell by cell: text, colours, cursor moves and erasing. */
export class InkReader {
	readonly #events: InkEvents;
	#grid: CellGrid;
	#x = 0;
	#y = 0;
	#style: Style = plain;
	/** The rows of the picture as Ink wrote them, while nothing else was written. */
	#lines: readonly string[] = [];

	constructor(columns: number, rows: number, events: InkEvents) {
		this.#grid = new CellGrid(columns, rows);
		this.#events = events;
	}

	/** What Ink has drawn. */
	get grid(): CellGrid {
		return this.#grid;
	}

	/** Ink goes on from the picture it drew, so what still fits of it is kept. */
	resize(columns: number, rows: number): void {
		this.#grid = this.#grid.resized(columns, rows);
		this.#lines = [];
		this.#x = 0;
		this.#y = Math.min(this.#y, rows - 1);
	}

	/** Takes what Ink writes. Modes are the screen's own business. */
	write(text: string): void {
		if (text === '' || this.#replace(text)) return;
		this.#lines = [];
		this.#interpret(text);
	}

	/** Takes a whole picture in place of the one before, row by row, and answers whether the text was one. */
	#replace(text: string): boolean {
		erasing.lastIndex = 0;
		if (!erasing.test(text)) return false;
		const erased = erasing.lastIndex;
		const lines = text.slice(erased).split('\n');
		// Ink erases upwards from its last row: only from the very last one does that empty the screen.
		const {rows, columns} = this.#grid;
		if (lines.length !== rows || this.#y !== rows - 1 || erased < up.length * (rows - 1)) {
			return false;
		}
		for (const [row, line] of lines.entries()) {
			if (line === this.#lines[row]) continue;
			this.#grid.clear(row * columns, (row + 1) * columns);
			this.#x = 0;
			this.#y = row;
			this.#style = plain;
			this.#interpret(line);
			this.#events.drew(row);
		}
		this.#lines = lines;
		this.#y = rows - 1;
		return true;
	}

	#interpret(text: string): void {
		let at = 0;
		while (at < text.length) {
			const code = text.charCodeAt(at);
			if (code === 27) {
				sequence.lastIndex = at;
				const match = sequence.exec(text);
				if (!match) {
					at++;
					continue;
				}
				at = sequence.lastIndex;
				if (match[2] !== undefined) this.#control(match[1] ?? '', match[2]);
			} else if (code === 10) {
				this.#x = 0;
				this.#y = Math.min(this.#y + 1, this.#grid.rows - 1);
				at++;
			} else if (code === 13) {
				this.#x = 0;
				at++;
			} else if (code < 32) at++;
			else {
				let end = at + 1;
				while (end < text.length && text.charCodeAt(end) >= 32 && text.charCodeAt(end) !== 127) end++;
				this.#x = this.#grid.put(this.#x, this.#y, text.slice(at, end), this.#style);
				this.#events.drew(this.#y);
				at = Math.max(end, at + 1);
			}
		}
	}

	#erase(from: number, to: number): void {
		this.#grid.clear(from, to);
		for (let row = Math.floor(from / this.#grid.columns); row * this.#grid.columns < to; row++)
			this.#events.drew(row);
	}

	#control(parameters: string, final: string): void {
		const {columns, rows} = this.#grid;
		const number = (at: number, otherwise: number) => Number(parameters.split(';')[at] || otherwise);
		const cell = this.#y * columns + this.#x;
		switch (final) {
			case 'm':
				this.#style = applySgr(this.#style, parameters);
				break;
			case 'A':
				this.#y = Math.max(0, this.#y - number(0, 1));
				break;
			case 'B':
				this.#y = Math.min(rows - 1, this.#y + number(0, 1));
				break;
			case 'C':
				this.#x = Math.min(columns - 1, this.#x + number(0, 1));
				break;
			case 'D':
				this.#x = Math.max(0, this.#x - number(0, 1));
				break;
			case 'E':
				this.#x = 0;
				this.#y = Math.min(rows - 1, this.#y + number(0, 1));
				break;
			case 'G':
				this.#x = Math.min(columns, number(0, 1)) - 1;
				break;
			case 'H':
				this.#y = Math.min(rows, number(0, 1)) - 1;
				this.#x = Math.min(columns, number(1, 1)) - 1;
				break;
			case 'J':
				this.#erase(parameters === '2' ? 0 : cell, columns * rows);
				break;
			case 'K':
				this.#erase(parameters === '2' ? this.#y * columns : cell, (this.#y + 1) * columns);
				break;
			case 'h':
			case 'l':
				if (parameters === '?2026') this.#events.synchronized(final === 'h');
				break;
			default:
				break;
		}
	}
}

import type {Clock, Timer} from '../../base/ports.js';
import {isSingleCells} from '../text/text.js';
import {Canvas} from './canvas.js';
import {applySgr, CellGrid, plain, type Style, sgrBetween} from './cells.js';

const up = '\u001B[2K\u001B[1A';
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const erasing = /(?:\u001B\[2K\u001B\[1A)+\u001B\[2K\u001B\[G/y;

/** Milliseconds after which a write was slow. */
const slowWrite = 60;
/** Bytes a millisecond: below and above these a line's speed does not matter. */
const minimumRate = 0.05;
const fastRate = 50;
/** Characters after which a slow line gets the rest later. */
const partLength = 800;

/** What hears of a stream's events. */
// biome-ignore lint/suspicious/noExplicitAny: as Node types it, so that its streams fit
export type StreamListener = (...values: any[]) => void;

/** The part of a terminal's output stream that the screen needs. */
export interface TerminalOutput {
	readonly isTTY?: boolean;
	readonly columns?: number;
	readonly rows?: number;
	write(text: string, written?: (error?: Error | null) => void): boolean;
	on(event: string, listener: StreamListener): unknown;
	off(event: string, listener: StreamListener): unknown;
}

/** What drawing has cost so far. */
export interface DrawingCost {
	readonly frames: number;
	readonly bytes: number;
	/** Bytes of the last frame. */
	readonly lastFrame: number;
	/** Milliseconds to leave between frames so that the terminal keeps up: 0 while it takes them at once. */
	readonly pause: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const sequence = /\u001B(?:\[([0-9;?<=>]*)([@-~])|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[=>78cDEHM])/y;

/**
 * What Ink takes for its terminal, and where the canvas is shown. It keeps the picture cell by cell and sends the real
 * terminal only the cells that differ from what it shows, with absolute moves, so that no disagreement about a
 * character's width can shift anything. While the terminal has not yet taken one frame, later ones only change the
 * picture: a slow line gets fewer frames, never late ones, and nothing queues up.
 */
export class FrameStream {
	readonly isTTY = true;
	readonly writable = true;
	readonly #out: TerminalOutput;
	readonly #clock: Clock;
	/** What Ink draws, and what the screen is to show of it and of the canvas. */
	#ink: CellGrid;
	#next: CellGrid;
	/** Rows of which the canvas or Ink has drawn something else. */
	readonly #stale = new Set<number>();
	readonly canvas = new Canvas(row => this.#draw(row));
	#shown: CellGrid;
	/** By row: when it was touched last, in turns; 0 when the terminal shows it as it is. */
	#touched: number[];
	#turn = 1;
	/** Rows touched from this turn on answer a key. */
	#urgentFrom = Number.POSITIVE_INFINITY;
	/** Bytes a millisecond that the line takes, while it is slow enough to be noticed. */
	#lineRate: number | undefined;
	#restUntil = 0;
	#restTimer: Timer | undefined;
	#x = 0;
	#y = 0;
	#style: Style = plain;
	/** The rows of the picture as Ink wrote them, while nothing else was written. */
	#lines: readonly string[] = [];
	#waiting = false;
	#scheduled = false;
	#everything = true;
	#muted = false;
	#synchronized = false;
	#frames = 0;
	#bytes = 0;
	#lastFrame = 0;
	#pause = 0;

	constructor(out: TerminalOutput, clock: Clock) {
		this.#out = out;
		this.#clock = clock;
		this.#ink = new CellGrid(this.columns, this.rows);
		this.#next = new CellGrid(this.columns, this.rows);
		this.#shown = new CellGrid(this.columns, this.rows);
		this.#touched = [];
	}

	get columns(): number {
		return this.#out.columns ?? 80;
	}

	get rows(): number {
		return this.#out.rows ?? 24;
	}

	get cost(): DrawingCost {
		return {frames: this.#frames, bytes: this.#bytes, lastFrame: this.#lastFrame, pause: this.#pause};
	}

	on(event: string, listener: StreamListener): this {
		this.#out.on(event, listener);
		return this;
	}

	off(event: string, listener: StreamListener): this {
		this.#out.off(event, listener);
		return this;
	}

	/** While muted the picture goes on, but nothing reaches the terminal. */
	mute(muted: boolean): void {
		this.#muted = muted;
		if (!muted) this.repaint();
	}

	/** What changes from now on answers a key: on a slow line it goes before all else. */
	urgent(): void {
		this.#turn++;
		this.#urgentFrom = Math.min(this.#urgentFrom, this.#turn);
	}

	/** Draws everything anew: after something else may have written on the terminal. */
	repaint(): void {
		this.#everything = true;
		this.#schedule();
	}

	/** Sends something that is not part of the picture (a title, a bell, the clipboard), at once. */
	send(text: string): void {
		if (this.#muted) return;
		this.#bytes += Buffer.byteLength(text);
		this.#out.write(text);
	}

	/** Takes what Ink writes: text, colours, cursor moves and erasing. Modes are the screen's own business. */
	write(chunk: string | Uint8Array, encoding?: unknown, written?: () => void): boolean {
		const text = typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
		if (this.#next.columns !== this.columns || this.#next.rows !== this.rows) this.#resize();
		if (text !== '' && !this.#replace(text)) {
			this.#lines = [];
			this.#interpret(text);
		}
		const done = typeof encoding === 'function' ? (encoding as () => void) : written;
		if (done) queueMicrotask(done);
		return true;
	}

	#resize(): void {
		// Ink goes on from the picture it drew, so what still fits of it is kept.
		this.#ink = this.#ink.resized(this.columns, this.rows);
		this.#next = new CellGrid(this.columns, this.rows);
		for (let row = 0; row < this.rows; row++) this.#stale.add(row);
		this.#shown = new CellGrid(this.columns, this.rows);
		this.#touched = [];
		this.#lines = [];
		this.#everything = true;
		this.#x = 0;
		this.#y = Math.min(this.#y, this.rows - 1);
	}

	/** Takes a whole picture in place of the one before, row by row, and answers whether the text was one. */
	#replace(text: string): boolean {
		erasing.lastIndex = 0;
		if (!erasing.test(text)) return false;
		const erased = erasing.lastIndex;
		const lines = text.slice(erased).split('\n');
		// Ink erases upwards from its last row: only from the very last one does that empty the screen.
		const {rows, columns} = this.#ink;
		if (lines.length !== rows || this.#y !== rows - 1 || erased < up.length * (rows - 1)) {
			return false;
		}
		for (const [row, line] of lines.entries()) {
			if (line === this.#lines[row]) continue;
			this.#ink.clear(row * columns, (row + 1) * columns);
			this.#x = 0;
			this.#y = row;
			this.#style = plain;
			this.#interpret(line);
			this.#touch(row);
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
				this.#y = Math.min(this.#y + 1, this.#ink.rows - 1);
				at++;
			} else if (code === 13) {
				this.#x = 0;
				at++;
			} else if (code < 32) at++;
			else {
				let end = at + 1;
				while (end < text.length && text.charCodeAt(end) >= 32 && text.charCodeAt(end) !== 127) end++;
				this.#x = this.#ink.put(this.#x, this.#y, text.slice(at, end), this.#style);
				this.#touch(this.#y);
				at = Math.max(end, at + 1);
			}
		}
	}

	/** Ink has drawn in a row. */
	#touch(row: number): void {
		if (this.canvas.shows(row)) this.#draw(row);
	}

	/** A row is to be put together anew. */
	#draw(row: number): void {
		if (row < 0 || row >= this.#next.rows) return;
		this.#stale.add(row);
		this.#touched[row] = this.#turn;
		if (!this.#synchronized) this.#schedule();
	}

	#erase(from: number, to: number): void {
		this.#ink.clear(from, to);
		for (let row = Math.floor(from / this.#ink.columns); row * this.#ink.columns < to; row++)
			this.#touch(row);
	}

	#control(parameters: string, final: string): void {
		const {columns, rows} = this.#ink;
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
				if (parameters === '?2026') {
					this.#synchronized = final === 'h';
					if (!this.#synchronized) this.#schedule();
				}
				break;
			default:
				break;
		}
	}

	#schedule(): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		queueMicrotask(() => {
			this.#scheduled = false;
			this.#flush();
		});
	}

	#flush(): void {
		if (this.#waiting || this.#muted || this.#rests()) return;
		const text = this.#changes();
		if (text === '') return;
		this.#frames++;
		this.#lastFrame = Buffer.byteLength(text);
		this.#bytes += this.#lastFrame;
		this.#waiting = true;
		const started = this.#clock.now();
		this.#out.write(text, () => {
			this.#adapt(started, this.#lastFrame);
			this.#waiting = false;
			this.#flush();
		});
	}

	/** On a slow line each part waits until the one before has left, lest keys stand behind what nobody waits for. */
	#rests(): boolean {
		const left = this.#restUntil - this.#clock.now();
		if (left <= 0 || this.#urgentFrom !== Number.POSITIVE_INFINITY) return false;
		this.#restTimer ??= this.#clock.after(left, () => {
			this.#restTimer = undefined;
			this.#flush();
		});
		return true;
	}

	/** Finds out how much the line takes: at once when it is slow, and little by little that it has become faster. */
	#adapt(started: number, bytes: number): void {
		const taken = this.#clock.now() - started;
		if (taken > slowWrite) this.#lineRate = Math.max(minimumRate, bytes / taken);
		else if (this.#lineRate !== undefined) this.#lineRate *= 1.05;
		if (this.#lineRate !== undefined && this.#lineRate > fastRate) this.#lineRate = undefined;
		const rate = this.#lineRate;
		if (rate === undefined) {
			this.#pause = 0;
			this.#restUntil = 0;
			return;
		}
		this.#pause = Math.min(5000, Math.max(this.#pause * 0.95, (bytes / rate) * 4));
		this.#restUntil = started + Math.min(5000, (bytes / rate) * 1.3);
	}

	/** Rows to send now: on a slow line those first that answer a key. */
	#rowsToSend(): readonly number[] {
		const rows: number[] = [];
		for (let y = 0; y < this.#next.rows; y++) if (this.#everything || this.#touched[y]) rows.push(y);
		if (this.#lineRate === undefined) return rows;
		const isUrgent = (y: number) => ((this.#touched[y] ?? 0) >= this.#urgentFrom ? 0 : 1);
		// A sort that is stable leaves the others from top to bottom; what is said stands in the last row.
		return rows.sort((a, b) => isUrgent(a) - isUrgent(b) || (isUrgent(a) === 0 ? b - a : 0));
	}

	/** What turns the terminal's picture into the newest one; brings the two into step. */
	#changes(): string {
		for (const row of this.#stale) if (row < this.#next.rows) this.canvas.compose(row, this.#next, this.#ink);
		this.#stale.clear();
		const {columns, rows, texts, styles} = this.#next;
		const shown = this.#shown;
		let out = '';
		let style: Style = plain;
		if (this.#everything) {
			out = '\u001B[m\u001B[H\u001B[2J';
			shown.clear(0, columns * rows);
		}
		const pending = this.#rowsToSend();
		this.#everything = false;
		for (const y of pending) this.#touched[y] ||= this.#turn;
		for (const y of pending) {
			if (this.#lineRate !== undefined && out.length > partLength) break;
			this.#touched[y] = 0;
			const start = y * columns;
			// Blank and plain to the end: erasing says it in three bytes.
			let end = columns;
			while (end > 0 && texts[start + end - 1] === ' ' && styles[start + end - 1] === plain) end--;
			let cursor = -1;
			let x = 0;
			while (x < columns) {
				const at = start + x;
				if (texts[at] === shown.texts[at] && styles[at] === shown.styles[at]) {
					x++;
					continue;
				}
				if (x >= end && columns - x > 4) {
					out += this.#move(cursor, x, y, style) + sgrBetween(style, plain);
					style = plain;
					out += '\u001B[K';
					break;
				}
				// A wide character is written from its first cell.
				while (x > 0 && texts[start + x] === '') x--;
				out += this.#move(cursor, x, y, style);
				const cell = start + x;
				const text = texts[cell] ?? ' ';
				const wanted = styles[cell] ?? plain;
				out += sgrBetween(style, wanted) + text;
				style = wanted;
				let width = 1;
				while (x + width < columns && texts[start + x + width] === '') width++;
				// Terminals may disagree about how far such a character moves the cursor.
				cursor = width > 1 || !isSingleCells(text) ? -1 : x + width;
				for (let offset = 0; offset < width; offset++) {
					shown.texts[cell + offset] = texts[cell + offset] ?? ' ';
					shown.styles[cell + offset] = styles[cell + offset] ?? plain;
				}
				x += width;
			}
			for (let at = start + end; at < start + columns; at++) {
				shown.texts[at] = ' ';
				shown.styles[at] = plain;
			}
		}
		if (!pending.some(y => (this.#touched[y] ?? 0) >= this.#urgentFrom))
			this.#urgentFrom = Number.POSITIVE_INFINITY;
		if (out === '') return '';
		out += sgrBetween(style, plain);
		return out.length > 160 ? `\u001B[?2026h${out}\u001B[?2026l` : out;
	}

	/** Moves the terminal's cursor, which is at column `from` of the row (-1: anywhere), to `x`, `y`. */
	#move(from: number, x: number, y: number, style: Style): string {
		if (from === x) return '';
		const {texts, styles} = this.#next;
		const start = y * this.#next.columns;
		if (from >= 0 && x > from && x - from <= 4) {
			let between = '';
			for (let column = from; column < x; column++) {
				const text = texts[start + column] ?? '';
				if (styles[start + column] !== style || text === '' || !isSingleCells(text)) {
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

import type {Clock, Timer} from '../../base/ports.js';
import {Canvas} from './canvas.js';
import {CellDiff} from './cell-diff.js';
import {CellGrid} from './cells.js';
import {InkReader} from './ink-reader.js';
import {LinePace} from './line-pace.js';

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

/**
 * What Ink takes for its terminal, and where the canvas is shown. It keeps the picture cell by cell and sends the real
 * terminal only what differs from what it shows. While the terminal has not yet taken one frame, later ones only change
 * the picture: a slow line gets fewer frames, never late ones, and nothing queues up.
 */
export class FrameStream {
	readonly isTTY = true;
	readonly writable = true;
	readonly #out: TerminalOutput;
	readonly #clock: Clock;
	/** What Ink draws. */
	readonly #reader: InkReader;
	/** What the screen is to show of it and of the canvas. */
	#next: CellGrid;
	readonly #diff: CellDiff;
	readonly #pace = new LinePace();
	/** Rows of which the canvas or Ink has drawn something else. */
	readonly #stale = new Set<number>();
	readonly canvas = new Canvas(row => this.#draw(row));
	/** By row: when it was touched last, in turns; 0 when the terminal shows it as it is. */
	#touched: number[];
	#turn = 1;
	/** Rows touched from this turn on answer a key. */
	#urgentFrom = Number.POSITIVE_INFINITY;
	#restTimer: Timer | undefined;
	#waiting = false;
	#scheduled = false;
	#everything = true;
	#muted = false;
	#synchronized = false;
	#frames = 0;
	#bytes = 0;
	#lastFrame = 0;

	constructor(out: TerminalOutput, clock: Clock) {
		this.#out = out;
		this.#clock = clock;
		this.#reader = new InkReader(this.columns, this.rows, {
			drew: row => this.#inkDrew(row),
			synchronized: begun => {
				this.#synchronized = begun;
				if (!begun) this.#schedule();
			},
		});
		this.#next = new CellGrid(this.columns, this.rows);
		this.#diff = new CellDiff(this.columns, this.rows);
		this.#touched = [];
	}

	get columns(): number {
		return this.#out.columns ?? 80;
	}

	get rows(): number {
		return this.#out.rows ?? 24;
	}

	get cost(): DrawingCost {
		return {frames: this.#frames, bytes: this.#bytes, lastFrame: this.#lastFrame, pause: this.#pace.pause};
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
		this.#reader.write(text);
		const done = typeof encoding === 'function' ? (encoding as () => void) : written;
		if (done) queueMicrotask(done);
		return true;
	}

	#resize(): void {
		this.#reader.resize(this.columns, this.rows);
		this.#next = new CellGrid(this.columns, this.rows);
		for (let row = 0; row < this.rows; row++) this.#stale.add(row);
		this.#diff.resize(this.columns, this.rows);
		this.#touched = [];
		this.#everything = true;
	}

	/** Ink has drawn in a row. */
	#inkDrew(row: number): void {
		if (this.canvas.shows(row)) this.#draw(row);
	}

	/** A row is to be put together anew. */
	#draw(row: number): void {
		if (row < 0 || row >= this.#next.rows) return;
		this.#stale.add(row);
		this.#touched[row] = this.#turn;
		if (!this.#synchronized) this.#schedule();
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
			this.#pace.took(this.#lastFrame, started, this.#clock.now());
			this.#waiting = false;
			this.#flush();
		});
	}

	/** On a slow line each part waits until the one before has left, lest keys stand behind what nobody waits for. */
	#rests(): boolean {
		const left = this.#pace.rest(this.#clock.now());
		if (left === 0 || this.#urgentFrom !== Number.POSITIVE_INFINITY) return false;
		this.#restTimer ??= this.#clock.after(left, () => {
			this.#restTimer = undefined;
			this.#flush();
		});
		return true;
	}

	/** Rows to send now: on a slow line those first that answer a key. */
	#rowsToSend(): readonly number[] {
		const rows: number[] = [];
		for (let y = 0; y < this.#next.rows; y++) if (this.#everything || this.#touched[y]) rows.push(y);
		if (!this.#pace.isSlow) return rows;
		const isUrgent = (y: number) => ((this.#touched[y] ?? 0) >= this.#urgentFrom ? 0 : 1);
		// A sort that is stable leaves the others from top to bottom; what is said stands in the last row.
		return rows.sort((a, b) => isUrgent(a) - isUrgent(b) || (isUrgent(a) === 0 ? b - a : 0));
	}

	/** What turns the terminal's picture into the newest one; brings the two into step. */
	#changes(): string {
		for (const row of this.#stale)
			if (row < this.#next.rows) this.canvas.compose(row, this.#next, this.#reader.grid);
		this.#stale.clear();
		if (this.#everything) this.#diff.erase();
		const pending = this.#rowsToSend();
		this.#everything = false;
		for (const y of pending) this.#touched[y] ||= this.#turn;
		for (const y of pending) {
			if (this.#pace.isSlow && this.#diff.length > partLength) break;
			this.#touched[y] = 0;
			this.#diff.row(this.#next, y);
		}
		if (!pending.some(y => (this.#touched[y] ?? 0) >= this.#urgentFrom))
			this.#urgentFrom = Number.POSITIVE_INFINITY;
		return this.#diff.take();
	}
}

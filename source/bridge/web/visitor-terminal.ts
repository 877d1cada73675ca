import {PassThrough, Writable} from 'node:stream';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** Characters that may be under way to a page before what is written next waits for the page to have drawn some. */
export const windowLength = 32_768;
/** Who has not drawn what was sent for so long has gone, whatever the line says. */
export const silentTime: Millis = 60_000;
/** Characters that may wait beside the picture: titles and the like. */
const mostWaiting = 1_048_576;

/** The output of a terminal that is a page in somebody's browser. */
class VisitorOutput extends Writable {
	readonly isTTY = true;
	columns: number;
	rows: number;
	readonly #send: (text: string) => void;
	readonly #clock: Clock;
	readonly #late: () => void;
	#underWay = 0;
	#waiting: (() => void) | undefined;
	#timer: Timer | undefined;

	constructor(columns: number, rows: number, send: (text: string) => void, clock: Clock, late: () => void) {
		super({decodeStrings: false, highWaterMark: mostWaiting});
		this.columns = columns;
		this.rows = rows;
		this.#send = send;
		this.#clock = clock;
		this.#late = late;
	}

	override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
		const text = String(chunk);
		this.#underWay += text.length;
		this.#send(text);
		this.#timer ??= this.#clock.after(silentTime, this.#late);
		if (this.#underWay <= windowLength) return done();
		this.#waiting = done;
		if (this.writableLength > mostWaiting) this.#late();
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		this.#timer?.clear();
		this.#timer = undefined;
		const waiting = this.#waiting;
		this.#waiting = undefined;
		waiting?.();
		done(error);
	}

	/** The page has drawn so many characters more. What it was never sent counts for nothing. */
	took(characters: number): void {
		this.#underWay = Math.max(0, this.#underWay - characters);
		this.#timer?.clear();
		this.#timer =
			this.#underWay > 0 && !this.destroyed ? this.#clock.after(silentTime, this.#late) : undefined;
		if (this.#waiting === undefined || this.#underWay > windowLength) return;
		const waiting = this.#waiting;
		this.#waiting = undefined;
		waiting();
	}
}

/** The input of such a terminal: what a person typed there. */
class VisitorInput extends PassThrough {
	readonly isTTY = true;

	setRawMode(_raw: boolean): this {
		return this;
	}

	ref(): this {
		return this;
	}

	unref(): this {
		return this;
	}
}

/** What a terminal tells those who carry it. */
export interface TerminalCarrier {
	/** Brings text to the page. */
	readonly send: (text: string) => void;
	/** The page takes nothing any more: it is to be let go of. */
	readonly late: () => void;
}

/**
 * A terminal that is a page in somebody's browser, as two streams: no pty is behind it and no shell. As a line to a
 * terminal does, it takes no more than the page draws: a write is over when all but 32 KiB of what was sent has been drawn.
 */
export class VisitorTerminal {
	readonly output: Writable & {readonly isTTY: true; readonly columns: number; readonly rows: number};
	readonly input: PassThrough & {readonly isTTY: true; setRawMode(raw: boolean): unknown};
	readonly #output: VisitorOutput;
	readonly #input = new VisitorInput();

	constructor(columns: number, rows: number, {send, late}: TerminalCarrier, clock: Clock) {
		this.#output = new VisitorOutput(columns, rows, send, clock, late);
		this.output = this.#output;
		this.input = this.#input;
		// Whoever was told that it has gone hears of it by its end; what is written afterwards is lost.
		this.#output.on('error', () => {});
		this.#input.on('error', () => {});
	}

	/**
	 * Takes what was typed.
	 *
	 * @returns whether more may come at once; else `input` says `drain` when it may
	 */
	keys(text: string): boolean {
		return this.#input.writable ? this.#input.write(text) : true;
	}

	/** The page has another size now. */
	resize(columns: number, rows: number): void {
		if (this.#output.columns === columns && this.#output.rows === rows) return;
		this.#output.columns = columns;
		this.#output.rows = rows;
		this.#output.emit('resize');
	}

	/** The page has drawn so many characters more. */
	took(characters: number): void {
		this.#output.took(characters);
	}

	/** Nobody is there any more. */
	end(): void {
		this.#input.end();
		this.#output.destroy();
	}
}

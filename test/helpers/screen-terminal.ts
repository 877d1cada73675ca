import {PassThrough, Writable} from 'node:stream';
import unicode11 from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import {escapeTimes} from '../../source/ui/terminal/filtered-input.ts';

/** A terminal in the test's own process: what programs write is shown by xterm, keys are written by hand. */
export class TestTerminal {
	readonly stdout: Writable & {isTTY: true; columns: number; rows: number};
	readonly stdin: PassThrough & {isTTY: true};
	/** Whether input comes key by key now. */
	raw = false;
	/** While true the terminal takes what is written, but says so only when `drain` is called. */
	slow = false;
	/** Everything written since `forget` was last called. */
	written = '';
	writes = 0;
	readonly #xterm: InstanceType<typeof xterm.Terminal>;
	#waiting: Array<() => void> = [];

	constructor(columns: number, rows: number) {
		this.#xterm = new xterm.Terminal({
			cols: columns,
			rows,
			allowProposedApi: true,
			scrollback: 0,
			convertEol: true,
		});
		this.#xterm.loadAddon(new unicode11.Unicode11Addon());
		this.#xterm.unicode.activeVersion = '11';
		const stream = new Writable({
			decodeStrings: false,
			write: (chunk: string | Buffer, _encoding, done) => {
				const text = String(chunk);
				this.written += text;
				this.writes++;
				this.#xterm.write(text, () => {
					if (this.slow) this.#waiting.push(done);
					else done();
				});
			},
		});
		this.stdout = Object.assign(stream, {isTTY: true as const, columns, rows});
		const input = Object.assign(new PassThrough(), {
			isTTY: true as const,
			setRawMode: (raw: boolean) => {
				this.raw = raw;
				return input;
			},
			ref: () => input,
			unref: () => input,
		});
		this.stdin = input;
	}

	/** Bytes written since `forget` was last called. */
	get bytes(): number {
		return Buffer.byteLength(this.written);
	}

	forget(): void {
		this.written = '';
		this.writes = 0;
	}

	/** Lets a slow terminal take what was written. */
	drain(): void {
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const done of waiting) done();
	}

	/** Resolves when what happened so far has reached the screen. */
	async settled(): Promise<void> {
		for (let turn = 0; turn < 4; turn++) await this.#turn();
		// Ink draws at most thirty times a second.
		await new Promise(resolve => setTimeout(resolve, 36));
		await this.#turn();
	}

	async #turn(): Promise<void> {
		await new Promise(resolve => setImmediate(resolve));
		await new Promise<void>(resolve => this.#xterm.write('', resolve));
	}

	/** Lets the time pass after which Esc is a key; the real time where nobody turns a clock. */
	elapse: (milliseconds: number) => Promise<void> | void = milliseconds =>
		new Promise(resolve => setTimeout(resolve, milliseconds));

	/** Presses keys one after another, each written in one piece. */
	async press(...keys: readonly string[]): Promise<void> {
		for (const key of keys) {
			this.stdin.write(key);
			if (key === '\u001B') {
				await this.#turn();
				await this.elapse(escapeTimes.far);
			}
			await this.settled();
		}
	}

	/** Sends one piece of input as it is, and lets the screen read it: no time passes. */
	async send(piece: string | Uint8Array): Promise<void> {
		this.stdin.write(piece);
		await this.settled();
	}

	async resize(columns: number, rows: number): Promise<void> {
		this.#xterm.resize(columns, rows);
		Object.assign(this.stdout, {columns, rows});
		this.stdout.emit('resize');
		await this.settled();
	}

	/** One row of text, without what pads it. */
	line(row: number): string {
		return this.#xterm.buffer.active.getLine(row)?.translateToString(true) ?? '';
	}

	/** The whole screen as text. */
	text(): string {
		return Array.from({length: this.#xterm.rows}, (_, row) => this.line(row)).join('\n');
	}

	/** Foreground colour of a cell: `0xRRGGBB`, a palette number, or -1 for the terminal's own. */
	colour(column: number, row: number): number {
		const cell = this.#xterm.buffer.active.getLine(row)?.getCell(column);
		return cell && !cell.isFgDefault() ? cell.getFgColor() : -1;
	}

	/** Whether the other screen is shown, as full-screen programs do. */
	get alternate(): boolean {
		return this.#xterm.buffer.active.type === 'alternate';
	}
}

/** What terminals send for keys that are no characters. */
export const keys = {
	up: '\u001B[A',
	down: '\u001B[B',
	right: '\u001B[C',
	left: '\u001B[D',
	pageDown: '\u001B[6~',
	end: '\u001B[F',
	escape: '\u001B',
	enter: '\r',
	tab: '\t',
	shiftTab: '\u001B[Z',
	f1: '\u001BOP',
} as const;

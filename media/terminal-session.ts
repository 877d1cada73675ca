import {type ChildProcess, spawn} from 'node:child_process';
import process from 'node:process';
import unicode11 from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import type {Cell, Frame} from './frame.ts';

/** The colours of the terminal in the pictures. */
export const colours = {background: '#0e1418', text: '#cdd6da'} as const;

/** The sixteen that have numbers, as far as anything still uses them. */
const palette = [
	'#1b2429',
	'#f2706b',
	'#6fcf83',
	'#f0b54d',
	'#55a8d9',
	'#c58af9',
	'#4fd1c5',
	'#cdd6da',
	'#55636d',
	'#f2706b',
	'#6fcf83',
	'#f0b54d',
	'#55c7d9',
	'#c58af9',
	'#4fd1c5',
	'#ffffff',
];

/** What terminals send for keys that are no characters. */
const sequences: Readonly<Record<string, string>> = {
	Enter: '\r',
	Esc: '\u001B',
	Space: ' ',
	Tab: '\t',
	'↓': '\u001B[B',
	'↑': '\u001B[A',
	'→': '\u001B[C',
};

type XtermCell = NonNullable<
	ReturnType<
		NonNullable<ReturnType<InstanceType<typeof xterm.Terminal>['buffer']['active']['getLine']>>['getCell']
	>
>;

function hex(number: number): string {
	return `#${number.toString(16).padStart(6, '0')}`;
}

/** Half way between two colours: what `dim` comes to. */
function between(first: string, second: string): string {
	const [a, b] = [first, second].map(colour => Number.parseInt(colour.slice(1), 16)) as [number, number];
	const channel = (shift: number) => ((((a >> shift) & 255) + ((b >> shift) & 255)) >> 1) << shift;
	return hex(channel(16) | channel(8) | channel(0));
}

function readCell(cell: XtermCell): Cell {
	const own = (isDefault: boolean, isRgb: boolean, number: number) =>
		isDefault ? undefined : isRgb ? hex(number) : palette[number];
	let front = own(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor());
	let back = own(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor());
	if (cell.isInverse()) [front, back] = [back ?? colours.background, front ?? colours.text];
	const colour = front ?? colours.text;
	return {
		text: cell.getChars(),
		width: cell.getWidth(),
		colour: cell.isDim() ? between(colour, back ?? colours.background) : colour,
		...(back !== undefined && {background: back}),
		bold: cell.isBold() !== 0,
	};
}

/** A program on a pseudo terminal of its own, which `script` of util-linux makes and xterm shows. */
export class TerminalSession {
	readonly #child: ChildProcess;
	readonly #xterm: InstanceType<typeof xterm.Terminal>;
	readonly #size: readonly [columns: number, rows: number];
	readonly #ended: Promise<void>;
	#alive = true;
	/** The title that the program gave its window. */
	title = '';

	constructor(command: readonly string[], columns: number, rows: number) {
		this.#size = [columns, rows];
		this.#xterm = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 0});
		this.#xterm.loadAddon(new unicode11.Unicode11Addon());
		this.#xterm.unicode.activeVersion = '11';
		this.#xterm.onTitleChange(title => {
			this.title = title;
		});
		const quoted = command.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
		const {SSH_CONNECTION, SSH_TTY, NO_COLOR, FORCE_COLOR, CI, TMUX, ...env} = process.env;
		this.#child = spawn(
			'script',
			['-qec', `stty cols ${columns} rows ${rows}; exec ${quoted}`, '/dev/null'],
			{
				stdio: ['pipe', 'pipe', 'inherit'],
				env: {
					...env,
					SHELL: '/bin/sh',
					TERM: 'xterm-256color',
					COLORTERM: 'truecolor',
					COLORFGBG: '15;0',
					LC_ALL: 'C.UTF-8',
				},
			},
		);
		this.#ended = new Promise(resolve => {
			const end = () => {
				this.#alive = false;
				resolve();
			};
			this.#child.once('error', end).once('close', end);
		});
		this.#child.stdout!.on('data', (bytes: Uint8Array) => this.#xterm.write(bytes));
		// What the program asks of its terminal is answered as a terminal would.
		this.#xterm.onData(answer => this.#child.stdin!.write(answer));
	}

	/** Presses keys, by their names or as characters, with a person's pace. */
	async press(...keys: readonly string[]): Promise<void> {
		for (const key of keys) {
			this.#child.stdin!.write(sequences[key] ?? key);
			await this.wait(150);
		}
	}

	async wait(milliseconds: number): Promise<void> {
		await new Promise(resolve => setTimeout(resolve, milliseconds));
		await new Promise<void>(resolve => this.#xterm.write('', resolve));
	}

	/** Waits until the screen's text satisfies. */
	async sees(what: string, satisfies: (text: string) => boolean, milliseconds = 120_000): Promise<void> {
		const end = performance.now() + milliseconds;
		for (;;) {
			await this.wait(100);
			if (satisfies(this.text())) return;
			if (!this.#alive) throw new Error(`the program ended before it showed ${what}`);
			if (performance.now() > end) throw new Error(`the terminal never showed ${what}:\n${this.text()}`);
		}
	}

	text(): string {
		const lines = Array.from({length: this.#size[1]}, (_, row) =>
			this.#xterm.buffer.active.getLine(row)?.translateToString(true),
		);
		return lines.join('\n');
	}

	/** What the terminal shows now. */
	frame(): Frame {
		const [columns, height] = this.#size;
		const rows = Array.from({length: height}, (_, row) => {
			const line = this.#xterm.buffer.active.getLine(row);
			return Array.from({length: columns}, (_, column) => readCell(line!.getCell(column)!));
		});
		return {columns, rows};
	}

	/** Waits for the program's end; ends it when it does not by itself. */
	async close(milliseconds = 10_000): Promise<void> {
		const timer = setTimeout(() => this.#child.kill('SIGHUP'), milliseconds);
		await this.#ended;
		clearTimeout(timer);
		this.#xterm.dispose();
	}
}

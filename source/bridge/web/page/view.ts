import {FitAddon} from '@xterm/addon-fit';
import {Unicode11Addon} from '@xterm/addon-unicode11';
import {WebLinksAddon} from '@xterm/addon-web-links';
import {WebglAddon} from '@xterm/addon-webgl';
import {type ITheme, Terminal} from '@xterm/xterm';

const dark: ITheme = {
	background: '#0e171c',
	foreground: '#d7e3e7',
	cursor: '#4fd1c5',
	selectionBackground: '#2f5c66',
	black: '#16232a',
	red: '#f2706b',
	green: '#6fcf83',
	yellow: '#f0b54d',
	blue: '#5a8fd8',
	magenta: '#c58af9',
	cyan: '#4fd1c5',
	white: '#c3d0d5',
	brightBlack: '#55636d',
	brightRed: '#ff8f8a',
	brightGreen: '#8fe3a0',
	brightYellow: '#ffd07a',
	brightBlue: '#7aa9ea',
	brightMagenta: '#d9aeff',
	brightCyan: '#7ee8dd',
	brightWhite: '#f2f8f9',
};

const light: ITheme = {
	background: '#f6fafa',
	foreground: '#1c2b31',
	cursor: '#0f8479',
	selectionBackground: '#b5d9d5',
	black: '#1c2b31',
	red: '#b8322d',
	green: '#237a3b',
	yellow: '#a86a00',
	blue: '#2459a6',
	magenta: '#7a3db8',
	cyan: '#0f8479',
	white: '#5a6b74',
	brightBlack: '#7b8b93',
	brightRed: '#d0413b',
	brightGreen: '#2c944a',
	brightYellow: '#bf7c0a',
	brightBlue: '#2f6cc4',
	brightMagenta: '#914fd2',
	brightCyan: '#14998d',
	brightWhite: '#0e171c',
};

/** px; what is read well at a desk, and the least and most that can be chosen. */
const usualSize = 14;
const leastSize = 8;
const mostSize = 32;
/** On a narrow window letters are smaller until so many columns fit. */
const wantedColumns = 52;
/** Of a letter's height. */
const letterWidth = 0.602;
/** ms in which the first picture is on the card. */
const sharpTime = 300;
const sizeKey = 'tortui-font-size';

/** What the view tells. */
export interface ViewEvents {
	/** Something was typed or pasted, or the terminal answers. */
	readonly typed: (keys: string) => void;
	readonly resized: (columns: number, rows: number) => void;
	readonly titled: (title: string) => void;
	readonly rung: () => void;
	/** The screen puts something on the clipboard (OSC 52), or tells something (OSC 9). */
	readonly copied: (text: string) => void;
	readonly notified: (text: string) => void;
}

function textOf(base64: string): string {
	return new TextDecoder().decode(Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)));
}

/** The terminal on the page. */
export class View {
	readonly #terminal: Terminal;
	readonly #place: HTMLElement;
	readonly #fit = new FitAddon();

	constructor(place: HTMLElement, events: ViewEvents) {
		this.#place = place;
		const isLight = matchMedia('(prefers-color-scheme: light)');
		const theme = () => (isLight.matches ? light : dark);
		this.#terminal = new Terminal({
			allowProposedApi: true,
			fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono').trim(),
			fontSize: this.#fontSize(),
			theme: theme(),
			scrollback: 0,
			cursorBlink: false,
			macOptionIsMeta: true,
			drawBoldTextInBrightColors: false,
			// A line and its neighbours touch, so that frames and graphs have no gaps.
			lineHeight: 1,
		});
		const terminal = this.#terminal;
		terminal.loadAddon(new Unicode11Addon());
		terminal.unicode.activeVersion = '11';
		terminal.loadAddon(this.#fit);
		terminal.loadAddon(
			new WebLinksAddon((_event, uri) => {
				if (/^https?:\/\//i.test(uri)) window.open(uri, '_blank', 'noopener,noreferrer');
			}),
		);
		terminal.open(place);
		this.#drawQuickly();
		isLight.addEventListener('change', () => {
			terminal.options.theme = theme();
			// As a terminal tells it that was asked to (mode 2031): the screen then asks for the colour itself.
			events.typed(`\u001B[?997;${isLight.matches ? 2 : 1}n`);
		});
		terminal.onData(events.typed);
		terminal.onTitleChange(events.titled);
		terminal.onBell(events.rung);
		terminal.onResize(({cols, rows}) => events.resized(cols, rows));
		terminal.parser.registerOscHandler(52, data => {
			const [, base64 = ''] = data.split(';');
			// Nobody may ask what is on the clipboard.
			if (base64 !== '' && base64 !== '?') events.copied(textOf(base64));
			return true;
		});
		terminal.parser.registerOscHandler(9, text => {
			events.notified(text);
			return true;
		});
		terminal.attachCustomKeyEventHandler(event => this.#isForTerminal(event));
		new ResizeObserver(() => this.fit()).observe(place);
		this.setKeyboard(!matchMedia('(pointer: coarse)').matches);
		this.fit();
	}

	get size(): {readonly columns: number; readonly rows: number} {
		return {columns: this.#terminal.cols, rows: this.#terminal.rows};
	}

	/** How high a row is, in px. */
	get rowHeight(): number {
		return this.#place.clientHeight / Math.max(1, this.#terminal.rows);
	}

	/** Draws what a screen sends. */
	draw(text: string, drawn: () => void): void {
		this.#terminal.write(text, drawn);
	}

	/** Forgets all that was drawn: another screen begins. */
	clear(): void {
		this.#terminal.reset();
	}

	focus(): void {
		this.#terminal.focus();
	}

	/** Pastes as a terminal does, marked as such. */
	paste(text: string): void {
		this.#terminal.paste(text);
	}

	/** Whether a touch on the screen may bring the keyboard of a phone up, over half of it. */
	setKeyboard(isWanted: boolean): void {
		const {textarea} = this.#terminal;
		if (textarea) textarea.inputMode = isWanted ? 'text' : 'none';
		if (!matchMedia('(pointer: coarse)').matches) return;
		// Only a change of focus is noticed.
		textarea?.blur();
		if (isWanted) textarea?.focus();
	}

	/** Makes letters larger or smaller, here and from now on. */
	zoom(step: 1 | -1): void {
		const size = Math.min(
			mostSize,
			Math.max(leastSize, (this.#terminal.options.fontSize ?? usualSize) + step),
		);
		try {
			localStorage.setItem(sizeKey, String(size));
		} catch {} // Nothing is kept here.
		this.fit();
	}

	/** As many columns and rows as the window has room for. */
	fit(): void {
		this.#terminal.options.fontSize = this.#fontSize();
		const fitting = this.#fit.proposeDimensions();
		if (!fitting || !Number.isFinite(fitting.cols) || !Number.isFinite(fitting.rows)) return;
		this.#terminal.resize(Math.max(10, fitting.cols), Math.max(3, fitting.rows));
	}

	#fontSize(): number {
		let chosen = Number.NaN;
		try {
			chosen = Number(localStorage.getItem(sizeKey) ?? Number.NaN);
		} catch {} // Nothing is kept here.
		if (chosen >= leastSize && chosen <= mostSize) return chosen;
		const fitting = Math.floor(this.#place.clientWidth / (wantedColumns * letterWidth));
		return Math.min(usualSize, Math.max(10, fitting));
	}

	/** Draws on the graphics card, where frames and blocks meet exactly; as text where there is none. */
	#drawQuickly(): void {
		try {
			const webgl = new WebglAddon();
			webgl.onContextLoss(() => webgl.dispose());
			this.#terminal.loadAddon(webgl);
			window.setTimeout(() => this.#isSharp() || webgl.dispose(), sharpTime);
		} catch {} // As text, then.
	}

	/** Whether the card's pixels are the window's: where the browser is mistaken about that, letters are too large. */
	#isSharp(): boolean {
		return [...this.#place.querySelectorAll('canvas')]
			.filter(({clientWidth}) => clientWidth > 0)
			.every(({width, clientWidth}) => Math.abs(width / clientWidth / devicePixelRatio - 1) < 0.05);
	}

	/** Some keys are the browser's: those that load the page anew, show it large, copy what is selected, and paste. */
	#isForTerminal(event: KeyboardEvent): boolean {
		if (['F5', 'F11', 'F12'].includes(event.key)) return false;
		const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
		const key = event.key.toLowerCase();
		if (isCommand && key === 'v') return false;
		if (isCommand && key === 'c' && this.#terminal.hasSelection()) return false;
		return !(event.ctrlKey && event.shiftKey && ['i', 'j', 'c', 'r'].includes(key));
	}
}

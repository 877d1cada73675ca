import type {TorrentStanding} from '../../api/torrent-standing.js';

/** The six characters of a pane's frame. */
export interface FrameGlyphs {
	readonly topLeft: string;
	readonly topRight: string;
	readonly bottomLeft: string;
	readonly bottomRight: string;
	readonly horizontal: string;
	readonly vertical: string;
}

const frame = (characters: string): FrameGlyphs => {
	const [topLeft = '', horizontal = '', topRight = '', vertical = '', bottomLeft = '', bottomRight = ''] =
		characters;
	return {topLeft, topRight, bottomLeft, bottomRight, horizontal, vertical};
};

/** How frames can look, by name; `heavy` marks the pane that has the keys. */
export const frames = {
	rounded: {plain: frame('╭─╮│╰╯'), heavy: frame('┏━┓┃┗┛')},
	square: {plain: frame('┌─┐│└┘'), heavy: frame('┏━┓┃┗┛')},
	double: {plain: frame('┌─┐│└┘'), heavy: frame('╔═╗║╚╝')},
	ascii: {plain: frame('+-+|++'), heavy: frame('#=#|##')},
} as const satisfies Record<string, {plain: FrameGlyphs; heavy: FrameGlyphs}>;

export type FrameName = keyof typeof frames;

/** Every character the screen draws with, besides text. All are one cell wide. */
export interface Glyphs {
	readonly ascii: boolean;
	readonly ellipsis: '…' | '~';
	readonly down: string;
	readonly up: string;
	readonly cursor: string;
	readonly mark: string;
	readonly folded: string;
	readonly unfolded: string;
	readonly on: string;
	readonly off: string;
	readonly busy: string;
	readonly dash: string;
	readonly dot: string;
	readonly axis: string;
	readonly tick: string;
	/** A line through a graph, and a mark of time below it. */
	readonly gridline: string;
	readonly timeMark: string;
	readonly arrow: string;
	/** Marks in the edge of a list which part of it is in sight. */
	readonly thumb: string;
	/** A thin bar's cells: full, half, and what is missing. */
	readonly thin: readonly [full: string, half: string, rest: string];
	/**
	 * Piece cells: have, checking, in flight, less than half had (l), partly had (p), missing, missing and rare (x),
	 * missing and offered by the peer that is looked at (o), unwanted.
	 */
	readonly cell: Readonly<Record<string, string>>;
	/** The same for the first of a file. */
	readonly boundary: Readonly<Record<string, string>>;
	/** What a piece of a finished file ends with where the next file begins: full but for a fine line. */
	readonly seam: string;
	/** A cell of which the upper half is drawn; and a square that stands for a colour. */
	readonly half: string;
	readonly square: string;
	/** The right and the upper end of a large cell, full but for a fine line. */
	readonly edge: readonly [right: string, top: string];
	/** The left end of a large cell in which a file begins: a line. */
	readonly fileEdge: string;
	/** A bar's cells in eighths, from empty to full. */
	readonly eighths: readonly string[];
	readonly barRest: string;
	/** Sparkline levels from nothing to full. */
	readonly levels: readonly string[];
	readonly state: Readonly<Record<TorrentStanding, string>>;
}

const unicode: Glyphs = {
	ascii: false,
	ellipsis: '…',
	down: '▼',
	up: '▲',
	cursor: '›',
	mark: '✓',
	folded: '▸',
	unfolded: '▾',
	on: '●',
	off: '○',
	busy: '◐',
	dash: '–',
	dot: '·',
	axis: '│',
	tick: '┤',
	gridline: '┈',
	timeMark: '╵',
	arrow: '→',
	thumb: '█',
	thin: ['━', '╸', '─'],
	cell: {h: '█', c: '▚', r: '▞', l: '▒', p: '▓', m: '░', x: '╳', o: '◇', u: '·'},
	boundary: {h: '█', c: '▚', r: '▞', l: '▒', p: '▓', m: '┊', x: '╳', o: '◇', u: '┊'},
	seam: '▉',
	half: '▀',
	square: '■',
	edge: ['▉', '▇'],
	fileEdge: '▎',
	eighths: [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
	barRest: '░',
	levels: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
	state: {
		metadata: '◌',
		checking: '◎',
		queued: '…',
		downloading: '▼',
		stalled: '○',
		seeding: '▲',
		finished: '✓',
		pausing: '‖',
		paused: '‖',
		failed: '✗',
	},
};

const ascii: Glyphs = {
	ascii: true,
	ellipsis: '~',
	down: 'v',
	up: '^',
	cursor: '>',
	mark: '*',
	folded: '+',
	unfolded: '-',
	on: '*',
	off: 'o',
	busy: '@',
	dash: '-',
	dot: '.',
	axis: '|',
	tick: '|',
	gridline: '-',
	timeMark: '|',
	arrow: '->',
	thumb: '%',
	thin: ['=', '-', '.'],
	cell: {h: '#', c: 'c', r: '%', l: ':', p: '+', m: '-', x: 'x', o: 'o', u: '.'},
	boundary: {h: '#', c: 'c', r: '%', l: ':', p: '+', m: '!', x: 'x', o: 'o', u: '!'},
	seam: '|',
	half: '"',
	square: '#',
	edge: [' ', '#'],
	fileEdge: '|',
	eighths: ['.', '.', '.', '.', '=', '=', '=', '=', '#'],
	barRest: '.',
	levels: [' ', '_', '.', ':', '-', '=', '+', '*', '#'],
	state: {
		metadata: 'M',
		checking: 'C',
		queued: 'Q',
		downloading: 'D',
		stalled: 'S',
		seeding: 'U',
		finished: 'F',
		pausing: 'P',
		paused: 'P',
		failed: 'X',
	},
};

/** The characters for a terminal that shows UTF-8, or for one that does not. */
export function glyphsFor(asciiOnly: boolean): Glyphs {
	return asciiOnly ? ascii : unicode;
}

/** The frames to draw: the ones chosen, or ASCII ones where nothing else can be shown. */
export function asciiFrames(chosen: FrameName, glyphs: Glyphs): FrameName {
	return glyphs.ascii ? 'ascii' : chosen in frames ? chosen : 'rounded';
}

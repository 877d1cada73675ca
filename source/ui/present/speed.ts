import type {MovedView, SessionView, SpeedView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {quantity, rate, rateWithUnit, size} from '../text/format.js';
import {fit} from '../text/text.js';
import {sparkline} from './bar.js';
import type {Area, Look} from './context.js';
import {asciiGraph, brailleGraph, roundScale, smoothed} from './graph.js';
import {fitRow, type Row, rowWidth, type Span, spread} from './row.js';

/** Spans the graph can have, in seconds, with their names. */
export const graphRanges: ReadonlyArray<readonly [seconds: number, name: string]> = [
	[60, '1 min'],
	[300, '5 min'],
	[900, '15 min'],
	[3600, '1 h'],
	[21_600, '6 h'],
	[86_400, '24 h'],
	[604_800, '7 days'],
	[2_592_000, '30 days'],
];

/** By range, how far apart the marks below the graph are. */
const tickSteps: Readonly<Record<number, number>> = {
	60: 15,
	300: 60,
	900: 300,
	3600: 900,
	21600: 7200,
	86400: 21_600,
	604800: 86_400,
	2592000: 604_800,
};

/** How long ago, on a mark: `45 s`, `4 min`, `18 h`, `6 d`. */
function tickName(seconds: number): string {
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3600) return `${seconds / 60} min`;
	return seconds < 86_400 ? `${seconds / 3600} h` : `${seconds / 86_400} d`;
}

/** What a range is called. */
export function rangeName(seconds: number): string {
	return graphRanges.find(([range]) => range === seconds)?.[1] ?? `${seconds} s`;
}

/** The range that shows a young history whole: what it has outgrown, up to five minutes. `samples` is what was asked for. */
export function fittingRange(speed: SpeedView | undefined, samples: number): number {
	const shortest = graphRanges[0]?.[0] ?? 60;
	if (!speed) return shortest;
	const age = (speed.download.length / samples) * speed.range;
	const fitting = graphRanges.find(([range]) => range >= Math.min(300, age * 1.02));
	return Math.max(speed.range <= 300 ? speed.range : shortest, fitting?.[0] ?? shortest);
}

const axisColumns = 6;

/** How many samples the graph can draw. */
export function samplesFor({columns}: Area, ascii: boolean): number {
	return Math.max(8, (columns - axisColumns) * (ascii ? 1 : 2));
}

function axisLabel(value: number): string {
	return fit(value === 0 ? '0' : quantity(value, 2).replace(' ', ''), axisColumns - 2, 'right');
}

/** Half of what is at the top, in the same unit: of `1.2M` it is `0.6M`, not `614K`. */
function halfLabel(scale: number): string {
	const [digits = '', unit] = quantity(scale, 2).split(' ');
	const half = axisLabel(scale / 2);
	if (unit === undefined || half.endsWith(unit)) return half;
	return fit(`${(Number(digits) / 2).toFixed(1)}${unit}`, axisColumns - 2, 'right');
}

function graphBlock(
	samples: readonly number[],
	scale: number,
	columns: number,
	rows: number,
	tone: Tone,
	sign: string,
	look: Look,
): readonly Row[] {
	const {glyphs} = look;
	const graph = glyphs.ascii
		? asciiGraph(samples, columns - axisColumns, rows, scale)
		: brailleGraph(samples, columns - axisColumns, rows, scale);
	// Through the middle, where nothing is drawn; there is one where a row lies in the middle.
	const middleRow = rows >= 5 && rows % 2 === 1 ? (rows - 1) / 2 : -1;
	return graph.map((line, index) => {
		const middle =
			rows >= 5 && index === Math.floor((rows - 1) / 2) ? scale * (1 - (index + 0.5) / rows) : undefined;
		const label =
			index === 0
				? axisLabel(scale)
				: index === rows - 1
					? fit(rows >= 3 ? '0' : sign, axisColumns - 2, 'right')
					: middle !== undefined && rows % 2 === 1
						? halfLabel(scale)
						: ' '.repeat(axisColumns - 2);
		const marked = label.trim() !== '' && rows > 1;
		const lead: Span[] = [
			[`${label} `, 'faint'],
			[marked ? glyphs.tick : glyphs.axis, 'frame'],
		];
		return [
			...lead,
			...(index === middleRow ? gridded(line, tone, glyphs.gridline) : [[line, tone] as Span]),
		];
	});
}

/** A row of a graph with a fine line where nothing is drawn. */
function gridded(line: string, tone: Tone, gridline: string): Row {
	return (line.match(/ +|[^ ]+/g) ?? []).map(
		(part): Span => (part.startsWith(' ') ? [gridline.repeat(part.length), 'frame'] : [part, tone]),
	);
}

/** One direction in a row, and how fast it is now. */
function directionRow(
	values: readonly number[],
	peak: number,
	columns: number,
	tone: Tone,
	sign: string,
	look: Look,
): Row {
	const width = Math.max(4, columns - 16);
	return fitRow(
		[
			[` ${sign} `, tone],
			[sparkline(values, width, peak, look.glyphs), tone],
			[` ${fit(rateWithUnit(values.at(-1) ?? 0), 9, 'right')}`, 'dim'],
		],
		columns,
	);
}

/** Marks of time below the graph, as far as there is room for their names: how long ago it was there. */
function rangeRow(range: number, columns: number, {glyphs}: Look): Row {
	const line = columns - axisColumns;
	const cells = new Array<string>(Math.max(0, line)).fill(' ');
	const put = (at: number, text: string) => {
		if (at < 0 || at + text.length > line) return;
		// A name needs some room around it.
		if (cells.slice(Math.max(0, at - 1), at + text.length + 1).some(cell => cell !== ' ')) return;
		for (const [offset, letter] of [...text].entries()) cells[at + offset] = letter;
	};
	put(0, rangeName(range));
	put(line - 3, 'now');
	const step = tickSteps[range] ?? range;
	for (let ago = Math.floor((range - 1) / step) * step; ago > 0; ago -= step)
		put(Math.round(line * (1 - ago / range)), `${glyphs.timeMark}${tickName(ago)}`);
	return fitRow([[' '.repeat(axisColumns)], [cells.join(''), 'faint']], columns);
}

/** What was moved today, lately, and ever: as much of it as has room. */
function totalsRow(totals: MovedTotals, columns: number, {glyphs}: Look): Row {
	const {today, week, month} = totals.recent;
	const row: Span[] = [];
	for (const [name, {downloaded, uploaded}] of [
		['today', today],
		['7 days', week],
		['30 days', month],
		['ever', totals],
	] as const) {
		const part: Span[] = [
			[`${row.length > 0 ? '   ' : ' '}${name} `, 'faint'],
			[`${glyphs.down} ${size(downloaded)}  ${glyphs.up} ${size(uploaded)}`, 'dim'],
		];
		if (rowWidth([...row, ...part]) > columns) break;
		row.push(...part);
	}
	return fitRow(row, columns);
}

/** Means, and how the disk keeps up; the range where no row of its own says it. */
function meanRow(view: SpeedView, columns: number, saysRange: boolean, {glyphs}: Look): Row {
	const mean: Span[] = [
		[' mean ', 'faint'],
		[`${glyphs.down} ${rate(view.meanDownload)}`, 'dim'],
		[`  ${glyphs.up} ${rate(view.meanUpload)}`, 'dim'],
	];
	const disk: Span[] =
		columns >= (saysRange ? 50 : 40)
			? [
					['disk ', 'faint'],
					[rate(view.diskRate).padStart(5), 'dim'],
					['  queue ', 'faint'],
					[`${view.diskQueue} `, view.diskQueue > 32 ? 'warn' : 'dim'],
				]
			: [[`${rangeName(view.range)} `, 'faint']];
	return spread(mean, disk, columns);
}

/** Speeds of a pane as they are drawn, with the highest of each. */
interface DrawnSpeeds {
	readonly download: readonly number[];
	readonly upload: readonly number[];
	readonly peakDownload: number;
	readonly peakUpload: number;
}

/** Smooths speeds for drawing. `samples`: how many fill the graph. */
function drawn({download, upload, range}: SpeedView, samples: number): DrawnSpeeds {
	const step = range / samples;
	const smooth = (values: readonly number[]) => smoothed(values, step, values.length < samples);
	const [down, up] = [smooth(download), smooth(upload)];
	return {download: down, upload: up, peakDownload: Math.max(0, ...down), peakUpload: Math.max(0, ...up)};
}

/** What all torrents have moved: ever, and lately. */
export type MovedTotals = MovedView & {readonly recent: NonNullable<SessionView['recent']>};

/**
 * How rows are shared: the graphs of both directions, and below them when that was and what it comes to. Where only
 * something is sent that has the larger one.
 */
function shareRows(
	rows: number,
	isSending: boolean,
): {readonly down: number; readonly up: number; readonly isTimed: boolean} {
	const isTimed = rows >= 8;
	const graphs = rows - (isTimed ? 2 : 1);
	const usual = graphs >= 6 ? Math.max(2, Math.round(graphs * 0.3)) : 1;
	// A row in the middle has a line through it and a name.
	const small = usual + (graphs - usual >= 6 && (graphs - usual) % 2 === 0 ? 1 : 0);
	const large = graphs - small;
	return isSending ? {down: small, up: large, isTimed} : {down: large, up: small, isTimed};
}

/** The graphs of both directions, and what the numbers are. `totals`: what was moved, where that is to be said. */
export function speedRows(
	view: SpeedView | undefined,
	room: Area,
	look: Look,
	totals?: MovedTotals,
): readonly Row[] {
	if (!view) return [];
	const {columns, rows: all} = room;
	const hasTotals = totals !== undefined && all >= 6;
	const rows = all - (hasTotals ? 1 : 0);
	const {up, down} = look.glyphs;
	const {download, upload, peakDownload, peakUpload} = drawn(view, samplesFor(room, look.glyphs.ascii));
	if (rows <= 2)
		return [
			directionRow(download, peakDownload, columns, 'down', down, look),
			directionRow(upload, peakUpload, columns, 'up', up, look),
		].slice(0, rows);
	const share = shareRows(rows, peakDownload === 0 && peakUpload > 0);
	return [
		...graphBlock(download, roundScale(peakDownload), columns, share.down, 'down', down, look),
		...graphBlock(upload, roundScale(peakUpload), columns, share.up, 'up', up, look),
		...(share.isTimed ? [rangeRow(view.range, columns, look)] : []),
		meanRow(view, columns, !share.isTimed, look),
		...(hasTotals ? [totalsRow(totals, columns, look)] : []),
	];
}

/** Both directions in one row. */
export function sparkRow(view: SpeedView | undefined, columns: number, look: Look): Row {
	if (!view) return fitRow([], columns);
	const {glyphs} = look;
	const width = Math.max(4, Math.floor((columns - 9) / 2));
	const {download, upload, peakDownload, peakUpload} = drawn(view, Math.max(view.download.length, 8));
	return fitRow(
		[
			[` ${glyphs.down} `, 'down'],
			[sparkline(download, width, peakDownload, glyphs), 'down'],
			[`  ${glyphs.up} `, 'up'],
			[sparkline(upload, width, peakUpload, glyphs), 'up'],
		],
		columns,
	);
}

/** What the pane's title says at its right end: the fastest; of what is sent where nothing came. */
export function speedTitle(view: SpeedView | undefined, {glyphs}: Look): string {
	if (!view) return '';
	const {peakDownload, peakUpload} = view;
	if (peakDownload === 0 && peakUpload > 0) return `peak ${glyphs.up} ${rateWithUnit(peakUpload)}`;
	return `peak ${rateWithUnit(peakDownload)}`;
}

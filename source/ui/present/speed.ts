import type {SpeedView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {quantity, rate, rateWithUnit} from '../text/format.js';
import {fit} from '../text/text.js';
import {sparkline} from './bar.js';
import type {Area, Look} from './context.js';
import {asciiGraph, brailleGraph, roundScale} from './graph.js';
import {fitRow, type Row, type Span, spread} from './row.js';

/** Spans the graph can have, in seconds, with their names. */
export const graphRanges: ReadonlyArray<readonly [seconds: number, name: string]> = [
	[60, '1 min'],
	[300, '5 min'],
	[900, '15 min'],
	[3600, '1 h'],
	[21_600, '6 h'],
	[86_400, '24 h'],
];

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
	return graph.map((line, index) => {
		const middle =
			rows >= 5 && index === Math.floor((rows - 1) / 2) ? scale * (1 - (index + 0.5) / rows) : undefined;
		const label =
			index === 0
				? axisLabel(scale)
				: index === rows - 1
					? fit(rows >= 3 ? '0' : sign, axisColumns - 2, 'right')
					: middle !== undefined && rows % 2 === 1
						? axisLabel(scale / 2)
						: ' '.repeat(axisColumns - 2);
		const marked = label.trim() !== '' && rows > 1;
		const lead: Span[] = [
			[`${label} `, 'faint'],
			[marked ? glyphs.tick : glyphs.axis, 'frame'],
		];
		return [...lead, [line, tone]] as Row;
	});
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

/** What the graph spans, below it: its range, half of that where it has a name, and now. */
function rangeRow(range: number, columns: number): Row {
	const name = rangeName(range);
	const line = columns - axisColumns;
	const middle = graphRanges.some(([seconds]) => seconds === range / 2) ? rangeName(range / 2) : '';
	const left = Math.max(0, Math.floor(line / 2) - name.length - Math.floor(middle.length / 2));
	const right = Math.max(1, line - name.length - left - middle.length - 3);
	const text = `${name}${' '.repeat(left)}${middle}${' '.repeat(right)}now`;
	return fitRow([[' '.repeat(axisColumns)], [text, 'faint']], columns);
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

/** The graphs of both directions, and what the numbers are. */
export function speedRows(view: SpeedView | undefined, room: Area, look: Look): readonly Row[] {
	if (!view) return [];
	const {columns, rows} = room;
	const {up, down} = look.glyphs;
	const {download, upload, peakDownload, peakUpload} = view;
	if (rows <= 2)
		return [
			directionRow(download, peakDownload, columns, 'down', down, look),
			directionRow(upload, peakUpload, columns, 'up', up, look),
		].slice(0, rows);
	const hasRange = rows >= 8;
	const graphRows = rows - (hasRange ? 2 : 1);
	const upRows = graphRows >= 6 ? Math.max(2, Math.round(graphRows * 0.3)) : 1;
	return [
		...graphBlock(download, roundScale(peakDownload), columns, graphRows - upRows, 'down', down, look),
		...graphBlock(upload, roundScale(peakUpload), columns, upRows, 'up', up, look),
		...(hasRange ? [rangeRow(view.range, columns)] : []),
		meanRow(view, columns, !hasRange, look),
	];
}

/** Both directions in one row. */
export function sparkRow(view: SpeedView | undefined, columns: number, look: Look): Row {
	if (!view) return fitRow([], columns);
	const {glyphs} = look;
	const width = Math.max(4, Math.floor((columns - 9) / 2));
	return fitRow(
		[
			[` ${glyphs.down} `, 'down'],
			[sparkline(view.download, width, view.peakDownload, glyphs), 'down'],
			[`  ${glyphs.up} `, 'up'],
			[sparkline(view.upload, width, view.peakUpload, glyphs), 'up'],
		],
		columns,
	);
}

/** What the pane's title says at its right end. */
export function speedTitle(view: SpeedView | undefined): string {
	return view ? `peak ${rateWithUnit(view.peakDownload)}` : '';
}

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

/** The graphs of both directions, and what the numbers are. */
export function speedRows(view: SpeedView | undefined, room: Area, look: Look): readonly Row[] {
	if (!view) return [];
	const {columns, rows} = room;
	const {glyphs} = look;
	if (rows <= 2) {
		const width = Math.max(4, columns - 16);
		const down: Row = fitRow(
			[
				[` ${glyphs.down} `, 'down'],
				[sparkline(view.download, width, view.peakDownload, glyphs), 'down'],
				[` ${fit(rateWithUnit(view.download.at(-1) ?? 0), 9, 'right')}`, 'dim'],
			],
			columns,
		);
		const up: Row = fitRow(
			[
				[` ${glyphs.up} `, 'up'],
				[sparkline(view.upload, width, view.peakUpload, glyphs), 'up'],
				[` ${fit(rateWithUnit(view.upload.at(-1) ?? 0), 9, 'right')}`, 'dim'],
			],
			columns,
		);
		return [down, up].slice(0, rows);
	}
	const notes = rows >= 8 ? 2 : 1;
	const upRows = rows - notes >= 6 ? Math.max(2, Math.round((rows - notes) * 0.3)) : 1;
	const downRows = rows - notes - upRows;
	const result: Row[] = [];
	result.push(
		...graphBlock(view.download, roundScale(view.peakDownload), columns, downRows, 'down', glyphs.down, look),
	);
	result.push(
		...graphBlock(view.upload, roundScale(view.peakUpload), columns, upRows, 'up', glyphs.up, look),
	);
	if (notes === 2) {
		const name = rangeName(view.range);
		const line = columns - axisColumns;
		const half = rangeName(view.range / 2);
		const middle = graphRanges.some(([range]) => range === view.range / 2) ? half : '';
		const left = Math.max(0, Math.floor(line / 2) - name.length - Math.floor(middle.length / 2));
		const right = Math.max(1, line - name.length - left - middle.length - 3);
		result.push(
			fitRow(
				[[' '.repeat(axisColumns)], [`${name}${' '.repeat(left)}${middle}${' '.repeat(right)}now`, 'faint']],
				columns,
			),
		);
	}
	const mean: Span[] = [
		[' mean ', 'faint'],
		[`${glyphs.down} ${rate(view.meanDownload)}`, 'dim'],
		[`  ${glyphs.up} ${rate(view.meanUpload)}`, 'dim'],
	];
	const disk: Span[] =
		columns >= 40 && (notes === 2 || columns >= 50)
			? [
					['disk ', 'faint'],
					[rate(view.diskRate).padStart(5), 'dim'],
					['  queue ', 'faint'],
					[`${view.diskQueue} `, view.diskQueue > 32 ? 'warn' : 'dim'],
				]
			: [[`${rangeName(view.range)} `, 'faint']];
	result.push(spread(mean, disk, columns));
	return result;
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

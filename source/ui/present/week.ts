import {clockTime} from '../../base/slow-time.js';
import {isSamePaint, type Paint, type PaintedWeek, slotsPerDay} from '../model/painted-week.js';
import {limitWithUnit} from '../text/format.js';
import type {Look} from './context.js';
import type {Row, Span} from './row.js';

/** The days as the week shows them. */
export const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** What is painted, and where somebody is. */
export interface WeekPlace {
	readonly week: PaintedWeek;
	/** The half hours that the next paint falls on. */
	readonly selected: ReadonlySet<number>;
	readonly day: number;
	/** The first half hour of the hour under the cursor. */
	readonly slot: number;
}

const lead = 6;

/** Whether an hour has two cells, or one where there is room for no more. */
function cellsAnHour(columns: number): 1 | 2 {
	return columns >= lead + slotsPerDay ? 2 : 1;
}

function hours(columns: number): Row {
	const step = 3 * cellsAnHour(columns);
	const numbers = Array.from({length: 8}, (_, at) => String(at * 3).padEnd(step)).join('');
	return [[`${' '.repeat(lead)}${numbers}`.trimEnd(), 'faint']];
}

function cell(paint: Paint | undefined, {glyphs}: Look): Span {
	if (paint === undefined) return [glyphs.dot, 'faint'];
	if (paint.stop) return [glyphs.state.failed, 'bad'];
	const isOwn = paint.maxDownload !== undefined || paint.maxUpload !== undefined;
	return isOwn ? [glyphs.cell['l'] ?? '', 'flight'] : [glyphs.cell['h'] ?? '', 'have'];
}

/** A half hour that is selected. What is full would be a hole when it is turned round: it steps back instead. */
function selectedCell(paint: Paint | undefined, look: Look): Span {
	const [text, tone] = cell(paint, look);
	return text === look.glyphs.cell['h'] ? [look.glyphs.cell['p'] ?? '', 'accent'] : [text, tone, true];
}

/** The week, a day a row: what is selected stands out. */
export function weekRows(place: WeekPlace, columns: number, look: Look): readonly Row[] {
	const step = 2 / cellsAnHour(columns);
	const days = dayNames.map((name, day): Row => {
		const here = day === place.day;
		const row: Span[] = [
			[here ? `${look.glyphs.cursor} ` : '  ', 'accent'],
			[`${name} `, here ? 'title' : 'text'],
		];
		for (let at = 0; at < slotsPerDay; at += step) {
			const slot = day * slotsPerDay + at;
			const paint = place.week[slot] ?? place.week[slot + step - 1];
			const [text, tone, isTurned] = place.selected.has(slot) ? selectedCell(paint, look) : cell(paint, look);
			row.push([text, tone, isTurned, {kind: 'part', at: slot}]);
		}
		return row;
	});
	return [hours(columns), ...days];
}

/** What holds, in words: `slow mode`, `nothing moves`, `▼ no limit, ▲ 50 K/s`. */
export function paintWords(paint: Paint | undefined, {glyphs}: Look): string {
	if (paint === undefined) return 'the usual limits';
	if (paint.stop) return 'nothing moves';
	const {maxDownload, maxUpload} = paint;
	if (maxDownload === undefined && maxUpload === undefined) return 'slow mode';
	const words = (rate: number | null | undefined) =>
		rate === undefined ? 'as in slow mode' : rate === null ? 'no limit' : limitWithUnit(rate);
	return `${glyphs.down} ${words(maxDownload)}, ${glyphs.up} ${words(maxUpload)}`;
}

/** The hour under the cursor in words, with how long the same holds on that day: `Mon 22:00-24:00: slow mode`. */
export function readOut({week, day, slot}: WeekPlace, look: Look): string {
	const paint = week[day * slotsPerDay + slot];
	const isSame = (at: number) => isSamePaint(week[day * slotsPerDay + at], paint);
	let from = slot;
	let to = slot + 1;
	while (from > 0 && isSame(from - 1)) from--;
	while (to < slotsPerDay && isSame(to)) to++;
	return `${dayNames[day]} ${clockTime(from * 30)}-${clockTime(to * 30)}: ${paintWords(paint, look)}`;
}

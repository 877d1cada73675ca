import {parseRate} from '../../base/quantities.js';
import {type SlowTime, slowTimeText} from '../../base/slow-time.js';
import {fieldRow} from '../forms/field-rows.js';
import {readLimit} from '../forms/limit-field.js';
import {
	isFiner,
	isSamePaint,
	type Paint,
	type PaintedWeek,
	paintedWeek,
	slotsPerDay,
	timesOf,
	usualSlots,
	withPaint,
} from '../model/painted-week.js';
import type {Row} from '../present/row.js';
import {readOut, type WeekPlace, weekRows} from '../present/week.js';
import {wrapRow} from '../present/wrapped-row.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {limitWithUnit} from '../text/format.js';
import {terminalText} from '../text/text.js';
import {edit, field, fieldText, type TextField} from '../text/text-field.js';
import type {DialogKind, DialogScreen} from './dialog-kind.js';

/** The week of slow mode, being painted. */
export interface WeekDialog {
	readonly kind: 'week';
	readonly week: PaintedWeek;
	/** The hour under the cursor: its day, 0 for Monday, and its first half hour. */
	readonly day: number;
	readonly slot: number;
	/** Where a stretched selection began. */
	readonly from?: {readonly day: number; readonly slot: number} | undefined;
	/** Selected together, instead of what is under the cursor. */
	readonly usual?: 'nights' | 'work' | 'all' | undefined;
	/** Times between half hours were moved to whole ones. */
	readonly moved: boolean;
	/** A limit that is being typed for what is selected. */
	readonly typing?: {readonly limit: 'maxDownload' | 'maxUpload'; readonly value: TextField} | undefined;
	readonly problem?: string | undefined;
	/** Whether the rows below the week are to be seen, which say what the keys do. */
	readonly below?: true | undefined;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		week: WeekDialog;
	}
}

/** Asks the engine when slow mode comes and goes, and opens the week to paint. */
export function openWeek(screen: ScreenContext): void {
	screen.send({type: 'session.configure', settings: {}}, ({settings}) => {
		if (screen.state().view.dialog) return;
		const times = settings?.slowTimes ?? [];
		screen.setDialog({
			kind: 'week',
			week: paintedWeek(times),
			day: 0,
			slot: 0,
			moved: isFiner(times),
		});
	});
}

/** The half hours that the next paint falls on: those selected together, a stretch, or the hour under the cursor. */
function selection({day, slot, from, usual}: WeekDialog): ReadonlySet<number> {
	if (usual) return usualSlots(usual);
	const start = from ?? {day, slot};
	const slots = new Set<number>();
	for (let row = Math.min(day, start.day); row <= Math.max(day, start.day); row++)
		for (let at = Math.min(slot, start.slot); at <= Math.max(slot, start.slot) + 1; at++)
			slots.add(row * slotsPerDay + at);
	return slots;
}

/** Paints what is selected; what is all painted so already is cleared. */
function paint(screen: ScreenContext, dialog: WeekDialog, brush: Paint | undefined): void {
	const slots = selection(dialog);
	const isAll = [...slots].every(slot => isSamePaint(dialog.week[slot], brush));
	const week = withPaint(dialog.week, slots, () => (isAll ? undefined : brush));
	screen.setDialog({...dialog, week, problem: undefined});
}

/** Limits what is selected: what was not slow there gets this limit and no other. */
function limit(
	screen: ScreenContext,
	dialog: WeekDialog,
	{limit: name, value}: NonNullable<WeekDialog['typing']>,
) {
	const rate = readLimit(fieldText(value), parseRate);
	if (rate === undefined)
		return screen.setDialog({...dialog, problem: 'A speed is written 500K or 2M; none is no limit.'});
	const other = name === 'maxUpload' ? 'maxDownload' : 'maxUpload';
	const week = withPaint(dialog.week, selection(dialog), before => {
		if (before === undefined || before.stop) return {[other]: null, [name]: rate};
		return {...before, [name]: rate};
	});
	screen.setDialog({...dialog, week, typing: undefined, problem: undefined});
}

function copyDay(screen: ScreenContext, dialog: WeekDialog): void {
	const day = dialog.week.slice(dialog.day * slotsPerDay, (dialog.day + 1) * slotsPerDay);
	const week = dialog.week.map((_, slot) => day[slot % slotsPerDay]);
	screen.setDialog({...dialog, week, from: undefined, usual: undefined});
}

/** What is said when it is done. */
function inWords(times: readonly SlowTime[]): string {
	if (times.length === 0) return 'Slow mode comes by hand only.';
	const [first, second, ...more] = times.map(slowTimeText);
	const named = [first, second].filter(text => text !== undefined).join('; ');
	return `Slow by itself: ${named}${more.length > 0 ? ` and ${more.length} more` : ''}.`;
}

/** The engine goes by it from now on, and the config file has it for the next. */
function keep(screen: ScreenContext, {week, ...dialog}: WeekDialog): void {
	const slowTimes = timesOf(week);
	try {
		screen.config?.write({'slow-times': slowTimes.length > 0 ? slowTimes.map(slowTimeText) : undefined});
	} catch (error) {
		const problem = error instanceof Error ? error.message : String(error);
		return screen.setDialog({...dialog, week, problem});
	}
	screen.setDialog(undefined);
	screen.send({type: 'session.configure', settings: {slowTimes}}, inWords(slowTimes));
}

const moves: Readonly<Record<string, readonly [days: number, hours: number]>> = {
	up: [-1, 0],
	k: [-1, 0],
	down: [1, 0],
	j: [1, 0],
	left: [0, -1],
	h: [0, -1],
	right: [0, 1],
	l: [0, 1],
};
const stretches: Readonly<Record<string, string>> = {
	K: 'up',
	J: 'down',
	H: 'left',
	L: 'right',
	'shift-up': 'up',
	'shift-down': 'down',
	'shift-left': 'left',
	'shift-right': 'right',
};

function move(screen: ScreenContext, dialog: WeekDialog, key: string): boolean {
	const {day, slot} = dialog;
	const stretched = stretches[key];
	const step = moves[stretched ?? key];
	const edge = key === 'home' ? 0 : key === 'end' ? slotsPerDay - 2 : undefined;
	if (!step && edge === undefined) return false;
	const [days, hours] = step ?? [0, 0];
	const bounded = (value: number, end: number) => Math.max(0, Math.min(end, value));
	screen.setDialog({
		...dialog,
		day: bounded(day + days, 6),
		slot: edge ?? bounded(slot + hours * 2, slotsPerDay - 2),
		from: stretched === undefined ? undefined : (dialog.from ?? {day, slot}),
		usual: undefined,
		problem: undefined,
	});
	return true;
}

function type(
	screen: ScreenContext,
	dialog: WeekDialog,
	typing: NonNullable<WeekDialog['typing']>,
	key: string,
) {
	if (key === 'esc') return screen.setDialog({...dialog, typing: undefined, problem: undefined});
	if (key === 'enter') return limit(screen, dialog, typing);
	const value = edit(typing.value, key);
	if (value) screen.setDialog({...dialog, typing: {...typing, value}, problem: undefined});
}

function placeOf(dialog: WeekDialog): WeekPlace {
	const {week, day, slot} = dialog;
	return {week, day, slot, selected: selection(dialog)};
}

/** What slow mode limits to: `▼ 200 K/s  ▲ no limit`. */
function slowLimits({state, look: {glyphs}}: DialogScreen): string {
	const {session} = state().model;
	const limits = session?.slowMode ? session : session?.otherMode;
	const words = (rate: number | undefined) => (rate === undefined ? 'no limit' : limitWithUnit(rate));
	return `${glyphs.down} ${words(limits?.maxDownload)}  ${glyphs.up} ${words(limits?.maxUpload)}`;
}

function typedRow({limit: name, value}: NonNullable<WeekDialog['typing']>, columns: number): Row {
	const label = `  ${name === 'maxUpload' ? 'upload' : 'download'} limit then (50K, 2M, none): `;
	return [[label, 'accent'], ...fieldRow(value, Math.max(8, Math.min(20, columns - label.length)), true)];
}

const usualKeys: Readonly<Record<string, WeekDialog['usual']>> = {n: 'nights', w: 'work', a: 'all'};

export const weekDialog: DialogKind<WeekDialog> = {
	shape: 'box',
	key(screen, open, key) {
		const {below: _, ...dialog} = open;
		if (key === 'pagedown') return screen.setDialog({...dialog, below: true});
		if (key === 'pageup') return screen.setDialog(dialog);
		if (dialog.typing) return type(screen, dialog, dialog.typing, key);
		if (key === 'esc' || key === 'q') return screen.setDialog(undefined);
		if (key === 'enter') return keep(screen, dialog);
		if (move(screen, dialog, key)) return;
		if (key === 'space') paint(screen, dialog, {});
		else if (key === 'x') paint(screen, dialog, {stop: true});
		else if (['backspace', 'delete', '0'].includes(key)) paint(screen, dialog, undefined);
		else if (key === 'c') copyDay(screen, dialog);
		else if (key === 'd' || key === 'u')
			screen.setDialog({
				...dialog,
				typing: {limit: key === 'u' ? 'maxUpload' : 'maxDownload', value: field()},
			});
		else if (usualKeys[key]) screen.setDialog({...dialog, usual: usualKeys[key], from: undefined});
	},
	/** A click paints an hour; with Ctrl, or the right button, it stretches what is selected to there. */
	click(screen, dialog, {at}, how) {
		const day = Math.floor(at / slotsPerDay);
		const slot = (at % slotsPerDay) - (at % 2);
		const from = how === 'mark' ? (dialog.from ?? {day: dialog.day, slot: dialog.slot}) : undefined;
		const there = {...dialog, day, slot, from, usual: undefined, typing: undefined, problem: undefined};
		if (how === 'once') paint(screen, there, {});
		else screen.setDialog(there);
	},
	line(dialog, columns, {look}) {
		if (dialog.problem !== undefined) return [[terminalText(dialog.problem), 'warn']];
		return dialog.typing ? typedRow(dialog.typing, columns) : [[readOut(placeOf(dialog), look), 'text']];
	},
	rows(dialog, room, screen) {
		const columns = Math.min(74, room.columns);
		const {day, typing, problem, moved, below} = dialog;
		const place = placeOf(dialog);
		const said: Row =
			problem !== undefined
				? [[`  ${terminalText(problem)}`, 'warn']]
				: typing
					? typedRow(typing, columns)
					: [[`  ${readOut(place, screen.look)}`, 'text']];
		const keys = (text: string): readonly Row[] => wrapRow([[`  ${text}`, 'faint']], columns);
		const week = weekRows(place, columns, screen.look);
		const told = wrapRow(said, columns);
		const rows = [
			...week,
			[],
			...told,
			...(moved ? keys('Times between half hours are moved to whole ones.') : []),
			...keys('Space slow   x stop   Del usual   u d limit up, down   c this day to all'),
			...keys('arrows or a click move   Shift+arrows or Ctrl+click stretch'),
			...keys('n nights   w work   a all'),
		];
		return {
			title: `Slow mode by itself: ${slowLimits(screen)}`,
			rows,
			foot:
				rows.length > room.rows - 3
					? 'Enter keeps it   PgDn keys   Esc leaves'
					: 'Enter keeps it   Esc leaves',
			columns: 76,
			selected: below
				? rows.length - 1
				: problem === undefined && !typing
					? day + 1
					: week.length + told.length,
		};
	},
};

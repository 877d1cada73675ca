import {commonStart} from '../forms/path-completion.js';
import {type Candidate, candidates, commandNamed, splitLine} from '../keys/candidates.js';
import {runNamed} from '../keys/run-named.js';
import type {Area} from '../present/context.js';
import type {Hit} from '../present/hit.js';
import {type Row, rowWidth, type Span, spread} from '../present/row.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {cellWidth, fit, fitMiddle, nameText} from '../text/text.js';
import {field, fieldText} from '../text/text-field.js';
import type {DialogScreen, RowsAbove} from './dialog-kind.js';
import type {LineDialog} from './line-form.js';

const mostShown = 8;

/** The last command that was typed on a screen. */
const lasts = new WeakMap<ScreenContext, string>();

/** The names of commands that begin like this. */
function namesFrom(screen: ScreenContext, start: string): readonly string[] {
	return screen.keys().flatMap(({name}) => (name.startsWith(start) ? [name] : []));
}

/** Runs what was typed, or says what it could have meant. */
export function runLine(screen: ScreenContext, line: string): void {
	const {name, argument = ''} = splitLine(line.trim());
	if (name === '') return;
	lasts.set(screen, line.trim());
	const record = commandNamed(screen, name);
	const near = namesFrom(screen, name);
	if (record) runNamed(screen, record.name, argument);
	else if (near.length > 1) screen.say(`“${name}” could be ${near.join(', ')}.`, 'warn');
	else screen.say(`There is no command “${name}”: ? lists the names.`, 'warn');
}

function current(screen: ScreenContext): LineDialog | undefined {
	const {dialog} = screen.state().view;
	return dialog?.kind === 'line' && dialog.prompt === ':' ? dialog : undefined;
}

/** Looks what is there that begins like the path that is typed, where one is. */
export function lookForPaths(screen: ScreenContext): void {
	const open = current(screen);
	if (!open || !screen.completePath) return;
	const text = fieldText(open.value);
	const {name, argument} = splitLine(text);
	const record = argument === undefined ? undefined : commandNamed(screen, name);
	if (!record?.takes?.path || argument === '' || argument === undefined) {
		if (open.paths) screen.setDialog({...open, paths: undefined});
		return;
	}
	screen.completePath(argument).then(
		paths => {
			const now = current(screen);
			if (now && fieldText(now.value) === text) screen.setDialog({...now, paths});
		},
		() => undefined,
	);
}

/** Puts another line in place of the one that is typed. */
function become(screen: ScreenContext, dialog: LineDialog, line: string): void {
	screen.setDialog({...dialog, value: field(line), at: undefined, paths: undefined});
	lookForPaths(screen);
}

/** Completes what is typed as far as it can only go on in one way, or takes what has the cursor. */
function complete(screen: ScreenContext, dialog: LineDialog): void {
	const text = fieldText(dialog.value);
	const found = candidates(screen, text, dialog.paths);
	const chosen = dialog.at === undefined ? undefined : found[dialog.at];
	if (chosen) return become(screen, dialog, chosen.line);
	const near = found.filter(({line}) => line.startsWith(text.trimStart()));
	const longer = commonStart(near.map(({line}) => line));
	if (longer.length > text.length) become(screen, dialog, longer);
	else if (found[0]) screen.setDialog({...dialog, at: 0});
}

function choose(screen: ScreenContext, dialog: LineDialog, step: 1 | -1): void {
	const text = fieldText(dialog.value);
	const last = lasts.get(screen);
	if (text === '' && step < 0 && dialog.at === undefined && last !== undefined)
		return become(screen, dialog, last);
	const {length} = candidates(screen, text, dialog.paths);
	if (length === 0) return;
	const at = dialog.at === undefined ? (step > 0 ? 0 : length - 1) : dialog.at + step;
	screen.setDialog({...dialog, at: at < 0 || at >= length ? undefined : at});
}

/** Takes what was clicked, or has the cursor, as if it had been typed. */
export function take(screen: ScreenContext, dialog: LineDialog, {line, isBegun}: Candidate): void {
	if (isBegun) return become(screen, dialog, line);
	screen.setDialog(undefined);
	runLine(screen, line);
}

/** Handles the keys of the `:` line that choose among what it could become; answers whether this is one. */
export function commandKey(screen: ScreenContext, dialog: LineDialog, key: string): boolean {
	if (key === 'tab') complete(screen, dialog);
	else if (key === 'down' || key === 'ctrl-n') choose(screen, dialog, 1);
	else if (key === 'up' || key === 'ctrl-p' || key === 'shift-tab') choose(screen, dialog, -1);
	else if (key === 'enter' && dialog.at !== undefined) {
		const chosen = candidates(screen, fieldText(dialog.value), dialog.paths)[dialog.at];
		if (chosen) take(screen, dialog, chosen);
	} else return false;
	return true;
}

/** The candidates' rows: what could be typed, what it does, and the key that does the same. */
export function candidateRows({value, at, paths}: LineDialog, room: Area, screen: DialogScreen): RowsAbove {
	const {glyphs} = screen.look;
	const found = candidates(screen, fieldText(value), paths);
	// The header and the first row of what is there stay in sight.
	const height = Math.min(mostShown, room.rows - 3, found.length);
	const top = Math.max(0, Math.min((at ?? 0) - Math.floor(height / 2), found.length - height));
	const shown = found.slice(top, top + height);
	const names = Math.min(
		Math.max(8, Math.floor(room.columns / 2)),
		Math.max(...shown.map(({name}) => cellWidth(nameText(name))), 1),
	);
	const rows = shown.map(({name, about, keys}, index): Row => {
		const isChosen = top + index === at;
		const text = nameText(name);
		const width = about === '' ? room.columns - 4 : names;
		const left: Span[] = [
			[isChosen ? `${glyphs.cursor} ` : '  ', 'accent'],
			[cellWidth(text) > width ? fitMiddle(text, width) : fit(text, width), isChosen ? 'title' : 'key'],
		];
		const right: Row = keys === '' ? [] : [[`  ${keys} `, 'faint']];
		const rest = room.columns - rowWidth(left) - rowWidth(right) - 2;
		const said: Span[] =
			rest >= 6 && about !== '' ? [[`  ${fit(about, rest, 'left', glyphs.ellipsis)}`, 'dim']] : [];
		return spread([...left, ...said], right, room.columns);
	});
	return {
		title: 'Tab completes',
		rows,
		hits: shown.map((_, index): Hit => ({kind: 'part', at: top + index})),
	};
}

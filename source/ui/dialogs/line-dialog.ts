import {find} from '../actions/find.js';
import {setList} from '../actions/lists.js';
import {fieldRow} from '../forms/field-rows.js';
import {runNamed} from '../keys/run-named.js';
import {activeList} from '../model/lists.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {cellWidth, fit} from '../text/text.js';
import {edit, field, fieldText, insert, type TextField} from '../text/text-field.js';
import type {DialogKind} from './dialog-kind.js';

/** A line that is typed: what to search for, what to filter by, or a command. */
export interface LineDialog {
	readonly kind: 'line';
	readonly prompt: '/' | ':' | 'filter';
	readonly value: TextField;
	/** What was searched for, or filtered by, before. */
	readonly before: string;
	/** The folders that were folded when a search began: only those of what is found are opened. */
	readonly folded?: ReadonlySet<string>;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		line: LineDialog;
	}
}

/** What may be typed to filter torrents by. */
const filterHint =
	'a name, label or tracker, stalled, error, paused …, !word for all others, ratio > 2 and label=iso';

/** The names of commands that begin like this. */
function namesFrom(screen: ScreenContext, start: string): readonly string[] {
	return screen.keys().flatMap(({name}) => (name.startsWith(start) ? [name] : []));
}

function runLine(screen: ScreenContext, line: string): void {
	const [name = '', ...rest] = line.trim().split(/\s+/);
	if (name === '') return;
	const near = namesFrom(screen, name);
	const only = near.includes(name) ? name : near.length === 1 ? near[0] : undefined;
	if (only !== undefined) runNamed(screen, only, rest.join(' '));
	else if (near.length > 1) screen.say(`“${name}” could be ${near.join(', ')}.`, 'warn');
	else screen.say(`There is no command “${name}”: ? lists the names.`, 'warn');
}

function cancel(screen: ScreenContext, {prompt, before, folded}: LineDialog): void {
	const list = activeList(screen.state().view);
	if (prompt === 'filter' && list) setList(screen, list, {filter: before});
	if (folded) screen.setView({folded});
	screen.setDialog(undefined);
}

function submit(screen: ScreenContext, {prompt, before}: LineDialog, text: string): void {
	screen.setDialog(undefined);
	if (prompt === ':') runLine(screen, text);
	else if (prompt === '/') {
		screen.setView({query: text || before});
		if (text !== '' && !find(screen, text, 1, 'here')) screen.say(`Nothing here holds “${text}”.`, 'warn');
	}
}

/** Completes the name of a command, or tells those it could be. */
function complete(screen: ScreenContext, dialog: LineDialog, text: string): void {
	const near = namesFrom(screen, text);
	if (near.length === 1) screen.setDialog({...dialog, value: field(`${near[0]} `)});
	else if (near.length > 1) screen.say(near.join('  '));
}

export const lineDialog: DialogKind<LineDialog> = {
	shape: 'line',
	key(screen, dialog, key) {
		const text = fieldText(dialog.value);
		if (key === 'esc' || (key === 'backspace' && text === '')) return cancel(screen, dialog);
		if (key === 'enter') return submit(screen, dialog, text);
		if (key === 'tab' && dialog.prompt === ':') return complete(screen, dialog, text);
		const value = edit(dialog.value, key);
		if (!value) return;
		screen.setDialog({...dialog, value});
		const list = activeList(screen.state().view);
		if (dialog.prompt === 'filter' && list) setList(screen, list, {filter: fieldText(value)});
		if (dialog.folded) screen.setView({folded: dialog.folded});
		if (dialog.prompt === '/') find(screen, fieldText(value), 1, 'here');
	},
	paste: (screen, dialog, text) => screen.setDialog({...dialog, value: insert(dialog.value, text.trim())}),
	line({prompt, value}, columns, screen) {
		const lead = prompt === 'filter' ? ' filter: ' : ` ${prompt}`;
		const isOfTorrents = prompt === 'filter' && screen.state().view.screen === 'session';
		if (!isOfTorrents || fieldText(value) !== '')
			return [[lead, 'accent'], ...fieldRow(value, columns - cellWidth(lead), true)];
		const hint = fit(
			filterHint,
			Math.max(0, columns - cellWidth(lead) - 3),
			'left',
			screen.look.glyphs.ellipsis,
		);
		return [[lead, 'accent'], ...fieldRow(value, 2, true), [hint, 'faint']];
	},
};

import {find} from '../actions/find.js';
import {setList} from '../actions/lists.js';
import {fieldRow} from '../forms/field-rows.js';
import {candidates} from '../keys/candidates.js';
import {activeList} from '../model/lists.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {cellWidth, fit} from '../text/text.js';
import {edit, fieldText, insert} from '../text/text-field.js';
import {candidateRows, commandKey, lookForPaths, runLine, take} from './command-line.js';
import type {DialogKind} from './dialog-kind.js';
import type {LineDialog} from './line-form.js';

/** What may be typed to filter torrents by. */
const filterHint =
	'a name, label or tracker, stalled, error, paused …, !word for all others, ratio > 2 and label=iso';

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

export const lineDialog: DialogKind<LineDialog> = {
	shape: 'line',
	key(screen, dialog, key) {
		const text = fieldText(dialog.value);
		// Backspace held too long must not leave: what is typed then would be keys of the list.
		if (key === 'esc') return cancel(screen, dialog);
		if (dialog.prompt === ':' && commandKey(screen, dialog, key)) return;
		if (key === 'enter') return submit(screen, dialog, text);
		const value = edit(dialog.value, key);
		if (!value) return;
		screen.setDialog({...dialog, value, at: undefined, paths: undefined});
		if (dialog.prompt === ':') return lookForPaths(screen);
		const list = activeList(screen.state().view);
		if (dialog.prompt === 'filter' && list) setList(screen, list, {filter: fieldText(value)});
		if (dialog.folded) screen.setView({folded: dialog.folded});
		if (dialog.prompt === '/') find(screen, fieldText(value), 1, 'here');
	},
	paste(screen, dialog, text) {
		screen.setDialog({...dialog, value: insert(dialog.value, text.trim()), at: undefined, paths: undefined});
		if (dialog.prompt === ':') lookForPaths(screen);
	},
	click(screen, dialog, {at}) {
		const chosen = candidates(screen, fieldText(dialog.value), dialog.paths)[at];
		if (chosen) take(screen, dialog, chosen);
	},
	above: (dialog, room, screen) => (dialog.prompt === ':' ? candidateRows(dialog, room, screen) : undefined),
	line({prompt, value}, columns, screen) {
		const lead = prompt === 'filter' ? ' filter: ' : ` ${prompt}`;
		const isOfTorrents = prompt === 'filter' && activeList(screen.state().view) === 'torrents';
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

import {typed} from '../actions/network.js';
import {isTooSoon} from '../actions/unasked.js';
import {drawDialog} from '../dialogs/dialog-drawing.js';
import {dialogKey} from '../dialogs/dialog-keys.js';
import {lookup} from '../keys/keymap.js';
import type {ScreenContext} from '../screen/screen-context.js';

/** Does what a key means here and now. */
export function pressKey(screen: ScreenContext, key: string): void {
	screen.urgent();
	const {view} = screen.state();
	if (view.dialog && !drawDialog(screen)) screen.setDialog(undefined);
	else if (view.dialog) {
		if (key === 'ctrl-c' && view.dialog.kind !== 'quit') screen.setDialog(undefined);
		else if (key === 'ctrl-l') screen.redraw();
		else if (key === 'ctrl-z') screen.suspend();
		else if (!isTooSoon(screen, key))
			dialogKey(screen, view.dialog, view.dialog.kind === 'week' ? key : unshifted(key));
		return;
	}
	if (view.notice) screen.setView({notice: undefined});
	if (typed(screen, unshifted(key))) return;
	const record = lookup(screen.keys(), key, view) ?? lookup(screen.keys(), unshifted(key), view);
	if (record) screen.run(record.name, '', key);
}

/** An arrow with Shift is an arrow wherever it stretches nothing. */
function unshifted(key: string): string {
	return /^shift-(?:up|down|left|right)$/.test(key) ? key.slice('shift-'.length) : key;
}

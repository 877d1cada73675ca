import {useInput, usePaste, useStdout} from 'ink';
import {type ReactNode, useEffect, useRef, useSyncExternalStore} from 'react';
import {addRows} from '../dialogs/add-dialog.js';
import {dialogRows, lineRow} from '../dialogs/dialog-rows.js';
import {keyNames} from '../keys/key-names.js';
import type {ScreenState, Store} from '../model/store.js';
import {torrentInSight} from '../model/targets.js';
import {rowText} from '../present/row.js';
import {nothingSaid, type Said, speak} from '../present/spoken.js';
import {pressKey} from './press-key.js';
import type {ScreenContext} from './screen-context.js';

/** The rows of the open dialog, as plain lines. */
function dialogLines(screen: ScreenContext, state: ScreenState): readonly string[] {
	const {view, model, preferences} = state;
	const {dialog} = view;
	if (!dialog) return [];
	const line = lineRow(dialog, 72);
	if (line) return [rowText(line).trimEnd()];
	const torrent = torrentInSight(state);
	const {session} = model;
	const content =
		dialog.kind === 'add'
			? addRows(dialog, {columns: 76, rows: 40}, session, screen.look)
			: dialogRows(
					dialog,
					76,
					{
						table: screen.keys(),
						torrent,
						session,
						preferences,
						detachable: screen.detachable,
						config: screen.config?.path,
					},
					screen.look,
				);
	return content ? [content.title, ...content.rows.map(row => rowText(row).trimEnd()), content.foot] : [];
}

/** The screen for a screen reader: lines that are added below one another when there is something to say. */
export function SpokenApp({
	screen,
	store,
}: {
	readonly screen: ScreenContext;
	readonly store: Store;
}): ReactNode {
	const state = useSyncExternalStore(store.subscribe, store.get);
	const said = useRef<Said>(nothingSaid);
	const {write} = useStdout();
	useInput((input, key) => {
		for (const name of keyNames(input, key)) pressKey(screen, name);
	});
	// Has the terminal mark pastes; they come by another way.
	usePaste(() => undefined);
	useEffect(() => {
		const spoken = speak(state, said.current, dialogLines(screen, state));
		said.current = spoken.said;
		if (spoken.lines.length > 0) write(`${spoken.lines.join('\n')}\n`);
	}, [state, screen, write]);
	return null;
}

import {useInput, usePaste, useStdout} from 'ink';
import {type ReactNode, useEffect, useRef, useSyncExternalStore} from 'react';
import {dialogLines} from '../dialogs/dialog-drawing.js';
import {keyNames} from '../keys/key-names.js';
import type {Store} from '../model/store.js';
import {nothingSaid, type Said, speak} from '../present/spoken.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pressKey} from './press-key.js';

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
		const spoken = speak(state, said.current, dialogLines(screen));
		said.current = spoken.said;
		if (spoken.lines.length > 0) write(`${spoken.lines.join('\n')}\n`);
	}, [state, screen, write]);
	return null;
}

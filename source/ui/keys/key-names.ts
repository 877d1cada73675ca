import type {Key} from 'ink';
import {graphemes} from '../text/text.js';

/** The names of the keys of one piece of input, as the key table writes them; none for what is no key. */
export function keyNames(input: string, key: Key): readonly string[] {
	const arrow = key.upArrow
		? 'up'
		: key.downArrow
			? 'down'
			: key.leftArrow
				? 'left'
				: key.rightArrow
					? 'right'
					: undefined;
	if (arrow) return [key.shift ? `shift-${arrow}` : arrow];
	if (key.pageUp) return ['pageup'];
	if (key.pageDown) return ['pagedown'];
	if (key.home) return ['home'];
	if (key.end) return ['end'];
	if (key.return) return ['enter'];
	if (key.escape) return ['esc'];
	if (key.backspace) return ['backspace'];
	if (key.delete) return ['delete'];
	if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
	if (key.ctrl && input.length === 1) return [`ctrl-${input}`];
	if (key.meta) return [];
	// Several keys pressed quickly, or over a slow line, come in one piece.
	return graphemes(input).flatMap(part => {
		const code = part.charCodeAt(0);
		if (part === ' ') return ['space'];
		if (part === '\r' || part === '\n') return ['enter'];
		if (part === '\t') return ['tab'];
		if (code === 127 || code === 8) return ['backspace'];
		if (code < 32) return [`ctrl-${String.fromCharCode(code + 96)}`];
		return [part];
	});
}

const shownNames: Readonly<Record<string, string>> = {
	up: '↑',
	down: '↓',
	left: '←',
	right: '→',
	enter: 'Enter',
	esc: 'Esc',
	tab: 'Tab',
	'shift-tab': 'S-Tab',
	'shift-up': 'S-↑',
	'shift-down': 'S-↓',
	'shift-left': 'S-←',
	'shift-right': 'S-→',
	space: 'Space',
	pageup: 'PgUp',
	pagedown: 'PgDn',
	home: 'Home',
	end: 'End',
	delete: 'Del',
	f1: 'F1',
};

/** A key as it is written for people. */
export function keyName(key: string, ascii = false): string {
	if (ascii && ['up', 'down', 'left', 'right'].includes(key)) return key[0]?.toUpperCase() + key.slice(1);
	return shownNames[key] ?? (key.startsWith('ctrl-') ? `Ctrl-${key.slice(5).toUpperCase()}` : key);
}

/** The key that is written so for people, as the key table names it; undefined for what is no key. */
export function keyNamed(written: string): string | undefined {
	const named = Object.entries(shownNames).find(([, shown]) => shown === written)?.[0];
	if (named !== undefined) return named;
	if (/^Ctrl-[A-Z]$/.test(written)) return `ctrl-${written.slice(5).toLowerCase()}`;
	return graphemes(written).length === 1 ? written : undefined;
}

/** What the screen changes about a terminal, and how it is put back: in one place, so that nothing is forgotten. */
export const enterScreen = [
	'\u001B[?1049h', // the other screen
	'\u001B[?7l', // no wrapping: a character wider than we think must not break the lines below
	'\u001B[?25l', // no cursor
	'\u001B[?2004h', // pastes come marked as such
	'\u001B[?1004h', // tell when the window gains or loses the focus
	'\u001B[?2031h', // tell when colours turn light or dark
].join('');

/** Has the terminal tell of the mouse: its buttons, and where it goes while one is down; each as a whole sequence. */
export const mouseOn = '\u001B[?1002h\u001B[?1006h';

/** Leaves the mouse to the terminal. */
export const mouseOff = '\u001B[?1006l\u001B[?1002l';

/** Keeps the window's title, for `leaveScreen` to bring back: once for each time that is written. */
export const keepTitle = '\u001B[22;2t';

export const leaveScreen = [
	mouseOff,
	'\u001B[?2031l',
	'\u001B[?1004l',
	'\u001B[?2004l',
	'\u001B[m',
	'\u001B[?7h',
	'\u001B[?1049l',
	'\u001B[?25h',
	'\u001B[23;2t',
].join('');

/** Asks the terminal for the colour of its background. OSC 11. */
export const askBackground = '\u001B]11;?\u001B\\';

/** Sets the window's title. `text` must be safe. */
export function windowTitle(text: string): string {
	return `\u001B]2;${text}\u0007`;
}

/** Puts `text` on the clipboard of the person's own machine, also over SSH. OSC 52. */
export function clipboard(text: string): string {
	const bytes = new TextEncoder().encode(text);
	return `\u001B]52;c;${btoa(String.fromCharCode(...bytes))}\u0007`;
}

/** A desktop notification (OSC 9). `text` must be safe. */
export function notification(text: string): string {
	return `\u001B]9;${text}\u0007`;
}

export const bell = '\u0007';

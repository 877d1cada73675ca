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

/** How a terminal is told to notify its desktop: iTerm2's way, which most know, rxvt's, or kitty's. */
export type NotificationWay = 9 | 777 | 99;

/** A desktop notification, said by tortui. `text` must be safe. */
export function notification(text: string, way: NotificationWay = 9): string {
	switch (way) {
		case 777:
			return `\u001B]777;notify;tortui;${text}\u0007`;
		case 99:
			return `\u001B]99;i=tortui;tortui: ${text}\u001B\\`;
		default:
			// Some read what begins with a number as a command: a torrent's name must not be one.
			return `\u001B]9;tortui: ${text}\u0007`;
	}
}

/** How far all is, for terminals that show it on their tab or in the taskbar. */
export interface ShownProgress {
	/** Under way, stopped by an error, or paused. */
	readonly state: 'busy' | 'failed' | 'paused';
	/** 0 to 100. */
	readonly percent: number;
}

/** Shows progress outside of the screen, or no more of it. OSC 9;4. */
export function progressBar(progress: ShownProgress | undefined): string {
	if (!progress) return '\u001B]9;4;0\u0007';
	const code = {busy: 1, failed: 2, paused: 4}[progress.state];
	return `\u001B]9;4;${code};${Math.max(0, Math.min(100, Math.floor(progress.percent)))}\u0007`;
}

/** Begins a link, or ends the one that is open: `url` is made of what `linkUrl` lets through. OSC 8. */
export function hyperlink(url: string): string {
	return `\u001B]8;;${url}\u001B\\`;
}

export const bell = '\u0007';

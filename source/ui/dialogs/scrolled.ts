const page = 8;

/** The first row to show of a dialog after a key that goes up or down by pages; undefined for any other. */
export function scrolled(top: number, key: string): number | undefined {
	if (key === 'pagedown' || key === 'ctrl-f' || key === 'ctrl-d') return top + page;
	if (key === 'pageup' || key === 'ctrl-b' || key === 'ctrl-u') return Math.max(0, top - page);
	return undefined;
}

/** The first row to show: with it the last page is full. `room`: rows of the screen. */
export function topOf(top: number, rows: number, room: number): number {
	return Math.max(0, Math.min(top, rows - Math.max(1, room - 3)));
}

const page = 8;

/** The first row to show of a dialog after a key that goes up or down by pages; undefined for any other. */
export function scrolled(top: number, key: string): number | undefined {
	if (key === 'pagedown' || key === 'ctrl-f' || key === 'ctrl-d') return top + page;
	if (key === 'pageup' || key === 'ctrl-b' || key === 'ctrl-u') return Math.max(0, top - page);
	return undefined;
}

/** As `scrolled`, where up and down go by rows too. Undefined where there is nothing to scroll: `last` is 0. */
export function scrolledBy(top: number, key: string, last: number): number | undefined {
	if (last === 0) return undefined;
	if (key === 'down' || key === 'j') return top + 1;
	if (key === 'up' || key === 'k') return Math.max(0, top - 1);
	if (key === 'home' || key === 'g') return 0;
	if (key === 'end' || key === 'G') return last;
	return scrolled(top, key);
}

/** The first row to show: with it the last page is full. `room`: rows of the screen. */
export function topOf(top: number, rows: number, room: number): number {
	return Math.max(0, Math.min(top, rows - Math.max(1, room - 3)));
}

import type {View} from './view.js';

/** Turns a finger that is drawn over the screen into arrow keys, a row each: lists follow it. */
export function followTouch(place: HTMLElement, view: View, press: (keys: string) => void): void {
	let last: number | undefined;
	place.addEventListener(
		'touchstart',
		event => {
			last = event.touches.length === 1 ? event.touches[0]?.clientY : undefined;
		},
		{passive: true},
	);
	place.addEventListener(
		'touchmove',
		event => {
			const now = event.touches[0]?.clientY;
			if (last === undefined || now === undefined) return;
			event.preventDefault();
			const rows = Math.trunc((last - now) / view.rowHeight);
			if (rows === 0) return;
			press((rows > 0 ? '\u001B[B' : '\u001B[A').repeat(Math.abs(rows)));
			last -= rows * view.rowHeight;
		},
		{passive: false},
	);
}

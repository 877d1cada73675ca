/** A button: what stands on it, what it sends, and whether it does so again while it is held. */
type Key = readonly [label: string, keys: string, repeats?: boolean];

const moving: readonly Key[] = [
	['esc', '\u001B'],
	['tab', '\t'],
	['←', '\u001B[D', true],
	['↓', '\u001B[B', true],
	['↑', '\u001B[A', true],
	['→', '\u001B[C', true],
	['⏎', '\r'],
];

const doing: readonly Key[] = [
	['add', 'a'],
	['pause', 'p'],
	['find', '/'],
	['help', '?'],
	['mark', ' '],
	['1', '1'],
	['2', '2'],
	['3', '3'],
	['4', '4'],
	['5', '5'],
	['6', '6'],
	[':', ':'],
];

const holdTime = 350;
const repeatTime = 70;

/** What the row does beside sending keys. */
export interface KeyRowEvents {
	readonly pressed: (keys: string) => void;
	readonly pasted: () => void;
	/** The keyboard of the phone is wanted, or no more. */
	readonly keyboard: (isWanted: boolean) => void;
	readonly zoomed: (step: 1 | -1) => void;
	readonly left: () => void;
}

function button(label: string, act: () => void, repeats = false): HTMLButtonElement {
	const element = document.createElement('button');
	element.type = 'button';
	element.textContent = label;
	element.tabIndex = -1;
	let timer = 0;
	const stop = () => window.clearTimeout(timer);
	const again = (after: number) => {
		timer = window.setTimeout(() => {
			act();
			again(repeatTime);
		}, after);
	};
	// The focus, and with it the keyboard, stays where it is.
	element.addEventListener('mousedown', event => event.preventDefault());
	if (repeats) {
		element.addEventListener('pointerdown', event => {
			event.preventDefault();
			act();
			again(holdTime);
		});
		for (const end of ['pointerup', 'pointercancel', 'pointerleave']) element.addEventListener(end, stop);
		element.addEventListener('contextmenu', event => event.preventDefault());
	} else element.addEventListener('click', act);
	return element;
}

/** Keys for those who have no keyboard, or one that covers half of what they look at. */
export function fillKeyRow(place: HTMLElement, events: KeyRowEvents): void {
	const key = ([label, keys, repeats]: Key) => button(label, () => events.pressed(keys), repeats);
	const first = document.createElement('div');
	let isKeyboard = false;
	const keyboard = button('⌨', () => {
		isKeyboard = !isKeyboard;
		keyboard.setAttribute('aria-pressed', String(isKeyboard));
		events.keyboard(isKeyboard);
	});
	keyboard.setAttribute('aria-label', 'keyboard');
	first.append(...moving.map(key), keyboard);
	const second = document.createElement('div');
	second.append(
		...doing.slice(0, 4).map(key),
		button('paste', events.pasted),
		...doing.slice(4).map(key),
		button('A−', () => events.zoomed(-1)),
		button('A+', () => events.zoomed(1)),
		button('log out', events.left),
	);
	place.append(first, second);
}

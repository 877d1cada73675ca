import {pressKey} from '../app/press-key.js';
import {kindOf} from '../dialogs/dialog-kinds.js';
import type {Hit} from '../present/hit.js';
import type {ScreenContext} from '../screen/screen-context.js';
import type {Underneath} from '../terminal/canvas.js';
import type {MouseEvent} from '../terminal/input-parts.js';
import {strike} from './strike.js';
import {turnWheel} from './wheel.js';

/** Two clicks at one place within this time are one double click. */
const doubleTime = 400;

/** A click that may become the first of two. */
interface Click {
	readonly at: number;
	readonly hit: string;
}

/** Does what somebody does with a mouse: what was drawn under it says what a click there means. */
export class Pointer {
	readonly #screen: ScreenContext;
	readonly #under: (x: number, y: number) => Underneath | undefined;
	#last: Click | undefined;

	/** @param under what is drawn at a cell of the screen */
	constructor(screen: ScreenContext, under: (x: number, y: number) => Underneath | undefined) {
		this.#screen = screen;
		this.#under = under;
	}

	/** Takes what the terminal tells of the mouse. */
	take(event: MouseEvent): void {
		switch (event.act) {
			case 'press':
				return this.#press(event);
			case 'wheel-up':
				return this.#wheel(event, -1);
			case 'wheel-down':
				return this.#wheel(event, 1);
			case 'drag':
			case 'release':
				return undefined;
			default:
				event.act satisfies never;
		}
	}

	#wheel({x, y}: MouseEvent, step: 1 | -1): void {
		this.#screen.urgent();
		const under = this.#under(x, y);
		if (!this.#isReached(under)) return;
		turnWheel(this.#screen, under?.zones.map(({zone}) => zone.hit) ?? [], step);
	}

	/** Whether what lies there takes part: what a dialog lies over does not. */
	#isReached(under: Underneath | undefined): boolean {
		const {dialog} = this.#screen.state().view;
		return dialog === undefined || kindOf(dialog).shape === 'line' || under?.over === true;
	}

	#press({x, y, button, ctrl}: MouseEvent): void {
		const screen = this.#screen;
		screen.urgent();
		const under = this.#under(x, y);
		const found = under?.zones.find(({zone}) => zone.hit.kind !== 'link');
		const before = this.#last;
		this.#last = undefined;
		if (!this.#isReached(under) || button === 'middle') return;
		if (!found) return;
		const {hit} = found.zone;
		this.#leaveLine(hit);
		const isMark = button === 'right' || ctrl;
		const click: Click = {at: screen.clock.now(), hit: `${JSON.stringify(hit)} ${x} ${y}`};
		const isDouble = !isMark && before?.hit === click.hit && click.at - before.at <= doubleTime;
		strike(screen, hit, found, isMark ? 'mark' : isDouble ? 'twice' : 'once');
		// A third click begins anew.
		if (!isDouble && !isMark) this.#last = click;
	}

	/** What is being typed in the last row is over when something else is clicked: a filter and a search stay. */
	#leaveLine(hit: Hit): void {
		const {dialog} = this.#screen.state().view;
		if (dialog === undefined || kindOf(dialog).shape !== 'line') return;
		if (hit.kind === 'key' || hit.kind === 'part') return;
		pressKey(this.#screen, dialog.kind === 'line' && dialog.prompt !== ':' ? 'enter' : 'esc');
	}
}

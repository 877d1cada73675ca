import {keepBoundaries, placeBoundary} from '../actions/boundaries.js';
import {pressKey} from '../app/press-key.js';
import {kindOf} from '../dialogs/dialog-kinds.js';
import {type Boundary, boundaryAt} from '../look/boundaries.js';
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
	/** The line between two panes that may be dragged now, from where the button went down on it. */
	#held: {readonly boundary: Boundary; readonly from: number; readonly by: number} | undefined;

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
				return this.#drag(event);
			case 'release':
				return this.#release();
			default:
				event.act satisfies never;
		}
	}

	#drag({x, y}: MouseEvent): void {
		if (!this.#held) return;
		const {boundary, from, by} = this.#held;
		this.#screen.urgent();
		this.#last = undefined;
		placeBoundary(this.#screen, boundary, by + (boundary.axis === 'y' ? y : x) - from);
	}

	#release(): void {
		if (this.#held && (this.#screen.state().view.moved[this.#held.boundary.name] ?? 0) !== this.#held.by)
			keepBoundaries(this.#screen);
		this.#held = undefined;
	}

	/** Takes hold of the line between two panes, where the button went down on one. */
	#hold({x, y, button}: MouseEvent): void {
		this.#held = undefined;
		const {dialog, moved} = this.#screen.state().view;
		if (dialog || button !== 'left') return;
		const boundary = boundaryAt(this.#screen.layout(), x, y);
		if (!boundary) return;
		this.#held = {boundary, from: boundary.axis === 'y' ? y : x, by: moved[boundary.name] ?? 0};
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

	#press(event: MouseEvent): void {
		const {x, y, button, ctrl} = event;
		const screen = this.#screen;
		screen.urgent();
		this.#hold(event);
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

import {type Boundary, boundariesOf} from '../look/boundaries.js';
import {activeList} from '../model/lists.js';
import type {ScreenState} from '../model/store.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {rememberArrangement} from './panes.js';

/** The part of the screen that has the keys, as boundaries call it. */
function partWithKeys({view}: ScreenState): string {
	const list = activeList(view) ?? view.pane;
	return view.screen === 'swarms' ? `all ${list}` : list;
}

/** Moves a boundary to where it is `by` cells from its own place, until the panes are arranged anew. */
export function placeBoundary(screen: ScreenContext, {name}: Pick<Boundary, 'name'>, by: number): void {
	const {moved} = screen.state().view;
	if ((moved[name] ?? 0) !== by) screen.setView({moved: {...moved, [name]: by}});
}

/** Keeps where boundaries are, for screens of this size. */
export function keepBoundaries(screen: ScreenContext): void {
	rememberArrangement(screen);
}

/** Puts all boundaries back to their own places. */
export function evenBoundaries(screen: ScreenContext): void {
	screen.setView({moved: {}});
	rememberArrangement(screen);
}

/** Gives the part with the keys so many rows or columns more, or less: from what is beyond it, else from what is before. */
export function resizePart(screen: ScreenContext, axis: Boundary['axis'], cells: number): void {
	const part = partWithKeys(screen.state());
	const all = boundariesOf(screen.layout()).filter(each => each.axis === axis);
	const beyond = all.find(({before}) => before.includes(part));
	const boundary = beyond ?? all.find(({after}) => after.includes(part));
	if (!boundary) return screen.say('Nothing lies beside it that could give way.', 'warn');
	// What a layout has no room for is not asked for: the next step back would seem to do nothing.
	const was = boundary.at;
	const before = screen.state().view.moved[boundary.name] ?? 0;
	placeBoundary(screen, boundary, before + (beyond ? cells : -cells));
	const now = boundariesOf(screen.layout()).find(({name}) => name === boundary.name)?.at ?? was;
	placeBoundary(screen, boundary, before + now - was);
	rememberArrangement(screen);
}

import {type PaneName, paneNames, sizeClass} from '../look/layout.js';
import type {View} from '../model/view.js';
import type {ScreenContext} from '../screen/screen-context.js';

const growth = ['share', 'half', 'full'] as const;
const densities = ['all', 'strip', 'one'] as const;

/** Changes how the panes are laid out, and remembers it for screens of this size. */
function arrange(screen: ScreenContext, change: Partial<Pick<View, 'pane' | 'grow' | 'density'>>): void {
	screen.setView(change);
	rememberArrangement(screen);
}

/** Remembers how the panes are laid out for screens of this size. */
export function rememberArrangement(screen: ScreenContext): void {
	const {columns, rows, preferences, view} = screen.state();
	const {pane, grow, density, moved} = view;
	const arrangement = {pane, grow, density, ...(Object.keys(moved).length > 0 && {moved})};
	screen.setPreferences({sizes: {...preferences.sizes, [sizeClass(columns, rows)]: arrangement}});
}

/** Gives the keys to a pane, by its name or digit. */
export function goToPane(screen: ScreenContext, wanted: string): void {
	const pane = paneNames.find((name, index) => name === wanted || String(index + 1) === wanted);
	if (pane) arrange(screen, {pane});
	else screen.say(`There is no pane “${wanted}”: 1 to 6, or ${paneNames.join(', ')}.`, 'warn');
}

/** Gives the keys to the next pane, or the one before. */
export function stepPane(screen: ScreenContext, step: 1 | -1): void {
	const at = paneNames.indexOf(screen.state().view.pane);
	arrange(screen, {pane: paneNames[(at + step + paneNames.length) % paneNames.length] as PaneName});
}

/** Gives the pane with the keys more room, or less. */
export function grow(screen: ScreenContext, step: 1 | -1): void {
	const at = growth.indexOf(screen.state().view.grow) + step;
	arrange(screen, {grow: growth[Math.max(0, Math.min(growth.length - 1, at))] ?? 'share'});
}

/** Shows more panes at once, or fewer: one way after the other. */
export function nextDensity(screen: ScreenContext): void {
	const at = densities.indexOf(screen.state().view.density);
	arrange(screen, {density: densities[(at + 1) % densities.length] ?? 'all'});
}

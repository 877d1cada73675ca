import {graphRanges} from '../present/speed.js';
import type {ScreenContext} from '../screen/screen-context.js';

/** Has the speed graph span the range that is named (`5 min`, `auto`), or the next one in the direction of `step`. */
export function setRange(screen: ScreenContext, named: string, step: 1 | -1): void {
	const range = named === 'auto' ? 0 : (namedRange(named) ?? nextRange(screen, step));
	screen.setView({range});
	screen.setPreferences({graphRange: range});
}

function namedRange(text: string): number | undefined {
	return graphRanges.find(([, name]) => name.replace(' ', '') === text.replace(' ', ''))?.[0];
}

function nextRange(screen: ScreenContext, step: 1 | -1): number {
	const {view, model} = screen.state();
	const speed = view.screen === 'session' ? model.speed : model.torrent?.speed;
	const at = graphRanges.findIndex(([seconds]) => seconds === (view.range || speed?.range || 60));
	return graphRanges[Math.max(0, Math.min(graphRanges.length - 1, at + step))]?.[0] ?? 0;
}

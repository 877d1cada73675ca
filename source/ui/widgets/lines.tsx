import {createContext, memo, useContext, useLayoutEffect, useState} from 'react';
import type {Rect} from '../look/layout.js';
import type {Zone} from '../present/hit.js';
import type {Canvas} from '../terminal/canvas.js';

/** What the screen's lines are drawn on. */
export const CanvasContext = createContext<Canvas | undefined>(undefined);

/** Coloured lines at a place on the screen, one a row, and where they may be clicked. `over` lies above what does not. */
export const Lines = memo(function Lines({
	area,
	lines,
	zones,
	over = false,
}: {
	readonly area: Rect;
	readonly lines: readonly string[];
	readonly zones?: readonly Zone[] | undefined;
	readonly over?: boolean;
}): null {
	const canvas = useContext(CanvasContext);
	const [who] = useState(() => ({}));
	useLayoutEffect(() => canvas?.draw(who, area, lines, over, zones), [canvas, who, area, lines, over, zones]);
	useLayoutEffect(() => () => canvas?.erase(who), [canvas, who]);
	return null;
});

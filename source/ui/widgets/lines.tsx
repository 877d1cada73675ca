import {createContext, memo, useContext, useLayoutEffect, useState} from 'react';
import type {Rect} from '../look/layout.js';
import type {Canvas} from '../terminal/canvas.js';

/** What the screen's lines are drawn on. */
export const CanvasContext = createContext<Canvas | undefined>(undefined);

/** Coloured lines at a place on the screen, one a row. `over` lies above what does not. */
export const Lines = memo(function Lines({
	area,
	lines,
	over = false,
}: {
	readonly area: Rect;
	readonly lines: readonly string[];
	readonly over?: boolean;
}): null {
	const canvas = useContext(CanvasContext);
	const [who] = useState(() => ({}));
	useLayoutEffect(() => canvas?.draw(who, area, lines, over), [canvas, who, area, lines, over]);
	useLayoutEffect(() => () => canvas?.erase(who), [canvas, who]);
	return null;
});

import type {Rect} from '../layout.js';
import type {Painter} from '../paint.js';
import type {Look} from '../present/context.js';
import type {ScreenState} from '../store.js';

/** What every pane gets. */
export interface PaneProps {
	readonly area: Rect;
	readonly state: ScreenState;
	/** Whether the pane has the keys. */
	readonly focused: boolean;
	readonly painter: Painter;
	readonly look: Look;
}

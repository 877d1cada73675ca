import type {Millis} from '../../base/units.js';
import type {Rect} from '../look/layout.js';
import type {Painter} from '../look/paint.js';
import type {ScreenState} from '../model/store.js';
import type {Look} from '../present/context.js';

/** What every pane gets. */
export interface PaneProps {
	readonly area: Rect;
	readonly state: ScreenState;
	/** Whether the pane has the keys. */
	readonly focused: boolean;
	readonly painter: Painter;
	readonly look: Look;
	/** Now, in ms since 1970. */
	readonly wall: Millis;
	/** What drawing costs, in words. */
	readonly cost: string;
}

import type {Glyphs} from '../look/glyphs.js';

/** What every presenter needs besides its data. */
export interface Look {
	readonly glyphs: Glyphs;
	/** Whether there are colours enough to tell the two halves of a cell apart. */
	readonly halves?: boolean;
	/** Minutes to take from UTC to get the local time. */
	readonly timezone: number;
}

/** The room a presenter has. */
export interface Area {
	readonly columns: number;
	readonly rows: number;
}

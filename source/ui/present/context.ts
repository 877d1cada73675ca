import type {Glyphs} from '../look/glyphs.js';

/** What every presenter needs besides its data. */
export interface Look {
	readonly glyphs: Glyphs;
	/** Whether there are colours enough to tell the two halves of a cell apart. */
	readonly halves?: boolean;
	/** Whether there are no colours at all: shapes and weight alone tell what is what. */
	readonly colourless?: boolean;
	/** Minutes to take from UTC to get the local time. */
	readonly timezone: number;
	/** Whether what leads somewhere is drawn as a link. */
	readonly links?: boolean;
	/** The name of the machine that folders are on, where links to them lead anywhere. */
	readonly host?: string | undefined;
}

/** The room a presenter has. */
export interface Area {
	readonly columns: number;
	readonly rows: number;
}

/** One cell of a terminal: its text (empty behind a wide character), colours as `#rrggbb`, and weight. */
export interface Cell {
	readonly text: string;
	/** Columns it takes: 1 or 2; 0 for the second half of a wide character. */
	readonly width: number;
	readonly colour: string;
	/** Absent: the terminal's own. */
	readonly background?: string;
	readonly bold: boolean;
}

/** What a terminal shows at one moment. */
export interface Frame {
	readonly columns: number;
	readonly rows: ReadonlyArray<readonly Cell[]>;
}

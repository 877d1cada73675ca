/** What came of one look: all is well, it may get in the way, it is broken, or nobody can tell. */
export type FindingLevel = 'ok' | 'warning' | 'wrong' | 'unknown';

/** Something that was looked at, in one line. */
export interface Finding {
	/** What it is about, in a word. */
	readonly check: string;
	readonly level: FindingLevel;
	readonly text: string;
	/** What to do, where something is to be done. */
	readonly advice?: string | undefined;
}

/** Makes findings of one check. */
export function findings(check: string) {
	const make =
		(level: FindingLevel) =>
		(text: string, advice?: string): Finding => ({
			check,
			level,
			text,
			...(advice !== undefined && {advice}),
		});
	return {ok: make('ok'), warning: make('warning'), wrong: make('wrong'), unknown: make('unknown')};
}

/** What was typed behind a verb that takes torrents and then what is to be done with what is theirs. */
export interface IdsAndAction<Action extends string> {
	readonly ids: readonly string[];
	/** Undefined: they are only looked at. */
	readonly action: Action | undefined;
	readonly rest: readonly string[];
}

/** Parts words at the first that names an action; a torrent that is called so is named by its info-hash. */
export function idsAndAction<const Action extends string>(
	words: readonly string[],
	actions: readonly Action[],
): IdsAndAction<Action> {
	const at = words.findIndex((word, index) => index > 0 && (actions as readonly string[]).includes(word));
	if (at === -1) return {ids: words, action: undefined, rest: []};
	return {ids: words.slice(0, at), action: words[at] as Action, rest: words.slice(at + 1)};
}

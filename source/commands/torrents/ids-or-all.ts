import {UserError} from '../../base/errors.js';

/** `--all` of verbs that take torrents: the same as the word `all`. */
export const allOption = {all: {kind: 'on', help: 'every torrent: the same as the word all'}} as const;

/** The words that name torrents, where `--all` may stand for them. Throws a `UserError` where both do, or nothing does. */
export function idsOrAll(words: readonly string[], all: boolean, verb: string): readonly string[] {
	if (all && words.length > 0)
		throw new UserError('usage', `--all means every torrent: give no ID (see: tortui ${verb} --help)`, 2);
	if (!all && words.length === 0)
		throw new UserError('usage', `missing: ${verb} ID ... [options] (see: tortui ${verb} --help)`, 2);
	return all ? ['all'] : words;
}

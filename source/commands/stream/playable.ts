import {selectFiles} from '../../api/file-rules.js';
import {playableAs} from '../../api/playable.js';
import {UserError} from '../../base/errors.js';
import type {ListedFile} from '../torrents/listed-files.js';

/**
 * The files that words name, in the order of the torrent: numbers, names, globs, as `--select` has them. Without words
 * the largest one that can be watched, or heard, or the largest of all. Throws a `UserError` when there is none.
 */
export function chooseFiles(files: readonly ListedFile[], words: readonly string[]): readonly ListedFile[] {
	if (words.length > 0) {
		const picked = selectFiles(words, files);
		const chosen = files.filter((_, at) => picked[at]);
		if (chosen.length > 0) return chosen;
		throw new UserError('no-file', `it has no file ${words.join(' ')} (see: tortui files ID)`);
	}
	for (const kind of ['film', 'music', undefined] as const) {
		const [largest] = files
			.filter(({path}) => playableAs(path.at(-1) ?? '') === kind)
			.sort((one, other) => other.length - one.length);
		if (largest !== undefined) return [largest];
	}
	throw new UserError('no-file', 'it has no files');
}

import type {FilePriority} from '../../api/snapshot.js';
import {priorityNamed, priorityWords} from '../../ui/present/files.js';
import {choice, type ValueReader} from '../arguments/quantities.js';

const word = choice(...priorityWords);

/** The priority that a word names. */
export const priority: ValueReader<FilePriority> = Object.assign(
	(value: string, where: string) => priorityNamed(word(value, where))!,
	{words: priorityWords},
);

/** The same; null for `usual`. */
export const priorityOrUsual: ValueReader<FilePriority | null> = Object.assign(
	(value: string, where: string) => {
		const read = choice(...priorityWords, 'usual')(value, where);
		return read === 'usual' ? null : priorityNamed(read)!;
	},
	{words: [...priorityWords, 'usual']},
);

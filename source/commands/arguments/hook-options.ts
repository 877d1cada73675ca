import {resolve} from 'node:path';
import {UserError} from '../../base/errors.js';
import type {Options} from './command.js';
import {duration, text, type ValueReader} from './quantities.js';

const isUrl = (word: string) => /^https?:\/\//i.test(word);

/** An `http:` or `https:` URL with a host. */
export const webUrl: ValueReader<string> = (value, where) => {
	const url = isUrl(value.trim()) ? URL.parse(value.trim()) : null;
	if (url !== null && url.hostname !== '') return url.href;
	throw new UserError('bad-value', `${where}: ${JSON.stringify(value)} is not an http:// or https:// URL`, 2);
};

/** A word of a program, or a URL to be told. */
const word: ValueReader<string> = (value, where) => (isUrl(value.trim()) ? webUrl(value, where) : value);

/** What is done when something happens to a torrent. */
export const hookOptions = {
	onAdded: {
		kind: 'list',
		value: 'PROGRAM',
		read: word,
		help: 'run this, or tell this URL, when a torrent is added (repeat it for arguments)',
	},
	onComplete: {
		kind: 'list',
		value: 'PROGRAM',
		read: word,
		help: 'the same when one is complete, once for each',
	},
	onGoal: {kind: 'list', value: 'PROGRAM', read: word, help: 'the same when one reaches its seeding goal'},
	onError: {kind: 'list', value: 'PROGRAM', read: word, help: 'the same when one is stopped by an error'},
	onCompleteMove: {
		kind: 'value',
		value: 'DIR',
		read: text,
		help: 'move what was downloaded there when it is complete, before that',
	},
	hookUrl: {
		kind: 'list',
		value: 'URL',
		read: webUrl,
		help: 'tell all of this to a URL, by POST (repeatable)',
	},
	hookTimeout: {
		kind: 'value',
		value: 'TIME',
		read: duration,
		help: 'end such a program when it takes longer',
		standard: '10m',
	},
} as const satisfies Options;

/** The options that have the words of a program. */
export const programOptions: readonly string[] = ['onAdded', 'onComplete', 'onGoal', 'onError'];

/** The words of a program as they were typed, with its path in full where it is one. */
export function typedProgram(words: readonly string[]): string[] {
	return words.map((each, index) => {
		const isPath = index === 0 && each.includes('/') && !isUrl(each) && !/^~(?:\/|$)/.test(each);
		return isPath ? resolve(each) : each;
	});
}

/** Whether words are URLs to be told, and no program. Throws a `UserError` when they are some of either. */
export function areUrls(words: readonly string[], where: string): boolean {
	if (!isUrl(words[0] ?? '')) return false;
	if (words.every(isUrl)) return true;
	throw new UserError('bad-value', `${where}: either URLs or a program with its arguments, not both`, 2);
}

import {existsSync} from 'node:fs';
import {homedir} from 'node:os';
import {isAbsolute, join, resolve} from 'node:path';
import {UserError} from '../../base/errors.js';
import type {Options} from './command.js';
import {duration, type ValueReader} from './quantities.js';

const isUrl = (word: string) => /^https?:\/\//i.test(word);
const isHome = (path: string) => path.startsWith('~/');

/** An `http:` or `https:` URL with a host. */
export const webUrl: ValueReader<string> = (value, where) => {
	const url = isUrl(value.trim()) ? URL.parse(value.trim()) : null;
	if (url !== null && url.hostname !== '') return url.href;
	throw new UserError('bad-value', `${where}: ${JSON.stringify(value)} is not an http:// or https:// URL`, 2);
};

/** Whether words are URLs to be told, and no program with its arguments. */
export function areUrls(words: readonly string[]): boolean {
	return isUrl(words[0] ?? '');
}

/** Throws a `UserError` when words are neither a program with its arguments nor URLs. */
function requireTarget(words: readonly string[], where: string): void {
	const [first] = words;
	if (first === undefined) return;
	const wrong = (why: string) => new UserError('bad-value', `${where}: ${why}`, 2);
	if (areUrls(words)) {
		if (!words.every(isUrl)) throw wrong('either URLs, or a program and its arguments');
		for (const each of words) webUrl(each, where);
	} else if (first.trim() === '') throw wrong('what is to be run?');
	else if (first.includes('/') && !first.startsWith('/') && !isHome(first))
		throw wrong(`${first} is not absolute: write it in full, or with ~/`);
}

/** A folder that means the same wherever the engine is started. */
const place: ValueReader<string> = (value, where) => {
	if (isAbsolute(value) || isHome(value)) return value;
	throw new UserError('bad-value', `${where}: ${value} is not absolute: write it in full, or with ~/`, 2);
};

/** A program and its arguments, or URLs. */
const target = {
	kind: 'list',
	value: 'PROGRAM',
	// Arguments may be anything.
	read: (value: string) => value,
	readAll: requireTarget,
} as const;

/** What is done when something happens to a torrent. */
export const hookOptions = {
	onAdded: {
		...target,
		help: 'run this, or tell this URL, when a torrent is added (repeat it for arguments)',
	},
	onComplete: {...target, help: 'the same when one is complete, once for each'},
	onGoal: {...target, help: 'the same when one reaches its seeding goal'},
	onError: {...target, help: 'the same when one is stopped by an error'},
	onCompleteMove: {
		kind: 'value',
		value: 'DIR',
		read: place,
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

/**
 * The words of a program as they were typed, with its path in full where it is one. Throws a `UserError` for a whole
 * command in one word, as a shell would have it.
 *
 * @param name of the setting
 */
export function typedProgram(words: readonly string[], name: string): string[] {
	const [first = ''] = words;
	const program = first.split(' ')[0]!;
	if (words.length === 1 && program.includes('/') && program !== first && !isUrl(first) && !isThere(first))
		throw new UserError(
			'bad-value',
			`${name}: there is no ${first}; give a program and its arguments as words apart: tortui config set ${name} ${first}`,
			2,
		);
	return words.map((each, index) => {
		const isPath = index === 0 && each.includes('/') && !isUrl(each) && !isHome(each);
		return isPath ? resolve(each) : each;
	});
}

function isThere(path: string): boolean {
	return existsSync(isHome(path) ? join(homedir(), path.slice(2)) : path);
}

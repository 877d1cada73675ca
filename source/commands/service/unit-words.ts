import {UserError} from '../../base/errors.js';

function requireOneLine(text: string): void {
	if (/\p{Cc}/u.test(text))
		throw new UserError('service-path', `a unit cannot name ${JSON.stringify(text)}: choose another path`);
}

/** A `%` of ours is no specifier. systemd.unit(5). */
function withoutSpecifiers(text: string): string {
	requireOneLine(text);
	return text.replaceAll('%', '%%');
}

function quoted(text: string): string {
	if (/^[\w@%+=:,./-]+$/.test(text)) return text;
	return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/**
 * A path or an assignment as one word of a unit: spaces, quotes, backslashes and `%` are what they are.
 *
 * @throws {UserError} where it holds what no unit can: a line's end, say
 */
export function unitWord(text: string): string {
	return quoted(withoutSpecifiers(text));
}

const argument = (word: string) => quoted(withoutSpecifiers(word).replaceAll('$', '$$$$'));

/**
 * A command line as `ExecStart` takes it: in all words but the first a `$` would begin a variable, and the first may hold
 * neither quotes nor backslashes: env(1) starts a program of such a name. systemd.service(5).
 */
export function execLine([program = '', ...words]: readonly string[]): string {
	const isPlain = !/["'\\]/.test(program);
	const first = isPlain ? [unitWord(program)] : ['/usr/bin/env', argument(program)];
	return [...first, ...words.map(argument)].join(' ');
}

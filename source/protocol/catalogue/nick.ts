const longest = 32;
const allowed = /^[\p{L}\p{N}\p{M}._-]+$/u;
const meaningful = /[\p{L}\p{N}]/u;

/** What a nickname has to be, for people. */
export const nickRule = 'a nickname has 1 to 32 letters, digits, dots, dashes and underscores';

/** The nickname in its usual form; undefined when it is none: see `nickRule`. */
export function asNick(value: unknown): string | undefined {
	if (typeof value !== 'string' || value.length > longest * 4) return undefined;
	const nick = value.trim().normalize('NFKC');
	const isNick = allowed.test(nick) && meaningful.test(nick) && [...nick].length <= longest;
	return isNick ? nick : undefined;
}

/** The same for nicknames that a reader takes for one: `Ada` and `ada`. */
export function nickKey(nick: string): string {
	return nick.normalize('NFKC').toLowerCase();
}

/** A pattern of file names, ready to match. */
export interface Glob {
	readonly pattern: RegExp;
	/** Whether it speaks of the path from the torrent's folder on, rather than of any one name in it. */
	readonly whole: boolean;
}

/**
 * Reads a pattern: `*` and `?` stand for characters of one name, `**` for folders too, `[a-z]` and `[!a-z]` for one of
 * some characters. One with a `/` is matched against the path, one without against every name in it.
 */
export function parseGlob(text: string): Glob {
	let source = '';
	const pattern = text.replace(/^\.?\//, '').replace(/\/+$/, '');
	for (let at = 0; at < pattern.length; at++) {
		const rest = pattern.slice(at);
		const set = /^\[([!^]?)(\]?[^\]/]*)\]/.exec(rest);
		if (rest.startsWith('**/')) {
			source += '(?:[^/]+/)*';
			at += 2;
		} else if (rest.startsWith('**')) {
			source += '.*';
			at++;
		} else if (rest[0] === '*') source += '[^/]*';
		else if (rest[0] === '?') source += '[^/]';
		else if (set?.[2]) {
			source += `[${set[1] === '' ? '' : '^/'}${set[2].replace(/[\\\]^[]/g, '\\$&')}]`;
			at += set[0].length - 1;
		} else source += rest[0]!.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
	}

	return {pattern: compile(source, pattern), whole: pattern.includes('/') || text.startsWith('/')};
}

function compile(source: string, text: string): RegExp {
	try {
		return new RegExp(`^${source}$`, 's');
	} catch {
		// A range that runs backwards: what cannot be a pattern is a name.
		return new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$`);
	}
}

/** Whether any pattern takes a path (or the folder at its end) out. */
export function excludes(globs: readonly Glob[], path: readonly string[]): boolean {
	return globs.some(({pattern, whole}) => pattern.test(whole ? path.join('/') : path.at(-1)!));
}

/** How a word begins that can only be meant as a torrent or a path. */
const linkStart = /^(?:magnet:|https?:\/\/|file:|\/|~(?:\/|$)|\.{1,2}\/)/i;

/**
 * The words of a line as a shell reads them: 'single' and "double" quotes, and backslashes. Undefined for a line that
 * is none, such as one with an apostrophe in it.
 */
function shellWords(line: string): readonly string[] | undefined {
	const words: string[] = [];
	const word = /\s*((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)/suy;
	let at = 0;
	while (at < line.length) {
		if (/^\s*$/.test(line.slice(at))) break;
		word.lastIndex = at;
		const match = word.exec(line);
		if (!match) return undefined;
		at = word.lastIndex;
		words.push(
			(match[1] ?? '').replace(
				/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gsu,
				(_all, single?: string, double?: string, escaped?: string) =>
					single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
			),
		);
	}
	return words;
}

/** The path of a `file:` URL on this machine; the text as it is where it is none. */
function withoutFileUrl(text: string): string {
	const match = /^file:(?:\/\/(?:localhost)?)?(\/(?!\/).*)$/i.exec(text);
	if (!match) return text;
	const path = (match[1] ?? '').replace(/[?#].*$/, '');
	try {
		return decodeURIComponent(path);
	} catch {
		// A per cent sign that encodes nothing stands for itself.
		return path;
	}
}

/**
 * The links and paths of a text as file managers, browsers and shells give them, in order: a line each, or several words
 * of one line where each is quoted or escaped; `file://` URLs as the paths they stand for.
 */
export function pastedLinks(text: string): readonly string[] {
	const links: string[] = [];
	for (const piece of text.split(/[\r\n\u2028\u2029\0]+/)) {
		const line = piece.trim();
		// Comments of a list of URIs.
		if (line === '' || line.startsWith('#')) continue;
		const words = /['"\\]/.test(line) && !/^(?:magnet|https?):/i.test(line) ? shellWords(line) : undefined;
		if (
			words &&
			words.length > 0 &&
			words.every((word, at) => linkStart.test(word) || (at === 0 && words.length === 1))
		)
			links.push(...words.map(withoutFileUrl));
		else if (/^(?:(?:magnet:|https?:\/\/|file:)\S+\s+)+(?:magnet:|https?:\/\/|file:)\S+$/i.test(line))
			links.push(...line.split(/\s+/).map(withoutFileUrl));
		else links.push(withoutFileUrl(line));
	}
	return [...new Set(links)];
}

/** A path or link that somebody typed or pasted where one is asked for. */
export function pastedLink(text: string): string {
	return pastedLinks(text)[0] ?? '';
}

/** A part of a path that is a word. Many servers have what lets somebody in for another. */
const isWord = (part: string) => /^(?:[a-z][a-z._-]{0,15}|v\d)?$/i.test(part);

/** Whether a URL may let somebody in: it has a password, a query, or a part of its path that is no word. */
export function hasSecrets(url: string): boolean {
	const parsed = URL.parse(url);
	if (parsed === null) return true;
	const {username, password, search, pathname} = parsed;
	return `${username}${password}${search}` !== '' || !pathname.split('/').every(isWord);
}

/** A URL as it may be told to anybody: without password and query, `…` for what is no word in its path. */
export function publicUrl(url: string): string {
	if (!hasSecrets(url)) return url;
	const parsed = URL.parse(url);
	if (parsed === null) return '…';
	const parts = parsed.pathname.split('/').map(part => (isWord(part) ? part : '…'));
	return `${parsed.protocol}//${parsed.host}${parts.join('/')}`;
}

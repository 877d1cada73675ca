const backslash = 0x5c;
const del = 0x7f;

function isPlainText(text: string): boolean {
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code < 0x20 || code === del || code === backslash) return false;
	}
	return true;
}

/**
 * The path of a request's target, percent-decoded; undefined for one that nobody needs: not absolute, badly encoded, with
 * control characters or backslashes, or with parts that lead upwards, however they are spelt.
 */
export function requestPath(target: string): string | undefined {
	const end = target.search(/[?#]/);
	let encoded = end < 0 ? target : target.slice(0, end);
	// As it is asked of a proxy.
	if (!encoded.startsWith('/')) encoded = encoded.replace(/^https?:\/\/[^/]*/i, '') || '/';
	let path: string;
	try {
		path = decodeURIComponent(encoded);
	} catch {
		return undefined;
	}
	if (!path.startsWith('/') || !isPlainText(path)) return undefined;
	const parts = path.split('/').slice(1);
	const isPlain = parts.every(
		(part, index) => part !== '.' && part !== '..' && (part !== '' || index === parts.length - 1),
	);
	return isPlain ? path : undefined;
}

/** A base path as it is compared: `/` before and behind it. */
export function basePath(text: string): string {
	const parts = text.split('/').filter(part => part !== '');
	return parts.length === 0 ? '/' : `/${parts.join('/')}/`;
}

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
const western = new TextDecoder('windows-1252');
const encoder = new TextEncoder();

/** A text in which `%XX` stands for a byte; a stray `%` stands for itself. */
function unescaped(text: string): Uint8Array {
	const bytes = encoder.encode(text);
	let end = 0;
	for (let at = 0; at < bytes.length; at++) {
		const digits = bytes[at] === 0x25 ? String.fromCharCode(...bytes.subarray(at + 1, at + 3)) : '';
		const isEscape = /^[0-9a-f]{2}$/i.test(digits);
		bytes[end++] = isEscape ? Number.parseInt(digits, 16) : bytes[at]!;
		if (isEscape) at += 2;
	}

	return bytes.subarray(0, end);
}

/** A part of a link without its escapes; as it stands where what they stand for is no text. */
function decoded(text: string): string {
	try {
		return utf8.decode(unescaped(text));
	} catch {
		return text;
	}
}

/** A name, in which `+` may stand for a space; one that is not UTF-8 is taken for what old programs wrote. */
function decodedName(text: string): string {
	const bytes = unescaped(text.replaceAll('+', ' '));
	try {
		return utf8.decode(bytes);
	} catch {
		return western.decode(bytes);
	}
}

/** A URL, of which some have been escaped twice. Its `+` is a plus: there are no spaces in URLs. */
function decodedUrl(text: string): string {
	const once = decoded(text);
	return /^[a-z]+%3a%2f%2f/i.test(once) ? decoded(once) : once;
}

const urls: ReadonlySet<string> = new Set(['tr', 'ws', 'as', 'xs']);

/** A link as it was before it stood in a page, a mail or another link: with `&amp;`, in lines, or escaped as a whole. */
function plainLink(link: string): string {
	const line = link.replace(/[\r\n\t]+ */g, '').replace(/&(?:amp;|#38;|#x26;)+/gi, '&');
	const query = line.replace(/^magnet:/i, '').replace(/^\/{1,2}/, '');
	const whole = query.includes('=') || !/%3d/i.test(query) ? query : decoded(query);
	return whole.replace(/^\?/, '');
}

/**
 * The parameters of a magnet link without their escapes, in their order: `tr.1` and `xt.2`, which number what is
 * repeated, without that. BEP 9.
 */
export function* magnetParameters(link: string): Generator<readonly [key: string, value: string]> {
	for (const pair of plainLink(link).split('&')) {
		const equals = pair.indexOf('=');
		if (equals < 0) continue;
		const key = decoded(pair.slice(0, equals))
			.trim()
			.toLowerCase()
			.replace(/\.\d+$/, '');
		const value = pair.slice(equals + 1);
		yield [key, key === 'dn' ? decodedName(value) : urls.has(key) ? decodedUrl(value) : decoded(value)];
	}
}

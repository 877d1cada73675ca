/** The head of a request, as far as a small server needs it. */
export interface HttpRequestHead {
	/** `GET`, in the letters that came. */
	readonly method: string;
	/** What stands before `?`, without host. */
	readonly path: string;
	/** What stands behind `?`; empty when there is none. */
	readonly query: string;
	/** Whether the client wants to ask more on the same connection. RFC 9112, section 9.3. */
	readonly keepAlive: boolean;
	/** Bytes of the body that follows; undefined when nobody can say before it has come. RFC 9112, section 6.3. */
	readonly bodyLength: number | undefined;
	/** All header lines, as they came. */
	readonly headers: string;
}

/** The length of the first head in the text, its empty line included; undefined when it has not ended yet. */
export function headLength(text: string): number | undefined {
	const crlf = text.indexOf('\r\n\r\n');
	const lf = text.indexOf('\n\n');
	if (crlf !== -1 && (lf === -1 || crlf < lf)) return crlf + 4;
	return lf === -1 ? undefined : lf + 2;
}

/** Reads a whole head, bytes as Latin-1; undefined when it is not HTTP/1. */
export function parseRequestHead(head: string): HttpRequestHead | undefined {
	const end = head.indexOf('\n');
	const line = /^([A-Z]{1,20}) (\S+) HTTP\/1\.([01])\r?$/.exec(head.slice(0, end));
	if (!line) return undefined;
	const [, method = '', target = '', minor] = line;
	const local = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '');
	const mark = local.indexOf('?');
	const headers = head.slice(end + 1);
	return {
		method,
		path: mark === -1 ? local : local.slice(0, mark),
		query: mark === -1 ? '' : local.slice(mark + 1),
		keepAlive: minor === '1' && !/^connection:[^\n]*\bclose\b/im.test(headers),
		bodyLength: bodyLengthIn(headers),
		headers,
	};
}

/** The value of the first header of this name, whatever its case; undefined when there is none. */
export function headerOf(headers: string, name: string): string | undefined {
	const wanted = name.toLowerCase();
	for (const line of headers.split('\n')) {
		const colon = line.indexOf(':');
		if (colon === wanted.length && line.slice(0, colon).toLowerCase() === wanted)
			return line.slice(colon + 1).trim();
	}
	return undefined;
}

function bodyLengthIn(headers: string): number | undefined {
	const told = headers.match(/^(?:content-length|transfer-encoding)[ \t]*:[^\n]*/gim);
	if (told === null) return 0;
	const [line = '', ...others] = told;
	// Two lengths are how one server is made to read what another did not.
	const length = /^content-length:[ \t]*(\d{1,15})[ \t]*\r?$/i.exec(line)?.[1];
	return others.length > 0 || length === undefined ? undefined : Number(length);
}

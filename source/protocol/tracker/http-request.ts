/** A request without a body, as far as a small server needs it. */
export interface HttpRequestHead {
	/** `GET`, in the letters that came. */
	readonly method: string;
	/** What stands before `?`, without host. */
	readonly path: string;
	/** What stands behind `?`; empty when there is none. */
	readonly query: string;
	/** Whether the client wants to ask more on the same connection. RFC 9112, section 9.3. */
	readonly keepAlive: boolean;
	/** Whether a body follows. */
	readonly hasBody: boolean;
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
		hasBody: /^(?:content-length:[ \t]*0*[1-9]|transfer-encoding:)/im.test(headers),
	};
}

const declared = /^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/i;
const charset = /\bcharset\s*=\s*"?([\w.:-]{1,40})/i;
/** A declaration stands at the very beginning. */
const headLength = 1024;

function decoderFor(label: string | undefined): InstanceType<typeof TextDecoder> | undefined {
	if (label === undefined) return undefined;
	try {
		return new TextDecoder(label);
	} catch {
		return undefined;
	}
}

function asUtf8(bytes: Uint8Array): string | undefined {
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
	} catch {
		return undefined;
	}
}

function marked(bytes: Uint8Array): string | undefined {
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
	if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
	return undefined;
}

/** Whether the bytes are of one encoding or the other: that what is declared in them can be read says of which. */
function fits(label: string, bytes: Uint8Array): boolean {
	const isWide = /^(?:utf-?16|ucs-?2|utf-?32|iso-10646)/i.test(label);
	return !isWide || bytes[0] === 0 || bytes[1] === 0;
}

/**
 * The text of a document. What a mark at its beginning says goes first, then that it is UTF-8 when it can be nothing
 * else, then the header, then what it declares itself, as far as these can be true; at last it is taken for
 * Windows-1252, which everything is.
 *
 * @param contentType of the header, where there was one
 */
export function feedText(bytes: Uint8Array, contentType: string | undefined): string {
	const mark = marked(bytes);
	if (mark !== undefined) return new TextDecoder(mark).decode(bytes);
	const isWide = bytes.length > 3 && (bytes[0] === 0 || bytes[1] === 0);
	const utf8 = isWide ? undefined : asUtf8(bytes);
	const head = new TextDecoder('windows-1252').decode(bytes.subarray(0, headLength));
	const labels = [charset.exec(contentType ?? '')?.[1], declared.exec(head)?.[1]];
	if (isWide) labels.push(bytes[0] === 0 ? 'utf-16be' : 'utf-16le');
	const isPlain = utf8 !== undefined && utf8.length === bytes.length;
	// Encodings that use nothing but ASCII bytes, with escapes.
	if (utf8 !== undefined && !(isPlain && labels.some(label => /^(?:iso-2022|hz)/i.test(label ?? ''))))
		return utf8;
	for (const label of labels) {
		if (label === undefined || /^utf-?8$/i.test(label) || !fits(label, bytes)) continue;
		const decoder = decoderFor(label);
		if (decoder !== undefined) return decoder.decode(bytes);
	}
	return new TextDecoder('windows-1252').decode(bytes);
}

/** The most bytes of UTF-8 a path element keeps; leaves room for `.500` in the 255 that file systems allow. */
const maximumElementBytes = 240;
/** A dot and up to nine characters at the end of a name stay when it is cut. */
const extension = /\.[^.]{1,9}$/u;

const utf8 = new TextDecoder('utf-8', {ignoreBOM: true});
const encoder = new TextEncoder();

// C0, DEL, C1, and what the decoder puts where the bytes are not UTF-8.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\ufffd]/g;
// Characters that hide or turn around what a person sees, and separators of path elements.
const removed = /[/\\\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

function isPlain(bytes: Uint8Array): boolean {
	if (bytes.length > maximumElementBytes) return false;
	for (let n = 0; n < bytes.length; n++) {
		const byte = bytes[n]!;
		if (byte < 0x20 || byte > 0x7e || byte === 0x2f || byte === 0x5c) return false;
	}

	return true;
}

/** Cuts by whole characters to 240 bytes of UTF-8, the extension kept. */
function cut(text: string): string {
	if (encoder.encode(text).length <= maximumElementBytes) return text;
	const kept = extension.exec(text)?.[0] ?? '';
	let room = maximumElementBytes - encoder.encode(kept).length;
	let stem = '';
	for (const character of text) {
		room -= encoder.encode(character).length;
		if (room < 0) break;
		stem += character;
	}

	return stem + kept;
}

/**
 * A name from a torrent made fit to be one element of a path: what is not UTF-8 or a control becomes `_`; separators,
 * bidirectional and zero-width characters go; at most 240 bytes are kept, the extension with them. Empty when nothing
 * is left.
 */
export function sanitizeName(bytes: Uint8Array): string {
	const text = utf8.decode(bytes);
	if (isPlain(bytes)) return text;
	return cut(text.toWellFormed().replace(unprintable, '_').replace(removed, ''));
}

/** As `sanitizeName`; what is left empty, or is nothing but dots, becomes `_`: no element ever means another folder. */
export function sanitizePathElement(bytes: Uint8Array): string {
	const name = sanitizeName(bytes);
	return /^\.*$/.test(name) ? '_' : name;
}

/**
 * Names on a disk are bytes, of which some are no UTF-8. As text such a byte stands as a half surrogate, U+DC80 to
 * U+DCFF, which no UTF-8 can give: so every name has a text of its own, and comes back from it byte for byte.
 */

const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
const encoder = new TextEncoder();
const escapeBase = 0xdc00;
const escaped = /[\udc80-\udcff]/;

/** How many bytes the UTF-8 sequence that begins with a byte has; 0 where none begins. */
function sequenceLength(first: number): number {
	if (first < 0x80) return 1;
	if (first < 0xc2 || first > 0xf4) return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function decodes(bytes: Uint8Array): string | undefined {
	try {
		return strict.decode(bytes);
	} catch {
		return undefined;
	}
}

/** The text that stands for a name. */
export function nameFromBytes(bytes: Uint8Array): string {
	const whole = decodes(bytes);
	if (whole !== undefined) return whole;
	let text = '';
	for (let at = 0; at < bytes.length; ) {
		const length = sequenceLength(bytes[at]!);
		const part = length > 0 ? decodes(bytes.subarray(at, at + length)) : undefined;
		text += part ?? String.fromCharCode(escapeBase + bytes[at]!);
		at += part === undefined ? 1 : length;
	}
	return text;
}

/** Whether some of a name's bytes are no UTF-8, so that it must go to the disk as bytes. */
export function needsBytes(name: string): boolean {
	return !name.isWellFormed() && escaped.test(name);
}

/** The bytes of a name, or of a path of names. */
export function nameToBytes(name: string): Uint8Array {
	if (!needsBytes(name)) return encoder.encode(name);
	const bytes: number[] = [];
	for (const character of name) {
		const code = character.codePointAt(0)!;
		if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - escapeBase);
		else bytes.push(...encoder.encode(character));
	}
	return Uint8Array.from(bytes);
}

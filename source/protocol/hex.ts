const digits = Array.from({length: 256}, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex of some bytes. */
export function toHex(bytes: Uint8Array): string {
	let text = '';
	for (let n = 0; n < bytes.length; n++) text += digits[bytes[n]!]!;
	return text;
}

/** The bytes that hex digits stand for; undefined when it is not hex. */
export function fromHex(text: string): Uint8Array | undefined {
	if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
	return Uint8Array.from({length: text.length / 2}, (_, n) =>
		Number.parseInt(text.slice(n * 2, n * 2 + 2), 16),
	);
}

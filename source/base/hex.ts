const digits = new TextEncoder().encode('0123456789abcdef');
const ascii = new TextDecoder();

/** Lower-case hex of some bytes. */
export function toHex(bytes: Uint8Array): string {
	// One flat string: pieced together digit by digit it costs its users more when they look it up.
	const codes = new Uint8Array(bytes.length * 2);
	for (let n = 0; n < bytes.length; n++) {
		codes[n * 2] = digits[bytes[n]! >> 4]!;
		codes[n * 2 + 1] = digits[bytes[n]! & 15]!;
	}

	return ascii.decode(codes);
}

/** The bytes that hex digits stand for; undefined when it is not hex. */
export function fromHex(text: string): Uint8Array | undefined {
	if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
	return Uint8Array.from({length: text.length / 2}, (_, n) =>
		Number.parseInt(text.slice(n * 2, n * 2 + 2), 16),
	);
}

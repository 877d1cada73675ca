const table = Uint32Array.from({length: 256}, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
	return value;
});

/** CRC-32C (Castagnoli) of a few bytes, 0 .. 2^32 - 1. Used by BEP 40 and BEP 42. */
export function crc32c(bytes: Uint8Array): number {
	let value = 0xffffffff;
	for (const byte of bytes) value = (value >>> 8) ^ table[(value ^ byte) & 255]!;
	return (value ^ 0xffffffff) >>> 0;
}

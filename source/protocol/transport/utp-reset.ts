import type {Bytes} from '../../base/units.js';

const headerLength: Bytes = 20;
const version = 1;
const stReset = 3;
const stSyn = 4;
const mostType = 4;

/** Whether a datagram looks like one of uTP: its first byte is a type and version 1. BEP 29. */
export function looksLikeUtp(bytes: Uint8Array): boolean {
	const [first = 0xff] = bytes;
	return bytes.length >= headerLength && (first & 15) === version && first >> 4 <= mostType;
}

/**
 * The answer to somebody who wants to open a stream over uTP where nobody speaks it: a reset, upon which it comes over
 * TCP at once. Undefined for what opens no stream. BEP 29.
 */
export function encodeUtpReset(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
	if (!looksLikeUtp(bytes) || bytes[0]! >> 4 !== stSyn) return undefined;
	const reset = new Uint8Array(headerLength);
	reset[0] = (stReset << 4) | version;
	// A SYN has the number by which its sender knows what comes to it, and the first of its sequence numbers.
	reset.set(bytes.subarray(2, 4), 2);
	reset.set(bytes.subarray(16, 18), 18);
	return reset;
}

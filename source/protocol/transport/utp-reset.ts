import {encodeUtpReset, looksLikeUtp, utpType} from './utp-packet.js';

/**
 * The answer to somebody who wants to open a stream over uTP where nobody speaks it: a reset, upon which it comes over
 * TCP at once. Undefined for what opens no stream. BEP 29.
 */
export function refuseUtpStream(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
	if (!looksLikeUtp(bytes) || bytes[0]! >> 4 !== utpType.syn) return undefined;
	// A SYN has the number by which its sender knows what comes to it, and the first of its sequence numbers.
	return encodeUtpReset((bytes[2]! << 8) | bytes[3]!, (bytes[16]! << 8) | bytes[17]!);
}

import {crc32c} from '../../base/crc32c.js';

/** One end of a connection: an address of 4 or 16 bytes, and a port. */
export interface Endpoint {
	readonly ip: Uint8Array;
	readonly port: number;
}

/**
 * How much a connection between two ends is worth to the swarm, 0 .. 2^32 - 1, the same seen from either end:
 * higher ones are made first. 0 when one is IPv4 and the other IPv6. BEP 40.
 */
export function peerPriority(one: Endpoint, other: Endpoint): number {
	const length = one.ip.length;
	if (length !== other.ip.length) return 0;
	let same = 0;
	while (same < length && one.ip[same] === other.ip[same]) same++;
	if (same === length) return crc32c(sorted(portBytes(one.port), portBytes(other.port)));
	// The network is always compared whole, and one byte more for each that both share behind it.
	const network = length === 4 ? 2 : 6;
	const whole = same < network ? network : same + 1;
	return crc32c(sorted(masked(one.ip, whole), masked(other.ip, whole)));
}

function masked(ip: Uint8Array, whole: number): Uint8Array {
	return ip.map((byte, at) => (at < whole ? byte : byte & 0x55));
}

function portBytes(port: number): Uint8Array {
	return Uint8Array.of(port >> 8, port & 255);
}

function sorted(one: Uint8Array, other: Uint8Array): Uint8Array {
	const at = one.findIndex((byte, index) => byte !== other[index]);
	const [first, second] = at !== -1 && one[at]! > other[at]! ? [other, one] : [one, other];
	const joined = new Uint8Array(first.length * 2);
	joined.set(first);
	joined.set(second, first.length);
	return joined;
}

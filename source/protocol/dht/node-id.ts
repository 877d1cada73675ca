import {crc32c} from '../../base/crc32c.js';
import {addressScope} from '../../base/ip-address.js';
import type {Random} from '../../base/ports.js';

/** Bytes of a node's id, as of an info-hash. BEP 5. */
export const nodeIdLength = 20;

/** How many of the first bits two ids share: 0 .. 160. */
export function commonBits(a: Uint8Array, b: Uint8Array): number {
	for (let at = 0; at < nodeIdLength; at++) {
		const difference = a[at]! ^ b[at]!;
		if (difference !== 0) return at * 8 + Math.clz32(difference) - 24;
	}
	return nodeIdLength * 8;
}

/** Below zero when `a` is nearer to the target than `b`, above when it is farther: distance is XOR. BEP 5. */
export function compareDistance(target: Uint8Array, a: Uint8Array, b: Uint8Array): number {
	for (let at = 0; at < nodeIdLength; at++) {
		const difference = (a[at]! ^ target[at]!) - (b[at]! ^ target[at]!);
		if (difference !== 0) return difference;
	}
	return 0;
}

/** A random id that shares exactly `bits` bits with `id`: somewhere in one bucket of its table. */
export function randomIdAt(id: Uint8Array, bits: number, random: Random): Uint8Array<ArrayBuffer> {
	const made = random.bytes(nodeIdLength);
	for (let bit = 0; bit <= Math.min(bits, nodeIdLength * 8 - 1); bit++) {
		const mask = 0x80 >> (bit & 7);
		const wanted = bit < bits ? id[bit >> 3]! : ~id[bit >> 3]!;
		made[bit >> 3] = (made[bit >> 3]! & ~mask) | (wanted & mask);
	}
	return made;
}

const maskV4 = Uint8Array.of(0x03, 0x0f, 0x3f, 0xff);
const maskV6 = Uint8Array.of(0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff);

/** What the first 21 bits of an id come from. */
function addressHash(ip: Uint8Array, choice: number): number {
	const mask = ip.length === 4 ? maskV4 : maskV6;
	const masked = mask.map((bits, at) => bits & ip[at]!);
	masked[0]! |= (choice & 7) << 5;
	return crc32c(masked);
}

/** Makes an id that fits an address of 4 or 16 bytes. BEP 42. */
export function nodeIdFor(ip: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
	const id = random.bytes(nodeIdLength);
	const hash = addressHash(ip, id[19]!);
	id[0] = hash >>> 24;
	id[1] = (hash >>> 16) & 255;
	id[2] = ((hash >>> 8) & 0xf8) | (id[2]! & 7);
	return id;
}

/** Whether an id fits the address (4 or 16 bytes) it is heard from; on local networks every id does. BEP 42. */
export function idFitsAddress(id: Uint8Array, ip: Uint8Array): boolean {
	const scope = addressScope(ip);
	if (scope === 'local' || scope === 'loopback') return true;
	const hash = addressHash(ip, id[19]!);
	return (
		id[0] === hash >>> 24 && id[1] === ((hash >>> 16) & 255) && (id[2]! & 0xf8) === ((hash >>> 8) & 0xf8)
	);
}

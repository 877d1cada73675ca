import type {Random} from '../../base/ports.js';

/** `-DM0000-` and the rest of 20 bytes. BEP 20. */
export function makePeerId(random: Random): Uint8Array {
	const id = new Uint8Array(20);
	id.set(random.bytes(20));
	id.set(new TextEncoder().encode('-DM0000-'));
	return id;
}

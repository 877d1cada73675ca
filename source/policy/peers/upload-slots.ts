import type {BytesPerSecond} from '../../base/units.js';

const usualSlots = 8;
const fewestSlots = 2;
const firstThreshold: BytesPerSecond = 1024;
const thresholdStep: BytesPerSecond = 2048;

/**
 * How many peers to unchoke at a time. 8, or more as long as the line feeds more: with the rates to our peers
 * sorted downwards, the nth is worth a slot while it exceeds 1 KiB/s + 2 KiB/s x n, and one more is tried.
 * A limit allows the square root of 0.6 x its KiB/s, at least 2, so that no slot is starved.
 */
export function uploadSlots(rates: readonly BytesPerSecond[], limit?: BytesPerSecond): number {
	let fed = 0;
	for (const rate of rates.toSorted((one, other) => other - one)) {
		if (rate <= firstThreshold + thresholdStep * fed) break;
		fed++;
	}
	const slots = Math.max(usualSlots, fed + 1);
	if (limit === undefined) return slots;
	return Math.min(slots, Math.max(fewestSlots, Math.floor(Math.sqrt((0.6 * limit) / 1024))));
}

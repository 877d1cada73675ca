import type {Bytes} from '../base/units.js';

/**
 * Splits bytes among claimants: equal shares, and what one does not want goes to the others (max-min fairness).
 * When a share would be smaller than `quantum` only as many are served as get one, beginning with claimant
 * `first`; begin the next split behind the last one served. Answers a number for each claimant.
 */
export function shareBytes(
	available: Bytes,
	wanted: readonly Bytes[],
	{quantum = 1, first = 0}: {readonly quantum?: Bytes; readonly first?: number} = {},
): Bytes[] {
	const grants = wanted.map(() => 0);
	const order = wanted.map((_, index) => (first + index) % wanted.length).filter(index => wanted[index]! > 0);
	const served = order.slice(0, Math.max(1, Math.floor(available / quantum)));
	let left = Math.floor(available);
	let claimants = served.length;
	for (const index of served.toSorted((one, other) => wanted[one]! - wanted[other]!)) {
		grants[index] = Math.min(wanted[index]!, Math.floor(left / claimants));
		left -= grants[index]!;
		claimants--;
	}
	return grants;
}

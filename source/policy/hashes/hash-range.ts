/** Hashes of a piece layer are asked for in so many at a time, aligned. */
export const hashWindow = 512;

/**
 * How many uncle hashes follow after `length` neighbours that were asked for with so many proof layers: one a layer, from
 * the sibling of what the neighbours hash to. BEP 52.
 */
export function uncleCount(length: number, proofLayers: number): number {
	return Math.max(0, proofLayers - Math.ceil(Math.log2(length)) + 1);
}

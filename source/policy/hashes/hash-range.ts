/** Some hashes of one layer of a file's tree and the way from them to its root, as peers ask for them. BEP 52, `hash request`. */
export interface HashRange {
	/** The root of the file's tree: 32 bytes. */
	readonly root: Uint8Array;
	/** How many layers above the block hashes the wanted layer lies. */
	readonly base: number;
	/** The first hash in its layer. */
	readonly index: number;
	/** How many of the layer: a power of two, padding beyond the file's end included. */
	readonly length: number;
	/** Layers above the wanted one of which uncle hashes are wanted, those that need none counted. */
	readonly proofLayers: number;
}

/** More hashes are neither asked for nor given at once. */
export const maximumHashes = 8192;

/** Hashes of a piece layer are asked for in so many at a time, aligned. */
export const hashWindow = 512;

/**
 * How many uncle hashes follow after `length` neighbours that were asked for with so many proof layers: one a layer, from
 * the sibling of what the neighbours hash to. BEP 52.
 */
export function uncleCount(length: number, proofLayers: number): number {
	return Math.max(0, proofLayers - Math.ceil(Math.log2(length)) + 1);
}

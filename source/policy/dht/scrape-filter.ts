const bits = 2048;

/** Writes addresses (4 or 16 bytes each) into a filter of 256 bytes. BEP 33. @param sha1 the hash */
export function scrapeFilter(
	addresses: Iterable<Uint8Array>,
	sha1: (bytes: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
	const filter = new Uint8Array(bits / 8);
	for (const address of addresses) {
		const hash = sha1(address);
		for (const at of [0, 2]) {
			const index = (hash[at]! | (hash[at + 1]! << 8)) % bits;
			filter[index >> 3]! |= 1 << (index & 7);
		}
	}
	return filter;
}

/** Joins filters: what is in any of them. */
export function joinFilters(filters: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const joined = new Uint8Array(bits / 8);
	for (const filter of filters) for (let at = 0; at < joined.length; at++) joined[at]! |= filter[at] ?? 0;
	return joined;
}

/** About how many addresses were written into a filter; good up to some 6,000. BEP 33. */
export function estimateCount(filter: Uint8Array): number {
	let zeros = 0;
	for (const byte of filter) for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) === 0) zeros++;
	if (zeros === bits) return 0;
	return Math.log(Math.min(bits - 1, Math.max(1, zeros)) / bits) / (2 * Math.log(1 - 1 / bits));
}

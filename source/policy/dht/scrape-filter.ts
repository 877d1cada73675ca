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

/** What one node says of a swarm: filters of 256 bytes. BEP 33. */
export interface ScrapeAnswer {
	readonly seeds: Uint8Array;
	readonly peers: Uint8Array;
}

/** About how many are in a swarm. */
export interface SwarmEstimate {
	readonly seeds: number;
	/** Those that have not everything. */
	readonly peers: number;
}

/** A node that knows of so many times more than most others do makes it up, beyond what chance does to small numbers. */
const mostTimes = 4;
const chance = 10;

/** About how many are in a swarm, by what the nodes nearest to it say; undefined when none of them says anything. */
export function estimateSwarm(answers: readonly ScrapeAnswer[]): SwarmEstimate | undefined {
	if (answers.length === 0) return undefined;
	return {
		seeds: joinedCount(answers.map(({seeds}) => seeds)),
		peers: joinedCount(answers.map(({peers}) => peers)),
	};
}

/** Each node was told of most of them, so that one which names thousands nobody else knows is left out. */
function joinedCount(filters: readonly Uint8Array[]): number {
	const counted = filters.map(filter => ({filter, count: estimateCount(filter)}));
	counted.sort((one, other) => one.count - other.count);
	const middle = counted[Math.floor((counted.length - 1) / 2)]!.count;
	const believed = counted.filter(({count}) => count <= middle * mostTimes + chance);
	return Math.round(estimateCount(joinFilters(believed.map(({filter}) => filter))));
}

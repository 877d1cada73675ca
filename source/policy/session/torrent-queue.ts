/** What the queue knows of one torrent that is neither paused nor failed. */
export interface QueueFacts {
	readonly id: string;
	/** Place in the queue; lower goes first. */
	readonly position: number;
	/** What it would do when active. */
	readonly wants: 'download' | 'seed';
	/** Runs already. */
	readonly active: boolean;
	/** Active, but nothing has moved for a good while: runs on without taking a place. */
	readonly stalled: boolean;
	/** Runs whatever the queue says, without taking a place. */
	readonly forced: boolean;
}

/** How many may be active; undefined is no limit. */
export interface QueueLimits {
	readonly downloads: number | undefined;
	readonly seeds: number | undefined;
	/** Downloads and seeds together, stalled ones included: every active torrent costs something. */
	readonly total: number;
}

/** Ids of the torrents that may be active, those who go first in front; the others are queued. */
export function planQueue(torrents: readonly QueueFacts[], limits: QueueLimits): string[] {
	const places = {download: limits.downloads ?? Infinity, seed: limits.seeds ?? Infinity};
	const active: string[] = [];
	let total = limits.total;
	const order = torrents.toSorted((one, other) => rank(one) - rank(other) || one.position - other.position);
	for (const {id, wants, active: running, stalled, forced} of order) {
		const takesPlace = !forced && !(running && stalled);
		if (!forced && (total <= 0 || (takesPlace && places[wants] <= 0))) continue;
		if (takesPlace) places[wants]--;
		total--;
		active.push(id);
	}
	return active;
}

/** Forced ones, then downloads, then seeds: a seed never keeps a download from starting. */
function rank({forced, wants}: QueueFacts): number {
	return forced ? 0 : wants === 'download' ? 1 : 2;
}

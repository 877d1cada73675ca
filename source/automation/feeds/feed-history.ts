import {join} from 'node:path';
import type {Millis} from '../../base/units.js';
import {Journal} from '../journal.js';

/** What was done with an item, once and for all. */
export interface ItemFate {
	readonly state: 'taken' | 'had' | 'failed';
	/** In ms since 1970. */
	readonly at: Millis;
	readonly infoHash?: string | undefined;
	readonly rule?: string | undefined;
	/** Why it failed. */
	readonly why?: string | undefined;
}

/** When a feed was asked last. */
interface Visit {
	/** In ms since 1970. */
	readonly at: Millis;
	/** Its server does not want to be asked before. */
	readonly until?: Millis | undefined;
}

/** More than any feed has at a time, of many feeds. */
const most = 50_000;

/**
 * What was done with the items of feeds, over restarts, so that nothing is taken twice: neither the same item nor the same
 * torrent. Of more than 50,000 the oldest that are in no feed any more are forgotten.
 */
export class FeedHistory {
	readonly #fates: Journal<ItemFate>;
	readonly #visits: Journal<Visit>;
	/** Info-hashes that were taken, with how many items have each. */
	readonly #hashes = new Map<string, number>();

	/** @param failed told, once, why nothing more is kept */
	constructor(stateDir: string, failed: (why: string) => void) {
		this.#fates = new Journal(join(stateDir, 'feed-items'), asFate, failed);
		this.#visits = new Journal(join(stateDir, 'feed-visits'), asVisit, () => {});
	}

	/** Takes up what an earlier run has done. */
	async open(): Promise<void> {
		await Promise.all([this.#fates.open(), this.#visits.open()]);
		for (const {infoHash} of this.#fates.entries.values()) this.#count(infoHash, 1);
	}

	#count(infoHash: string | undefined, by: number): void {
		if (infoHash === undefined) return;
		const now = (this.#hashes.get(infoHash) ?? 0) + by;
		if (now > 0) this.#hashes.set(infoHash, now);
		else this.#hashes.delete(infoHash);
	}

	fate(feed: string, item: string): ItemFate | undefined {
		return this.#fates.get(`${feed} ${item}`);
	}

	/** Whether a torrent was taken already, from whatever feed. */
	knows(infoHash: string): boolean {
		return this.#hashes.has(infoHash);
	}

	/** Resolves when a kill cannot undo it any more. */
	note(feed: string, item: string, fate: ItemFate): Promise<void> {
		const key = `${feed} ${item}`;
		this.#count(this.#fates.get(key)?.infoHash, -1);
		this.#count(fate.infoHash, 1);
		return this.#fates.put([[key, fate]]);
	}

	visit(feed: string): Visit | undefined {
		return this.#visits.get(feed);
	}

	visited(feed: string, visit: Visit): Promise<void> {
		return this.#visits.put([[feed, visit]]);
	}

	/** @param isThere whether an item is in its feed still */
	forget(isThere: (feed: string, item: string) => boolean): Promise<void> {
		const over = this.#fates.entries.size - most;
		if (over <= 0) return Promise.resolve();
		const gone = [...this.#fates.entries]
			.filter(([key]) => !isThere(...(key.split(' ', 2) as [string, string])))
			.sort(([, one], [, other]) => one.at - other.at)
			.slice(0, over);
		for (const [, {infoHash}] of gone) this.#count(infoHash, -1);
		return this.#fates.put(gone.map(([key]) => [key, undefined]));
	}

	/** Resolves when all is written. */
	async close(): Promise<void> {
		await Promise.all([this.#fates.close(), this.#visits.close()]);
	}
}

type Loose = Readonly<Record<string, unknown>>;

const isText = (value: unknown) => value === undefined || typeof value === 'string';

function asFate(value: unknown): ItemFate | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const {state, at, infoHash, rule, why} = value as Loose;
	const isState = state === 'taken' || state === 'had' || state === 'failed';
	const isFate = isState && typeof at === 'number' && [infoHash, rule, why].every(isText);
	return isFate ? (value as ItemFate) : undefined;
}

function asVisit(value: unknown): Visit | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const {at, until} = value as Loose;
	const isVisit = typeof at === 'number' && (until === undefined || typeof until === 'number');
	return isVisit ? (value as Visit) : undefined;
}

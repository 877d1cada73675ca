import type {PeerKey} from '../peers/peer-key.js';

const lowest = -7;
const highest = 8;
const cost = -2;
const mostHosts = 10_000;
/** Blocks of failed pieces whose digests are kept: 20 bytes each. */
const mostBlocks = 131_072;
const mostAttempts = 8;
const digestLength = 20;

/** What follows from a piece that was hashed. */
export interface Verdict {
	/** To be banned now. */
	readonly ban: readonly PeerKey[];
	/** From now on to be given only pieces it downloads alone. */
	readonly parole: readonly PeerKey[];
}

/** Who gave each block of a piece; undefined for blocks that came from disk or from nobody we can name. */
export type Contributors = readonly (PeerKey | undefined)[];

interface Standing {
	trust: number;
	parole: boolean;
}

/** One failed download of a piece: block i came from `contributors[i]` and had digest 20 i .. 20 i + 20. */
interface Attempt {
	readonly contributors: Contributors;
	readonly digests: Uint8Array;
}

/**
 * Who may be believed. A failed piece costs all who gave blocks 2 and puts them on parole, a good one earns 1,
 * between -7 and 8; -7 is a ban, and so is having given a whole failed piece alone. Digests of failed pieces are
 * kept: when the piece passes later, whoever gave a different block is banned and the others are cleared.
 */
export class TrustPoints {
	readonly #standings = new Map<PeerKey, Standing>();
	readonly #failed = new Map<number, Attempt[]>();
	#blocks = 0;

	/** Whether it is to be given only pieces it downloads alone. */
	onParole(key: PeerKey): boolean {
		return this.#standings.get(key)?.parole ?? false;
	}

	/** -7 .. 8; 0 for strangers. */
	trustOf(key: PeerKey): number {
		return this.#standings.get(key)?.trust ?? 0;
	}

	/** Whether `piecePassed` needs the digests of this piece's blocks. */
	hasFailed(piece: number): boolean {
		return this.#failed.has(piece);
	}

	/** A piece did not match its hash. `digests` holds one of 20 bytes for each block (SHA-1 will do), or nothing. */
	pieceFailed(piece: number, contributors: Contributors, digests: readonly Uint8Array[]): Verdict {
		const suspects = named(contributors);
		const ban: PeerKey[] = [];
		const parole: PeerKey[] = [];
		const alone = suspects.size === 1 && !contributors.includes(undefined);
		for (const key of suspects) {
			const standing = this.#standing(key);
			standing.trust = alone ? lowest : Math.max(lowest, standing.trust + cost);
			if (standing.trust <= lowest) ban.push(key);
			else {
				standing.parole = true;
				parole.push(key);
			}
		}
		if (!alone && digests.length === contributors.length) this.#remember(piece, contributors, digests);
		return {ban, parole};
	}

	/**
	 * A piece matched its hash. `digests` as above, for a piece that `hasFailed`; anything else needs none.
	 * Lifts the parole of whoever gave all of it.
	 */
	piecePassed(piece: number, contributors: Contributors, digests?: readonly Uint8Array[]): Verdict {
		const senders = named(contributors);
		for (const key of senders) {
			const standing = this.#standing(key);
			standing.trust = Math.min(highest, standing.trust + 1);
			if (senders.size === 1 && !contributors.includes(undefined)) standing.parole = false;
		}
		const attempts = this.#failed.get(piece);
		if (!attempts) return {ban: [], parole: []};
		this.#drop(piece);
		return {ban: digests ? this.#findCorruptors(attempts, digests) : [], parole: []};
	}

	/**
	 * The digests that the blocks of a piece that has failed must have are known, though it has not passed: whoever gave
	 * another block is guilty, and nobody else. BEP 52 has hashes of blocks.
	 */
	blocksKnown(piece: number, digests: readonly Uint8Array[]): Verdict {
		const attempts = this.#failed.get(piece);
		if (!attempts) return {ban: [], parole: []};
		this.#drop(piece);
		return {ban: this.#findCorruptors(attempts, digests), parole: []};
	}

	#findCorruptors(attempts: readonly Attempt[], digests: readonly Uint8Array[]): PeerKey[] {
		const corruptors = new Set<PeerKey>();
		for (const attempt of attempts) {
			for (const [block, key] of attempt.contributors.entries()) {
				if (key !== undefined && differs(attempt.digests, block, digests[block])) corruptors.add(key);
			}
		}
		for (const key of corruptors) this.#standing(key).trust = lowest;
		for (const {contributors} of attempts) {
			for (const key of named(contributors)) {
				if (corruptors.has(key)) continue;
				// They paid for what somebody else did.
				const standing = this.#standing(key);
				standing.trust = Math.min(highest, standing.trust - cost);
				standing.parole = false;
			}
		}
		return [...corruptors];
	}

	#standing(key: PeerKey): Standing {
		const standing = this.#standings.get(key) ?? {trust: 0, parole: false};
		this.#standings.delete(key);
		this.#standings.set(key, standing);
		if (this.#standings.size > mostHosts) this.#standings.delete(first(this.#standings)!);
		return standing;
	}

	#remember(piece: number, contributors: Contributors, digests: readonly Uint8Array[]): void {
		const packed = new Uint8Array(contributors.length * digestLength);
		for (const [block, digest] of digests.entries()) packed.set(digest, block * digestLength);
		const attempts = this.#failed.get(piece) ?? [];
		attempts.push({contributors: [...contributors], digests: packed});
		this.#blocks += contributors.length;
		if (attempts.length > mostAttempts) this.#blocks -= attempts.shift()!.contributors.length;
		this.#failed.delete(piece);
		this.#failed.set(piece, attempts);
		while (this.#blocks > mostBlocks) this.#drop(first(this.#failed)!);
	}

	#drop(piece: number): void {
		for (const attempt of this.#failed.get(piece) ?? []) this.#blocks -= attempt.contributors.length;
		this.#failed.delete(piece);
	}
}

function named(contributors: Contributors): Set<PeerKey> {
	const keys = new Set<PeerKey>();
	for (const key of contributors) if (key !== undefined) keys.add(key);
	return keys;
}

function differs(packed: Uint8Array, block: number, digest: Uint8Array | undefined): boolean {
	if (!digest) return false;
	for (let at = 0; at < digestLength; at++) {
		if (packed[block * digestLength + at] !== digest[at]) return true;
	}
	return false;
}

function first<Key>(map: ReadonlyMap<Key, unknown>): Key | undefined {
	for (const key of map.keys()) return key;
	return undefined;
}

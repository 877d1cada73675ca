import type {Millis} from '../../base/units.js';
import {type HashRequest, hashRequestKey} from '../../protocol/wire/hash-messages.js';
import type {MissingHashes} from './hash-trees.js';

/** Questions one peer has at a time. */
const mostOpen = 2;
/** Who has not answered for so long is not waited for alone. */
const patience: Millis = 3000;
/** After so long nothing is expected of it any more. */
const forgotten: Millis = 60_000;
/** Who refused hashes is not asked for these for so long. */
const rejectRest: Millis = 30_000;
/** Pieces of peers that are looked at in one go: what is left has its turn the next time. */
const mostLooks = 200_000;
/** Block hashes that nobody has given for so long are not asked for any more. */
const leavesTime: Millis = 120_000;

/** What picking asks of peers with which hash messages may be exchanged. */
export interface HashPeer {
	readonly id: number;
	readonly isSeed: boolean;
	hasPiece(piece: number): boolean;
}

/** A question to a peer. */
export interface HashQuestion<Peer> {
	readonly peer: Peer;
	readonly range: HashRequest;
}

/** Hashes that are wanted. */
interface Wanted extends MissingHashes {
	/** When somebody was asked last. */
	askedAt: Millis;
	/** By peer, until when it is not asked for them. */
	readonly refusedUntil: Map<number, Millis>;
	/** Not wanted any more from then on. */
	readonly until: Millis;
}

/** What a peer was asked and has not answered. */
interface Open {
	readonly key: string;
	readonly at: Millis;
}

/**
 * Picks which peer to ask for which hashes of the trees of a torrent's files: only of those who have a piece among them,
 * two questions a peer at a time, the same hashes of another after 3 s. BEP 52.
 */
export class HashPicker {
	/** Windows of piece layers, those to ask for first at the front. */
	#windows = new Map<string, Wanted>();
	/** Block hashes, which come before all windows. */
	readonly #leaves = new Map<string, Wanted>();
	readonly #open = new Map<number, Open[]>();
	/** Who gave wrong ones. */
	readonly #liars = new Set<number>();
	#looks = 0;
	readonly #isKnown: (piece: number) => boolean;

	/**
	 * @param missing windows of piece layers, in stream order
	 * @param isKnown whether the hash of a piece is known by now, whoever gave it
	 */
	constructor(missing: Iterable<MissingHashes>, isKnown: (piece: number) => boolean = () => false) {
		this.#isKnown = isKnown;
		for (const window of missing) {
			const key = hashRequestKey(window.range);
			this.#windows.set(key, {...window, askedAt: -Infinity, refusedUntil: new Map(), until: Infinity});
		}
	}

	/** Whether nothing is wanted. */
	get idle(): boolean {
		return this.#windows.size === 0 && this.#leaves.size === 0;
	}

	/** Windows that are not known yet. */
	get missing(): number {
		return this.#windows.size;
	}

	/** Windows in which something is urgent are asked for first from now on. */
	prefer(isUrgent: (window: MissingHashes) => boolean): void {
		const all = [...this.#windows];
		const urgent = all.filter(([, window]) => isUrgent(window));
		if (urgent.length === all.length) return;
		const chosen = new Set(urgent.map(([key]) => key));
		this.#windows = new Map([...urgent, ...all.filter(([key]) => !chosen.has(key))]);
	}

	/** Block hashes of a piece are wanted, before anything else. */
	wantLeaves(range: HashRequest, piece: MissingHashes['firsts'][number], now: Millis): void {
		const key = hashRequestKey(range);
		if (this.#leaves.has(key)) return;
		this.#leaves.set(key, {
			...{range, firsts: [piece], pieces: 1, askedAt: -Infinity},
			...{refusedUntil: new Map(), until: now + leavesTime},
		});
	}

	/** What to ask whom now; they count as asked. */
	next<Peer extends HashPeer>(peers: Iterable<Peer>, now: Millis): Array<HashQuestion<Peer>> {
		const free: Peer[] = [];
		for (const peer of peers) if (this.#mayAsk(peer, now)) free.push(peer);
		const questions: Array<HashQuestion<Peer>> = [];
		this.#looks = 0;
		for (const wanted of [this.#leaves, this.#windows]) this.#pick(wanted, free, questions, now);
		return questions;
	}

	#mayAsk({id}: HashPeer, now: Millis): boolean {
		if (this.#liars.has(id)) return false;
		const open = this.#open.get(id)?.filter(({at}) => now - at < forgotten) ?? [];
		if (open.length > 0) this.#open.set(id, open);
		else this.#open.delete(id);
		return open.length < mostOpen;
	}

	#pick<Peer extends HashPeer>(
		all: Map<string, Wanted>,
		free: Peer[],
		questions: Array<HashQuestion<Peer>>,
		now: Millis,
	): void {
		const inVain: Array<[string, Wanted]> = [];
		for (const [key, wanted] of all) {
			if (free.length === 0 || this.#looks >= mostLooks) break;
			if (wanted.until <= now) all.delete(key);
			if (wanted.until <= now || now - wanted.askedAt < patience) continue;
			if (all === this.#windows && this.#allKnown(wanted)) {
				all.delete(key);
				continue;
			}
			const at = free.findIndex(peer => this.#canGive(peer, key, wanted, now));
			const peer = free[at];
			if (peer === undefined) {
				inVain.push([key, wanted]);
				continue;
			}
			wanted.askedAt = now;
			const open = this.#open.get(peer.id) ?? [];
			this.#open.set(peer.id, [...open, {key, at: now}]);
			questions.push({peer, range: wanted.range});
			free.splice(at, 1);
			// Others first, so that all are asked.
			if (open.length + 1 < mostOpen) free.push(peer);
		}
		if (this.#looks < mostLooks) return;
		// What nobody can give must not keep waiting what somebody can.
		for (const [key, wanted] of inVain) {
			all.delete(key);
			all.set(key, wanted);
		}
	}

	#allKnown({firsts: [first], pieces}: Wanted): boolean {
		for (let piece: number = first!; piece < first! + pieces; piece++)
			if (!this.#isKnown(piece)) return false;
		return true;
	}

	#canGive(peer: HashPeer, key: string, {firsts, pieces, refusedUntil}: Wanted, now: Millis): boolean {
		if ((refusedUntil.get(peer.id) ?? -Infinity) > now) return false;
		if (this.#open.get(peer.id)?.some(open => open.key === key)) return false;
		if (peer.isSeed) return true;
		for (const first of firsts)
			for (let piece: number = first; piece < first + pieces; piece++) {
				this.#looks++;
				if (peer.hasPiece(piece)) return true;
			}
		return false;
	}

	/** A peer answers this: whether it was asked for it. It is not waited for any more. */
	answers(peer: number, range: HashRequest): boolean {
		const open = this.#open.get(peer);
		const key = hashRequestKey(range);
		const at = open?.findIndex(question => question.key === key) ?? -1;
		if (open === undefined || at < 0) return false;
		open.splice(at, 1);
		return true;
	}

	/** They are known now. Answers what they were wanted as: hashes of pieces, or of the blocks of one. */
	settled(range: HashRequest): 'pieces' | 'leaves' {
		const key = hashRequestKey(range);
		this.#windows.delete(key);
		return this.#leaves.delete(key) ? 'leaves' : 'pieces';
	}

	/** A peer does not give them: another is asked at once, and it after a while. */
	rejected(peer: number, range: HashRequest, now: Millis): void {
		const wanted = this.#find(range);
		if (wanted === undefined) return;
		wanted.refusedUntil.set(peer, now + rejectRest);
		wanted.askedAt = -Infinity;
	}

	/** A peer gave wrong ones: it is not asked any more, another is at once. */
	lied(peer: number, range: HashRequest): void {
		this.#liars.add(peer);
		const wanted = this.#find(range);
		if (wanted !== undefined) wanted.askedAt = -Infinity;
	}

	/** A peer is gone: what it was asked others are asked at once. */
	left(peer: number): void {
		for (const {key} of this.#open.get(peer) ?? []) {
			const wanted = this.#leaves.get(key) ?? this.#windows.get(key);
			if (wanted !== undefined) wanted.askedAt = -Infinity;
		}
		this.#open.delete(peer);
		this.#liars.delete(peer);
	}

	#find(range: HashRequest): Wanted | undefined {
		const key = hashRequestKey(range);
		return this.#leaves.get(key) ?? this.#windows.get(key);
	}
}

import type {Millis} from '../../base/units.js';

/** What must be known of a peer that may take turns. */
export interface TurnPeer {
	/** Blocks it has been asked for and not sent. */
	readonly outstanding: number;
	readonly isClosed: boolean;
}

/** Whoever has its turn is asked for more by this. */
export type Ask<Peer> = (peer: Peer, now: Millis) => void;

/** So many have their turn at the same time. */
const places = 6;
/** Who has not sent three quarters of what it was asked for by then is not one that a line of others may wait for. */
export const longestRun: Millis = 50;
/** Fewer blocks at a time do not show how quick a peer is: … */
const provenBy = 8;
/** … quick enough is one that sends so many a millisecond, 48 MiB/s, beside the others whose turn it is. */
const provenPerMilli = 3;
/** How long one that was much too slow for turns is left to its share, … */
const sharesFor: Millis = 5000;
/** … and one that sent all but did not show that it is quick enough: others may have kept it from that. */
const triesAgainAfter: Millis = 300;
/** A turn goes on for so long, … */
const longestTurn: Millis = 250;
/** … and less where it would take longer until everybody in the line has had one. */
const longestRound: Millis = 1500;

/** Whose turn it is. */
interface Turn {
	readonly since: Millis;
	/** When it was asked last, … */
	askedAt: Millis;
	/** … and for how many blocks; 0 when it was not yet. */
	size: number;
}

/**
 * Lets quick peers take turns. When many could send more than fits, each gets little at a time, and both sides pay for
 * each time: a few are asked for much, again and again, and the others wait a moment. Only who has shown that it sends so
 * quickly waits with nothing to send; all others have their share meanwhile.
 */
export class RequestTurns<Peer extends TurnPeer> {
	readonly #current = new Map<Peer, Turn>();
	readonly #line = new Map<Peer, Ask<Peer>>();
	readonly #quick = new WeakSet<Peer>();
	/** Those in the line of whom nothing is asked. */
	#idle = 0;
	readonly #sharesUntil = new WeakMap<Peer, Millis>();

	/** Whether somebody waits. */
	get isAwaited(): boolean {
		return this.#line.size > 0;
	}

	/**
	 * How many blocks should be on their way from a peer: those of its turn, none while it waits, or while most has not come
	 * that it was asked for in its turn; its share when it takes none. What those leave who wait is for the quick ones
	 * whose turn it is.
	 *
	 * @param most however much that is
	 * @param ask called, perhaps before this returns, with those whose turn it is now
	 */
	quota(peer: Peer, share: number, most: number, now: Millis, ask: Ask<Peer>): number {
		const turn = this.#current.get(peer);
		if (turn === undefined) return this.#enter(peer, share, most, now, ask);
		const time = now - turn.askedAt;
		if (turn.size > 0) {
			if (time >= longestRun) return this.#leave(peer, share, now, sharesFor);
			if (peer.outstanding > turn.size >> 2) return 0;
			const isNew = turn.size >= provenBy && !this.#quick.has(peer);
			if (isNew && turn.size < time * provenPerMilli) return this.#leave(peer, share, now, triesAgainAfter);
			if (isNew) this.#quick.add(peer);
			// Others may show as soon how quick they are.
			if (this.#line.size > 0 && (isNew || now - turn.since >= this.#turnTime)) {
				this.#current.delete(peer);
				return this.#wait(peer, share, now, ask);
			}
		}
		turn.askedAt = now;
		turn.size = this.#size(peer, share, most);
		return turn.size;
	}

	/** Lets others have the turns of those who are gone, have nothing to send, or are late. */
	look(now: Millis): void {
		this.#dismiss(now);
		this.#next(now);
	}

	get #turnTime(): Millis {
		return Math.min(longestTurn, (longestRound * places) / this.#line.size);
	}

	#enter(peer: Peer, share: number, most: number, now: Millis, ask: Ask<Peer>): number {
		if ((this.#sharesUntil.get(peer) ?? now) > now) return share;
		if (this.#current.size >= places) this.#dismiss(now);
		if (this.#current.size < places && this.#line.size === 0) {
			const size = this.#size(peer, share, most);
			this.#current.set(peer, {since: now, askedAt: now, size});
			return size;
		}
		return this.#wait(peer, share, now, ask);
	}

	#size(peer: Peer, share: number, most: number): number {
		if (!this.#quick.has(peer)) return Math.min(most, share);
		return Math.min(most, share + Math.floor((share * this.#idle) / places));
	}

	#wait(peer: Peer, share: number, now: Millis, ask: Ask<Peer>): number {
		const isQuick = this.#quick.has(peer);
		if (!this.#line.has(peer)) {
			this.#line.set(peer, ask);
			if (isQuick) this.#idle++;
		}
		this.#next(now);
		return isQuick ? 0 : share;
	}

	#dismiss(now: Millis): void {
		for (const [peer, {askedAt}] of this.#current) {
			if (peer.isClosed || peer.outstanding === 0) this.#current.delete(peer);
			else if (now - askedAt >= longestRun) this.#shareOnly(peer, now + sharesFor);
		}
	}

	#leave(peer: Peer, share: number, now: Millis, time: Millis): number {
		this.#shareOnly(peer, now + time);
		this.#next(now);
		return share;
	}

	#shareOnly(peer: Peer, until: Millis): void {
		this.#current.delete(peer);
		this.#quick.delete(peer);
		this.#sharesUntil.set(peer, until);
	}

	#next(now: Millis): void {
		for (const [peer, ask] of this.#line) {
			if (this.#current.size >= places) return;
			this.#line.delete(peer);
			if (this.#quick.has(peer)) this.#idle--;
			if (peer.isClosed) continue;
			this.#current.set(peer, {since: now, askedAt: now, size: 0});
			ask(peer, now);
		}
	}
}

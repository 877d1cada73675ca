import type {Millis} from '../../base/units.js';

/** A torrent is announced again after this time, or as turns allow. BEP 14. */
const interval: Millis = 300_000;
/** One datagram in this time. BEP 14. */
const gap: Millis = 60_000;
/** Torrents that come together are announced together. */
const debounce: Millis = 500;
/** New torrents need not wait for the minute to pass: so many datagrams are sent ahead of their time, and saved later. */
const mostAhead = 2;

interface Turn {
	at: Millis;
	/** Nobody was told of it yet. */
	isNew: boolean;
}

/** Decides which torrents the next datagram of local discovery names, and when it leaves. BEP 14. */
export class AnnounceTurns {
	readonly #turns = new Map<string, Turn>();
	readonly #most: number;
	/** When one datagram a minute, counted from the first, would have come to the next. */
	#nextAt: Millis = -Infinity;
	/** Nothing is due before. */
	#idleUntil: Millis = Infinity;

	/** @param most torrents a datagram has room for */
	constructor(most: number) {
		this.#most = most;
	}

	/** A torrent is to be announced: at once, or as soon as may be. */
	add(torrent: string, now: Millis): void {
		this.#turns.set(torrent, {at: now + debounce, isNew: true});
		this.#idleUntil = Math.min(this.#idleUntil, now + debounce);
	}

	/** It is to be announced no more. */
	delete(torrent: string): void {
		this.#turns.delete(torrent);
	}

	/** There is somebody to tell who was told of nothing yet: all are as new. */
	again(now: Millis): void {
		for (const torrent of this.#turns.keys()) this.add(torrent, now);
	}

	/** When its turn comes, unless others are before it; undefined for one that is not to be announced. */
	turnOf(torrent: string): Millis | undefined {
		const turn = this.#turns.get(torrent);
		return turn && Math.max(turn.at, this.#allowedAt(turn));
	}

	/** The torrents of the datagram that is to leave now, those that waited longest first; none for no datagram. */
	due(now: Millis): readonly string[] {
		if (now < this.#idleUntil) return [];
		const waiting = [...this.#turns].sort(([, one], [, other]) => one.at - other.at);
		const isDue = waiting.some(([, turn]) => turn.at <= now && this.#allowedAt(turn) <= now);
		const named = isDue ? waiting.slice(0, this.#most) : [];
		if (isDue) this.#nextAt = Math.max(this.#nextAt, now) + gap;
		for (const [, turn] of named) {
			turn.at = now + interval;
			turn.isNew = false;
		}
		this.#idleUntil = waiting.reduce(
			(first, [, turn]) => Math.min(first, Math.max(turn.at, this.#allowedAt(turn))),
			Infinity,
		);
		return named.map(([torrent]) => torrent);
	}

	#allowedAt({isNew}: Turn): Millis {
		return isNew ? this.#nextAt - mostAhead * gap : this.#nextAt;
	}
}

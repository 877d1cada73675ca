import type {Millis} from '../../base/units.js';
import {nickKey} from '../../protocol/catalogue/nick.js';
import type {Publisher} from './listing.js';

/** Who publishes, and whose nickname is whose. */
export class People {
	readonly #most: number;
	readonly #nickLife: Millis;
	readonly #byKey = new Map<string, Publisher>();
	readonly #byNick = new Map<string, Publisher>();

	/**
	 * @param most so many are known at a time
	 * @param nickLife how long a nickname stays that of somebody who shares nothing any more
	 */
	constructor(most: number, nickLife: Millis) {
		this.#most = most;
		this.#nickLife = nickLife;
	}

	all(): Iterable<Publisher> {
		return this.#byKey.values();
	}

	find(key: string): Publisher | undefined {
		return this.#byKey.get(key);
	}

	named(nick: string): Publisher | undefined {
		return this.#byNick.get(nickKey(nick));
	}

	/** Whether the nickname is nobody's, or that of this key. */
	mayHave(key: string, nick: string): boolean {
		const owner = this.named(nick);
		return owner === undefined || owner.key === key;
	}

	/** The one with this key, made when there is none; undefined when there are too many. Its nickname is this one then. */
	admit(key: string, nick: string, now: Millis, wall: Millis): Publisher | undefined {
		const known = this.#byKey.get(key);
		if (known !== undefined) {
			this.rename(known, nick);
			return known;
		}
		if (this.#byKey.size >= this.#most && !this.#forgetOne()) return undefined;
		const publisher: Publisher = {
			key,
			nick,
			shares: new Map(),
			size: 0,
			since: wall,
			seenAt: now,
			reachable: undefined,
		};
		this.#byKey.set(key, publisher);
		this.#byNick.set(nickKey(nick), publisher);
		return publisher;
	}

	/** Gives somebody a nickname that nobody else has. */
	rename(publisher: Publisher, nick: string): void {
		if (publisher.nick === nick) return;
		this.#byNick.delete(nickKey(publisher.nick));
		publisher.nick = nick;
		this.#byNick.set(nickKey(nick), publisher);
	}

	/** Forgets those who have shared nothing for so long that their nicknames are free again. */
	expire(now: Millis): void {
		for (const publisher of this.#byKey.values())
			if (publisher.shares.size === 0 && now - publisher.seenAt >= this.#nickLife) this.#forget(publisher);
	}

	/** Lets somebody go who shares nothing. */
	#forgetOne(): boolean {
		for (const publisher of this.#byKey.values()) {
			if (publisher.shares.size > 0) continue;
			this.#forget(publisher);
			return true;
		}
		return false;
	}

	#forget(publisher: Publisher): void {
		this.#byKey.delete(publisher.key);
		this.#byNick.delete(nickKey(publisher.nick));
	}
}

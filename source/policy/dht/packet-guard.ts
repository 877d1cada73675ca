import type {Millis} from '../../base/units.js';

const windowTime: Millis = 10_000;
const mostInWindow = 50;
const silence: Millis = 5 * 60_000;
/** Senders that are counted: more than come by honestly in a window. */
const mostSenders = 4096;

interface Sender {
	since: Millis;
	count: number;
	blockedUntil: Millis;
}

/** Leaves out whoever sends more than 50 packets in 10 s, until five minutes have passed without one from it. */
export class PacketGuard {
	readonly #senders = new Map<string, Sender>();
	#dropped = 0;

	/** Packets that were left out. */
	get dropped(): number {
		return this.#dropped;
	}

	/** Whether a packet is to be looked at; counts it. `key`: whom it is from. */
	admits(key: string, now: Millis): boolean {
		let sender = this.#senders.get(key);
		if (sender === undefined) {
			if (this.#senders.size >= mostSenders) this.#forget(now);
			sender = {since: now, count: 0, blockedUntil: -Infinity};
			this.#senders.set(key, sender);
		}
		if (now < sender.blockedUntil) {
			sender.blockedUntil = now + silence;
			this.#dropped++;
			return false;
		}
		if (now - sender.since >= windowTime) {
			sender.since = now;
			sender.count = 0;
		}
		if (++sender.count <= mostInWindow) return true;
		sender.blockedUntil = now + silence;
		this.#dropped++;
		return false;
	}

	/** Makes room: whoever is quiet goes, then the oldest. */
	#forget(now: Millis): void {
		for (const [key, {since, blockedUntil}] of this.#senders)
			if (now - since >= windowTime && now >= blockedUntil) this.#senders.delete(key);
		for (const key of this.#senders.keys()) {
			if (this.#senders.size < mostSenders) return;
			this.#senders.delete(key);
		}
	}
}

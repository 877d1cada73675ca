import {sameBytes} from '../../base/bytes.js';
import {parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Clock, Random, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {SendQuota} from '../../policy/dht/send-quota.js';
import type {KrpcAsking, KrpcError, KrpcResponse} from '../../protocol/dht/krpc.js';

/** Who is silent for so long is not waited for alone any more. */
const shortTimeout: Millis = 1000;
/** Who is silent for so long does not answer. */
const longTimeout: Millis = 15_000;
/** Questions on their way; far more than ever are. */
const mostPending = 2000;

/** What becomes of a question. */
export interface Outcome {
	answered(response: KrpcResponse, roundTrip: Millis, from: PeerAddress): void;
	/** Nothing came for a second; it may come yet. */
	slow?(): void;
	/** No answer, or a refusal. */
	failed(): void;
}

interface Pending {
	readonly key: number;
	readonly to: PeerAddress;
	readonly id: Uint8Array | undefined;
	readonly sentAt: Millis;
	readonly outcome: Outcome;
	isSlow: boolean;
	isOver: boolean;
}

/** What asking needs. */
export interface RpcSetup {
	readonly clock: Clock;
	readonly random: Random;
	readonly quota: SendQuota;
	/** Writes a question and sends it. */
	send(asking: KrpcAsking, transaction: Uint8Array, to: PeerAddress): void;
	/** A question went out, was answered, or was not: for the table. */
	asked(id: Uint8Array, to: PeerAddress): void;
	heard(id: Uint8Array, from: PeerAddress, roundTrip: Millis): void;
	/** It refused: it is there. */
	refused(id: Uint8Array, from: PeerAddress): void;
	failed(id: Uint8Array, to: PeerAddress): void;
}

/**
 * The questions of a node and their answers. An answer is one only from the host and port that were asked, with the
 * transaction of the question.
 */
export class Rpc {
	readonly #setup: RpcSetup;
	readonly #pending = new Map<number, Pending>();
	/** In the order of asking: who becomes slow next, whose time is over next. */
	readonly #untilSlow = new Queue<Pending>();
	readonly #untilLost = new Queue<Pending>();
	#timer: Timer | undefined;
	#timerAt: Millis = Infinity;
	#lostInARow = 0;
	#stopped = false;
	/** Answers that answer nothing we asked. */
	unsolicited = 0;

	constructor(setup: RpcSetup) {
		this.#setup = setup;
	}

	/** Questions without an answer since the last that had one. */
	get lostInARow(): number {
		return this.#lostInARow;
	}

	/** Questions on their way. */
	get pending(): number {
		return this.#pending.size;
	}

	/**
	 * Asks. Answers false when that must wait, as too many were asked just now: `outcome` is not called then.
	 *
	 * @param id whom we expect there: 20 bytes; undefined when nobody knows
	 */
	ask(asking: KrpcAsking, to: PeerAddress, id: Uint8Array | undefined, outcome: Outcome): boolean {
		const {clock, random, quota} = this.#setup;
		const now = clock.now();
		if (this.#stopped || this.#pending.size >= mostPending || !quota.mayAsk(to, now)) return false;
		const transaction = random.bytes(4);
		const key = keyOf(transaction);
		if (this.#pending.has(key)) return false;
		const pending = {key, to, id, sentAt: now, outcome, isSlow: false, isOver: false};
		this.#pending.set(key, pending);
		this.#untilSlow.push(pending);
		this.#untilLost.push(pending);
		if (id !== undefined) this.#setup.asked(id, to);
		this.#setup.send(asking, transaction, to);
		this.#arm();
		return true;
	}

	/** An answer or refusal came. Answers whether it belongs to a question. */
	received(message: KrpcResponse | KrpcError, from: PeerAddress): boolean {
		const pending =
			message.transaction.length === 4 ? this.#pending.get(keyOf(message.transaction)) : undefined;
		// Of a name only a proxy knows where it leads.
		const isNamed = pending !== undefined && parseIp(pending.to.host) === undefined;
		const isTheirs =
			pending !== undefined && (isNamed ? pending.to.port === from.port : isSameEndpoint(pending.to, from));
		if (!isTheirs) {
			this.unsolicited++;
			return false;
		}
		this.#end(pending);
		this.#lostInARow = 0;
		if (message.kind === 'error') {
			// It is there, but of no use for this.
			if (pending.id !== undefined) this.#setup.refused(pending.id, pending.to);
			pending.outcome.failed();
			return true;
		}
		const roundTrip = this.#setup.clock.now() - pending.sentAt;
		// Who calls itself something else is not whom others, or we, took it for.
		if (pending.id !== undefined && !sameBytes(pending.id, message.id))
			this.#setup.failed(pending.id, pending.to);
		if (!isNamed) this.#setup.heard(message.id, pending.to, roundTrip);
		pending.outcome.answered(message, roundTrip, from);
		return true;
	}

	/** The system could not send there. That is no fault of whoever is there: no network is, or it is not let through. */
	unreachable(to: PeerAddress): void {
		for (const pending of [...this.#pending.values()]) {
			if (!isSameEndpoint(pending.to, to)) continue;
			this.#end(pending);
			this.#lostInARow++;
			pending.outcome.failed();
		}
	}

	/** Nothing is asked or waited for any more. */
	stop(): void {
		this.#stopped = true;
		this.#timer?.clear();
		this.#timer = undefined;
		this.#pending.clear();
	}

	#end(pending: Pending): void {
		pending.isOver = true;
		this.#pending.delete(pending.key);
	}

	#lose(pending: Pending): void {
		this.#end(pending);
		this.#lostInARow++;
		if (pending.id !== undefined) this.#setup.failed(pending.id, pending.to);
		pending.outcome.failed();
	}

	#arm(): void {
		if (this.#stopped) return;
		const slow = this.#untilSlow.first(({isOver}) => !isOver);
		const lost = this.#untilLost.first(({isOver}) => !isOver);
		if (lost === undefined) return;
		const next = Math.min(slow ? slow.sentAt + shortTimeout : Infinity, lost.sentAt + longTimeout);
		if (this.#timer !== undefined) {
			// Who was asked just now may be slow before another is lost.
			if (this.#timerAt <= next) return;
			this.#timer.clear();
		}
		this.#timerAt = next;
		this.#timer = this.#setup.clock.after(Math.max(0, next - this.#setup.clock.now()), () => {
			this.#timer = undefined;
			this.#look();
			this.#arm();
		});
	}

	#look(): void {
		const now = this.#setup.clock.now();
		for (;;) {
			const slow = this.#untilSlow.first(({isOver}) => !isOver);
			if (slow === undefined || now < slow.sentAt + shortTimeout) break;
			this.#untilSlow.shift();
			slow.isSlow = true;
			slow.outcome.slow?.();
		}
		for (;;) {
			const lost = this.#untilLost.first(({isOver}) => !isOver);
			if (lost === undefined || now < lost.sentAt + longTimeout) break;
			this.#untilLost.shift();
			this.#lose(lost);
		}
	}
}

/** First in, first out, without moving what is left. */
class Queue<Item> {
	#items: Item[] = [];
	#head = 0;

	push(item: Item): void {
		this.#items.push(item);
	}

	shift(): void {
		this.#head++;
		if (this.#head < 64 || this.#head * 2 < this.#items.length) return;
		this.#items = this.#items.slice(this.#head);
		this.#head = 0;
	}

	/** The first that counts; those before it are dropped. */
	first(counts: (item: Item) => boolean): Item | undefined {
		while (this.#head < this.#items.length && !counts(this.#items[this.#head]!)) this.shift();
		return this.#items[this.#head];
	}
}

function keyOf(transaction: Uint8Array): number {
	return ((transaction[0]! << 24) | (transaction[1]! << 16) | (transaction[2]! << 8) | transaction[3]!) >>> 0;
}

function isSameEndpoint(a: PeerAddress, b: PeerAddress): boolean {
	if (a.port !== b.port) return false;
	if (a.host === b.host) return true;
	const [one, other] = [parseIp(a.host), parseIp(b.host)];
	return one !== undefined && other !== undefined && sameBytes(one, other);
}

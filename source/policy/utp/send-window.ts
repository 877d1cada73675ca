import type {Bytes, Millis} from '../../base/units.js';
import {sequenceAfter, sequenceDistance} from './sequence.js';

/** Packets under way at most: further ahead of one that is lacking nobody keeps them. */
export const mostUnderWay = 1024;
/** So many came that were sent later: what has not come by then is lost. */
const reorderedBy = 3;
/** Found lost at a time at most: what is sent again in one go is no burst. */
const mostLostAtOnce = 4;

/** A packet that has a number, until it is known to have come. Owned by the stream that made it. */
export interface OutPacket {
	/** The whole of it, header included; once it was lost it may be other bytes with the same payload. */
	bytes: Uint8Array;
	readonly payload: Bytes;
	readonly sequence: number;
	/** When it was last sent, and as the how manieth of all that were. */
	sentAt: Millis;
	order: number;
	sends: number;
	/** Not `flying`: it `waits` to be sent (again), or is known to have `come`. */
	state: 'waits' | 'flying' | 'come';
}

/** What an ack told. One is filled again and again. */
export interface AckNews {
	/** Payload that is known to have come with it. */
	bytes: Bytes;
	/** What a packet and its ack took, where it can be told; -1 where not. */
	roundTrip: Millis;
	/** Packets that were found lost with it. */
	lost: number;
	/** How far ordered packets are lost that were sent before the last cut of the window, all of them: no reason for another. */
	isNewLoss: boolean;
}

/** The packets of a stream that have left and are not known to have come, by their numbers; says which were lost. BEP 29. */
export class SendWindow {
	#packets: Array<OutPacket | undefined> = new Array(32);
	/** The number of the next packet. */
	#next: number;
	/** The first that is not known to have come with all before it. */
	#oldest: number;
	#inFlight: Bytes = 0;
	#waiting = 0;
	/** Packets sent so far; the highest of those that came; where the window was cut last. */
	#order = 0;
	#latest = 0;
	#cutAt = 0;
	/** The highest number that came before others; undefined when none did. */
	#highest: number | undefined;
	#duplicates = 0;
	readonly #released: (packet: OutPacket) => void;

	/** @param released told of each packet that is needed no more */
	constructor(next: number, released: (packet: OutPacket) => void) {
		this.#next = next;
		this.#oldest = next;
		this.#released = released;
	}

	get next(): number {
		return this.#next;
	}

	/** The first that is not known to have come with all before it; `next` when all have. */
	get oldest(): OutPacket | undefined {
		return this.#oldest === this.#next ? undefined : this.#at(this.#oldest);
	}

	/** Packets that are not known to have come with all before them. */
	get count(): number {
		return (this.#next - this.#oldest) & 0xffff;
	}

	/** Payload that is under way. */
	get inFlight(): Bytes {
		return this.#inFlight;
	}

	/** The first that is to be sent again; undefined when there is none. */
	get waiting(): OutPacket | undefined {
		if (this.#waiting === 0) return undefined;
		for (let sequence = this.#oldest; sequence !== this.#next; sequence = sequenceAfter(sequence)) {
			const packet = this.#at(sequence);
			if (packet.state === 'waits') return packet;
		}
		return undefined;
	}

	/** Gives the next number to a packet, which is to be sent then. */
	add(bytes: Uint8Array, payload: Bytes): OutPacket {
		if (this.count >= this.#packets.length) this.#grow();
		const sequence = this.#next;
		const packet: OutPacket = {bytes, payload, sequence, sentAt: 0, order: 0, sends: 0, state: 'waits'};
		this.#packets[sequence & (this.#packets.length - 1)] = packet;
		this.#waiting++;
		this.#next = sequenceAfter(sequence);
		return packet;
	}

	/** It leaves now. */
	sent(packet: OutPacket, now: Millis): void {
		if (packet.state !== 'waits') return;
		packet.state = 'flying';
		packet.sentAt = now;
		packet.order = ++this.#order;
		packet.sends++;
		this.#waiting--;
		this.#inFlight += packet.payload;
	}

	/** Whether an ack with this number may be: of something that was sent, and not from long ago. */
	mayBe(acknowledged: number): boolean {
		const ahead = sequenceDistance(acknowledged, sequenceAfter(this.#oldest, -1));
		return ahead >= -mostUnderWay && ahead <= this.count;
	}

	/**
	 * An ack came that may be.
	 *
	 * @param sack bits of the selective ack, of which the first stands for the number after next
	 * @param isBare it came with nothing else: another one that says the same tells that something came out of turn
	 */
	acknowledge(
		acknowledged: number,
		sack: Uint8Array | undefined,
		isBare: boolean,
		now: Millis,
		news: AckNews,
	): void {
		news.bytes = 0;
		news.roundTrip = -1;
		news.lost = 0;
		news.isNewLoss = false;
		const ahead = sequenceDistance(acknowledged, sequenceAfter(this.#oldest, -1));
		for (let step = 0; step < ahead; step++) this.#release(now, news);
		if (ahead > 0) {
			this.#duplicates = 0;
			if (this.#highest !== undefined && sequenceDistance(this.#highest, acknowledged) <= 0)
				this.#highest = undefined;
		}
		if (sack !== undefined && ahead >= 0) this.#takeSelective(acknowledged, sack, now, news);
		if (ahead === 0 && isBare && sack === undefined && this.count > 0) this.#duplicates++;
		this.#findLost(news);
	}

	/** Nothing was heard for too long: all that is under way is lost. */
	timedOut(): void {
		for (let sequence = this.#oldest; sequence !== this.#next; sequence = sequenceAfter(sequence)) {
			const packet = this.#at(sequence);
			if (packet.state === 'flying') this.#lose(packet);
		}
		this.#cutAt = this.#order;
		this.#duplicates = 0;
	}

	/** Whether something is known to have come while what was sent before it is not. */
	get hasGap(): boolean {
		return this.#highest !== undefined;
	}

	/** A packet is known to have come early, from elsewhere than the acks. */
	came(packet: OutPacket, now: Millis, news: AckNews): void {
		if (packet.state === 'come') return;
		this.#come(packet, now, news);
		const {sequence} = packet;
		if (this.#highest === undefined || sequenceDistance(sequence, this.#highest) > 0)
			this.#highest = sequence;
	}

	/** Payload of all packets that are not known to have come with all before them. */
	get payload(): Bytes {
		let sum = 0;
		for (let sequence = this.#oldest; sequence !== this.#next; sequence = sequenceAfter(sequence))
			sum += this.#at(sequence).payload;
		return sum;
	}

	/**
	 * Puts what is in the packets before a number into the same count of others, of at most `most` bytes each, which wait to
	 * be sent: what they were never came. Only for when that is known: who has one of them would take its number for the
	 * same bytes. Answers whether it could be done: nothing of them is known to have come, and they have room.
	 *
	 * @param make the whole packet of a number, with room for so much payload at its end
	 */
	repack(before: number, most: Bytes, make: (sequence: number, payload: Bytes) => Uint8Array): boolean {
		const count = sequenceDistance(before, this.#oldest);
		if (count <= 0 || count > this.count) return false;
		let length = 0;
		for (let at = 0; at < count; at++) {
			const {state, payload} = this.#at(sequenceAfter(this.#oldest, at));
			if (state === 'come') return false;
			length += payload;
		}
		if (length > count * most || length < count) return false;
		const whole = new Uint8Array(length);
		let filled = 0;
		for (let at = 0; at < count; at++) {
			const packet = this.#at(sequenceAfter(this.#oldest, at));
			whole.set(packet.bytes.subarray(packet.bytes.length - packet.payload), filled);
			filled += packet.payload;
			if (packet.state === 'flying') this.#lose(packet);
		}
		let used = 0;
		for (let at = 0; at < count; at++) {
			const sequence = sequenceAfter(this.#oldest, at);
			// As full as may be, with a byte at least for each that follows.
			const payload = Math.min(most, length - used - (count - at - 1));
			const bytes = make(sequence, payload);
			bytes.set(whole.subarray(used, used + payload), bytes.length - payload);
			used += payload;
			this.#packets[sequence & (this.#packets.length - 1)] = {
				...{bytes, payload, sequence, sentAt: 0, order: 0, sends: 0, state: 'waits'},
			};
		}
		this.#duplicates = 0;
		this.#cutAt = this.#order;
		return true;
	}

	/** The window is cut now: what is found lost of what was sent so far is no reason to cut it again. */
	cut(): void {
		this.#cutAt = this.#order;
	}

	#at(sequence: number): OutPacket {
		return this.#packets[sequence & (this.#packets.length - 1)]!;
	}

	#release(now: Millis, news: AckNews): void {
		const at = this.#oldest & (this.#packets.length - 1);
		const packet = this.#packets[at]!;
		if (packet.state !== 'come') this.#come(packet, now, news);
		this.#packets[at] = undefined;
		this.#oldest = sequenceAfter(this.#oldest);
		this.#released(packet);
	}

	#come(packet: OutPacket, now: Millis, news: AckNews): void {
		if (packet.state === 'flying') this.#inFlight -= packet.payload;
		else this.#waiting--;
		packet.state = 'come';
		news.bytes += packet.payload;
		if (packet.sends === 1) news.roundTrip = now - packet.sentAt;
		if (packet.order > this.#latest) this.#latest = packet.order;
	}

	#takeSelective(acknowledged: number, sack: Uint8Array, now: Millis, news: AckNews): void {
		for (let at = 0; at < sack.length; at++) {
			for (let bits = sack[at]!, step = at * 8; bits !== 0; bits >>= 1, step++) {
				if ((bits & 1) === 0) continue;
				const sequence = sequenceAfter(acknowledged, step + 2);
				if (sequenceDistance(sequence, this.#next) >= 0) return;
				if (sequenceDistance(sequence, this.#oldest) < 0) continue;
				const packet = this.#at(sequence);
				if (packet.state === 'come' || packet.sends === 0) continue;
				this.#come(packet, now, news);
				if (this.#highest === undefined || sequenceDistance(sequence, this.#highest) > 0)
					this.#highest = sequence;
			}
		}
	}

	#findLost(news: AckNews): void {
		const {oldest} = this;
		if (oldest === undefined) return;
		if (this.#duplicates >= reorderedBy) {
			this.#duplicates = 0;
			if (oldest.state === 'flying' && oldest.sends === 1) this.#found(oldest, news);
		}
		const limit = this.#behindOthers();
		if (limit === undefined) return;
		for (let sequence = this.#oldest; sequence !== limit; sequence = sequenceAfter(sequence)) {
			if (news.lost >= mostLostAtOnce) return;
			const packet = this.#at(sequence);
			if (packet.state !== 'flying') continue;
			if (packet.sends === 1 || packet.order + reorderedBy <= this.#latest) this.#found(packet, news);
		}
	}

	/** The number before which enough came out of turn. */
	#behindOthers(): number | undefined {
		if (this.#highest === undefined) return undefined;
		let came = 0;
		for (
			let sequence = this.#highest;
			sequence !== sequenceAfter(this.#oldest, -1);
			sequence = sequenceAfter(sequence, -1)
		)
			if (this.#at(sequence).state === 'come' && ++came === reorderedBy) return sequence;
		return undefined;
	}

	#found(packet: OutPacket, news: AckNews): void {
		if (packet.order > this.#cutAt) news.isNewLoss = true;
		news.lost++;
		this.#lose(packet);
	}

	#lose(packet: OutPacket): void {
		packet.state = 'waits';
		this.#waiting++;
		this.#inFlight -= packet.payload;
	}

	#grow(): void {
		const before = this.#packets;
		this.#packets = new Array(before.length * 2);
		for (let sequence = this.#oldest; sequence !== this.#next; sequence = sequenceAfter(sequence))
			this.#packets[sequence & (this.#packets.length - 1)] = before[sequence & (before.length - 1)];
	}
}

import type {Bytes} from '../../base/units.js';
import {sequenceAfter, sequenceDistance} from './sequence.js';

/** Packets kept ahead of one that is lacking at most, so far ahead of it. */
const mostAhead = 1024;

/** What becomes of a packet: it is the `next`, or kept as it comes `early`, or was there before, or is of no use. */
export type Received = 'next' | 'early' | 'again' | 'refused';

/** Puts the packets of a stream in their order again. BEP 29. */
export class ReceiveWindow {
	readonly #early = new Map<number, Uint8Array>();
	#acknowledged: number;
	#bytes: Bytes = 0;

	/** @param acknowledged the number of the last one that came */
	constructor(acknowledged: number) {
		this.#acknowledged = acknowledged;
	}

	/** Up to this one all have come. */
	get acknowledged(): number {
		return this.#acknowledged;
	}

	/** Of packets that came early. */
	get bytes(): Bytes {
		return this.#bytes;
	}

	/** Something is lacking. */
	get hasGap(): boolean {
		return this.#early.size > 0;
	}

	/**
	 * Takes a packet, which keeps its bytes. After `next` what was kept for that moment is to be had from `shift`.
	 *
	 * @param room bytes that may be kept early
	 */
	take(sequence: number, payload: Uint8Array, room: Bytes): Received {
		const ahead = sequenceDistance(sequence, this.#acknowledged);
		if (ahead <= 0) return 'again';
		if (ahead === 1) {
			this.#acknowledged = sequence;
			return 'next';
		}
		if (ahead > mostAhead || this.#bytes + payload.length > room) return 'refused';
		if (this.#early.has(sequence)) return 'again';
		this.#early.set(sequence, payload);
		this.#bytes += payload.length;
		return 'early';
	}

	/** The next in order that came early; undefined when it is lacking. */
	shift(): Uint8Array | undefined {
		if (this.#early.size === 0) return undefined;
		const sequence = sequenceAfter(this.#acknowledged);
		const payload = this.#early.get(sequence);
		if (payload === undefined) return undefined;
		this.#early.delete(sequence);
		this.#bytes -= payload.length;
		this.#acknowledged = sequence;
		return payload;
	}

	/** Bytes of the selective ack that says what came early: a multiple of 4, 0 when nothing did. */
	get sackLength(): Bytes {
		if (this.#early.size === 0) return 0;
		let furthest = 0;
		for (const sequence of this.#early.keys())
			furthest = Math.max(furthest, sequenceDistance(sequence, this.#acknowledged));
		return 4 * Math.ceil((furthest - 1) / 32);
	}

	/** Writes it: the first bit, the lowest of the first byte, stands for the number after the one that is lacking. */
	writeSack(bytes: Uint8Array, at: number, length: Bytes): void {
		bytes.fill(0, at, at + length);
		for (const sequence of this.#early.keys()) {
			const bit = sequenceDistance(sequence, this.#acknowledged) - 2;
			bytes[at + (bit >> 3)]! |= 1 << (bit & 7);
		}
	}
}

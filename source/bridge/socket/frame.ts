import {ProtocolError} from '../../base/errors.js';
import type {FrameBudget, FrameHold} from './frame-budget.js';

/** No frame is longer than this; a longer one is a broken peer. */
export const largestFrame = 16 * 1024 * 1024;

/** One message as it travels: its length in four bytes, most significant first, then JSON in UTF-8. */
export function encodeFrame(message: unknown): Buffer {
	return frameOf(JSON.stringify(message));
}

/** As `encodeFrame`, for a message that is JSON already. */
export function frameOf(text: string): Buffer {
	const length = Buffer.byteLength(text);
	if (length > largestFrame) throw new ProtocolError('oversized-frame', `a message of ${length} bytes`);
	const frame = Buffer.allocUnsafe(4 + length);
	frame.writeUInt32BE(length, 0);
	frame.write(text, 4, 'utf8');
	return frame;
}

/** Frames up to this size need no leave. */
const smallFrame = 64 * 1024;

/** What reading frames may cost. */
export interface FrameLimits {
	/** No longer frame is taken; `largestFrame` when left out. */
	readonly largest?: number;
	/** Where memory for what is unfinished comes from; there is no end of it when left out. */
	readonly budget?: FrameBudget;
	/** The memory is needed elsewhere: nothing of the stream is read any more. */
	drop?(): void;
}

/**
 * Cuts a stream into messages again. A `ProtocolError` from `push` means that the stream cannot be read further. What a
 * frame holds grows with what has come of it, and never with what it says it will be.
 */
export class FrameReader {
	/** May be raised once it is known who speaks. */
	largest: number;
	readonly #budget: FrameBudget | undefined;
	readonly #hold: FrameHold;
	readonly #header = Buffer.alloc(4);
	#headerHeld = 0;
	/** Of the frame that is coming. */
	#length = 0;
	#body = Buffer.alloc(0);
	#held = 0;

	constructor({largest = largestFrame, budget, drop}: FrameLimits = {}) {
		this.largest = largest;
		this.#budget = budget;
		this.#hold = {drop: () => drop?.()};
	}

	/** Whether a frame has begun and is not whole. */
	get unfinished(): boolean {
		return this.#headerHeld > 0;
	}

	/** Takes bytes as they came; answers the messages that are whole now. */
	push(chunk: Uint8Array): unknown[] {
		return [...this.messages(chunk)];
	}

	/** As `push`, one after the other: what follows a message is read only when that one has been dealt with. */
	*messages(chunk: Uint8Array): Generator<unknown, void, undefined> {
		let at = 0;
		while (at < chunk.length) {
			if (this.#headerHeld < 4) {
				this.#header[this.#headerHeld++] = chunk[at++]!;
				if (this.#headerHeld < 4) continue;
				this.#length = this.#header.readUInt32BE(0);
				if (this.#length > this.largest)
					throw new ProtocolError('oversized-frame', `a message of ${this.#length} bytes`);
			}
			const bytes = chunk.subarray(at, at + this.#length - this.#held);
			at += bytes.length;
			if (this.#held === 0 && bytes.length === this.#length) {
				const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
				this.#begin();
				yield parse(text);
				continue;
			}
			this.#keep(bytes);
			if (this.#held < this.#length) continue;
			const text = this.#body.toString('utf8', 0, this.#length);
			this.#begin();
			yield parse(text);
		}
	}

	/** Nothing more will come. */
	end(): void {
		this.#begin();
	}

	#begin(): void {
		this.#budget?.release(this.#hold);
		this.#headerHeld = 0;
		this.#held = 0;
		if (this.#body.length > 0) this.#body = Buffer.alloc(0);
	}

	#keep(bytes: Uint8Array): void {
		const needed = this.#held + bytes.length;
		if (needed > this.#body.length) {
			const size = Math.min(this.#length, Math.max(2 * this.#body.length, needed));
			if (size > smallFrame) this.#budget?.hold(this.#hold, size);
			const larger = Buffer.allocUnsafeSlow(size);
			this.#body.copy(larger, 0, 0, this.#held);
			this.#body = larger;
		}
		this.#body.set(bytes, this.#held);
		this.#held = needed;
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new ProtocolError('bad-frame', 'a message that is not JSON');
	}
}

import {ProtocolError} from '../../../base/errors.js';
import type {PeerAddress} from '../../../base/peer-address.js';
import type {MseAgreement, MseDecryption} from '../../../protocol/transport/mse-agreement.js';
import type {Rc4} from '../../../protocol/transport/rc4.js';
import type {ConnectionEvents, PeerStream} from '../transport.js';

interface Waiting {
	readonly bytes: Uint8Array;
	readonly done: (() => void) | undefined;
}

/** What both kinds of handshake are, for the stream. */
interface Handshake {
	readonly agreement: MseAgreement | undefined;
	push(chunk: Uint8Array, at: number, end: number): number;
}

/** A stream over another one that shakes hands first and then encrypts, or does not, as was agreed. */
export abstract class MseStream implements PeerStream {
	abstract readonly remote: PeerAddress;
	abstract readonly incoming: boolean;
	/** Both began with a handshake that hides what it is, however they went on. */
	encryptedHandshake = false;
	protected stream: PeerStream | undefined;
	/** How it goes on is settled: what is written goes out. */
	protected isOpen = false;
	/** Nobody wants it any more. */
	protected isOver = false;
	#events: ConnectionEvents | undefined;
	#encrypt: Rc4 | undefined;
	#decrypt: MseDecryption | undefined;
	readonly #waiting: Waiting[] = [];
	#waitingBytes = 0;

	get transport(): PeerStream['transport'] {
		return this.stream?.transport ?? 'tcp';
	}

	get encrypted(): boolean {
		return this.#encrypt !== undefined;
	}

	get unsent(): number {
		return (this.stream?.unsent ?? 0) + this.#waitingBytes;
	}

	get untaken(): number {
		return this.stream?.untaken ?? this.unsent;
	}

	write(bytes: Uint8Array, done?: () => void): void {
		if (this.isOpen) return this.send(bytes, done);
		this.#waiting.push({bytes, done});
		this.#waitingBytes += bytes.length;
	}

	pause(): void {
		this.stream?.pause();
	}

	resume(): void {
		this.stream?.resume();
	}

	readAtMost(bytes: number | undefined): void {
		this.stream?.readAtMost?.(bytes);
	}

	close(reason: string): void {
		this.isOver = true;
		this.stream?.close(reason);
	}

	/** Who hears what comes. */
	protected hear(events: ConnectionEvents): void {
		this.#events = events;
	}

	protected get events(): ConnectionEvents {
		return this.#events!;
	}

	/** Encrypts what leaves where it is: it is ours, as `Connection.write` has it. */
	protected send(bytes: Uint8Array, done?: () => void): void {
		this.#encrypt?.apply(bytes);
		this.stream!.write(bytes, done);
	}

	/** Hands on what came once it is settled how. */
	protected receive(bytes: Uint8Array, length: number): void {
		const decrypt = this.#decrypt;
		if (decrypt !== undefined) {
			decrypt.apply(bytes, 0, length);
			if (decrypt.isOver) this.#decrypt = undefined;
		}
		this.events.data(bytes, length);
	}

	/**
	 * Has a handshake go on with what came. Answers whether it may go on; otherwise the connection is being closed.
	 */
	protected advance(handshake: Handshake, bytes: Uint8Array, length: number): boolean {
		let at: number;
		try {
			at = handshake.push(bytes, 0, length);
		} catch (error) {
			return this.fail(error);
		}
		const {agreement} = handshake;
		if (agreement === undefined) return true;
		this.encryptedHandshake = true;
		this.agreed();
		this.#encrypt = agreement.encrypt;
		this.#decrypt = agreement.decrypt.isOver ? undefined : agreement.decrypt;
		this.open();
		if (agreement.rest.length > 0) this.receive(agreement.rest, agreement.rest.length);
		if (at < length && !this.isOver) this.receive(bytes.subarray(at, length), length - at);
		return true;
	}

	/** The handshake is over, and nothing went out by what it came to yet. */
	protected abstract agreed(): void;

	/** It is settled how it goes on: what waited is sent. */
	protected open(): void {
		this.isOpen = true;
		for (const {bytes, done} of this.takeWaiting()) this.send(bytes, done);
	}

	/** What was written too early, to be sent by somebody else. */
	protected takeWaiting(): Waiting[] {
		this.#waitingBytes = 0;
		return this.#waiting.splice(0);
	}

	protected get hasWaiting(): boolean {
		return this.#waiting.length > 0;
	}

	/** The other end broke the protocol. Answers false. */
	protected fail(error: unknown): false {
		if (!(error instanceof ProtocolError)) throw error;
		this.close(error.message);
		return false;
	}

	/** It is over: who waits to reuse what was written may. */
	protected ended(reason: string): void {
		this.isOver = true;
		for (const {done} of this.takeWaiting()) done?.();
		this.events.closed(reason);
	}
}

import type {PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';

/** What a connection tells its owner. */
export interface ConnectionEvents {
	connected(): void;
	/** `bytes[0..length)` arrived; the buffer is shared by all connections and good until the call returns. */
	data(bytes: Uint8Array, length: number): void;
	/** Everything written has left for the kernel. */
	drained(): void;
	/** Told once, last, however it ended; never before `dial` or `accept` has returned. */
	closed(reason: string): void;
}

/** A stream of bytes to another machine. */
export interface Connection {
	readonly remote: PeerAddress;
	readonly incoming: boolean;
	/** Bytes written that the kernel has not taken. */
	readonly unsent: number;
	/** As far as it can be told: bytes of what is being written just now that the kernel has not taken. */
	readonly untaken?: number;
	/**
	 * The bytes are the connection's from here on: it may change them, as when it encrypts. `done` is called when the
	 * kernel has taken them, or the connection is closed: then their memory may be reused.
	 */
	write(bytes: Uint8Array, done?: () => void): void;
	/** Stops and restarts reading. */
	pause(): void;
	resume(): void;
	/**
	 * From the next portion on so many bytes are told at a time, for those who pause after each; undefined for as many
	 * as have come.
	 */
	readAtMost?(bytes: number | undefined): void;
	close(reason: string): void;
}

/**
 * A connection to a peer that knows what it runs over, from `connected` on or from `accept`, and whether it is encrypted,
 * from its first bytes on.
 */
export interface PeerStream extends Connection {
	readonly transport: 'tcp' | 'utp';
	/** What is said is encrypted. */
	readonly encrypted: boolean;
	/** It began with a handshake that hides what it is, whether the rest is encrypted or not. */
	readonly encryptedHandshake?: boolean;
}

/** How a peer is to be dialled. */
export interface DialOptions {
	/** Until it is connected, everything included that comes before our handshake can be sent. */
	readonly timeout: Millis;
	/** The torrent we want of it. 20 bytes. */
	readonly infoHash: Uint8Array;
	/** The one way that is to be tried: it was just connected so, or waits for us there. Both when left out. */
	readonly only?: PeerStream['transport'] | undefined;
}

/** Where peers may come in. */
export interface ListenOptions {
	/** 0 for any. */
	readonly port: number;
	/** Told the system's error code when somebody came and could not be let in. */
	readonly refused?: (code: string) => void;
}

export interface Listener {
	readonly port: number;
	/** Takes nobody any more; the connections it took go on. */
	retire?(): Promise<void>;
	/** Takes nobody any more, and ends the connections it took that still stand. */
	close(): Promise<void>;
}

/** Makes and takes streams between peers: TCP here, a simulated one in tests. Knows its own local addresses. */
export interface Transport {
	/** Never throws: what goes wrong is told by `closed`. */
	dial(to: PeerAddress, how: DialOptions, events: ConnectionEvents): PeerStream;
	/**
	 * It was dialled, and hung up without a word: whether it is to be dialled again at once, as that goes another way.
	 * Answers so once, until somebody there has said something.
	 */
	hasOtherWay?(to: PeerAddress): boolean;
	/**
	 * Takes connections. `accept` answers who listens to a new one, or undefined to close it. Rejects with the system's
	 * error code when the port cannot be had.
	 */
	listen(
		where: ListenOptions,
		accept: (stream: PeerStream) => ConnectionEvents | undefined,
	): Promise<Listener>;
}

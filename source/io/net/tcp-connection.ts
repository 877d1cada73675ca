import type net from 'node:net';
import type {PeerAddress} from '../../base/peer-address.js';
import {resetSocket} from './reset-socket.js';
import type {ConnectionEvents, PeerStream} from './transport.js';

/** Bytes that a connection is told at a time at most. */
export const receiveBufferLength = 65_536;

/** What Node reads into; it takes undefined as "the same again", which its types do not tell. */
type ReadBuffer = Uint8Array;

/** A stream over a TCP socket of Node's. */
export class TcpConnection implements PeerStream {
	readonly transport = 'tcp';
	readonly encrypted = false;
	readonly remote: PeerAddress;
	readonly incoming: boolean;
	paused = false;
	#socket: net.Socket | undefined;
	#reason = 'the peer closed the connection';
	#most = receiveBufferLength;
	/** The length of the buffer that Node has. */
	#given = 0;

	constructor(remote: PeerAddress, incoming: boolean) {
		this.remote = remote;
		this.incoming = incoming;
	}

	attach(socket: net.Socket, events: ConnectionEvents): void {
		this.#socket = socket;
		socket.on('drain', () => events.drained());
		socket.on('error', error => {
			this.#reason = sayWhy(error);
		});
		socket.once('end', () => socket.destroy());
		socket.once('close', () => events.closed(this.#reason));
	}

	get unsent(): number {
		return this.#socket?.writableLength ?? 0;
	}

	/** Node tells that a write is done when all of it is; its handle knows how far it has come. */
	get untaken(): number {
		const holder = this.#socket as unknown as {_handle?: {writeQueueSize?: number} | null} | undefined;
		return holder?._handle?.writeQueueSize ?? 0;
	}

	write(bytes: Uint8Array, done?: () => void): void {
		if (this.#socket === undefined || this.#socket.destroyed) {
			if (done !== undefined) setImmediate(done);
			return;
		}
		if (done === undefined) this.#socket.write(bytes);
		else this.#socket.write(bytes, () => done());
	}

	pause(): void {
		this.paused = true;
		this.#socket?.pause();
	}

	resume(): void {
		this.paused = false;
		this.#socket?.resume();
	}

	readAtMost(bytes: number | undefined): void {
		this.#most = Math.min(receiveBufferLength, bytes ?? receiveBufferLength);
	}

	/** Changes the buffer only when another size is wanted: doing so for each read would cost. */
	nextBuffer(whole: Uint8Array): ReadBuffer {
		if (this.#given === this.#most) return undefined as unknown as ReadBuffer;
		this.#given = this.#most;
		return whole.subarray(0, this.#most);
	}

	close(reason: string): void {
		if (this.#socket === undefined || this.#socket.destroyed) return;
		this.#reason = reason;
		this.#socket.destroy();
	}

	/** The same at once, with nothing sent of what still waits. */
	reset(reason: string): void {
		if (this.#socket === undefined || this.#socket.destroyed) return;
		this.#reason = reason;
		resetSocket(this.#socket);
	}
}

function sayWhy(error: NodeJS.ErrnoException): string {
	switch (error.code) {
		case 'ECONNREFUSED':
			return 'connection refused';
		case 'ECONNRESET':
		case 'EPIPE':
			return 'connection reset by the peer';
		case 'ETIMEDOUT':
			return 'connecting took too long';
		case 'EHOSTUNREACH':
		case 'ENETUNREACH':
			return 'no route to the peer';
		case 'EMFILE':
		case 'ENFILE':
			return 'too many open files';
		default:
			return error.code ?? error.message;
	}
}

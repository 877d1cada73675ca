import {addressFamilyOf} from '../../base/ip-address.js';
import type {Clock, Random} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {decodeUdpResponse, type UdpResponse, udpTransactionId} from '../../protocol/tracker/udp.js';
import type {DatagramOwner, UdpMux} from './udp-mux.js';

/** Where a tracker is asked: `host` is in the form of `formatIp`. */
export interface UdpEndpoint {
	readonly host: string;
	readonly port: number;
	/** `host` is a name; where it leads only a proxy knows. */
	readonly isNamed?: boolean;
}

interface Transaction {
	readonly endpoint: UdpEndpoint;
	settle(result: UdpResponse | Error): void;
}

/** How a question is put again. */
export interface Retransmission {
	readonly signal: AbortSignal | undefined;
	/** How long each attempt waits. */
	readonly patience: readonly Millis[];
}

/** What a transaction is rejected with whose attempts are all over. */
export const noAnswer = new Error('no answer');

/**
 * Questions to UDP trackers and their answers. An answer counts only when both its transaction id and the address it
 * comes from are right. BEP 15.
 */
export class UdpTransactions implements DatagramOwner {
	readonly #udp: UdpMux;
	readonly #clock: Clock;
	readonly #random: Random;
	readonly #pending = new Map<number, Transaction>();
	#joined = false;
	#closed = false;

	constructor(udp: UdpMux, clock: Clock, random: Random) {
		this.#udp = udp;
		this.#clock = clock;
		this.#random = random;
	}

	/** Sends until something comes back. Rejects with `noAnswer`, the signal's reason, or why it could not be sent or read. */
	exchange(
		endpoint: UdpEndpoint,
		encode: (transactionId: number) => Uint8Array,
		{signal, patience}: Retransmission,
	): Promise<UdpResponse> {
		return new Promise((resolve, reject) => {
			if (this.#closed) return reject(new Error('closed'));
			if (signal?.aborted) return reject(signal.reason);
			if (!this.#joined) this.#udp.join(this);
			this.#joined = true;
			const transactionId = this.#newId();
			let attempt = 0;
			let timer = {clear: (): void => {}};
			const settle = (result: UdpResponse | Error): void => {
				if (!this.#pending.delete(transactionId)) return;
				timer.clear();
				signal?.removeEventListener('abort', abort);
				this.#udp.release();
				if (result instanceof Error) reject(result);
				else resolve(result);
			};
			const abort = (): void => settle(signal?.reason as Error);
			const send = (): void => {
				const wait = patience[attempt++];
				if (wait === undefined) return settle(noAnswer);
				timer = this.#clock.after(wait, send);
				this.#udp.send(encode(transactionId), endpoint.host, endpoint.port, settle);
			};
			signal?.addEventListener('abort', abort);
			this.#pending.set(transactionId, {endpoint, settle});
			this.#udp.hold();
			send();
		});
	}

	/** Rejects all that are under way. */
	close(): void {
		this.#closed = true;
		for (const transaction of [...this.#pending.values()]) transaction.settle(new Error('closed'));
	}

	claims(bytes: Uint8Array): boolean {
		return this.#pending.size > 0 && this.#pending.has(udpTransactionId(bytes) ?? -1);
	}

	receive(bytes: Uint8Array, host: string, port: number): void {
		const transaction = this.#pending.get(udpTransactionId(bytes) ?? -1);
		if (transaction === undefined || transaction.endpoint.port !== port) return;
		if (transaction.endpoint.host !== host && !transaction.endpoint.isNamed) return;
		try {
			transaction.settle(decodeUdpResponse(bytes, addressFamilyOf(host)));
		} catch (error) {
			transaction.settle(error as Error);
		}
	}

	#newId(): number {
		for (;;) {
			const [a = 0, b = 0, c = 0, d = 0] = this.#random.bytes(4);
			const id = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
			if (!this.#pending.has(id)) return id;
		}
	}
}

import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {UdpMux} from '../../io/net/udp-mux.js';
import {looksLikeUtp} from '../../protocol/transport/utp-packet.js';
import {refuseUtpStream} from '../../protocol/transport/utp-reset.js';

/** Refusals in one second: an answer is as long as what it answers, and whoever is spoken to may not have asked. */
const most = 50;
const second: Millis = 1000;

/**
 * Tells those who come over uTP that it is not spoken here: they come over TCP at once. Where they hear nothing libtorrent
 * waits for three seconds, and some for longer than they try to connect.
 */
export class UtpRefusal {
	readonly #udp: Pick<UdpMux, 'send'>;
	readonly #clock: Clock;
	#left = most;
	#since: Millis = -Infinity;

	constructor(udp: Pick<UdpMux, 'join' | 'send'>, clock: Clock) {
		this.#udp = udp;
		this.#clock = clock;
		udp.join({
			claims: looksLikeUtp,
			receive: (bytes, host, port) => this.#receive(bytes, host, port),
		});
	}

	#receive(bytes: Uint8Array, host: string, port: number): void {
		const reset = refuseUtpStream(bytes);
		if (reset === undefined || !this.#admits()) return;
		this.#udp.send(reset, host, port);
	}

	#admits(): boolean {
		const now = this.#clock.now();
		if (now - this.#since >= second) {
			this.#since = now;
			this.#left = most;
		}
		return this.#left-- > 0;
	}
}

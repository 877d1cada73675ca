import {formatAddress, type PeerAddress} from '../../base/peer-address.js';

/** How a connection begins: with a handshake that hides it, or in the clear. */
export type SpokenWay = 'encrypted' | 'clear';

/** As many as a few torrents know peers. */
const mostRemembered = 4000;

/** How each peer was met last, so that it is met so at once the next time. */
export class SpokenWays {
	readonly #ways = new Map<string, SpokenWay>();

	/** In which order to try the two with a peer: nobody who is new is spoken to in the clear first. */
	order(address: PeerAddress): readonly [SpokenWay, SpokenWay] {
		return this.#ways.get(formatAddress(address)) === 'clear'
			? ['clear', 'encrypted']
			: ['encrypted', 'clear'];
	}

	/** It answered to this. */
	answered(address: PeerAddress, way: SpokenWay): void {
		const key = formatAddress(address);
		this.#ways.delete(key);
		this.#ways.set(key, way);
		if (this.#ways.size <= mostRemembered) return;
		for (const oldest of this.#ways.keys()) {
			this.#ways.delete(oldest);
			return;
		}
	}
}

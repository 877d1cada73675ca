import type {Millis} from '../../base/units.js';
import {networkKey, type PeerKey} from './peer-key.js';

/** So long is remembered who was here for nothing: who comes back sooner is no newcomer. */
const remembered: Millis = 600_000;
const mostRemembered = 4000;

/** Hosts that had a place and traded nothing. Whoever has a whole IPv6 network (/64) is one host. */
export class IdleHosts {
	/** The one whose last visit is longest ago comes first. */
	readonly #visits = new Map<string, Millis>();

	/** It has gone, and nothing was traded. */
	add(key: PeerKey, now: Millis): void {
		const host = networkKey(key);
		this.#visits.delete(host);
		this.#visits.set(host, now);
		if (this.#visits.size <= mostRemembered) return;
		for (const oldest of this.#visits.keys()) {
			this.#visits.delete(oldest);
			return;
		}
	}

	/** It has traded. */
	delete(key: PeerKey): void {
		this.#visits.delete(networkKey(key));
	}

	has(key: PeerKey, now: Millis): boolean {
		const at = this.#visits.get(networkKey(key));
		return at !== undefined && now - at < remembered;
	}
}

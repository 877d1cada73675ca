import {parseIp} from '../../base/ip-address.js';
import type {Millis} from '../../base/units.js';
import {normalHost, type PeerKey} from './peer-key.js';

/** So long is remembered who was here for nothing: who comes back sooner is no newcomer. */
const remembered: Millis = 600_000;
const mostRemembered = 4000;

/** Hosts that had a place and traded nothing. Whoever has a whole IPv6 network (/64) is one host. */
export class IdleHosts {
	/** The one whose last visit is longest ago comes first. */
	readonly #visits = new Map<string, Millis>();

	/** It has gone, and nothing was traded. */
	add(key: PeerKey, now: Millis): void {
		const host = networkOf(key);
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
		this.#visits.delete(networkOf(key));
	}

	has(key: PeerKey, now: Millis): boolean {
		const at = this.#visits.get(networkOf(key));
		return at !== undefined && now - at < remembered;
	}
}

/** The first 64 bits of an IPv6 address, which one household has to itself; all else as it is. */
function networkOf(key: PeerKey): string {
	const host = normalHost(key);
	const ip = host === undefined ? undefined : parseIp(host);
	return ip?.length === 16 ? ip.subarray(0, 8).join('.') : key;
}

import {type AddressScope, addressScope, parseIp} from '../../base/ip-address.js';

const reach: Readonly<Record<AddressScope, number>> = {
	public: 2,
	local: 1,
	loopback: 0,
	multicast: -1,
	unspecified: -1,
};

/**
 * How far an address is known: 2 in the internet, 1 in our network, 0 on this machine, -1 nowhere. Who is known farther
 * must not be told of, nor tell of, what is known less far.
 */
export function reachOf(host: string): number {
	const ip = parseIp(host);
	return ip === undefined ? -1 : reach[addressScope(ip)];
}

/**
 * Whether an address means the same thing to two who speak of it: somebody in the internet neither knows nor is told of
 * addresses inside our own network, and nobody but this machine itself of those on it.
 *
 * @param host the address that is spoken of
 * @param other where the one is with whom we speak
 */
export function isWithinReach(host: string, other: string): boolean {
	const least = reachOf(other);
	return least >= 0 && reachOf(host) >= least;
}

import {type AddressScope, addressScope, parseIp} from '../../base/ip-address.js';

const reach: Readonly<Record<AddressScope, number>> = {
	public: 2,
	local: 1,
	loopback: 0,
	multicast: -1,
	unspecified: -1,
};

/**
 * Whether an address means the same thing to two who speak of it: somebody in the internet neither knows nor is told of
 * addresses inside our own network, and nobody but this machine itself of those on it.
 *
 * @param host the address that is spoken of
 * @param other where the one is with whom we speak
 */
export function isWithinReach(host: string, other: string): boolean {
	const [told, by] = [parseIp(host), parseIp(other)];
	if (told === undefined || by === undefined) return false;
	const scope = reach[addressScope(told)];
	return scope >= 0 && scope >= reach[addressScope(by)];
}

import {type AddressFamily, addressFamilyOf} from '../../base/ip-address.js';

const names: Readonly<Record<AddressFamily, string>> = {ipv4: 'IPv4', ipv6: 'IPv6'};

/**
 * Why nothing is sent in a family, in words; undefined when it is.
 *
 * @param isBound whether we may send in the family at all: not when we are bound to addresses of the other alone
 * @param hosts the addresses by which this machine is used; when there are none nobody knows
 */
export function whyUnused(
	family: AddressFamily,
	isBound: boolean,
	hosts: readonly string[],
): string | undefined {
	if (!isBound)
		return `only ${names[family === 'ipv4' ? 'ipv6' : 'ipv4']} is used: --bind names no ${names[family]} address`;
	if (hosts.length === 0 || hosts.some(host => addressFamilyOf(host) === family)) return undefined;
	return `this machine has no ${names[family]} address`;
}

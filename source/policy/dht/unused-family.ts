import {parseIp} from '../../base/ip-address.js';

type Family = 'ipv4' | 'ipv6';

const names: Readonly<Record<Family, string>> = {ipv4: 'IPv4', ipv6: 'IPv6'};

/**
 * Why nothing is sent in a family, in words; undefined when it is.
 *
 * @param isBound whether we may send in the family at all: not when we are bound to addresses of the other alone
 * @param hosts the addresses by which this machine is used; when there are none nobody knows
 */
export function whyUnused(family: Family, isBound: boolean, hosts: readonly string[]): string | undefined {
	if (!isBound)
		return `only ${names[family === 'ipv4' ? 'ipv6' : 'ipv4']} is used: --bind names no ${names[family]} address`;
	const length = family === 'ipv4' ? 4 : 16;
	if (hosts.length === 0 || hosts.some(host => parseIp(host)?.length === length)) return undefined;
	return `this machine has no ${names[family]} address`;
}

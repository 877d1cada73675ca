import {networkInterfaces} from 'node:os';
import {addressScope, formatIp, parseIp} from '../../base/ip-address.js';
import {isLinkLocalIpv6} from '../../base/peer-address.js';
import {familyOf, type IpFamily} from './local-addresses.js';

/** A network this machine has an interface to, and its address there. */
export interface LocalNetwork {
	/** Of the interface: `eth0`. */
	readonly name: string;
	readonly family: IpFamily;
	readonly address: string;
	/** Bits that all addresses of the network share. */
	readonly prefix: number;
}

/** What the system tells of its interfaces. */
export type ReadInterfaces = () => NodeJS.Dict<
	ReadonlyArray<{readonly address: string; readonly internal: boolean; readonly cidr: string | null}>
>;

/** So many bits name a network of IPv6, also where DHCP gives single addresses. RFC 4291. */
const ipv6Network = 64;

/**
 * The networks of this machine by which others may reach it: none of the machine itself, and none of link-local IPv6
 * addresses, which mean nothing without their interface.
 *
 * @param bind addresses we are bound to; none for all
 */
export function localNetworks(
	bind: readonly string[],
	read: ReadInterfaces = networkInterfaces,
): LocalNetwork[] {
	// `::` stands for IPv4 as well, unless that has addresses of its own.
	const hasIpv4 = bind.some(host => familyOf(host) === 4);
	const isBound = (address: string): boolean =>
		bind.length === 0 ||
		bind.includes(address) ||
		(familyOf(address) === 4 ? bind.includes(hasIpv4 ? '0.0.0.0' : '::') : bind.includes('::'));
	return Object.entries(read()).flatMap(([name, addresses = []]) =>
		addresses.flatMap(({address: text, internal, cidr}) => {
			const ip = parseIp(text);
			if (internal || ip === undefined || isLinkLocalIpv6(ip)) return [];
			if (addressScope(ip) === 'loopback') return [];
			const address = formatIp(ip);
			if (!isBound(address)) return [];
			const bits = Number(cidr?.split('/')[1] ?? ip.length * 8);
			const family = familyOf(address);
			return [{name, family, address, prefix: family === 6 ? Math.min(bits, ipv6Network) : bits}];
		}),
	);
}

/** Whether an address, in text form, belongs to a network. One with a zone (`%eth0`) belongs to none. */
export function isInNetwork(host: string, {address, prefix}: LocalNetwork): boolean {
	const [ip, ours] = [parseIp(host), parseIp(address)];
	if (host.includes('%') || ip === undefined || ours === undefined || ip.length !== ours.length) return false;
	for (let bit = 0; bit < prefix; bit += 8) {
		const mask = prefix - bit >= 8 ? 255 : 0xff & (0xff00 >> (prefix - bit));
		const at = bit / 8;
		if ((ip[at]! & mask) !== (ours[at]! & mask)) return false;
	}
	return true;
}

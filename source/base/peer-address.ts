import {addressScope} from './ip-address.js';

/** Where a peer can be reached: `host` is an IP address in its usual text form, never a name. */
export interface PeerAddress {
	readonly host: string;
	readonly port: number;
}

/** `192.0.2.1:6881` or `[2001:db8::1]:6881`; the key under which an address is known. */
export function formatAddress({host, port}: PeerAddress): string {
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Whether a peer may be at this IP address (4 or 16 bytes) and port. At a link-local one of IPv6 nobody is, since it
 * means nothing without its interface.
 */
export function isDialable(ip: Uint8Array, port: number): boolean {
	if (!Number.isInteger(port) || port < 1 || port > 65_535) return false;
	const scope = addressScope(ip);
	return scope !== 'multicast' && scope !== 'unspecified' && !isLinkLocalIpv6(ip);
}

/** `fe80::/10`. */
export function isLinkLocalIpv6(ip: Uint8Array): boolean {
	return ip.length === 16 && ip[0] === 0xfe && (ip[1]! & 0xc0) === 0x80;
}

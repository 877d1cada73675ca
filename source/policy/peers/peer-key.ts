import {addressScope, formatIp, parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {formatAddress} from '../../base/peer-address.js';

/** Under which name a peer's deeds are remembered. */
export type PeerKey = string;

/**
 * The host, so that a new connection or port washes nothing clean. On 127.0.0.1 and ::1 host and port:
 * everyone on this machine shares those.
 */
export function peerKey(address: PeerAddress): PeerKey {
	const host = normalHost(address.host) ?? address.host;
	return host === '127.0.0.1' || host === '::1' ? formatAddress({host, port: address.port}) : host;
}

/** The first 64 bits of an IPv6 address, which one household has to itself; all else as it is. */
export function networkKey(key: PeerKey): string {
	const host = normalHost(key);
	const ip = host === undefined ? undefined : parseIp(host);
	return ip?.length === 16 ? ip.subarray(0, 8).join('.') : key;
}

/** One spelling for each IP address: IPv4 inside IPv6 as IPv4, RFC 5952 else; undefined when it is none. */
export function normalHost(host: string): string | undefined {
	const ip = parseIp(host);
	if (!ip) return undefined;
	const zone = /%.*$/s.exec(host)?.[0] ?? '';
	if (zone === '' || ip.length === 4) return formatIp(ip);
	return /^%[\w.-]{1,32}$/.test(zone) ? formatIp(ip) + zone : undefined;
}

/** Whether this IP address stays on this machine. */
export function isLoopback(host: string): boolean {
	const ip = parseIp(host);
	return ip !== undefined && addressScope(ip) === 'loopback';
}

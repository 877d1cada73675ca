/** Where a peer can be reached: `host` is an IP address in its usual text form, never a name. */
export interface PeerAddress {
	readonly host: string;
	readonly port: number;
}

/** `192.0.2.1:6881` or `[2001:db8::1]:6881`; the key under which an address is known. */
export function formatAddress({host, port}: PeerAddress): string {
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The address of a socket's other end as the system writes it, in its usual form: IPv4 inside IPv6 as IPv4, no zone. The
 * system writes all else in that form already.
 */
export function plainHost(address: string): string {
	if (!address.includes(':')) return address;
	if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7);
	const zone = address.indexOf('%');
	return zone === -1 ? address : address.slice(0, zone);
}

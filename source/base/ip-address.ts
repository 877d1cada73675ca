/** Where an address leads: `local` is private, link-local, shared and unique-local space. */
export type AddressScope = 'public' | 'local' | 'loopback' | 'multicast' | 'unspecified';

/** The two families of IP addresses, by which peers, trackers and the DHT are spoken to apart. */
export type AddressFamily = 'ipv4' | 'ipv6';

/** The family of an IP address in text form; an IPv4 address inside IPv6 is one of IPv4. */
export function addressFamilyOf(host: string): AddressFamily {
	return host.includes(':') && parseIp(host)?.length === 16 ? 'ipv6' : 'ipv4';
}

const dot = 0x2e;
const colon = 0x3a;

/**
 * Reads an IPv4 or IPv6 address in text form: 4 or 16 bytes, undefined when `text` is neither.
 * A zone (`%eth0`) is left out; an IPv4 address inside IPv6 (`::ffff:192.0.2.1`) gives its 4 bytes.
 */
export function parseIp(text: string): Uint8Array<ArrayBuffer> | undefined {
	if (text.length > 64) return undefined;
	if (!text.includes(':')) return parseIpv4(text);
	const zone = text.indexOf('%');
	const bytes = parseIpv6(text, zone < 0 ? text.length : zone);
	return bytes && isMappedIpv4(bytes) ? bytes.slice(12) : bytes;
}

function parseIpv4(text: string): Uint8Array<ArrayBuffer> | undefined {
	// Digit by digit: a tracker reads some for each announce.
	const bytes = new Uint8Array(4);
	let part = 0;
	let digits = 0;
	let value = 0;
	for (let at = 0; at <= text.length; at++) {
		const code = at === text.length ? dot : text.charCodeAt(at);
		if (code === dot) {
			if (digits === 0 || part === 4) return undefined;
			bytes[part++] = value;
			digits = 0;
			value = 0;
			continue;
		}
		// No leading zeros: some read them as octal.
		if (code < 0x30 || code > 0x39 || (digits > 0 && value === 0)) return undefined;
		value = value * 10 + code - 0x30;
		digits++;
		if (value > 255) return undefined;
	}
	return part === 4 ? bytes : undefined;
}

/** @param end where it ends in `text` */
function parseIpv6(text: string, end: number): Uint8Array<ArrayBuffer> | undefined {
	// Digit by digit: a blocklist looks each up who comes.
	const bytes = new Uint8Array(16);
	let filled = 0;
	/** Before which of them the zeros are that were left out. */
	let gap = -1;
	let at = 0;
	if (text.charCodeAt(0) === colon) {
		if (end < 2 || text.charCodeAt(1) !== colon) return undefined;
		gap = 0;
		at = 2;
	}
	while (at < end) {
		const start = at;
		let value = 0;
		for (; at < end; at++) {
			const digit = hexDigit(text.charCodeAt(at));
			if (digit < 0) break;
			value = value * 16 + digit;
		}
		if (at < end && text.charCodeAt(at) === dot) {
			const embedded = filled <= 12 ? parseIpv4(text.slice(start, end)) : undefined;
			if (embedded === undefined) return undefined;
			bytes.set(embedded, filled);
			filled += 4;
			break;
		}
		if (at === start || at > start + 4 || filled === 16) return undefined;
		bytes[filled++] = value >> 8;
		bytes[filled++] = value;
		if (at === end) break;
		if (text.charCodeAt(at++) !== colon || at === end) return undefined;
		if (text.charCodeAt(at) !== colon) continue;
		if (gap >= 0) return undefined;
		gap = filled;
		at++;
	}
	if (gap < 0) return filled === 16 ? bytes : undefined;
	if (filled > 14) return undefined;
	const behind = 16 - (filled - gap);
	bytes.copyWithin(behind, gap, filled);
	return bytes.fill(0, gap, behind);
}

/** Of a character's code; -1 for what is none. */
function hexDigit(code: number): number {
	if (code >= 0x30 && code <= 0x39) return code - 0x30;
	const letter = code | 0x20;
	return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isMappedIpv4(bytes: Uint8Array): boolean {
	for (let at = 0; at < 10; at++) if (bytes[at] !== 0) return false;
	return bytes[10] === 255 && bytes[11] === 255;
}

/** The usual text form of 4 or 16 bytes; IPv4 inside IPv6 is written as IPv4. RFC 5952. */
export function formatIp(bytes: Uint8Array): string {
	if (bytes.length === 4) return bytes.join('.');
	if (isMappedIpv4(bytes)) return bytes.subarray(12).join('.');
	const groups: number[] = [];
	for (let at = 0; at < 16; at += 2) groups.push((bytes[at]! << 8) | bytes[at + 1]!);
	let [start, length] = [-1, 1];
	for (let at = 0; at < 8; at++) {
		let end = at;
		while (end < 8 && groups[end] === 0) end++;
		if (end - at > length) [start, length] = [at, end - at];
		if (end > at) at = end;
	}
	const hex = (part: readonly number[]): string => part.map(group => group.toString(16)).join(':');
	if (start === -1) return hex(groups);
	return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

/** Where an address (4 or 16 bytes) leads. */
export function addressScope(bytes: Uint8Array): AddressScope {
	const [first, second] = [bytes[0]!, bytes[1]!];
	if (bytes.length === 4) return scopeOfIpv4(first, second);
	if (isMappedIpv4(bytes)) return scopeOfIpv4(bytes[12]!, bytes[13]!);
	if (bytes.subarray(0, 15).every(byte => byte === 0)) {
		if (bytes[15] === 0) return 'unspecified';
		if (bytes[15] === 1) return 'loopback';
	}
	// NAT64 and 6to4 lead to the IPv4 address inside them.
	if (first === 0 && second === 0x64 && bytes[2] === 0xff && bytes[3] === 0x9b) {
		return scopeOfIpv4(bytes[12]!, bytes[13]!);
	}
	if (first === 0x20 && second === 0x02) return scopeOfIpv4(bytes[2]!, bytes[3]!);
	if (first === 0xff) return 'multicast';
	if ((first & 0xfe) === 0xfc) return 'local';
	if (first === 0xfe && (second & 0x80) === 0x80) return 'local';
	return 'public';
}

function scopeOfIpv4(first: number, second: number): AddressScope {
	if (first === 127) return 'loopback';
	if (first === 0) return 'unspecified';
	if (first >= 224) return 'multicast';
	if (first === 10 || (first === 192 && second === 168) || (first === 169 && second === 254)) return 'local';
	if (first === 172 && second >= 16 && second < 32) return 'local';
	if (first === 100 && second >= 64 && second < 128) return 'local';
	return 'public';
}

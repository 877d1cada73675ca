/** Where an address leads: `local` is private, link-local, shared and unique-local space. */
export type AddressScope = 'public' | 'local' | 'loopback' | 'multicast' | 'unspecified';

/** The two families of IP addresses, by which peers, trackers and the DHT are spoken to apart. */
export type AddressFamily = 'ipv4' | 'ipv6';

/** The family of an IP address in text form; an IPv4 address inside IPv6 is one of IPv4. */
export function addressFamilyOf(host: string): AddressFamily {
	return host.includes(':') && parseIp(host)?.length === 16 ? 'ipv6' : 'ipv4';
}

const dot = 0x2e;

/**
 * Reads an IPv4 or IPv6 address in text form: 4 or 16 bytes, undefined when `text` is neither.
 * A zone (`%eth0`) is left out; an IPv4 address inside IPv6 (`::ffff:192.0.2.1`) gives its 4 bytes.
 */
export function parseIp(text: string): Uint8Array<ArrayBuffer> | undefined {
	if (text.length > 64) return undefined;
	if (!text.includes(':')) return parseIpv4(text);
	const bytes = parseIpv6(text.split('%', 1)[0]!);
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

function parseIpv6(text: string): Uint8Array<ArrayBuffer> | undefined {
	const halves = text.split('::');
	if (halves.length > 2) return undefined;
	const head = groupBytes(halves[0]!);
	const tail = halves.length === 2 ? groupBytes(halves[1]!) : [];
	if (!head || !tail) return undefined;
	const missing = 16 - head.length - tail.length;
	if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
	return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

function groupBytes(text: string): number[] | undefined {
	if (text === '') return [];
	const bytes: number[] = [];
	const groups = text.split(':');
	for (const [index, group] of groups.entries()) {
		if (group.includes('.')) {
			const embedded = index === groups.length - 1 ? parseIpv4(group) : undefined;
			if (!embedded) return undefined;
			bytes.push(...embedded);
		} else {
			if (!/^[\da-f]{1,4}$/i.test(group)) return undefined;
			const value = Number.parseInt(group, 16);
			bytes.push(value >> 8, value & 255);
		}
	}
	return bytes;
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

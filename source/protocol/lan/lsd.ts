import {ProtocolError} from '../../base/errors.js';
import {fromHex, toHex} from '../../base/hex.js';

/** The port of both multicast groups. BEP 14. */
export const lsdPort = 6771;

/** Where announces go. BEP 14. */
export const lsdGroup = {ipv4: '239.192.152.143', ipv6: 'ff15::efc0:988f'} as const;

/** What a `Host` header calls a group. */
const groupName = {
	ipv4: `${lsdGroup.ipv4}:${lsdPort}`,
	ipv6: `[${lsdGroup.ipv6}]:${lsdPort}`,
} as const;

/** So many torrents fit into a datagram of 1,400 bytes. */
export const mostInfoHashes = 25;

/** Longer datagrams are not read: nobody sends them. */
const longestRead = 2048;
/** Torrents of one announce that are read; the others are left out. */
const mostRead = 40;
const longestCookie = 64;

/** Says in which swarms somebody on the local network is. */
export interface LsdAnnounce {
	/** Where the sender listens for peers, 1 to 65,535; its address is the packet's. */
	readonly port: number;
	/** 20 bytes each, at least one, none twice. */
	readonly infoHashes: readonly Uint8Array[];
	/** By which senders know their own announces. */
	readonly cookie?: string | undefined;
}

/** A datagram for a group of at most 1,400 bytes. @param announce with at most 25 torrents */
export function encodeLsdAnnounce(announce: LsdAnnounce, family: 'ipv4' | 'ipv6'): Uint8Array<ArrayBuffer> {
	const {port, infoHashes, cookie} = announce;
	const lines = [
		'BT-SEARCH * HTTP/1.1',
		`Host: ${groupName[family]}`,
		`Port: ${port}`,
		...infoHashes.map(hash => `Infohash: ${toHex(hash)}`),
		...(cookie === undefined ? [] : [`cookie: ${cookie}`]),
	];
	return new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n\r\n`);
}

/**
 * Reads what came to a group. Headers may have any case and order; unknown ones mean nothing, and hashes that are none
 * are left out.
 *
 * @throws {ProtocolError} when it is too long, no announce, or names no port or no torrent
 */
export function decodeLsdAnnounce(bytes: Uint8Array): LsdAnnounce {
	if (bytes.length > longestRead) throw fault(`${bytes.length} bytes are too many`);
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	const [first = '', ...lines] = text.split(/\r?\n/);
	if (!/^BT-SEARCH \* HTTP\/\d\.\d$/.test(first)) throw fault('it is no search');
	let port: number | undefined;
	let cookie: string | undefined;
	const found = new Map<string, Uint8Array>();
	for (const line of lines) {
		const colon = line.indexOf(':');
		if (colon === -1) continue;
		const value = line.slice(colon + 1).trim();
		switch (line.slice(0, colon).trim().toLowerCase()) {
			case 'port':
				port ??= readPort(value);
				break;
			case 'infohash':
				if (/^[\da-f]{40}$/i.test(value) && found.size < mostRead)
					found.set(value.toLowerCase(), fromHex(value)!);
				break;
			case 'cookie':
				if (value.length <= longestCookie) cookie ??= value;
		}
	}
	if (port === undefined) throw fault('it names no port');
	if (found.size === 0) throw fault('it names no torrent');
	return {port, infoHashes: [...found.values()], ...(cookie !== undefined && {cookie})};
}

function readPort(value: string): number {
	const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
	if (port < 1 || port > 65_535) throw fault('its port is none');
	return port;
}

function fault(why: string): ProtocolError {
	return new ProtocolError('bad-lsd-announce', `local discovery: ${why}`, 14);
}

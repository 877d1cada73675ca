import {decodeDictionary, encodeBencode} from '../bencode/bencode.js';

/**
 * The .torrent with nothing in it but what is the torrent itself: its info dictionary, byte for byte, and the hashes of
 * its pieces. Trackers, in whose URLs may be what is secret, web seeds and comments are left out. BEP 3, 52.
 *
 * @param bytes a .torrent that was read before
 */
export function bareMetainfo(bytes: Uint8Array): Uint8Array {
	const root = decodeDictionary(bytes, 'the .torrent');
	const parts: Uint8Array[] = [Uint8Array.of(0x64)];
	for (const key of ['info', 'piece layers']) {
		const value = root.get(key);
		if (value !== undefined) parts.push(encodeBencode(key), value.raw);
	}
	parts.push(Uint8Array.of(0x65));
	const bare = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		bare.set(part, at);
		at += part.length;
	}
	return bare;
}

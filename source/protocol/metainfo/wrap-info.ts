import {encodeBencode} from '../bencode/bencode.js';

const begin = Uint8Array.of(0x64);
const end = Uint8Array.of(0x65);

/**
 * A .torrent around an info dictionary that came from peers: byte for byte, or it would have another hash. BEP 3, 9, 12, 19.
 *
 * @param trackers tiers of announce URLs
 * @param webSeeds URLs of HTTP servers that have its files
 */
export function wrapInfo(
	info: Uint8Array,
	trackers: ReadonlyArray<readonly string[]>,
	webSeeds: readonly string[] = [],
): Uint8Array {
	const tiers = trackers.filter(tier => tier.length > 0);
	const parts = tiers.length > 0 ? [encodeBencode('announce-list'), encodeBencode(tiers)] : [];
	const seeds = webSeeds.length > 0 ? [encodeBencode('url-list'), encodeBencode([...webSeeds])] : [];
	const all = [begin, ...parts, encodeBencode('info'), info, ...seeds, end];
	const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of all) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

import {fromHex} from '../../base/hex.js';
import {decodeBencode, encodeBencode} from '../bencode/bencode.js';

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
	return join([begin, ...parts, encodeBencode('info'), info, ...seeds, end]);
}

const layersKey = 'piece layers';

/**
 * A .torrent with these piece layers, in the place of those it has; all else is as it was, byte for byte. BEP 52.
 *
 * @param torrent a whole .torrent that was read before
 * @param layers by hex root
 */
export function withPieceLayers(torrent: Uint8Array, layers: ReadonlyMap<string, Uint8Array>): Uint8Array {
	const named = [...layers].map(([root, layer]) => [fromHex(root)!, layer] as const);
	const own = [encodeBencode(layersKey), encodeBencode(new Map(named))];
	const before: Uint8Array[] = [];
	const after: Uint8Array[] = [];
	for (const [key, value] of decodeBencode(torrent).entries()) {
		// Of a longer key no more is needed to know its place.
		const name = String.fromCharCode(...key.subarray(0, layersKey.length + 1));
		if (name !== layersKey) (name < layersKey ? before : after).push(encodeBencode(key), value.raw);
	}
	return join([begin, ...before, ...own, ...after, end]);
}

function join(all: readonly Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of all) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

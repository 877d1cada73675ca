/** SHA-1 of some bytes: 20 of them. */
type Sha1 = (bytes: Uint8Array) => Uint8Array;

/**
 * The pieces a peer at this IP address may have though it is choked: `count` of them, or all when there are fewer, the
 * same for its whole neighbourhood, so that nobody gains by coming from many addresses. BEP 6; for IPv6, of which that
 * says nothing, a neighbourhood is a /64.
 * @param ip 4 or 16 bytes
 * @param infoHash 20 bytes
 */
export function allowedFastSet(
	ip: Uint8Array,
	infoHash: Uint8Array,
	pieceCount: number,
	count: number,
	sha1: Sha1,
): number[] {
	const network = ip.length === 4 ? 3 : 8;
	const seed = new Uint8Array(ip.length + 20);
	seed.set(ip.subarray(0, network));
	seed.set(infoHash, ip.length);
	const pieces = new Set<number>();
	const wanted = Math.min(count, pieceCount);
	for (let bytes = sha1(seed); ; bytes = sha1(bytes)) {
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		for (let at = 0; at < 20 && pieces.size < wanted; at += 4) pieces.add(view.getUint32(at) % pieceCount);
		if (pieces.size >= wanted) return [...pieces];
	}
}

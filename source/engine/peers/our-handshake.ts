import type {Handshake} from '../../protocol/wire/handshake.js';

/** What our handshake says of us. */
export interface Greeter {
	/** 20 bytes. */
	readonly peerId: Uint8Array;
	/** Undefined when it is off. */
	readonly dht?: object | undefined;
}

/**
 * How we greet in a swarm, whoever dialled.
 *
 * @param infoHash 20 bytes
 * @param isV1OfTwo it is the v1 hash of a torrent that has a v2 half: whoever knows v2 may answer with the v2 hash.
 * BEP 52, "Upgrade path"
 */
export function ourHandshake(infoHash: Uint8Array, isV1OfTwo: boolean, {peerId, dht}: Greeter): Handshake {
	return {infoHash, peerId, extended: true, fast: true, dht: dht !== undefined, v2: isV1OfTwo};
}

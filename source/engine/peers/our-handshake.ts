import type {Handshake} from '../../protocol/wire/handshake.js';

/** What our handshake says of us. */
export interface Greeter {
	/** 20 bytes. */
	readonly peerId: Uint8Array;
	/** Undefined when it is off. */
	readonly dht?: object | undefined;
}

/**
 * How we greet in a swarm, whoever dialled. A torrent with a v2 half is spoken of as v1: whoever sees the v2 bit may
 * answer with the v2 hash and ask for Merkle hashes, of which we have none to give. BEP 52, "Upgrade path".
 */
export function ourHandshake(infoHash: Uint8Array, {peerId, dht}: Greeter): Handshake {
	return {infoHash, peerId, extended: true, fast: true, dht: dht !== undefined, v2: false};
}

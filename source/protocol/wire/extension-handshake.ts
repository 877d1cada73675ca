import {type Bencodable, type BencodeNode, decodeDictionary, encodeBencode} from '../bencode/bencode.js';

/** The number of the message that says which other numbers mean what. BEP 10. */
export const extensionHandshakeId = 0;

/**
 * Reads the payload of an extension handshake: a dictionary, of which nothing is checked yet. Throws a ProtocolError
 * when it is none, or too large.
 */
export function decodeExtensionHandshake(payload: Uint8Array): BencodeNode {
	return decodeDictionary(payload, 'the extension handshake', {depth: 10, tokens: 2000});
}

/** The payload of an extension handshake. `numbers` says under which number we take which extension, 0 for not any more. */
export function encodeExtensionHandshake(
	numbers: Readonly<Record<string, number | undefined>>,
	fields: Readonly<Record<string, Bencodable | undefined>>,
): Uint8Array {
	return encodeBencode({...fields, m: numbers});
}

/** Under which number a peer takes an extension: 1 to 255, 0 when not any more, undefined when it does not say. */
export function readExtensionNumber(handshake: BencodeNode, extension: string): number | undefined {
	const value = handshake.get('m')?.get(extension)?.number();
	return value !== undefined && value >= 0 && value <= 255 ? value : undefined;
}

/** A number of an extension handshake from 1 to `most`; undefined for any other, and for none. */
export function readPositive(handshake: BencodeNode, field: string, most: number): number | undefined {
	const value = handshake.get(field)?.number();
	return value !== undefined && value > 0 && value <= most ? value : undefined;
}

/** What a peer says of its program; undefined what it does not say, or says wrongly. BEP 10. */
export interface ClientFields {
	/** Its own name for itself, as it came: not safe for a terminal. `v`. */
	readonly client: string | undefined;
	/** Requests it takes at a time. */
	readonly reqq: number | undefined;
	/** Its listen port. `p`. */
	readonly port: number | undefined;
}

/** Reads what an extension handshake says of the peer's program. */
export function readClientFields(handshake: BencodeNode): ClientFields {
	const client = handshake.get('v')?.bytes();
	return {
		client: client && new TextDecoder().decode(client.subarray(0, 128)),
		reqq: readPositive(handshake, 'reqq', 1 << 20),
		port: readPositive(handshake, 'p', 65_535),
	};
}

/** Our address as the peer sees it: a copy of 4 or 16 bytes, undefined when it does not say. `yourip`. */
export function readYourIp(handshake: BencodeNode): Uint8Array | undefined {
	const bytes = handshake.get('yourip')?.bytes();
	return bytes?.length === 4 || bytes?.length === 16 ? bytes.slice() : undefined;
}

/** The peer's own address in a family: a copy of 4 or 16 bytes, undefined when it does not say. `ipv4`, `ipv6`. BEP 10. */
export function readFamilyAddress(handshake: BencodeNode, family: 'ipv4' | 'ipv6'): Uint8Array | undefined {
	const bytes = handshake.get(family)?.bytes();
	return bytes?.length === (family === 'ipv4' ? 4 : 16) ? bytes.slice() : undefined;
}

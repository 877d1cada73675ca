import {ProtocolError} from '../base/errors.js';
import type {Millis} from '../base/units.js';
import type {BencodeNode} from '../protocol/bencode/bencode.js';
import {nameFromBytes} from '../protocol/metainfo/name-bytes.js';
import {Bitfield} from '../protocol/wire/bitfield.js';

/** A whole number above zero; undefined for anything else. */
export function positive(node: BencodeNode | undefined): number | undefined {
	const value = node?.number();
	return value !== undefined && value > 0 ? value : undefined;
}

export function isSet(node: BencodeNode | undefined): boolean {
	return positive(node) !== undefined;
}

/** A time of seconds since 1970 as milliseconds; undefined for none. */
export function timeOf(node: BencodeNode | undefined): Millis | undefined {
	const seconds = positive(node);
	return seconds === undefined || seconds > 1e11 ? undefined : seconds * 1000;
}

/** Text that is not empty. */
export function words(node: BencodeNode | undefined): string | undefined {
	return node?.text() || undefined;
}

/** The texts of a list; of a single text that one; nothing for anything else. */
export function textsOf(node: BencodeNode | undefined): string[] {
	if (node === undefined) return [];
	if (node.type === 'bytes') return [node.text() ?? ''].filter(text => text !== '');
	return [...node.items()].flatMap(item => item.text() || []);
}

/** Tiers of announce URLs; undefined when there is no such list. */
export function tiersOf(node: BencodeNode | undefined): string[][] | undefined {
	if (node?.type !== 'list') return undefined;
	return [...node.items()].map(textsOf).filter(tier => tier.length > 0);
}

/**
 * A path below a torrent's folder, `/` between its elements.
 *
 * @throws {ProtocolError} for one that leads out of it
 */
export function pathOf(bytes: Uint8Array): readonly string[] {
	const elements = nameFromBytes(bytes).split('/');
	if (elements.some(element => /^\.{0,2}$|\0/.test(element)))
		throw new ProtocolError(
			'bad-path',
			`it has a file whose path leads elsewhere: ${JSON.stringify(elements.join('/'))}`,
		);
	return elements;
}

/** Bits as they are on the wire, the spare ones cleared. @throws {ProtocolError} for another length */
export function bitsOf(bytes: Uint8Array, length: number): Bitfield {
	if (bytes.length !== Math.ceil(length / 8))
		throw new ProtocolError(
			'bad-bits',
			`what is known of its pieces is ${bytes.length} bytes long, not ${Math.ceil(length / 8)}`,
		);
	const bits = new Bitfield(length);
	for (let bit = 0; bit < length; bit++) if ((bytes[bit >> 3]! & (128 >> (bit & 7))) !== 0) bits.set(bit);
	return bits;
}

export function allOf(length: number): Bitfield {
	const bits = new Bitfield(length);
	for (let bit = 0; bit < length; bit++) bits.set(bit);
	return bits;
}

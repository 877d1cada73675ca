import type {Bytes} from '../../base/units.js';

/** What a packet is for. BEP 29, "type". */
export const utpType = {data: 0, fin: 1, state: 2, reset: 3, syn: 4} as const;

/** Of every packet; extensions and then the payload follow. */
export const utpHeaderLength: Bytes = 20;

const version = 1;
const mostType = 4;
const selectiveAck = 1;
/** "Extension bits", of which none stands for anything: some take a packet for no uTP that has others than it. */
const padding = 2;
const inPadding: Bytes = 8;

/** Whether a datagram looks like one of uTP: its first byte is a type and version 1. BEP 29. */
export function looksLikeUtp(bytes: Uint8Array): boolean {
	const [first = 0xff] = bytes;
	return bytes.length >= utpHeaderLength && (first & 15) === version && first >> 4 <= mostType;
}

/** What a packet says; one is read into again and again. BEP 29. */
export class UtpHeader {
	/** One of `utpType`. */
	type = 0;
	/** By which the receiver knows the stream. 16 bits, as are the two numbers. */
	connection = 0;
	/** When it was sent, and how long the last one of ours was under way, plus what clocks differ. µs, 32 bits. */
	timestamp = 0;
	delay = 0;
	/** Bytes that its sender still takes. */
	window: Bytes = 0;
	sequence = 0;
	acknowledged = 0;
	/** Where the bits of the selective ack begin, and how many bytes they are; 0 without one. */
	sackAt = 0;
	sackLength: Bytes = 0;
	/** Where the payload begins. */
	payloadAt = 0;
}

/** Reads a packet into `header`. Answers false when it is none: too short, another version, extensions that do not fit. BEP 29. */
export function readUtpPacket(bytes: Uint8Array, header: UtpHeader): boolean {
	if (!looksLikeUtp(bytes)) return false;
	header.type = bytes[0]! >> 4;
	header.connection = read16(bytes, 2);
	header.timestamp = read32(bytes, 4);
	header.delay = read32(bytes, 8);
	header.window = read32(bytes, 12);
	header.sequence = read16(bytes, 16);
	header.acknowledged = read16(bytes, 18);
	header.sackLength = 0;
	let extension = bytes[1]!;
	let at = utpHeaderLength;
	while (extension !== 0) {
		if (at + 2 > bytes.length) return false;
		const length = bytes[at + 1]!;
		if (at + 2 + length > bytes.length) return false;
		if (extension === selectiveAck) {
			if (length === 0) return false;
			header.sackAt = at + 2;
			header.sackLength = length;
		}
		extension = bytes[at]!;
		at += 2 + length;
	}
	header.payloadAt = at;
	return true;
}

/** The part of a packet that is known when it is made; what is said of the other direction comes with `stampUtpPacket`. */
export function writeUtpPacket(bytes: Uint8Array, type: number, connection: number, sequence: number): void {
	bytes[0] = (type << 4) | version;
	bytes[1] = 0;
	write16(bytes, 2, connection);
	write16(bytes, 16, sequence);
}

/** What is said of the other direction: written anew each time a packet leaves. */
export function stampUtpPacket(
	bytes: Uint8Array,
	now: number,
	{
		delay,
		window,
		acknowledged,
	}: {readonly delay: number; readonly window: Bytes; readonly acknowledged: number},
): void {
	write32(bytes, 4, now);
	write32(bytes, 8, delay);
	write32(bytes, 12, window);
	write16(bytes, 18, acknowledged);
}

/**
 * Makes room for `length` bytes of a selective ack, the first extension of a packet that has no payload. Answers where
 * the bits begin.
 */
export function writeSackHeader(bytes: Uint8Array, length: Bytes): number {
	bytes[1] = selectiveAck;
	bytes[utpHeaderLength] = 0;
	bytes[utpHeaderLength + 1] = length;
	return utpHeaderLength + 2;
}

/**
 * Makes a packet longer by extensions that say nothing. Answers by how many bytes: up to nine less than are wanted, as
 * each has ten.
 */
export function writePadding(bytes: Uint8Array, wanted: Bytes): Bytes {
	let at = utpHeaderLength;
	let next = 1;
	for (let left = wanted; left >= 2 + inPadding; left -= 2 + inPadding) {
		bytes[next] = padding;
		next = at;
		bytes[at] = 0;
		bytes[at + 1] = inPadding;
		bytes.fill(0, at + 2, at + 2 + inPadding);
		at += 2 + inPadding;
	}
	return at - utpHeaderLength;
}

/** The answer to somebody who speaks of a stream that is not: whoever it comes from ends it at once. BEP 29. */
export function encodeUtpReset(connection: number, sequence: number): Uint8Array<ArrayBuffer> {
	const reset = new Uint8Array(utpHeaderLength);
	writeUtpPacket(reset, utpType.reset, connection, 0);
	write16(reset, 18, sequence);
	return reset;
}

function read16(bytes: Uint8Array, at: number): number {
	return (bytes[at]! << 8) | bytes[at + 1]!;
}

function read32(bytes: Uint8Array, at: number): number {
	return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function write16(bytes: Uint8Array, at: number, value: number): void {
	bytes[at] = value >>> 8;
	bytes[at + 1] = value;
}

function write32(bytes: Uint8Array, at: number, value: number): void {
	bytes[at] = value >>> 24;
	bytes[at + 1] = value >>> 16;
	bytes[at + 2] = value >>> 8;
	bytes[at + 3] = value;
}

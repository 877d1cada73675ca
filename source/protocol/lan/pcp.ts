import {ProtocolError} from '../../base/errors.js';
import type {Bytes, Seconds} from '../../base/units.js';

/** Where gateways listen for PCP, and for NAT-PMP. RFC 6887, 19.1. */
export const pcpPort = 5351;

/** Where gateways say unasked that they began anew: to everybody in their network, at a port of the clients'. RFC 6887, 19.1; RFC 6886, 3.2.1. */
export const pcpGroup = {ipv4: '224.0.0.1', ipv6: 'ff02::1'} as const;
export const pcpClientPort = 5350;
/** No message is longer. RFC 6887, 7. */
const longest: Bytes = 1100;
const headLength: Bytes = 24;
const mapLength: Bytes = 36;
export const pcpNonceLength: Bytes = 12;

const version = 2;
const opcodes = {announce: 0, map: 1} as const;
const responseBit = 0x80;

/** The numbers of IP's protocols; NAT-PMP has opcodes instead. */
const protocolNumbers = {tcp: 6, udp: 17} as const;

/** What a port is mapped for. */
export type MappedTransport = keyof typeof protocolNumbers;

/** A wish to be reached from outside, or to be so no longer. RFC 6887, 11.1. */
export interface PcpMapRequest {
	/** Whose port it is, which is where this is sent from: 4 or 16 bytes. */
	readonly client: Uint8Array;
	/** 12 bytes; the same for as long as it is the same mapping. */
	readonly nonce: Uint8Array;
	readonly transport: MappedTransport;
	readonly internalPort: number;
	/** The port that would be liked outside; 0 for any. */
	readonly externalPort: number;
	/** 0 takes the mapping away. */
	readonly lifetime: Seconds;
}

/** What every answer says. RFC 6887, 7.2. */
interface PcpAnswer {
	/** 0 when all is well, else why not: see `pcpFault`. */
	readonly result: number;
	/** How long it holds: the mapping, or the fault. */
	readonly lifetime: Seconds;
	/** How long the gateway has known its mappings. RFC 6887, 8.5. */
	readonly epoch: Seconds;
}

/** An answer to a `PcpMapRequest`. */
export interface PcpMapping extends PcpAnswer {
	readonly kind: 'map';
	/** 12 bytes. */
	readonly nonce: Uint8Array;
	readonly transport: MappedTransport | undefined;
	readonly internalPort: number;
	readonly externalPort: number;
	/** 16 bytes, of an IPv4 address its form inside IPv6. */
	readonly externalAddress: Uint8Array;
}

/** An answer to an announcement, and what gateways say by themselves when they begin anew. RFC 6887, 14.1. */
export interface PcpAnnouncement extends PcpAnswer {
	readonly kind: 'announce';
}

/** Any of the answers a gateway may give. */
export type PcpResponse = PcpMapping | PcpAnnouncement;

/** An address as PCP writes it: 16 bytes. RFC 6887, 5. */
function wide(address: Uint8Array): Uint8Array {
	if (address.length === 16) return address;
	return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...address);
}

function request(opcode: number, client: Uint8Array, lifetime: Seconds, length: Bytes): Uint8Array {
	const bytes = new Uint8Array(headLength + length);
	bytes[0] = version;
	bytes[1] = opcode;
	new DataView(bytes.buffer).setUint32(4, lifetime);
	bytes.set(wide(client), 8);
	return bytes;
}

/** Asks for a mapping, for it to last longer, or for its end. */
export function encodePcpMap(wish: PcpMapRequest): Uint8Array {
	const {client, nonce, transport, internalPort, externalPort, lifetime} = wish;
	const bytes = request(opcodes.map, client, lifetime, mapLength);
	const view = new DataView(bytes.buffer, headLength);
	bytes.set(nonce, headLength);
	view.setUint8(12, protocolNumbers[transport]);
	view.setUint16(16, internalPort);
	view.setUint16(18, externalPort);
	// No address is liked better than others: all zeros of the client's family.
	bytes.set(client.length === 4 ? wide(new Uint8Array(4)) : new Uint8Array(16), headLength + 20);
	return bytes;
}

/** Asks for nothing but an answer, which says how old the gateway's knowledge is. RFC 6887, 14.1. */
export function encodePcpAnnounce(client: Uint8Array): Uint8Array {
	return request(opcodes.announce, client, 0, 0);
}

/** Whether a datagram may be an answer of PCP's. */
export function looksLikePcp(bytes: Uint8Array): boolean {
	return bytes[0] === version && bytes.length >= headLength;
}

/** Reads what a gateway answers. Options at the end are not looked at. Throws a ProtocolError for anything else. */
export function decodePcp(bytes: Uint8Array): PcpResponse {
	if (bytes.length < headLength || bytes.length > longest || bytes.length % 4 !== 0) {
		throw new ProtocolError('pcp-length', `a PCP message of ${bytes.length} bytes`);
	}
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	if (bytes[0] !== version) throw new ProtocolError('pcp-version', `PCP of version ${bytes[0]}`);
	if ((bytes[1]! & responseBit) === 0) throw new ProtocolError('pcp-request', 'a PCP request, not an answer');
	const opcode = bytes[1]! & ~responseBit;
	const answer = {result: bytes[3]!, lifetime: view.getUint32(4), epoch: view.getUint32(8)};
	if (opcode === opcodes.announce) return {kind: 'announce', ...answer};
	if (opcode !== opcodes.map) throw new ProtocolError('pcp-opcode', `a PCP answer of kind ${opcode}`);
	if (bytes.length < headLength + mapLength) throw new ProtocolError('pcp-length', 'half a PCP mapping');
	const number = bytes[headLength + 12]!;
	return {
		kind: 'map',
		...answer,
		nonce: bytes.slice(headLength, headLength + pcpNonceLength),
		transport: number === protocolNumbers.tcp ? 'tcp' : number === protocolNumbers.udp ? 'udp' : undefined,
		internalPort: view.getUint16(headLength + 16),
		externalPort: view.getUint16(headLength + 18),
		externalAddress: bytes.slice(headLength + 20, headLength + 36),
	};
}

/** The gateway speaks another version: NAT-PMP, most likely. */
export const pcpUnsupportedVersion = 1;

const faults: ReadonlyMap<number, string> = new Map([
	[pcpUnsupportedVersion, 'it speaks another version'],
	[2, 'not authorized'],
	[3, 'malformed request'],
	[4, 'unsupported request'],
	[5, 'unsupported option'],
	[6, 'malformed option'],
	[7, 'its network is down'],
	[8, 'no resources left'],
	[9, 'unsupported protocol'],
	[10, 'we have too many mappings'],
	[11, 'it cannot give us a port'],
	[12, 'another translator is between it and us'],
	[13, 'too many remote peers'],
]);

/** Why a gateway refuses, in a few words. RFC 6887, 7.4. */
export function pcpFault(result: number): string {
	return faults.get(result) ?? `error ${result}`;
}

import {ProtocolError} from '../../base/errors.js';
import type {Seconds} from '../../base/units.js';
import type {MappedTransport} from './pcp.js';

const opcodes = {udp: 1, tcp: 2} as const;
const responseBit = 0x80;

/** A wish to be reached from outside, or to be so no longer. RFC 6886, 3.3 and 3.4. */
export interface NatPmpMapRequest {
	readonly transport: MappedTransport;
	readonly internalPort: number;
	/** The port that would be liked outside; 0 for any, and to take the mapping away. */
	readonly externalPort: number;
	/** 0 takes the mapping away. */
	readonly lifetime: Seconds;
}

interface NatPmpAnswer {
	/** 0 when all is well, else why not: see `natPmpFault`. */
	readonly result: number;
	/** How long the gateway has known its mappings. RFC 6886, 3.6. */
	readonly epoch: Seconds;
}

/** An answer to a `NatPmpMapRequest`. */
export interface NatPmpMapping extends NatPmpAnswer {
	readonly kind: 'map';
	readonly transport: MappedTransport;
	readonly internalPort: number;
	readonly externalPort: number;
	readonly lifetime: Seconds;
}

/** An answer to the question for the gateway's own address, and what it says by itself. RFC 6886, 3.2. */
export interface NatPmpAddress extends NatPmpAnswer {
	readonly kind: 'address';
	/** 4 bytes. */
	readonly externalAddress: Uint8Array;
}

/** A gateway that does not know what it was asked. RFC 6886, 3.5: also what it answers to PCP. */
export interface NatPmpNoSuch {
	readonly kind: 'unsupported';
	/** Whether it was asked in PCP, and not in NAT-PMP for a port of TCP: as far as that can be told. */
	readonly isPcp: boolean;
}

/** Any of the answers a gateway may give. */
export type NatPmpResponse = NatPmpMapping | NatPmpAddress | NatPmpNoSuch;

/** Asks for a mapping, for it to last longer, or for its end. */
export function encodeNatPmpMap(wish: NatPmpMapRequest): Uint8Array {
	const bytes = new Uint8Array(12);
	const view = new DataView(bytes.buffer);
	view.setUint8(1, opcodes[wish.transport]);
	view.setUint16(4, wish.internalPort);
	view.setUint16(6, wish.externalPort);
	view.setUint32(8, wish.lifetime);
	return bytes;
}

/** Asks at which address the internet sees the gateway. */
export function encodeNatPmpAddress(): Uint8Array {
	return new Uint8Array(2);
}

/** Whether a datagram may be an answer of NAT-PMP's. */
export function looksLikeNatPmp(bytes: Uint8Array): boolean {
	return bytes[0] === 0 && bytes.length >= 8 && bytes.length <= 60;
}

/** Reads what a gateway answers. Throws a ProtocolError for anything else. */
export function decodeNatPmp(bytes: Uint8Array): NatPmpResponse {
	if (bytes.length < 4 || bytes[0] !== 0 || (bytes[1]! & responseBit) === 0) {
		throw new ProtocolError('nat-pmp', 'no NAT-PMP answer');
	}
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const opcode = bytes[1]! & ~responseBit;
	const result = view.getUint16(2);
	if (result === unsupportedVersion || result === unsupportedOpcode) {
		return {kind: 'unsupported', isPcp: result === unsupportedVersion && opcode !== opcodes.tcp};
	}
	if (bytes.length < 8) throw new ProtocolError('nat-pmp-length', 'half a NAT-PMP answer');
	const epoch = view.getUint32(4);
	if (opcode === 0) {
		if (bytes.length !== 12 && result === 0) throw new ProtocolError('nat-pmp-length', 'no address');
		return {kind: 'address', result, epoch, externalAddress: result === 0 ? bytes.slice(8, 12) : nowhere};
	}
	const transport = opcode === opcodes.tcp ? 'tcp' : opcode === opcodes.udp ? 'udp' : undefined;
	if (transport === undefined) throw new ProtocolError('nat-pmp-opcode', `an answer of kind ${opcode}`);
	if (bytes.length !== 16) throw new ProtocolError('nat-pmp-length', `a mapping of ${bytes.length} bytes`);
	return {
		kind: 'map',
		result,
		epoch,
		transport,
		internalPort: view.getUint16(8),
		externalPort: view.getUint16(10),
		lifetime: view.getUint32(12),
	};
}

const nowhere = new Uint8Array(4);
const unsupportedVersion = 1;
const unsupportedOpcode = 5;

const faults: ReadonlyMap<number, string> = new Map([
	[2, 'not authorized'],
	[3, 'its network is down'],
	[4, 'no resources left'],
]);

/** Why a gateway refuses, in a few words. RFC 6886, 3.5. */
export function natPmpFault(result: number): string {
	return faults.get(result) ?? `error ${result}`;
}

import {ProtocolError} from '../../base/errors.js';
import {type AddressFamily, formatIp} from '../../base/ip-address.js';
import {isDialable, type PeerAddress} from '../../base/peer-address.js';
import {type Bencodable, type BencodeNode, decodeDictionary, encodeBencode} from '../bencode/bencode.js';
import {decodeCompactNodes, encodeCompactNodes, type NodeContact} from './compact-nodes.js';
import {nodeIdLength} from './node-id.js';

/** What a query asks. BEP 5, BEP 51. */
export type QueryName = 'ping' | 'find_node' | 'get_peers' | 'announce_peer' | 'sample_infohashes';

/** A query as it came. What does not belong to its name is not read. */
export interface KrpcQuery {
	readonly kind: 'query';
	/** 1 .. 16 bytes, to be sent back. */
	readonly transaction: Uint8Array;
	/** `unknown` for what we do not know: what names a target is answered as `find_node`. */
	readonly name: QueryName | 'unknown';
	/** 20 bytes: who asks. */
	readonly id: Uint8Array;
	/** 20 bytes: the id or info-hash that is looked for. */
	readonly target: Uint8Array | undefined;
	/** Families of nodes it wants; undefined for the one it asks by. BEP 32. */
	readonly want: ReadonlySet<AddressFamily> | undefined;
	readonly token: Uint8Array | undefined;
	/** Where the peer that is announced listens; undefined for the port the query came from. */
	readonly port: number | undefined;
	/** The peer that is announced has everything. BEP 33. */
	readonly seed: boolean;
	/** Peers that have everything are not wanted. BEP 33. */
	readonly noSeed: boolean;
	/** How many peers and seeds there are is wanted. BEP 33. */
	readonly scrape: boolean;
	/** Who asks answers nobody. BEP 43. */
	readonly readOnly: boolean;
	/** Four characters at most, as they came. */
	readonly client: Uint8Array | undefined;
}

/** An answer as it came; each part is undefined when it was left out or made no sense. */
export interface KrpcResponse {
	readonly kind: 'response';
	readonly transaction: Uint8Array;
	/** 20 bytes: who answers. */
	readonly id: Uint8Array;
	readonly nodes: readonly NodeContact[];
	readonly values: readonly PeerAddress[];
	readonly token: Uint8Array | undefined;
	/** Info-hashes of 20 bytes each. BEP 51. */
	readonly samples: readonly Uint8Array[] | undefined;
	/** Seconds until other samples can be had, and how many info-hashes it has. BEP 51. */
	readonly interval: number | undefined;
	readonly num: number | undefined;
	/** Filters of 256 bytes over seeds and peers. BEP 33. */
	readonly seeds: Uint8Array | undefined;
	readonly peers: Uint8Array | undefined;
	/** Where our query came from, as it is seen over there. BEP 42. */
	readonly ourAddress: PeerAddress | undefined;
}

/** A refusal as it came. */
export interface KrpcError {
	readonly kind: 'error';
	readonly transaction: Uint8Array;
	readonly code: number;
	/** As it came: not made safe for a terminal. */
	readonly text: string;
}

export type KrpcMessage = KrpcQuery | KrpcResponse | KrpcError;

/** The codes of errors. BEP 5. */
export const krpcErrorCode = {generic: 201, server: 202, protocol: 203, unknownMethod: 204} as const;

/** More bytes than any message has. */
export const longestKrpcMessage = 4096;
const limits = {depth: 6, tokens: 2048} as const;
const mostTransaction = 16;
const mostToken = 128;
/** Nodes and peers of one answer that are looked at. */
const mostNodes = 64;
const mostValues = 256;
const mostSamples = 128;
const names: ReadonlySet<string> = new Set([
	'ping',
	'find_node',
	'get_peers',
	'announce_peer',
	'sample_infohashes',
]);

/** Whether a datagram may be a message of the DHT: a dictionary. Cheap: other protocols share the socket. */
export function looksLikeKrpc(bytes: Uint8Array, length = bytes.length): boolean {
	return length >= 10 && bytes[0] === 0x64 && bytes[length - 1] === 0x65;
}

/**
 * Reads one datagram. What it answers keeps nothing of `bytes`, which may be used again.
 *
 * @throws {BadQuery} when it is a query that can be refused in words
 * @throws {ProtocolError} when it is no message
 */
export function decodeKrpc(bytes: Uint8Array): KrpcMessage {
	if (bytes.length > longestKrpcMessage)
		throw new ProtocolError('oversized-message', `a DHT message of ${bytes.length} bytes`, 5);
	const root = decodeDictionary(bytes, 'a DHT message', limits);
	const transaction = root.get('t')?.bytes();
	if (transaction === undefined || transaction.length === 0 || transaction.length > mostTransaction)
		throw new ProtocolError('bad-transaction', 'a DHT message without a transaction', 5);
	switch (root.get('y')?.text()) {
		case 'q':
			return readQuery(root, transaction.slice());
		case 'r':
			return readResponse(root, transaction.slice());
		case 'e':
			return readError(root, transaction.slice());
		default:
			throw new ProtocolError('bad-kind', 'a DHT message that is no query, answer or error', 5);
	}
}

/** A query that makes no sense, with what must be known to say so to whoever asked. */
export class BadQuery extends ProtocolError {
	readonly transaction: Uint8Array;

	constructor(transaction: Uint8Array, detail: string) {
		super('bad-query', detail, 5);
		this.transaction = transaction;
	}
}

function idOf(node: BencodeNode | undefined): Uint8Array | undefined {
	const bytes = node?.bytes();
	return bytes?.length === nodeIdLength ? bytes.slice() : undefined;
}

function shortBytes(node: BencodeNode | undefined, most: number): Uint8Array | undefined {
	const bytes = node?.bytes();
	return bytes === undefined || bytes.length > most ? undefined : bytes.slice();
}

function readQuery(root: BencodeNode, transaction: Uint8Array): KrpcQuery {
	const name = root.get('q')?.text();
	const body = root.get('a');
	const id = idOf(body?.get('id'));
	if (name === undefined || body?.type !== 'dictionary' || id === undefined)
		throw new BadQuery(transaction, 'a DHT query without name, arguments or id');
	const known = names.has(name) ? (name as QueryName) : 'unknown';
	const wantsHash = known === 'get_peers' || known === 'announce_peer';
	const target = idOf(body.get(wantsHash ? 'info_hash' : 'target')) ?? idOf(body.get('info_hash'));
	if (target === undefined && known !== 'ping' && known !== 'unknown')
		throw new BadQuery(transaction, `a ${name} without its target`);
	const port = body.get('port')?.number();
	return {
		kind: 'query',
		transaction,
		name: known,
		id,
		target,
		want: readWant(body.get('want')),
		token: shortBytes(body.get('token'), mostToken),
		port: (body.get('implied_port')?.number() ?? 0) !== 0 ? undefined : (port ?? 0),
		seed: body.get('seed')?.number() === 1,
		noSeed: body.get('noseed')?.number() === 1,
		scrape: body.get('scrape')?.number() === 1,
		readOnly: root.get('ro')?.number() === 1,
		client: shortBytes(root.get('v'), 4),
	};
}

function readWant(list: BencodeNode | undefined): ReadonlySet<AddressFamily> | undefined {
	if (list?.type !== 'list') return undefined;
	const families = new Set<AddressFamily>();
	for (const item of list.items()) {
		const text = item.text();
		if (text === 'n4') families.add('ipv4');
		else if (text === 'n6') families.add('ipv6');
	}
	return families;
}

function readResponse(root: BencodeNode, transaction: Uint8Array): KrpcResponse {
	const body = root.get('r');
	const id = idOf(body?.get('id'));
	if (body?.type !== 'dictionary' || id === undefined)
		throw new ProtocolError('bad-response', 'a DHT answer without an id', 5);
	const v4 = body.get('nodes')?.bytes();
	const v6 = body.get('nodes6')?.bytes();
	const samples = body.get('samples')?.bytes();
	return {
		kind: 'response',
		transaction,
		id,
		nodes: [
			...(v4 ? decodeCompactNodes(v4, 'ipv4', mostNodes) : []),
			...(v6 ? decodeCompactNodes(v6, 'ipv6', mostNodes) : []),
		],
		values: readValues(body.get('values')),
		token: shortBytes(body.get('token'), mostToken),
		samples: samples && splitHashes(samples),
		interval: body.get('interval')?.number(),
		num: body.get('num')?.number(),
		seeds: filterOf(body.get('BFsd')),
		peers: filterOf(body.get('BFpe')),
		ourAddress: readAddress(root.get('ip')?.bytes()),
	};
}

function filterOf(node: BencodeNode | undefined): Uint8Array | undefined {
	const bytes = node?.bytes();
	return bytes?.length === 256 ? bytes.slice() : undefined;
}

function splitHashes(bytes: Uint8Array): Uint8Array[] {
	const hashes: Uint8Array[] = [];
	for (let at = 0; at + nodeIdLength <= bytes.length && hashes.length < mostSamples; at += nodeIdLength)
		hashes.push(bytes.slice(at, at + nodeIdLength));
	return hashes;
}

/** Peers, a string each of 6 or 18 bytes, mixed as they may be (BEP 32); some put all of them into one string. */
function readValues(list: BencodeNode | undefined): PeerAddress[] {
	if (list?.type !== 'list') return [];
	const found: PeerAddress[] = [];
	for (const item of list.items()) {
		const bytes = item.bytes();
		if (bytes === undefined) continue;
		const stride = bytes.length === 18 ? 18 : 6;
		for (let at = 0; at + stride <= bytes.length; at += stride) {
			if (found.length >= mostValues) return found;
			const address = readAddress(bytes.subarray(at, at + stride));
			if (address !== undefined) found.push(address);
		}
	}
	return found;
}

/** An address of 6 or 18 bytes that can be sent to. */
function readAddress(bytes: Uint8Array | undefined): PeerAddress | undefined {
	if (bytes?.length !== 6 && bytes?.length !== 18) return undefined;
	const ip = bytes.subarray(0, -2);
	const port = (bytes.at(-2)! << 8) | bytes.at(-1)!;
	return isDialable(ip, port) ? {host: formatIp(ip), port} : undefined;
}

function readError(root: BencodeNode, transaction: Uint8Array): KrpcError {
	const items = [...(root.get('e')?.items() ?? [])];
	return {
		kind: 'error',
		transaction,
		code: items[0]?.number() ?? krpcErrorCode.generic,
		text: items[1]?.text()?.slice(0, 200) ?? '',
	};
}

/** What every message of ours says of itself. */
export interface KrpcSender {
	/** 20 bytes. */
	readonly id: Uint8Array;
	/** Four bytes: client and version. */
	readonly client: Uint8Array;
	/** We answer nobody. BEP 43. */
	readonly readOnly: boolean;
}

/** What a query of ours asks. */
export type KrpcAsking =
	| {readonly name: 'ping'}
	| {
			readonly name: 'find_node' | 'sample_infohashes';
			readonly target: Uint8Array;
			readonly want?: readonly AddressFamily[] | undefined;
	  }
	| {
			readonly name: 'get_peers';
			readonly target: Uint8Array;
			readonly want?: readonly AddressFamily[] | undefined;
			readonly noSeed?: boolean;
			readonly scrape?: boolean;
	  }
	| {
			readonly name: 'announce_peer';
			readonly target: Uint8Array;
			readonly token: Uint8Array;
			/** Where our peers' port is; undefined: where the query comes from. Never both, for some take the latter. */
			readonly port: number | undefined;
			/** What is sent as port beside `implied_port`. */
			readonly localPort: number;
			readonly seed: boolean;
	  };

/** Writes a query. */
export function encodeQuery(sender: KrpcSender, transaction: Uint8Array, asking: KrpcAsking): Uint8Array {
	return encodeBencode({
		a: argumentsOf(sender.id, asking),
		q: asking.name,
		...(sender.readOnly && {ro: 1}),
		t: transaction,
		v: sender.client,
		y: 'q',
	});
}

function argumentsOf(id: Uint8Array, asking: KrpcAsking): Record<string, Bencodable> {
	switch (asking.name) {
		case 'ping':
			return {id};
		case 'announce_peer':
			return {
				id,
				...(asking.port === undefined && {implied_port: 1}),
				info_hash: asking.target,
				port: asking.port ?? asking.localPort,
				...(asking.seed && {seed: 1}),
				token: asking.token,
			};
		case 'get_peers':
			return {
				id,
				info_hash: asking.target,
				...(asking.noSeed && {noseed: 1}),
				...(asking.scrape && {scrape: 1}),
				...wantOf(asking.want),
			};
		default:
			return {id, target: asking.target, ...wantOf(asking.want)};
	}
}

function wantOf(families: readonly AddressFamily[] | undefined): Record<string, Bencodable> {
	return families ? {want: families.map(family => (family === 'ipv4' ? 'n4' : 'n6'))} : {};
}

/** What an answer of ours says. */
export interface KrpcAnswer {
	readonly nodes?: Partial<Record<AddressFamily, readonly NodeContact[]>> | undefined;
	/** Each 6 or 18 bytes. */
	readonly values?: readonly Uint8Array[] | undefined;
	readonly token?: Uint8Array | undefined;
	readonly samples?: Uint8Array | undefined;
	readonly interval?: number | undefined;
	readonly num?: number | undefined;
	readonly seeds?: Uint8Array | undefined;
	readonly peers?: Uint8Array | undefined;
}

/** Writes an answer. `to`: where the query came from, 6 or 18 bytes, which whoever asked is told. BEP 42. */
export function encodeResponse(
	sender: KrpcSender,
	transaction: Uint8Array,
	to: Uint8Array,
	answer: KrpcAnswer,
): Uint8Array {
	const {nodes, values, token, samples, interval, num, seeds, peers} = answer;
	const body: Record<string, Bencodable> = {
		...(peers && {BFpe: peers}),
		...(seeds && {BFsd: seeds}),
		id: sender.id,
		...(interval !== undefined && {interval}),
		...(nodes?.ipv4 && {nodes: encodeCompactNodes(nodes.ipv4, 'ipv4')}),
		...(nodes?.ipv6 && {nodes6: encodeCompactNodes(nodes.ipv6, 'ipv6')}),
		...(num !== undefined && {num}),
		...(samples && {samples}),
		...(token && {token}),
		...(values && values.length > 0 && {values: [...values]}),
	};
	return encodeBencode({ip: to, r: body, t: transaction, v: sender.client, y: 'r'});
}

/** Writes a refusal. */
export function encodeError(
	sender: Pick<KrpcSender, 'client'>,
	transaction: Uint8Array,
	code: number,
	text: string,
): Uint8Array {
	return encodeBencode({e: [code, text], t: transaction, v: sender.client, y: 'e'});
}

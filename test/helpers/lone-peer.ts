import {blockLength} from '../../source/base/units.js';
import type {Peer} from '../../source/engine/peers/peer-connection.js';
import {
	messageId,
	PeerWireDecoder,
	type PeerWireSink,
	PeerWireWriter,
	writePieceHeader,
} from '../../source/protocol/wire/decoder.js';
import {encodeHandshake, type Handshake} from '../../source/protocol/wire/handshake.js';
import {
	decodeHashes,
	decodeHashRequest,
	type HashesMessage,
	type HashRequest,
} from '../../source/protocol/wire/hash-messages.js';
import {type FakeConnection, type LoneTorrent, turn} from './lone-torrent.ts';

export interface LonePeerOptions {
	readonly fast?: boolean;
	readonly host?: string;
	readonly port?: number;
	/** What it takes the connection to be; one that comes to the torrent when left out. */
	readonly connection?: FakeConnection;
	/** 20 bytes. */
	readonly peerId?: Uint8Array;
	/** 20 bytes; the lone torrent's when left out, or that of its v2 swarm for `v2`. */
	readonly infoHash?: Uint8Array;
	readonly v2?: boolean;
}

/** The other side of a lone torrent's connection: says what the test wants, and keeps what it hears in words. */
export class LonePeer implements PeerWireSink {
	readonly connection: FakeConnection;
	/** What was said to it since this was last emptied: `choke`, `have 3`, `request 0 16384 16384` … */
	readonly heard: string[] = [];
	/** As `heard`, the payload of the newest extension handshake. */
	extended0: Uint8Array | undefined;
	/** The hash requests it has heard and nobody has taken yet. */
	readonly hashRequests: HashRequest[] = [];
	/** As `hashRequests`, the hashes. */
	readonly hashes: HashesMessage[] = [];
	readonly #lone: LoneTorrent;
	readonly #decoder = new PeerWireDecoder(this, new Uint8Array(0));
	readonly #id: number;

	private constructor(lone: LoneTorrent, id: number, connection: FakeConnection) {
		this.#lone = lone;
		this.#id = id;
		this.connection = connection;
	}

	/** Connects and exchanges handshakes. */
	static async meet(lone: LoneTorrent, id: number, options: LonePeerOptions = {}): Promise<LonePeer> {
		const {fast = true, peerId = new Uint8Array(20).fill(id)} = options;
		const host = options.host ?? `198.51.100.${id}`;
		const connection = options.connection ?? lone.incoming(options.port ?? 4000 + id, host);
		const peer = new LonePeer(lone, id, connection);
		if (options.connection !== undefined) connection.events.connected();
		const {swarmKeys} = lone.torrent;
		const {infoHash = (options.v2 ? swarmKeys.v2 : undefined) ?? lone.torrent.infoHash} = options;
		connection.say(encodeHandshake({infoHash, peerId, extended: true, fast, dht: false, v2: false}));
		await peer.listen();
		return peer;
	}

	/** The engine's side of it. */
	get peer(): Peer {
		const {host, port} = this.connection.remote;
		for (const peer of this.#lone.torrent.peers)
			if (peer.address.host === host && peer.address.port === port) return peer;
		throw new Error(`peer ${this.#id} is not there`);
	}

	/** Lets the engine speak, and hears it. */
	async listen(): Promise<void> {
		await turn();
		await turn();
		this.#decoder.push(this.connection.take());
	}

	/** What it has heard since the last time, as far as it begins with `word`. */
	async hears(word = ''): Promise<string[]> {
		await this.listen();
		return this.heard.splice(0).filter(text => text.startsWith(word));
	}

	say(write: (writer: PeerWireWriter) => void): void {
		const writer = new PeerWireWriter();
		write(writer);
		this.connection.say(writer.take());
	}

	/** Sends a block, right or wrong. */
	give(piece: number, begin: number, right = true): void {
		const {pieceLength, content} = this.#lone;
		const at = piece * pieceLength + begin;
		const length = Math.min(blockLength, (piece + 1) * pieceLength - at, content.length - at);
		const bytes = new Uint8Array(13 + length);
		writePieceHeader(bytes, 0, piece, begin, length);
		bytes.set(this.#lone.block(piece, begin, length), 13);
		if (!right) bytes[13]! ^= 1;
		this.connection.say(bytes);
	}

	/** Answers these requests, as it heard them. */
	answer(requests: readonly string[], right = true): void {
		for (const request of requests) {
			const [, piece, begin] = request.split(' ');
			this.give(Number(piece), Number(begin), right);
		}
	}

	/** Asks for the first `count` blocks, over and over. */
	ask(count: number, pieces = this.#lone.parts.pieceCount - 1): void {
		const perPiece = this.#lone.pieceLength / blockLength;
		this.say(writer => {
			for (let at = 0; at < count; at++) {
				const piece = Math.floor(at / perPiece) % pieces;
				writer.block(messageId.request, piece, (at % perPiece) * blockLength, blockLength);
			}
		});
	}

	handshake(_: Handshake): void {
		this.heard.push('handshake');
	}
	keepAlive(): void {
		this.heard.push('keep-alive');
	}
	choke(): void {
		this.heard.push('choke');
	}
	unchoke(): void {
		this.heard.push('unchoke');
	}
	interested(): void {
		this.heard.push('interested');
	}
	notInterested(): void {
		this.heard.push('not interested');
	}
	have(piece: number): void {
		this.heard.push(`have ${piece}`);
	}
	bitfield(bytes: Uint8Array): void {
		this.heard.push(`bitfield ${Buffer.from(bytes).toString('hex')}`);
	}
	request(piece: number, begin: number, length: number): void {
		this.heard.push(`request ${piece} ${begin} ${length}`);
	}
	blockStart(piece: number, begin: number, length: number): number {
		this.heard.push(`block ${piece} ${begin} ${length}`);
		return -1;
	}
	blockEnd(): void {}
	cancel(piece: number, begin: number, length: number): void {
		this.heard.push(`cancel ${piece} ${begin} ${length}`);
	}
	port(): void {}
	suggest(piece: number): void {
		this.heard.push(`suggest ${piece}`);
	}
	haveAll(): void {
		this.heard.push('have all');
	}
	haveNone(): void {
		this.heard.push('have none');
	}
	reject(piece: number, begin: number, length: number): void {
		this.heard.push(`reject ${piece} ${begin} ${length}`);
	}
	allowedFast(piece: number): void {
		this.heard.push(`allowed fast ${piece}`);
	}
	extended(id: number, payload: Uint8Array): void {
		if (id === 0) this.extended0 = payload.slice();
		this.heard.push(`extended ${id} ${Buffer.from(payload).toString('latin1')}`);
	}
	hashMessage(id: number, payload: Uint8Array): void {
		const given = id === messageId.hashes ? decodeHashes(payload) : undefined;
		const message = given ?? decodeHashRequest(payload);
		const {base, index, length, proofLayers} = message;
		const name = {[messageId.hashRequest]: 'request', [messageId.hashes]: 'given'}[id] ?? 'reject';
		this.heard.push(`hash ${name} ${base} ${index} ${length} ${proofLayers}`);
		if (id === messageId.hashRequest) this.hashRequests.push(message);
		if (given) this.hashes.push({...given, hashes: given.hashes.slice()});
	}
}

/** Lets so many seconds pass, the torrent looking round after each. Those named say that they are still there. */
export async function seconds(
	lone: LoneTorrent,
	count: number,
	talkers: readonly LonePeer[] = [],
): Promise<void> {
	for (let second = 0; second < count; second++) {
		await lone.clock.pass(1000);
		if (second % 50 === 0) for (const {connection} of talkers) connection.say(new Uint8Array(4));
		lone.torrent.post({type: 'tick', now: lone.clock.now()});
	}
	for (const talker of talkers) await talker.listen();
}

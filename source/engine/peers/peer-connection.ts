import {ProtocolError} from '../../base/errors.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {Clock} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {ConnectionEvents, PeerStream} from '../../io/net/transport.js';
import {isV2Key, type SwarmKeys} from '../../protocol/metainfo/swarm-hashes.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import {messageId, type PeerWireDecoder, PeerWireWriter} from '../../protocol/wire/decoder.js';
import {encodeHandshake, type Handshake} from '../../protocol/wire/handshake.js';
import type {ExtensionRegistry} from '../extensions/extension-registry.js';
import {ExtensionState} from '../extensions/extension-state.js';
import type {ExtensionPeer} from '../extensions/peer-extension.js';
import type {ExchangePeer} from '../hashes/hash-exchange.js';
import {BlockRequests, type BlockSource} from '../transfer/block-source.js';
import {UploadQueue} from '../transfer/upload-queue.js';
import {AllowedFastGrants} from './allowed-fast-grants.js';
import {ChokeState} from './choke-state.js';
import {PeerConduct, piecesWeight} from './peer-conduct.js';
import {PeerPieces} from './peer-pieces.js';
import {PeerTraffic} from './peer-traffic.js';
import type {WriteBatch} from './write-batch.js';

/** What a peer tells the torrent it belongs to. Called while a received buffer is being read. */
export interface PeerOwner {
	/** What peers know it by. */
	readonly swarmKeys: SwarmKeys;
	/** 0 while nobody knows. */
	readonly pieceCount: number;
	readonly blocksPerPiece: number;
	/** What understands the extension messages. BEP 10. */
	readonly extensions: ExtensionRegistry;
	/** The handshake is done both ways: the peer is one of ours now. */
	peerReady(peer: Peer): void;
	/** It told what it has. */
	peerPieces(peer: Peer): void;
	/** What it has is about to be told anew: what is known of it counts no more. */
	peerForgets(peer: Peer): void;
	peerHas(peer: Peer, piece: number): void;
	peerLost(peer: Peer, piece: number): void;
	peerChokes(peer: Peer): void;
	peerInterest(peer: Peer): void;
	/** Answers where in the block pool the bytes go, or -1. */
	blockStart(peer: Peer, piece: number, begin: number, length: number): number;
	blockEnd(peer: Peer): void;
	/** The peer will not send a block that was asked for. */
	peerRejects(peer: Peer, piece: number, begin: number, length: number): void;
	peerRequests(peer: Peer, piece: number, begin: number, length: number): void;
	peerCancels(peer: Peer, piece: number, begin: number, length: number): void;
	/** A buffer was read to its end: time to ask for more. */
	peerRead(peer: Peer): void;
	/** A hash message came: 21, 22 or 23. May throw a ProtocolError. BEP 52. */
	peerHashes(peer: Peer, id: number, payload: Uint8Array): void;
	/** It has a node of the DHT on this UDP port. BEP 5. */
	peerHasNode(peer: Peer, port: number): void;
	peerClosed(peer: Peer, reason: string): void;
}

/** Who says which torrent an incoming connection wants. */
export interface PeerRouter {
	/** Undefined closes the connection. */
	route(peer: Peer, infoHash: Uint8Array): PeerOwner | undefined;
	/** A connection ended before it belonged to a torrent. */
	halfOpenClosed(peer: Peer): void;
}

export interface PeerOptions {
	readonly id: number;
	readonly address: PeerAddress;
	readonly source: PeerSourceName;
	readonly incoming: boolean;
	readonly clock: Clock;
	readonly writeBatch: WriteBatch;
	readonly router: PeerRouter;
	/** Our own half; the info-hash of an incoming connection is known only when it has been routed. As `ourHandshake`. */
	readonly ourHandshake: (infoHash: Uint8Array, isV1OfTwo: boolean) => Handshake;
	/** The torrent we dialled for. */
	readonly infoHash?: Uint8Array;
}

/** Why a peer is let go that does not read. */
export const takesNothing = 'takes nothing of what it is sent';
/** More than its blocks and everything else we say at a time: who has not taken so much does not read. */
const mostUnsent: Bytes = 2 << 20;
/** … and who is refused too often, when it has left so much lie. */
const leftLying: Bytes = 64 << 10;
/** A seed that lacks a piece tells all its pieces anew: no more often than this. */
const piecesInterval: Millis = 250;

/** One peer on one connection: what is known of it, and what we say to it. `PeerInput` hears what it says. BEP 3, 6, 10. */
export class Peer implements BlockSource, ExchangePeer, ExtensionPeer {
	readonly id: number;
	readonly address: PeerAddress;
	readonly source: PeerSourceName;
	readonly incoming: boolean;
	/** What it has. Written by `PeerInput` alone, as are the next seven. */
	readonly told = new PeerPieces();
	peerChoking = true;
	peerInterested = false;
	/** 20 bytes, once the handshake came. */
	peerId: Uint8Array | undefined;
	supportsFast = false;
	supportsExtended = false;
	/** It has a node of the DHT. BEP 5. */
	supportsDht = false;
	/** It said that it knows v2, though it spoke of the v1 hash. BEP 52. */
	knowsV2 = false;
	/** The 20 bytes by which both speak of the torrent, once the handshake came. */
	spokenKey: Uint8Array | undefined;
	/** Requests that came of it. */
	requestsHeard = 0;
	readonly traffic: PeerTraffic;
	/** The choke round's alone. */
	readonly choking = new ChokeState();
	readonly connectedAt: Millis;
	/** What connecting took, for peers we dialled: one round trip and a little. */
	roundTrip: Millis = Infinity;
	amInterested = false;
	/** It is asked for whole pieces alone, to see whether it lies. Written by the smart ban alone. */
	onParole = false;
	/** The extensions' alone. */
	readonly extensions = new ExtensionState();
	lastReceivedAt: Millis;
	lastSentAt: Millis;
	/** Pieces it lets us ask for while it chokes us. BEP 6. */
	readonly fastPieces = new Set<number>();
	/** The uploader's alone, once a request was let in. */
	readonly uploads = new UploadQueue();
	/** What it may have though we choke it. BEP 6. */
	readonly grants = new AllowedFastGrants();
	/** The downloader's alone. */
	requests: BlockRequests;
	/** The time at which the buffer at hand came. */
	now: Millis;
	isClosed = false;
	/** It was let go because it broke the protocol. */
	misbehaved = false;
	ready = false;
	/** Bytes that came with the last read. */
	lastRead = 0;
	/** Bytes of the block now arriving that were counted before its end, at low limits. The message handler's, as the next. */
	countedEarly = 0;
	/** The last read brought the end of a block. */
	blockCame = false;
	/** Its host was here before, and traded nothing. The swarm's alone. */
	returns = false;
	readonly #options: PeerOptions;
	#decoder: PeerWireDecoder | undefined;
	readonly writer = new PeerWireWriter();
	#connection: PeerStream | undefined;
	#owner: PeerOwner | undefined;
	/** Requests it takes at a time, as it says. */
	#reqq: number | undefined;
	readonly #conduct: PeerConduct;
	/** A part of a message was sent: nothing may come between it and the rest. */
	#midMessage = false;

	constructor(options: PeerOptions) {
		this.#options = options;
		this.id = options.id;
		this.address = options.address;
		this.source = options.source;
		this.incoming = options.incoming;
		this.now = options.clock.now();
		this.connectedAt = this.now;
		this.traffic = new PeerTraffic(this.now);
		this.#conduct = new PeerConduct(this.now);
		this.lastReceivedAt = this.now;
		this.lastSentAt = this.now;
		this.requests = new BlockRequests(1, this.now);
	}

	/** The torrent this peer belongs to; set when the connection is dialled or routed. */
	join(owner: PeerOwner): void {
		this.#owner = owner;
		this.told.expect(owner.pieceCount);
		this.#renewRequests(owner);
	}

	/**
	 * How many pieces its torrent has is known now: what it said before is checked as it would have been then, and counts
	 * from here on. Closes the connection when that cannot be.
	 */
	contentKnown(): void {
		const owner = this.#owner;
		if (this.told.unchecked === undefined || owner === undefined) return;
		const {pieceCount} = owner;
		for (const piece of this.fastPieces) if (piece >= pieceCount) this.fastPieces.delete(piece);
		this.#renewRequests(owner);
		try {
			this.told.check(pieceCount, this.now);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#expel(error.message);
		}
	}

	#renewRequests({blocksPerPiece}: PeerOwner): void {
		this.requests = new BlockRequests(blocksPerPiece, this.now);
		if (this.#reqq !== undefined) this.requests.queue.ceiling = this.#reqq;
	}

	/** Undefined before it said which torrent it wants. */
	get owner(): PeerOwner | undefined {
		return this.#owner;
	}

	/** What understands the bytes that will come. */
	hear(decoder: PeerWireDecoder): void {
		this.#decoder = decoder;
	}

	attach(connection: PeerStream): void {
		this.#connection = connection;
	}

	/** What its connection runs over. */
	get transport(): PeerStream['transport'] {
		return this.#connection?.transport ?? 'tcp';
	}

	get encrypted(): boolean {
		return this.#connection?.encrypted ?? false;
	}

	/** What of its connection is encrypted: all that is said, or the handshake alone. */
	get encryption(): 'rc4' | 'handshake' | undefined {
		if (this.encrypted) return 'rc4';
		return this.#connection?.encryptedHandshake ? 'handshake' : undefined;
	}

	get unsent(): number {
		return this.#connection?.unsent ?? 0;
	}

	/** What was said to it and has not left. */
	get backlog(): Bytes {
		return this.unsent + this.writer.length;
	}

	/** It has something, or wants something. */
	get hasSpoken(): boolean {
		return this.peerInterested || this.told.any;
	}

	/** Since when it could ask us for what it wants and does not, or owes us everything it was asked for. */
	get silentSince(): Millis | undefined {
		if (this.traffic.downloaded > 0 || this.traffic.uploaded > 0) return undefined;
		const {unchokedAt} = this.choking;
		const asks = this.requestsHeard > 0 || !this.peerInterested || unchokedAt === -Infinity;
		const since = Math.min(asks ? Infinity : unchokedAt, this.requests.queue.owesSince);
		return since === Infinity ? undefined : since;
	}

	/** Looks whether it has taken some of what lies ready for it since the last time. */
	lookAtSending(now: Millis): void {
		const {uploads} = this;
		if (uploads.inFlight === 0) return;
		const untaken = this.#connection?.untaken ?? this.unsent;
		if (untaken < uploads.untaken) uploads.movedAt = now;
		uploads.untaken = untaken;
	}

	/** Both speak of the torrent by its v2 hash, so that hash messages may be sent. BEP 52. */
	get speaksV2(): boolean {
		return (
			this.spokenKey !== undefined &&
			this.#owner !== undefined &&
			isV2Key(this.#owner.swarmKeys, this.spokenKey)
		);
	}

	/** What it has; undefined for everything. */
	get pieces(): Bitfield | undefined {
		return this.told.known;
	}

	get isSeed(): boolean {
		return this.told.isSeed;
	}

	hasPiece(piece: number): boolean {
		return this.told.has(piece);
	}

	get pieceCount(): number {
		return this.told.count;
	}

	get offered(): ReadonlySet<number> | undefined {
		return this.peerChoking ? this.fastPieces : undefined;
	}

	get snubbed(): boolean {
		return this.requests.queue.snubbed;
	}

	get outstanding(): number {
		return this.requests.queue.outstanding;
	}

	get blockTime(): number {
		return this.requests.queue.blockTime;
	}

	asked(piece: number, block: number): boolean {
		return this.requests.queue.has(piece, block);
	}

	/** It is looked at now, though it said nothing. */
	lookedAt(now: Millis): void {
		this.now = now;
	}

	// What we say.

	setInterested(interested: boolean): void {
		if (this.amInterested === interested) return;
		this.amInterested = interested;
		this.writer.plain(interested ? messageId.interested : messageId.notInterested);
		this.#options.writeBatch.post(this);
	}

	setChoking(choking: boolean, now: Millis): void {
		if (this.choking.amChoking === choking) return;
		this.choking.set(choking, now);
		if (!choking) this.uploads.piecesSinceUnchoke = 0;
		this.writer.plain(choking ? messageId.choke : messageId.unchoke);
		if (choking) {
			this.uploads.clear((piece, begin, length) => {
				if (this.grants.take(piece, length, this.pieceCount)) this.uploads.push(piece, begin, length);
				else if (this.supportsFast) this.writer.block(messageId.reject, piece, begin, length);
			});
		}
		this.#options.writeBatch.post(this);
	}

	sendRequest(piece: number, begin: number, length: number): void {
		this.writer.block(messageId.request, piece, begin, length);
		this.#options.writeBatch.post(this);
	}

	sendCancel(piece: number, begin: number, length: number): void {
		this.writer.block(messageId.cancel, piece, begin, length);
		this.#options.writeBatch.post(this);
	}

	sendReject(piece: number, begin: number, length: number): void {
		if (!this.supportsFast) return;
		this.writer.block(messageId.reject, piece, begin, length);
		this.#options.writeBatch.post(this);
	}

	sendAllowedFast(piece: number): void {
		this.writer.piece(messageId.allowedFast, piece);
		this.#options.writeBatch.post(this);
	}

	sendHave(piece: number): void {
		// It may want something now, and not any more when it has that.
		this.#conduct.mayAnswer(2);
		this.writer.piece(messageId.have, piece);
		this.#options.writeBatch.post(this);
	}

	/** The first message after the handshake: what we have. */
	sendPieces(have: Bitfield): void {
		if (this.supportsFast && have.full) this.writer.plain(messageId.haveAll);
		else if (this.supportsFast && have.count === 0) this.writer.plain(messageId.haveNone);
		else if (have.count > 0) this.writer.bitfield(have.bytes);
		this.#options.writeBatch.post(this);
	}

	sendExtended(id: number, payload: Uint8Array): void {
		this.writer.extended(id, payload);
		this.#options.writeBatch.post(this);
	}

	/** Sends a hash request, hashes or a hash reject: to who speaks v2 alone. BEP 52. */
	sendHashMessage(id: number, payload: Uint8Array): void {
		this.writer.hashMessage(id, payload);
		this.#options.writeBatch.post(this);
	}

	/** Tells where our node of the DHT is. BEP 5. */
	sendPort(port: number): void {
		this.writer.port(port);
		this.#options.writeBatch.post(this);
	}

	sendKeepAlive(): void {
		this.writer.keepAlive();
		this.#options.writeBatch.post(this);
	}

	/** Hands what was collected to the connection: called by the write batch, once a turn. */
	flush(now: Millis): void {
		if (this.writer.length === 0 || this.isClosed || this.#midMessage) return;
		if (this.unsent > mostUnsent) return this.close(takesNothing);
		this.lastSentAt = now;
		this.#connection?.write(this.writer.take());
	}

	/** Blocks, framed. What was collected before goes first. */
	sendFrames(bytes: Uint8Array, now: Millis, done: () => void): void {
		this.flush(now);
		this.lastSentAt = now;
		if (this.#connection === undefined || this.isClosed) done();
		else this.#connection.write(bytes, done);
	}

	/** A part of what `sendFrames` would send whole; whatever else there is to say waits for the last one. */
	sendPortion(bytes: Uint8Array, now: Millis, last: boolean, done?: () => void): void {
		this.flush(now);
		this.lastSentAt = now;
		this.#midMessage = !last;
		if (this.#connection === undefined || this.isClosed) done?.();
		else this.#connection.write(bytes, done);
		if (last && this.writer.length > 0) this.#options.writeBatch.post(this);
	}

	/** True while a block is arriving. */
	get inBlock(): boolean {
		return this.#decoder?.inBlock === true;
	}

	pauseReading(): void {
		this.#connection?.pause();
	}

	resumeReading(): void {
		if (!this.isClosed) this.#connection?.resume();
	}

	/** As `Connection.readAtMost`. */
	readAtMost(bytes: number | undefined): void {
		this.#connection?.readAtMost?.(bytes);
	}

	/** A request or block that makes no sense; too many end the connection. */
	strike(weight = 1): void {
		if (this.#conduct.strike(weight)) this.#expel('too many senseless messages');
	}

	/** It said what changes nothing: that is fine now and then. */
	redundantMessage(cost = 1, weight = 1): void {
		const strikes = this.#conduct.idle(this.now, cost, weight);
		if (strikes > 0) this.strike(strikes);
	}

	/** It asked for what it does not get. A full queue of that is fine, a flood is not. */
	askedInVain(): void {
		if (!this.#conduct.asksTooMuch(this.now)) return;
		if (this.unsent > leftLying) this.close(takesNothing);
		else this.strike();
	}

	#expel(reason: string): void {
		this.misbehaved ||= !this.isClosed;
		this.close(reason);
	}

	close(reason: string): void {
		if (this.isClosed) return;
		this.#end(reason);
		this.#connection?.close(reason);
	}

	#end(reason: string): void {
		if (this.isClosed) return;
		this.isClosed = true;
		this.#decoder?.stop();
		if (this.#owner === undefined) this.#options.router.halfOpenClosed(this);
		else this.#owner.peerClosed(this, reason);
	}

	// What the connection says.

	/** What the connection is to call. */
	get events(): ConnectionEvents {
		return {
			connected: () => {
				this.roundTrip = this.#options.clock.now() - this.connectedAt;
				if (this.#options.infoHash !== undefined) this.sendHandshake(this.#options.infoHash);
			},
			data: this.#receive,
			drained: () => {
				if (!this.isClosed) this.#owner?.extensions.drained(this);
			},
			closed: reason => this.#end(reason),
		};
	}

	readonly #receive = (bytes: Uint8Array, length: number): void => {
		if (this.isClosed) return;
		this.now = this.#options.clock.now();
		this.lastReceivedAt = this.now;
		this.lastRead = length;
		try {
			this.#decoder?.push(bytes, length);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#expel(error.message);
			return;
		}
		if (this.ready && !this.isClosed) this.#owner?.peerRead(this);
	};

	/** Our half of the handshake, for its torrent. BEP 3, 52. */
	sendHandshake(infoHash: Uint8Array): void {
		const keys = this.#owner?.swarmKeys;
		const isV1OfTwo = keys?.v2 !== undefined && !isV2Key(keys, infoHash);
		this.writer.raw(encodeHandshake(this.#options.ourHandshake(infoHash, isV1OfTwo)));
		this.#options.writeBatch.post(this);
	}

	/** It says how many requests it takes at a time (`reqq`, BEP 10). */
	takesRequests(count: number): void {
		this.#reqq = count;
		this.requests.queue.ceiling = count;
	}

	/** It has a piece no more, whatever it said before. BEP 54. */
	lacks(piece: number): void {
		const {told} = this;
		const wasSeed = told.isSeed;
		if (!told.mayBe(piece)) return;
		if (wasSeed) {
			if (this.now - told.toldAt < piecesInterval) this.strike(piecesWeight);
			if (this.isClosed) return;
			told.toldAt = this.now;
		}
		if (told.lose(piece) && told.unchecked === undefined) this.#owner?.peerLost(this, wasSeed ? -1 : piece);
	}
}

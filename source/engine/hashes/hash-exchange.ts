import type {LogLevel} from '../../base/ports.js';
import {type Bytes, blockLength, type Millis, type PieceIndex} from '../../base/units.js';
import type {Storage} from '../../io/disk/storage.js';
import {HashAsking} from '../../policy/hashes/hash-asking.js';
import {type HashPeer, HashPicker} from '../../policy/hashes/hash-picker.js';
import type {HashTrees} from '../../policy/hashes/hash-trees.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import {messageId} from '../../protocol/wire/decoder.js';
import {
	decodeHashes,
	decodeHashRequest,
	encodeHashes,
	encodeHashRequest,
	type HashesMessage,
	type HashRequest,
} from '../../protocol/wire/hash-messages.js';

/** Hashes on their way to one peer: who has not taken so much is refused more. */
const mostBacklog: Bytes = 1 << 20;
/** So many times over one peer may have all hashes of the torrent, on one connection: choking and limits do not hold it. */
const mostCopies = 4;
/** Every peer may have so much, however small the torrent is. */
const leastServed: Bytes = 1 << 18;
/** Pieces that are read for the block hashes of one peer at a time. */
const mostReading = 4;
/** A proof that does not hold weighs so many strikes. */
const lieWeight = 30;
const preferInterval: Millis = 5000;

/** What exchanging hashes asks of, and says to, a peer. */
export interface ExchangePeer extends HashPeer {
	readonly now: Millis;
	readonly ready: boolean;
	readonly isClosed: boolean;
	/** Only then hash messages may be sent. */
	readonly speaksV2: boolean;
	readonly backlog: Bytes;
	sendHashMessage(id: number, payload: Uint8Array): void;
	strike(weight?: number): void;
	askedInVain(): void;
}

/** What exchanging hashes asks of, and tells, its torrent. */
export interface HashExchangeOwner {
	readonly have: Bitfield;
	readonly active: boolean;
	readonly storage: Pick<Storage, 'leafHashes'> | undefined;
	readonly peers: Iterable<ExchangePeer>;
	/** Whether a piece is wanted, and lacked. */
	needs(piece: number): boolean;
	/** The hashes of these pieces are known now. */
	hashesCame(pieces: readonly PieceIndex[]): void;
	/** The hashes of all blocks of these pieces are known now. */
	leavesCame(pieces: readonly PieceIndex[]): void;
	log(level: LogLevel, text: string): void;
}

/** What one peer has had of us. */
interface Served {
	bytes: Bytes;
	/** Pieces that are read for it. */
	reading: number;
	/** The hashes of pieces that it has asked for. */
	readonly asking: HashAsking;
}

/** Asks peers for the hashes of a torrent's trees that are not known, and gives them those that are. BEP 52. */
export class HashExchange {
	readonly #owner: HashExchangeOwner;
	readonly #hashes: HashTrees;
	readonly #picker: HashPicker;
	readonly #served = new Map<number, Served>();
	/** Bytes one peer may have. */
	readonly #most: Bytes;
	readonly #pieceLayer: number;
	/** Of all pieces. */
	readonly #windows: number;
	#preferredAt: Millis = -Infinity;

	constructor(
		owner: HashExchangeOwner,
		hashes: HashTrees,
		{length, pieceLength}: {readonly length: Bytes; readonly pieceLength: Bytes},
	) {
		this.#owner = owner;
		this.#hashes = hashes;
		this.#picker = new HashPicker(hashes.missing(), piece => hashes.canVerify(piece));
		this.#windows = hashes.windows;
		this.#pieceLayer = Math.log2(pieceLength / blockLength);
		// 32 bytes for each block, and as much for all layers above them.
		this.#most = mostCopies * Math.max(leastServed, length / 256);
	}

	/** Windows of hashes of pieces that nobody has given yet. */
	get missing(): number {
		return this.#picker.missing;
	}

	/** The hashes of the blocks of a piece are wanted: `leavesCame` is told when they are known. */
	wantLeaves(piece: PieceIndex, now: Millis): void {
		for (const range of this.#hashes.leafRanges(piece)) this.#picker.wantLeaves(range, piece, now);
		this.#ask(this.#owner.peers, now);
	}

	/** A peer has come, or says anew what it has. */
	look(peer: ExchangePeer): void {
		if (!this.#picker.idle) this.#ask([peer], peer.now);
	}

	/** Once a second: who is silent is passed over. */
	tick(now: Millis): void {
		if (this.#picker.idle) return;
		if (now - this.#preferredAt >= preferInterval) {
			this.#preferredAt = now;
			this.#picker.prefer(({firsts, pieces}) => {
				for (const first of firsts)
					for (let piece: number = first; piece < first + pieces; piece++)
						if (this.#owner.needs(piece)) return true;
				return false;
			});
		}
		this.#ask(this.#owner.peers, now);
	}

	left({id}: ExchangePeer, now: Millis): void {
		this.#served.delete(id);
		this.#picker.left(id);
		if (!this.#picker.idle) this.#ask(this.#owner.peers, now);
	}

	#ask(peers: Iterable<ExchangePeer>, now: Millis): void {
		if (!this.#owner.active) return;
		const able: ExchangePeer[] = [];
		for (const peer of peers) if (peer.ready && !peer.isClosed && peer.speaksV2) able.push(peer);
		for (const {peer, range} of this.#picker.next(able, now))
			peer.sendHashMessage(messageId.hashRequest, encodeHashRequest(range));
	}

	/** A hash message came. Throws a ProtocolError for one that is of no right size. */
	message(peer: ExchangePeer, id: number, payload: Uint8Array): void {
		if (id === messageId.hashRequest) this.#asked(peer, decodeHashRequest(payload));
		else if (id === messageId.hashes) this.#answered(peer, decodeHashes(payload));
		else this.#rejected(peer, decodeHashRequest(payload));
	}

	// What we give.

	/**
	 * Whether a peer is about to ask for hashes, so that blocks are to come to it after those. Of libtorrent to 2.0.13 a
	 * torrent with both kinds of hashes fails when a hash comes while a piece that was found right by the other kind is being
	 * written.
	 */
	isAsking({id}: {readonly id: number}, now: Millis): boolean {
		return this.#served.get(id)?.asking.isUnderWay(now) === true;
	}

	#asked(peer: ExchangePeer, request: HashRequest): void {
		const served = this.#served.get(peer.id) ?? {
			bytes: 0,
			reading: 0,
			asking: new HashAsking(this.#windows),
		};
		this.#served.set(peer.id, served);
		// Layers between are of no use to anybody, and would have to be made for each who asks.
		const isServed = request.base === 0 || request.base >= this.#pieceLayer;
		if (!isServed || peer.backlog > mostBacklog || served.bytes > this.#most)
			return this.#refuse(peer, request);
		const answer = this.#hashes.read(request);
		if (answer !== undefined) return this.#give(peer, served, request, answer);
		const pieces = this.#hashes.piecesToHash(request);
		const {have} = this.#owner;
		const canRead = pieces.length > 0 && pieces.length + served.reading <= mostReading;
		if (!canRead || !pieces.every(piece => have.has(piece))) return this.#refuse(peer, request);
		void this.#readAndGive(peer, served, request, pieces);
	}

	async #readAndGive(
		peer: ExchangePeer,
		served: Served,
		request: HashRequest,
		pieces: readonly PieceIndex[],
	): Promise<void> {
		const {storage} = this.#owner;
		served.reading += pieces.length;
		for (const piece of pieces) {
			const leaves = await storage?.leafHashes?.(piece);
			if (leaves !== undefined) this.#hashes.addLeaves(piece, leaves);
		}
		served.reading -= pieces.length;
		if (peer.isClosed) return;
		const answer = this.#hashes.read(request);
		if (answer === undefined) this.#refuse(peer, request);
		else this.#give(peer, served, request, answer);
	}

	#give(peer: ExchangePeer, served: Served, request: HashRequest, hashes: Uint8Array): void {
		served.bytes += hashes.length;
		if (request.base === this.#pieceLayer) served.asking.note(request, peer.now);
		peer.sendHashMessage(messageId.hashes, encodeHashes(request, hashes));
	}

	#refuse(peer: ExchangePeer, request: HashRequest): void {
		peer.sendHashMessage(messageId.hashReject, encodeHashRequest(request));
		peer.askedInVain();
	}

	// What we get.

	#answered(peer: ExchangePeer, message: HashesMessage): void {
		const {root, base, index, length, proofLayers} = message;
		const range: HashRequest = {root, base, index, length, proofLayers};
		if (!this.#picker.answers(peer.id, range)) return peer.strike();
		const outcome = this.#hashes.add(range, message.hashes);
		if (outcome.kind === 'wrong' || outcome.kind === 'unknown') {
			this.#picker.lied(peer.id, range);
			this.#owner.log('warn', 'a peer gave hashes that do not belong to the torrent: others are asked');
			peer.strike(lieWeight);
			return this.#ask(this.#owner.peers, peer.now);
		}
		const what = this.#picker.settled(range);
		const pieces = outcome.kind === 'added' ? outcome.pieces : [];
		if (what === 'leaves') this.#owner.leavesCame(pieces);
		else this.#owner.hashesCame(pieces);
		this.#ask([peer], peer.now);
	}

	#rejected(peer: ExchangePeer, request: HashRequest): void {
		if (!this.#picker.answers(peer.id, request)) return peer.strike();
		this.#picker.rejected(peer.id, request, peer.now);
		this.#ask(this.#owner.peers, peer.now);
	}
}

import {hash} from 'node:crypto';
import {sameBytes} from '../../base/bytes.js';
import {ProtocolError} from '../../base/errors.js';
import {type Bytes, blockLength, type Millis} from '../../base/units.js';
import type {ConnectionEvents, PeerStream} from '../../io/net/transport.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import {
	messageId,
	PeerWireDecoder,
	type PeerWireSink,
	PeerWireWriter,
	writePieceHeader,
} from '../../protocol/wire/decoder.js';
import {
	decodeExtensionHandshake,
	encodeExtensionHandshake,
	extensionHandshakeId,
	readExtensionNumber,
} from '../../protocol/wire/extension-handshake.js';
import {encodeHandshake, type Handshake} from '../../protocol/wire/handshake.js';
import {answerMetadataRequest, decodeMetadataMessage} from '../../protocol/wire/ut-metadata.js';

/** What a connection may know of the peer of the demo that it belongs to. */
export interface DemoConnectionOwner {
	readonly client: string;
	readonly peerId: Uint8Array;
	readonly port: number;
	readonly infoHash: Uint8Array;
	readonly metainfo: Metainfo;
	readonly have: Bitfield;
	/** Never lets anybody ask. */
	readonly silent: boolean;
	/** Fills `into` with what it gives for a block, right or wrong. */
	giveBlock(position: Bytes, into: Uint8Array): void;
	/** A piece came whole and its hash is right. */
	gotPiece(piece: number): void;
	/** A piece that is missing and that `theirs` has; undefined when there is none. */
	choosePiece(theirs: Bitfield): number | undefined;
}

interface Wanted {
	readonly piece: number;
	readonly begin: Bytes;
	readonly length: Bytes;
}

/** A piece that is being fetched into `#memory`. */
interface Fetch {
	readonly piece: number;
	readonly size: Bytes;
	asked: Bytes;
	received: Bytes;
}

const ourMetadataNumber = 1;
const mostQueued = 250;
const mostUnsent: Bytes = 1_048_576;
const keepAliveAfter: Millis = 60_000;

/** One end of a connection of the demo's swarm: serves blocks, and fetches pieces, as fast as it is allowed to. */
export class DemoConnection implements PeerWireSink, ConnectionEvents {
	readonly #owner: DemoConnectionOwner;
	readonly #ended: () => void;
	readonly #decoder: PeerWireDecoder;
	readonly #writer = new PeerWireWriter();
	readonly #memory: Uint8Array;
	readonly #theirs: Bitfield;
	readonly #dialled: boolean;
	#queue: Wanted[] = [];
	#fetch: Fetch | undefined;
	#arriving: Bytes = 0;
	#choking = true;
	#choked = true;
	#interested = false;
	#stream: PeerStream | undefined;
	#metadataId = 0;
	#ready = false;
	#sentAt: Millis = 0;

	/**
	 * @param dialled whether we made the connection
	 * @param ended called once when it is over
	 */
	constructor(owner: DemoConnectionOwner, dialled: boolean, ended: () => void) {
		this.#owner = owner;
		this.#dialled = dialled;
		this.#ended = ended;
		const {pieceCount, pieceLength} = owner.metainfo;
		this.#theirs = new Bitfield(pieceCount);
		this.#memory = new Uint8Array(owner.have.full ? 0 : pieceLength);
		this.#decoder = new PeerWireDecoder(this, this.#memory);
	}

	attach(stream: PeerStream): void {
		this.#stream = stream;
	}

	close(): void {
		this.#stream?.close('enough');
	}

	// What its stream says.

	connected(): void {
		this.#sendHandshake();
		this.#flush();
	}

	data(bytes: Uint8Array, length: number): void {
		try {
			this.#decoder.push(bytes, length);
			this.#flush();
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.close();
		}
	}

	drained(): void {}

	closed(): void {
		this.#ended();
	}

	// What it is allowed to do.

	/** Sends what was asked for. Answers how many bytes of `grant` it used; at least one block when it is above 0. */
	serve(grant: Bytes): Bytes {
		let used = 0;
		while (used < grant && this.#queue.length > 0 && this.#unsent < mostUnsent) {
			const {piece, begin, length} = this.#queue.shift()!;
			const frame = Buffer.allocUnsafe(13 + length);
			writePieceHeader(frame, 0, piece, begin, length);
			this.#owner.giveBlock(piece * this.#owner.metainfo.pieceLength + begin, frame.subarray(13));
			this.#stream?.write(frame);
			used += length;
		}
		return used;
	}

	/** Asks for blocks. Answers how many bytes of `grant` it used; at least one block when it is above 0. */
	fetch(grant: Bytes): Bytes {
		if (!this.#ready || this.#choked) return 0;
		let used = 0;
		while (used < grant) {
			this.#fetch ??= this.#beginFetch();
			if (this.#fetch === undefined) break;
			const {piece, size, asked} = this.#fetch;
			if (asked === size) break;
			const length = Math.min(blockLength, size - asked);
			this.#writer.block(messageId.request, piece, asked, length);
			this.#fetch.asked += length;
			used += length;
		}
		return used;
	}

	/** Sends what has gathered, and a sign of life now and then. */
	tick(now: Millis): void {
		if (this.#ready && now - this.#sentAt > keepAliveAfter) this.#writer.keepAlive();
		if (this.#writer.length > 0) this.#sentAt = now;
		this.#flush();
	}

	tellHave(piece: number): void {
		if (!this.#ready) return;
		this.#writer.piece(messageId.have, piece);
		this.#reviewInterest();
	}

	#beginFetch(): Fetch | undefined {
		const {metainfo} = this.#owner;
		const piece = this.#owner.choosePiece(this.#theirs);
		if (piece === undefined) return undefined;
		const size = Math.min(metainfo.pieceLength, metainfo.length - piece * metainfo.pieceLength);
		return {piece, size, asked: 0, received: 0};
	}

	get #unsent(): Bytes {
		return this.#stream?.unsent ?? 0;
	}

	#flush(): void {
		if (this.#writer.length > 0) this.#stream?.write(this.#writer.take());
	}

	#sendHandshake(): void {
		const {infoHash, peerId} = this.#owner;
		this.#writer.raw(encodeHandshake({infoHash, peerId, extended: true, fast: true, dht: false, v2: false}));
	}

	#reviewInterest(): void {
		const interested = this.#owner.choosePiece(this.#theirs) !== undefined;
		if (interested === this.#interested) return;
		this.#interested = interested;
		this.#writer.plain(interested ? messageId.interested : messageId.notInterested);
	}

	#isInside({piece, begin, length}: Wanted): boolean {
		const {metainfo, have} = this.#owner;
		const position = piece * metainfo.pieceLength + begin;
		return (
			piece < metainfo.pieceCount &&
			have.has(piece) &&
			length <= blockLength &&
			begin + length <= metainfo.pieceLength &&
			position + length <= metainfo.length
		);
	}

	// What the other side says.

	handshake(handshake: Handshake): void {
		const {infoHash, have, metainfo, client, port} = this.#owner;
		if (!sameBytes(handshake.infoHash, infoHash))
			throw new ProtocolError('wrong-info-hash', 'asked for another torrent', 3);
		if (!handshake.fast || !handshake.extended)
			throw new ProtocolError('old-peer', 'a peer of the demo needs the fast and extension protocols', 6);
		if (!this.#dialled) this.#sendHandshake();
		this.#ready = true;
		if (have.full) this.#writer.plain(messageId.haveAll);
		else if (have.count === 0) this.#writer.plain(messageId.haveNone);
		else this.#writer.bitfield(have.bytes);
		this.#writer.extended(
			extensionHandshakeId,
			encodeExtensionHandshake(
				{ut_metadata: ourMetadataNumber},
				{v: client, reqq: mostQueued, p: port, metadata_size: metainfo.info.length, upload_only: have.full},
			),
		);
	}

	keepAlive(): void {}

	choke(): void {
		this.#choked = true;
		this.#fetch = undefined;
	}

	unchoke(): void {
		this.#choked = false;
	}

	interested(): void {
		if (this.#owner.silent || !this.#choking) return;
		this.#choking = false;
		this.#writer.plain(messageId.unchoke);
	}

	notInterested(): void {}

	have(piece: number): void {
		if (piece >= this.#theirs.length) throw new ProtocolError('bad-have', `have of piece ${piece}`, 3);
		this.#theirs.set(piece);
		if (!this.#interested) this.#reviewInterest();
	}

	bitfield(bytes: Uint8Array): void {
		const field = Bitfield.fromWire(bytes, this.#theirs.length);
		for (let piece = 0; piece < field.length; piece++) if (field.has(piece)) this.#theirs.set(piece);
		this.#reviewInterest();
	}

	haveAll(): void {
		this.#theirs.fill();
		this.#reviewInterest();
	}

	haveNone(): void {}

	request(piece: number, begin: number, length: number): void {
		const wanted = {piece, begin, length};
		if (!this.#choking && this.#queue.length < mostQueued && this.#isInside(wanted)) this.#queue.push(wanted);
		else this.#writer.block(messageId.reject, piece, begin, length);
	}

	cancel(piece: number, begin: number, length: number): void {
		const before = this.#queue.length;
		this.#queue = this.#queue.filter(wanted => wanted.piece !== piece || wanted.begin !== begin);
		if (this.#queue.length < before) this.#writer.block(messageId.reject, piece, begin, length);
	}

	blockStart(piece: number, begin: number, length: number): number {
		const fetch = this.#fetch;
		// They come in the order in which they were asked for; anything else is of a fetch that was given up.
		const expected = fetch?.piece === piece && fetch.received === begin && begin + length <= fetch.asked;
		this.#arriving = expected ? length : 0;
		return expected ? begin : -1;
	}

	blockEnd(): void {
		const fetch = this.#fetch;
		if (fetch === undefined || this.#arriving === 0) return;
		fetch.received += this.#arriving;
		if (fetch.received < fetch.size) return;
		this.#fetch = undefined;
		const expected = this.#owner.metainfo.pieceHashes?.subarray(fetch.piece * 20, fetch.piece * 20 + 20);
		const right = sameBytes(hash('sha1', this.#memory.subarray(0, fetch.size), 'buffer'), expected!);
		if (right) this.#owner.gotPiece(fetch.piece);
	}

	port(): void {}

	suggest(): void {}

	reject(piece: number): void {
		if (this.#fetch?.piece === piece) this.#fetch = undefined;
	}

	allowedFast(): void {}

	extended(id: number, payload: Uint8Array): void {
		if (id === extensionHandshakeId) {
			this.#metadataId = readExtensionNumber(decodeExtensionHandshake(payload), 'ut_metadata') ?? 0;
		} else if (id === ourMetadataNumber && this.#metadataId !== 0) {
			const message = decodeMetadataMessage(payload);
			if (message?.type !== 'request' || this.#unsent > mostUnsent) return;
			this.#writer.extended(
				this.#metadataId,
				answerMetadataRequest(this.#owner.metainfo.info, message.piece),
			);
		}
	}
}

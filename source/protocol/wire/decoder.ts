import {ProtocolError} from '../../base/errors.js';
import {blockLength} from '../../base/units.js';
import {decodeHandshake, type Handshake, handshakeLength, isHandshakeStart} from './handshake.js';
import {mostHashes, mostProofHashes} from './hash-messages.js';

/** Message numbers of BEP 3, 5, 6, 10 and 52. */
export const messageId = {
	choke: 0,
	unchoke: 1,
	interested: 2,
	notInterested: 3,
	have: 4,
	bitfield: 5,
	request: 6,
	piece: 7,
	cancel: 8,
	port: 9,
	suggest: 13,
	haveAll: 14,
	haveNone: 15,
	reject: 16,
	allowedFast: 17,
	extended: 20,
	hashRequest: 21,
	hashes: 22,
	hashReject: 23,
} as const;

/** The exact length of each message, its number included; -1 where it varies. */
const exactLength = new Int32Array(24).fill(-2);
for (const id of [0, 1, 2, 3, 14, 15]) exactLength[id] = 1;
for (const id of [4, 13, 17]) exactLength[id] = 5;
for (const id of [6, 8, 16]) exactLength[id] = 13;
for (const id of [5, 7, 20, 22]) exactLength[id] = -1;
for (const id of [21, 23]) exactLength[id] = 49;
exactLength[9] = 3;

/** No torrent we accept has more pieces than this many bytes of bitfield can tell. */
const longestBitfield = 1 + 262_144;
const longestExtended = 1 << 20;
const longestHashes = 1 + 48 + (mostHashes + mostProofHashes) * 32;
const pieceHeader = 13;

/**
 * Who listens to a decoder. Views are of the receive buffer: good until the call returns.
 * A method may throw a ProtocolError; the decoder is of no use after that.
 */
export interface PeerWireSink {
	handshake(handshake: Handshake): void;
	keepAlive(): void;
	choke(): void;
	unchoke(): void;
	interested(): void;
	notInterested(): void;
	have(piece: number): void;
	bitfield(bytes: Uint8Array): void;
	request(piece: number, begin: number, length: number): void;
	/** A block begins to arrive. Answers where in `blockMemory` its bytes go, or -1 to drop them. */
	blockStart(piece: number, begin: number, length: number): number;
	/** The last byte of the block is in its place. */
	blockEnd(): void;
	cancel(piece: number, begin: number, length: number): void;
	port(port: number): void;
	suggest(piece: number): void;
	haveAll(): void;
	haveNone(): void;
	reject(piece: number, begin: number, length: number): void;
	allowedFast(piece: number): void;
	extended(id: number, payload: Uint8Array): void;
	/** A hash request, hashes or a hash reject, by its number: 21, 22, 23. Left out, they are read over. BEP 52. */
	hashMessage?(id: number, payload: Uint8Array): void;
	/** A message of a kind that is read over; `length` bytes, its number not counted. */
	other?(id: number, length: number): void;
}

/** Copies `source[from..to)` to `target` at `at`. */
export type CopyBytes = (
	source: Uint8Array,
	from: number,
	to: number,
	target: Uint8Array,
	at: number,
) => void;

const copyBytes: CopyBytes = (source, from, to, target, at) => target.set(source.subarray(from, to), at);

function read32(bytes: Uint8Array, at: number): number {
	return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/**
 * Bytes of one peer in, messages out. Works in place on the buffer it is given: only a message that is cut by the end
 * of a buffer is copied, and the bytes of blocks go straight to `blockMemory`. Every length is checked before
 * anything is kept. BEP 3, 6, 10, 52.
 */
export class PeerWireDecoder {
	readonly #sink: PeerWireSink;
	readonly #blockMemory: Uint8Array;
	readonly #copy: CopyBytes;
	#state: 'handshake' | 'messages' | 'block' | 'stopped' = 'handshake';
	/** The beginning of a message whose end has not come yet. */
	#held = new Uint8Array(handshakeLength);
	#heldLength = 0;
	#blockTarget = -1;
	#blockLeft = 0;

	/** @param copy how bytes get into `blockMemory`, where there is a faster way than the language's own */
	constructor(sink: PeerWireSink, blockMemory: Uint8Array, copy: CopyBytes = copyBytes) {
		this.#sink = sink;
		this.#copy = copy;
		this.#blockMemory = blockMemory;
	}

	/** Nothing is told any more, not even the rest of the buffer at hand. */
	stop(): void {
		this.#state = 'stopped';
	}

	/** True while a block is being taken in. */
	get inBlock(): boolean {
		return this.#state === 'block';
	}

	/** Bytes of memory for a message whose end has not come: at most twice what came, and a handshake's at least. */
	get held(): number {
		return this.#held.length;
	}

	/** Takes `chunk[0..end)`. Throws a ProtocolError when the peer breaks the protocol. */
	push(chunk: Uint8Array, end: number = chunk.length): void {
		let at = 0;
		while (at < end) {
			if (this.#state === 'block') at = this.#takeBlock(chunk, at, end);
			else if (this.#state === 'messages') at = this.#takeMessage(chunk, at, end);
			else if (this.#state === 'handshake') at = this.#takeHandshake(chunk, at, end);
			else return;
		}
	}

	#takeHandshake(chunk: Uint8Array, at: number, end: number): number {
		const next = this.#hold(chunk, at, end, handshakeLength);
		if (this.#heldLength < handshakeLength) {
			if (!isHandshakeStart(this.#held, this.#heldLength)) {
				throw new ProtocolError('bad-handshake', 'not a BitTorrent handshake', 3);
			}
			return next;
		}
		this.#heldLength = 0;
		const handshake = decodeHandshake(this.#held.subarray(0, handshakeLength));
		this.#state = 'messages';
		this.#sink.handshake(handshake);
		return next;
	}

	#takeBlock(chunk: Uint8Array, at: number, end: number): number {
		const count = Math.min(this.#blockLeft, end - at);
		if (this.#blockTarget >= 0) {
			this.#copy(chunk, at, at + count, this.#blockMemory, this.#blockTarget);
			this.#blockTarget += count;
		}
		this.#blockLeft -= count;
		if (this.#blockLeft === 0) {
			this.#state = 'messages';
			this.#sink.blockEnd();
		}
		return at + count;
	}

	#takeMessage(chunk: Uint8Array, start: number, end: number): number {
		if (this.#heldLength === 0) {
			const available = end - start;
			if (available >= pieceHeader || (available >= 5 && chunk[start + 4] !== messageId.piece)) {
				const length = read32(chunk, start);
				if (length === 0) {
					this.#sink.keepAlive();
					return start + 4;
				}
				const id = chunk[start + 4]!;
				checkLength(id, length);
				if (id === messageId.piece) {
					this.#startBlock(read32(chunk, start + 5), read32(chunk, start + 9), length - 9);
					return start + pieceHeader;
				}
				if (available >= 4 + length) {
					this.#dispatch(id, chunk, start + 5, start + 4 + length);
					return start + 4 + length;
				}
			}
		}
		return this.#takeCutMessage(chunk, start, end);
	}

	/** The slow path: gathers a message from more than one buffer, no further than its own end. */
	#takeCutMessage(chunk: Uint8Array, start: number, end: number): number {
		let at = this.#hold(chunk, start, end, 4);
		if (this.#heldLength < 4) return at;
		const length = read32(this.#held, 0);
		if (length === 0) {
			this.#heldLength = 0;
			this.#sink.keepAlive();
			return at;
		}
		at = this.#hold(chunk, at, end, 5);
		if (this.#heldLength < 5) return at;
		const id = this.#held[4]!;
		checkLength(id, length);
		const whole = id === messageId.piece ? pieceHeader : 4 + length;
		at = this.#hold(chunk, at, end, whole);
		if (this.#heldLength < whole) return at;
		this.#heldLength = 0;
		if (id === messageId.piece) {
			this.#startBlock(read32(this.#held, 5), read32(this.#held, 9), length - 9);
		} else {
			const held = this.#held;
			if (held.length > 1024) this.#held = new Uint8Array(handshakeLength);
			this.#dispatch(id, held, 5, whole);
		}
		return at;
	}

	/** Moves bytes to `#held` until it holds `wanted`; answers where in the chunk it stopped. */
	#hold(chunk: Uint8Array, at: number, end: number, wanted: number): number {
		const count = Math.min(wanted - this.#heldLength, end - at);
		if (count <= 0) return at;
		const needed = this.#heldLength + count;
		if (this.#held.length < needed) {
			// Grows by what has come, not by what was announced: a stated length alone costs us nothing.
			const grown = new Uint8Array(Math.min(wanted, Math.max(2 * this.#held.length, needed)));
			grown.set(this.#held.subarray(0, this.#heldLength));
			this.#held = grown;
		}
		this.#held.set(chunk.subarray(at, at + count), this.#heldLength);
		this.#heldLength += count;
		return at + count;
	}

	#startBlock(piece: number, begin: number, length: number): void {
		this.#state = 'block';
		this.#blockLeft = length;
		this.#blockTarget = this.#sink.blockStart(piece, begin, length);
	}

	#dispatch(id: number, bytes: Uint8Array, at: number, end: number): void {
		const sink = this.#sink;
		switch (id) {
			case messageId.choke:
				return sink.choke();
			case messageId.unchoke:
				return sink.unchoke();
			case messageId.interested:
				return sink.interested();
			case messageId.notInterested:
				return sink.notInterested();
			case messageId.have:
				return sink.have(read32(bytes, at));
			case messageId.bitfield:
				return sink.bitfield(plainView(bytes, at, end));
			case messageId.request:
				return sink.request(read32(bytes, at), read32(bytes, at + 4), read32(bytes, at + 8));
			case messageId.cancel:
				return sink.cancel(read32(bytes, at), read32(bytes, at + 4), read32(bytes, at + 8));
			case messageId.port:
				return sink.port((bytes[at]! << 8) | bytes[at + 1]!);
			case messageId.suggest:
				return sink.suggest(read32(bytes, at));
			case messageId.haveAll:
				return sink.haveAll();
			case messageId.haveNone:
				return sink.haveNone();
			case messageId.reject:
				return sink.reject(read32(bytes, at), read32(bytes, at + 4), read32(bytes, at + 8));
			case messageId.allowedFast:
				return sink.allowedFast(read32(bytes, at));
			case messageId.extended:
				return sink.extended(bytes[at]!, plainView(bytes, at + 1, end));
			case messageId.hashRequest:
			case messageId.hashes:
			case messageId.hashReject:
				return sink.hashMessage?.(id, plainView(bytes, at, end));
			default:
				// Numbers nobody has given a meaning.
				sink.other?.(id, end - at);
		}
	}
}

/** A view whose `slice` copies, as that of every Uint8Array but Node's Buffer does: receive buffers are such. */
function plainView({buffer, byteOffset}: Uint8Array, from: number, to: number): Uint8Array {
	return new Uint8Array(buffer, byteOffset + from, to - from);
}

function checkLength(id: number, length: number): void {
	const exact = id < exactLength.length ? exactLength[id]! : -2;
	if (exact >= 0) {
		if (length === exact) return;
	} else if (id === messageId.piece) {
		if (length > 9 && length <= 9 + blockLength) return;
	} else if (id === messageId.extended) {
		if (length >= 2 && length <= longestExtended) return;
	} else if (id === messageId.bitfield) {
		if (length <= longestBitfield) return;
	} else if (id === messageId.hashes) {
		if (length >= 81 && length <= longestHashes && (length - 49) % 32 === 0) return;
	} else if (length <= 1 + blockLength) {
		return;
	}
	throw new ProtocolError('bad-length', `message ${id} of ${length} bytes`, 3);
}

/** Collects small messages for one peer; taken out once a turn of the event loop, in one piece. */
export class PeerWireWriter {
	#bytes = new Uint8Array(512);
	#length = 0;

	get length(): number {
		return this.#length;
	}

	/** What was collected, as a copy of its own; the writer is empty then. */
	take(): Uint8Array {
		const taken = this.#bytes.slice(0, this.#length);
		this.#length = 0;
		if (this.#bytes.length > 65_536) this.#bytes = new Uint8Array(512);
		return taken;
	}

	raw(bytes: Uint8Array): void {
		this.#need(bytes.length);
		this.#bytes.set(bytes, this.#length);
		this.#length += bytes.length;
	}

	keepAlive(): void {
		this.#need(4);
		this.#put32(0);
	}

	/** choke, unchoke, interested, not interested, have all, have none */
	plain(id: number): void {
		this.#need(5);
		this.#put32(1);
		this.#bytes[this.#length++] = id;
	}

	/** have, suggest, allowed fast */
	piece(id: number, piece: number): void {
		this.#need(9);
		this.#put32(5);
		this.#bytes[this.#length++] = id;
		this.#put32(piece);
	}

	/** request, cancel, reject */
	block(id: number, piece: number, begin: number, length: number): void {
		this.#need(17);
		this.#put32(13);
		this.#bytes[this.#length++] = id;
		this.#put32(piece);
		this.#put32(begin);
		this.#put32(length);
	}

	/** The UDP port of our node of the DHT. BEP 5. */
	port(port: number): void {
		this.#need(7);
		this.#put32(3);
		this.#bytes[this.#length++] = messageId.port;
		this.#bytes[this.#length++] = port >>> 8;
		this.#bytes[this.#length++] = port;
	}

	bitfield(bytes: Uint8Array): void {
		this.#need(5 + bytes.length);
		this.#put32(1 + bytes.length);
		this.#bytes[this.#length++] = messageId.bitfield;
		this.raw(bytes);
	}

	/** BEP 10. `id` 0 is the extension handshake. */
	extended(id: number, payload: Uint8Array): void {
		this.#need(6 + payload.length);
		this.#put32(2 + payload.length);
		this.#bytes[this.#length++] = messageId.extended;
		this.#bytes[this.#length++] = id;
		this.raw(payload);
	}

	/** hash request, hashes, hash reject. BEP 52. */
	hashMessage(id: number, payload: Uint8Array): void {
		this.#need(5 + payload.length);
		this.#put32(1 + payload.length);
		this.#bytes[this.#length++] = id;
		this.raw(payload);
	}

	#need(count: number): void {
		if (this.#length + count <= this.#bytes.length) return;
		const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
		grown.set(this.#bytes.subarray(0, this.#length));
		this.#bytes = grown;
	}

	#put32(value: number): void {
		const bytes = this.#bytes;
		bytes[this.#length++] = value >>> 24;
		bytes[this.#length++] = value >>> 16;
		bytes[this.#length++] = value >>> 8;
		bytes[this.#length++] = value;
	}
}

/** Writes the 13 bytes before a block's data into `bytes` at `at`. */
export function writePieceHeader(
	bytes: Uint8Array,
	at: number,
	piece: number,
	begin: number,
	length: number,
): void {
	const view = new DataView(bytes.buffer, bytes.byteOffset + at, pieceHeader);
	view.setUint32(0, 9 + length);
	view.setUint8(4, messageId.piece);
	view.setUint32(5, piece);
	view.setUint32(9, begin);
}

import {sameBytes} from '../../base/bytes.js';
import {ProtocolError} from '../../base/errors.js';
import type {Millis} from '../../base/units.js';
import {isV2Key} from '../../protocol/metainfo/swarm-hashes.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {PeerWireSink} from '../../protocol/wire/decoder.js';
import type {Handshake} from '../../protocol/wire/handshake.js';
import {bytesPerCost, piecesWeight} from './peer-conduct.js';
import type {Peer, PeerRouter} from './peer-connection.js';
import type {UncheckedPieces} from './unchecked-pieces.js';

/** A choke so soon after the unchoke makes us ask and take back for nothing. */
const flapInterval: Millis = 1000;
const flapWeight = 3;
/** A bitfield in place of many haves costs us a look at all pieces; aria2 sends up to ten a second. */
const bitfieldCost = 5;
const mostFastPieces = 32;

/** Hears what one peer says: checks what may come when, keeps it on the peer, and tells its torrent. BEP 3, 6, 10. */
export class PeerInput implements PeerWireSink {
	readonly #peer: Peer;
	readonly #router: PeerRouter;
	/** Of the torrent we dialled for; undefined for one that came. */
	readonly #infoHash: Uint8Array | undefined;
	/** A bitfield is a later word on what was told, or not told, before. */
	#toldPieces = false;
	#unchokedUsAt: Millis = -Infinity;
	#cancels = 0;

	constructor(peer: Peer, router: PeerRouter, infoHash: Uint8Array | undefined) {
		this.#peer = peer;
		this.#router = router;
		this.#infoHash = infoHash;
	}

	handshake(handshake: Handshake): void {
		const peer = this.#peer;
		const dialled = this.#infoHash;
		peer.peerId = handshake.peerId;
		peer.supportsFast = handshake.fast;
		peer.supportsExtended = handshake.extended;
		peer.supportsDht = handshake.dht;
		peer.knowsV2 = handshake.v2;
		if (dialled === undefined) this.#answer(handshake);
		else this.#answered(handshake.infoHash, dialled);
		peer.ready = true;
		peer.owner?.peerReady(peer);
	}

	/** Who speaks of the v1 hash and knows v2 is answered with the v2 hash, where there is one. BEP 52, "Upgrade path". */
	#answer({infoHash, v2}: Handshake): void {
		const peer = this.#peer;
		const owner = this.#router.route(peer, infoHash);
		if (owner === undefined)
			throw new ProtocolError('unknown-torrent', 'asked for a torrent we do not have', 3);
		peer.join(owner);
		const keys = owner.swarmKeys;
		const answer = v2 && keys.v2 !== undefined ? keys.v2 : infoHash;
		peer.spokenKey = answer;
		peer.sendHandshake(answer);
	}

	/** Whom we told that we know v2 may have answered with the v2 hash. */
	#answered(infoHash: Uint8Array, dialled: Uint8Array): void {
		const {owner} = this.#peer;
		const isV2 = owner !== undefined && isV2Key(owner.swarmKeys, infoHash);
		if (!isV2 && !sameBytes(infoHash, dialled))
			throw new ProtocolError('wrong-info-hash', 'answered for another torrent', 3);
		this.#peer.spokenKey = infoHash;
	}

	keepAlive(): void {
		this.#peer.redundantMessage();
	}

	choke(): void {
		const peer = this.#peer;
		this.#toldPieces = true;
		if (peer.peerChoking) return peer.redundantMessage();
		peer.peerChoking = true;
		if (peer.now - this.#unchokedUsAt < flapInterval) peer.strike(flapWeight);
		if (!peer.isClosed) peer.owner?.peerChokes(peer);
	}

	unchoke(): void {
		const peer = this.#peer;
		this.#toldPieces = true;
		if (!peer.peerChoking) return peer.redundantMessage();
		peer.peerChoking = false;
		// It is asked for blocks when its buffer is read to the end: it may choke us again before.
		this.#unchokedUsAt = peer.now;
	}

	interested(): void {
		this.#setInterested(true);
	}

	notInterested(): void {
		this.#setInterested(false);
	}

	#setInterested(interested: boolean): void {
		const peer = this.#peer;
		this.#toldPieces = true;
		peer.redundantMessage();
		if (peer.peerInterested === interested || peer.isClosed) return;
		peer.peerInterested = interested;
		peer.owner?.peerInterest(peer);
	}

	have(piece: number): void {
		const peer = this.#peer;
		this.#toldPieces = true;
		if (!peer.told.have(piece)) peer.redundantMessage();
		else if (peer.told.unchecked === undefined) peer.owner?.peerHas(peer, piece);
	}

	bitfield(bytes: Uint8Array): void {
		const {told} = this.#peer;
		if (told.unchecked === undefined) this.#replacePieces(told.read(bytes));
		else this.#keepUnchecked(unchecked => unchecked.bitfield(bytes));
	}

	haveAll(): void {
		this.#fastOnly('have all');
		const {told} = this.#peer;
		if (told.unchecked === undefined) this.#replacePieces(told.filled(true));
		else this.#keepUnchecked(unchecked => unchecked.all());
	}

	haveNone(): void {
		this.#fastOnly('have none');
		const {told} = this.#peer;
		if (told.unchecked !== undefined) this.#keepUnchecked(unchecked => unchecked.none());
		else if (this.#toldPieces) this.#replacePieces(told.filled(false));
		this.#toldPieces = true;
	}

	/** BEP 3 has it come first, but aria2 sends it again in place of many haves. */
	#replacePieces(pieces: Bitfield): void {
		const peer = this.#peer;
		if (this.#toldPieces) {
			peer.redundantMessage(bitfieldCost, piecesWeight);
			if (peer.isClosed) return;
			peer.owner?.peerForgets(peer);
		}
		this.#toldPieces = true;
		peer.told.replace(pieces, peer.now);
		peer.owner?.peerPieces(peer);
	}

	/** As `#replacePieces`, while nobody can say whether it is right. */
	#keepUnchecked(keep: (unchecked: UncheckedPieces) => void): void {
		const peer = this.#peer;
		if (this.#toldPieces) peer.redundantMessage(bitfieldCost, piecesWeight);
		this.#toldPieces = true;
		if (peer.told.unchecked !== undefined && !peer.isClosed) keep(peer.told.unchecked);
	}

	request(piece: number, begin: number, length: number): void {
		const peer = this.#peer;
		this.#toldPieces = true;
		peer.requestsHeard++;
		peer.owner?.peerRequests(peer, piece, begin, length);
	}

	blockStart(piece: number, begin: number, length: number): number {
		const peer = this.#peer;
		this.#toldPieces = true;
		return peer.owner?.blockStart(peer, piece, begin, length) ?? -1;
	}

	blockEnd(): void {
		this.#peer.owner?.blockEnd(this.#peer);
	}

	cancel(piece: number, begin: number, length: number): void {
		const peer = this.#peer;
		this.#toldPieces = true;
		// Nobody can take back more than it asked for.
		if (++this.#cancels > peer.requestsHeard) return peer.strike();
		peer.askedInVain();
		if (!peer.isClosed) peer.owner?.peerCancels(peer, piece, begin, length);
	}

	port(port: number): void {
		const peer = this.#peer;
		peer.redundantMessage();
		if (!peer.isClosed) peer.owner?.peerHasNode(peer, port);
	}

	/** Nobody may send one whom we did not tell that we speak v2, or before it can know what there is. BEP 52. */
	hashMessage(id: number, payload: Uint8Array): void {
		const peer = this.#peer;
		if (!peer.speaksV2 || peer.owner === undefined)
			throw new ProtocolError('unasked-hashes', 'hash message without v2', 52);
		peer.owner.peerHashes(peer, id, payload);
	}

	other(_id: number, length: number): void {
		this.#peer.redundantMessage(1 + length / bytesPerCost);
	}

	suggest(piece: number): void {
		this.#fastOnly('suggest');
		if (!this.#peer.told.mayBe(piece)) throw new ProtocolError('bad-suggest', `suggest of piece ${piece}`, 6);
		this.#peer.redundantMessage();
	}

	reject(piece: number, begin: number, length: number): void {
		this.#fastOnly('reject');
		this.#peer.owner?.peerRejects(this.#peer, piece, begin, length);
	}

	allowedFast(piece: number): void {
		this.#fastOnly('allowed fast');
		const {fastPieces, told} = this.#peer;
		const known = fastPieces.size;
		if (told.mayBe(piece) && known < mostFastPieces) fastPieces.add(piece);
		if (fastPieces.size === known) this.#peer.redundantMessage();
	}

	extended(id: number, payload: Uint8Array): void {
		const peer = this.#peer;
		if (!peer.supportsExtended)
			throw new ProtocolError('unasked-extension', 'extension message without the bit', 10);
		peer.owner?.extensions.message(peer, id, payload);
	}

	#fastOnly(what: string): void {
		if (!this.#peer.supportsFast)
			throw new ProtocolError('unasked-fast', `${what} without the fast extension`, 6);
	}
}

import {parseIp} from '../../base/ip-address.js';
import type {LogLevel} from '../../base/ports.js';
import {type Bytes, blockLength} from '../../base/units.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import {
	answerMetadataRequest,
	decodeMetadataMessage,
	encodeExtensionHandshake,
	extensionId,
	metadataPiece,
} from '../../protocol/wire/extension-handshake.js';
import type {SessionServices} from '../session/session-services.js';
import type {TransferStats} from '../torrent/transfer-stats.js';
import type {Downloader} from '../transfer/downloader.js';
import type {SmartBan} from '../transfer/smart-ban.js';
import type {SuperSeeding} from '../transfer/super-seeding.js';
import type {TorrentRateLimits} from '../transfer/torrent-limits.js';
import {acceptedRequests} from '../transfer/upload-queue.js';
import type {UploadSource} from '../transfer/uploader.js';
import {sendAllowedFast} from './allowed-fast.js';
import type {Peer, PeerOwner} from './peer-connection.js';
import {nameOf, type Swarm} from './swarm.js';

/** Metadata on its way to one peer. */
const mostMetadata: Bytes = 128 << 10;
/** So many times over one peer may have the metadata, on one connection: choking and limits do not hold it. */
const mostCopies = 4;

/** What talking with peers asks of their torrent. */
export interface MessageHandlerOwner {
	/** 20 bytes. */
	readonly infoHash: Uint8Array;
	readonly metainfo: Metainfo;
	readonly map: PieceGeometry;
	readonly have: Bitfield;
	readonly active: boolean;
	/** Nothing more is wanted. */
	readonly complete: boolean;
	readonly peers: Iterable<Peer>;
	readonly swarm: Swarm;
	readonly downloader: Downloader;
	readonly uploadSource: UploadSource;
	readonly rateLimits: TorrentRateLimits;
	readonly smartBan: SmartBan;
	readonly superSeeding: SuperSeeding;
	readonly stats: TransferStats;
	/** Pieces are not what they were. */
	changed(): void;
	log(level: LogLevel, text: string): void;
}

/** Hears what the peers of one torrent say, and answers. BEP 3, 6, 9, 10. */
export class MessageHandler implements PeerOwner {
	readonly #owner: MessageHandlerOwner;
	readonly #downloader: Downloader;
	readonly #rateLimits: TorrentRateLimits;
	readonly #services: SessionServices;

	constructor(owner: MessageHandlerOwner, services: SessionServices) {
		this.#owner = owner;
		this.#downloader = owner.downloader;
		this.#rateLimits = owner.rateLimits;
		this.#services = services;
	}

	get pieceCount(): number {
		return this.#owner.map.pieceCount;
	}

	get blocksPerPiece(): number {
		return this.#owner.map.blocksPerPiece;
	}

	peerReady(peer: Peer): void {
		const {swarm, superSeeding, smartBan, have, metainfo} = this.#owner;
		swarm.ready(peer);
		if (peer.isClosed) return;
		peer.sendPieces(superSeeding.shown(have));
		if (peer.supportsExtended) {
			peer.sendExtended(
				extensionId.handshake,
				encodeExtensionHandshake({
					client: this.#services.client,
					reqq: acceptedRequests,
					port: this.#services.port(),
					metadataSize: metainfo.info.length,
					uploadOnly: this.#owner.complete && !superSeeding.active,
					yourIp: parseIp(peer.address.host),
				}),
			);
		}
		this.#rateLimits.reads.join(peer);
		smartBan.met(peer);
	}

	peerPieces(peer: Peer): void {
		const {picker} = this.#downloader;
		if (peer.isSeed) picker.seedJoined();
		else if (peer.pieces !== undefined) picker.peerJoined(peer.pieces);
		if (peer.isSeed && this.#owner.complete) return peer.close('both have everything');
		peer.setInterested(this.#downloader.interesting(peer));
		this.#owner.swarm.revision++;
	}

	peerForgets(peer: Peer): void {
		const {picker} = this.#downloader;
		if (peer.isSeed) picker.seedLeft();
		else if (peer.pieces !== undefined) picker.peerLeft(peer.pieces);
	}

	peerHas(peer: Peer, piece: number): void {
		const {picker, needed} = this.#downloader;
		picker.peerHas(piece);
		if (peer.pieces?.full) {
			picker.peerBecameSeed(peer.pieces);
			peer.becomeSeed();
		}
		if (!peer.amInterested && needed.has(piece)) peer.setInterested(true);
		this.#owner.superSeeding.has(peer, piece);
		this.#owner.swarm.revision++;
	}

	peerLost(peer: Peer, piece: number): void {
		const {picker} = this.#downloader;
		if (piece < 0) {
			picker.seedLeft();
			if (peer.pieces !== undefined) picker.peerJoined(peer.pieces);
		} else picker.peerLacks(piece);
		// Whether it still interests us is looked at once a second: here it would cost a look at all pieces each time.
	}

	peerChokes(peer: Peer): void {
		// With the fast extension every request is answered, by a block or a reject.
		if (peer.supportsFast) this.#downloader.share(peer);
		else this.#downloader.release(peer);
		this.#owner.swarm.revision++;
	}

	/** It is asked for blocks when its buffer is read to the end: it may choke us again before. */
	peerUnchokes(): void {
		this.#owner.swarm.revision++;
	}

	peerInterest(peer: Peer): void {
		const {swarm, superSeeding} = this.#owner;
		if (peer.peerInterested) {
			swarm.rechokeSoon();
			if (peer.amChoking && !superSeeding.active) sendAllowedFast(peer, this.#owner);
		}
		swarm.revision++;
	}

	// Blocks that come.

	blockStart(peer: Peer, piece: number, begin: number, length: number): number {
		return this.#downloader.blockStart(peer, piece, begin, length);
	}

	blockEnd(peer: Peer): void {
		this.#count(peer, peer.arriving.length - peer.countedEarly);
		peer.countedEarly = 0;
		peer.blockCame = true;
		if (this.#downloader.blockEnd(peer) !== undefined) this.#owner.changed();
	}

	#count(peer: Peer, bytes: Bytes): void {
		const {stats} = this.#owner;
		peer.download.add(bytes, peer.now);
		peer.downloaded += bytes;
		stats.download.add(bytes, peer.now);
		stats.downloaded += bytes;
	}

	/** Under a low limit a block is counted as it comes, since that takes its time. */
	#readPaced(peer: Peer): void {
		if (peer.inBlock) {
			const early = Math.min(peer.lastRead, peer.arriving.length - peer.countedEarly);
			peer.countedEarly += early;
			this.#count(peer, early);
		}
		if (peer.inBlock || peer.blockCame) this.#rateLimits.reads.took(peer, peer.lastRead, peer.now);
		peer.blockCame = false;
	}

	peerRejects(peer: Peer, piece: number, begin: number, length: number): void {
		this.#downloader.rejected(peer, piece, begin, length);
	}

	peerRead(peer: Peer): void {
		if (this.#rateLimits.reads.active) this.#readPaced(peer);
		this.#downloader.refill(peer);
		if (peer.waitsForBuffer) this.#services.waitForBuffer(peer, starved => this.#downloader.refill(starved));
		if (peer.uploads.length > 0) this.#services.uploader.pump(peer, this.#owner.uploadSource);
	}

	// What it wants of us.

	peerRequests(peer: Peer, piece: number, begin: number, length: number): void {
		const {map, have} = this.#owner;
		const sensible = length <= blockLength && map.holds(piece, begin, length) && have.has(piece);
		if (!sensible) {
			peer.strike();
			peer.sendReject(piece, begin, length);
			return;
		}
		const may = !peer.amChoking || peer.grants.take(piece, length, peer.pieceCount);
		if (may && this.#owner.active && peer.uploads.push(piece, begin, length)) return;
		peer.sendReject(piece, begin, length);
		peer.askedInVain();
	}

	peerCancels(peer: Peer, piece: number, begin: number, length: number): void {
		if (peer.uploads.cancel(piece, begin, length)) peer.sendReject(piece, begin, length);
	}

	peerExtended(peer: Peer): void {
		const {swarm} = this.#owner;
		const {port} = peer.extension;
		if (port !== undefined && peer.incoming) swarm.list.listens(peer.address, port, peer.now);
		swarm.revision++;
	}

	peerMetadata(peer: Peer, payload: Uint8Array): void {
		const {info} = this.#owner.metainfo;
		const message = decodeMetadataMessage(payload);
		const id = peer.extension.metadata;
		// What it gives nobody asked for.
		if (message?.type !== 'request' || !id) return peer.strike();
		const given = peer.metadataGiven * metadataPiece;
		if (message.piece * metadataPiece >= info.length || given >= mostCopies * (info.length + metadataPiece)) {
			peer.strike();
			peer.sendExtended(id, answerMetadataRequest(undefined, message.piece));
			return;
		}
		if (peer.metadataWanted.has(message.piece)) peer.askedInVain();
		peer.metadataWanted.add(message.piece);
		this.#giveMetadata(peer, id);
	}

	/** As much of what it asked for as it can take soon: a request is small, its answer is not. BEP 9. */
	#giveMetadata(peer: Peer, id: number): void {
		for (const piece of peer.metadataWanted) {
			if (peer.unsent + peer.writer.length > mostMetadata) return;
			peer.metadataWanted.delete(piece);
			peer.metadataGiven++;
			peer.sendExtended(id, answerMetadataRequest(this.#owner.metainfo.info, piece));
		}
	}

	peerDrained(peer: Peer): void {
		const id = peer.extension.metadata;
		if (peer.metadataWanted.size > 0 && id) this.#giveMetadata(peer, id);
	}

	peerClosed(peer: Peer, reason: string): void {
		const {swarm, superSeeding, smartBan} = this.#owner;
		if (peer.ready) {
			this.peerForgets(peer);
			this.#owner.log('debug', `${nameOf(peer)} left: ${reason}`);
		}
		this.#downloader.release(peer);
		superSeeding.left(peer);
		swarm.remove(peer);
		if (this.#owner.active) for (const other of this.#owner.peers) this.#downloader.refill(other);
		smartBan.left();
	}
}

import {formatAddress} from '../../base/peer-address.js';
import type {LogLevel} from '../../base/ports.js';
import {type Bytes, blockLength} from '../../base/units.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {ExtensionRegistry} from '../extensions/extension-registry.js';
import type {ExtensionTorrent} from '../extensions/peer-extension.js';
import {makeExtensions} from '../extensions/torrent-extensions.js';
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
import type {Swarm} from './swarm.js';

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

/** The torrent as its extensions see it. */
function extensionTorrent(owner: MessageHandlerOwner): ExtensionTorrent {
	return {
		get info() {
			return owner.metainfo.info;
		},
		get isPrivate() {
			return owner.metainfo.private;
		},
		get uploadOnly() {
			return owner.complete && !owner.superSeeding.active;
		},
		get peers() {
			return owner.peers;
		},
		peerListens: ({address, now}, port) => owner.swarm.list.listens(address, port, now),
		peerChanged() {
			owner.swarm.revision++;
		},
	};
}

/** Hears what the peers of one torrent say, and answers. BEP 3, 6, 9, 10. */
export class MessageHandler implements PeerOwner {
	readonly extensions: ExtensionRegistry;
	readonly #owner: MessageHandlerOwner;
	readonly #downloader: Downloader;
	readonly #rateLimits: TorrentRateLimits;
	readonly #services: SessionServices;

	constructor(owner: MessageHandlerOwner, services: SessionServices) {
		this.#owner = owner;
		this.#downloader = owner.downloader;
		this.#rateLimits = owner.rateLimits;
		this.#services = services;
		const {client, externalAddress} = services;
		this.extensions = makeExtensions(
			extensionTorrent(owner),
			{client, reqq: acceptedRequests, port: () => services.port()},
			(host, from) => externalAddress.heardOurAddress(host, from, 'peer'),
		);
	}

	get pieceCount(): number {
		return this.#owner.map.pieceCount;
	}

	get blocksPerPiece(): number {
		return this.#owner.map.blocksPerPiece;
	}

	peerReady(peer: Peer): void {
		const {swarm, superSeeding, smartBan, have} = this.#owner;
		swarm.ready(peer);
		if (peer.isClosed) return;
		peer.sendPieces(superSeeding.shown(have));
		this.extensions.joined(peer);
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
		if (peer.supportsFast) this.#downloader.partials.share(peer.id);
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
			swarm.chokes.soon();
			if (peer.choking.amChoking && !superSeeding.active) sendAllowedFast(peer, this.#owner);
		}
		swarm.revision++;
	}

	// Blocks that come.

	blockStart(peer: Peer, piece: number, begin: number, length: number): number {
		return this.#downloader.arrivals.start(peer, piece, begin, length);
	}

	blockEnd(peer: Peer): void {
		this.#count(peer, peer.requests.arriving.length - peer.countedEarly);
		peer.countedEarly = 0;
		peer.blockCame = true;
		if (peer.requests.arriving.piece >= 0) peer.traffic.lastUsefulAt = peer.now;
		if (this.#downloader.arrivals.end(peer) !== undefined) this.#owner.changed();
	}

	#count(peer: Peer, bytes: Bytes): void {
		const {stats} = this.#owner;
		peer.traffic.came(bytes, peer.now);
		stats.download.add(bytes, peer.now);
		stats.downloaded += bytes;
	}

	/** Under a low limit a block is counted as it comes, since that takes its time. */
	#readPaced(peer: Peer): void {
		if (peer.inBlock) {
			const early = Math.min(peer.lastRead, peer.requests.arriving.length - peer.countedEarly);
			peer.countedEarly += early;
			this.#count(peer, early);
		}
		if (peer.inBlock || peer.blockCame) this.#rateLimits.reads.took(peer, peer.lastRead, peer.now);
		peer.blockCame = false;
	}

	peerRejects(peer: Peer, piece: number, begin: number, length: number): void {
		// A piece it will not give while choking is none it lets us have.
		if (this.#downloader.rejected(peer, piece, begin, length)) peer.fastPieces.delete(piece);
	}

	peerRead(peer: Peer): void {
		if (this.#rateLimits.reads.active) this.#readPaced(peer);
		this.#downloader.refill(peer);
		if (peer.requests.waitsForBuffer)
			this.#services.waitForBuffer(peer, starved => this.#downloader.refill(starved));
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
		const may = !peer.choking.amChoking || peer.grants.take(piece, length, peer.pieceCount);
		if (may && this.#owner.active && peer.uploads.push(piece, begin, length)) return;
		peer.sendReject(piece, begin, length);
		peer.askedInVain();
	}

	peerCancels(peer: Peer, piece: number, begin: number, length: number): void {
		if (peer.uploads.cancel(piece, begin, length)) peer.sendReject(piece, begin, length);
	}

	peerClosed(peer: Peer, reason: string): void {
		const {swarm, superSeeding, smartBan} = this.#owner;
		if (peer.ready) {
			this.peerForgets(peer);
			this.extensions.left(peer);
			this.#owner.log('debug', `${formatAddress(peer.address)} left: ${reason}`);
		}
		this.#downloader.release(peer);
		superSeeding.left(peer);
		swarm.remove(peer);
		if (this.#owner.active) for (const other of this.#owner.peers) this.#downloader.refill(other);
		smartBan.left();
	}
}

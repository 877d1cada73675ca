import {ProtocolError} from '../../base/errors.js';
import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {LogLevel} from '../../base/ports.js';
import {type Bytes, blockLength, type Millis} from '../../base/units.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import {networkKey, peerKey} from '../../policy/peers/peer-key.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {SwarmHashes, SwarmKeys} from '../../protocol/metainfo/swarm-hashes.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import type {ExtensionRegistry} from '../extensions/extension-registry.js';
import type {MetadataFetch} from '../extensions/metadata-fetch.js';
import {makeExtensions, type TorrentExtensions} from '../extensions/torrent-extensions.js';
import type {HolepunchTorrent} from '../extensions/ut-holepunch.js';
import type {PexTorrent} from '../extensions/ut-pex.js';
import type {HashExchange} from '../hashes/hash-exchange.js';
import type {TorrentRateLimits} from '../limits/torrent-limits.js';
import type {SessionServices} from '../session/session-services.js';
import type {SourceSet} from '../sources/source-set.js';
import type {Swarm} from '../swarm/swarm.js';
import type {TransferStats} from '../torrent/transfer-stats.js';
import type {Downloader} from '../transfer/downloader.js';
import type {SmartBan} from '../transfer/smart-ban.js';
import type {SuperSeeding} from '../transfer/super-seeding.js';
import {acceptedRequests} from '../transfer/upload-queue.js';
import type {UploadSource} from '../transfer/uploader.js';
import {sendAllowedFast} from './allowed-fast.js';
import type {Peer, PeerOwner} from './peer-connection.js';

/** What we have of a torrent of which nobody knows how many pieces it has: none. */
const nothing = new Bitfield(1);

/** What messages of peers ask of what their torrent holds. */
export interface MessageContent {
	readonly metainfo: Metainfo;
	readonly map: PieceGeometry;
	readonly have: Bitfield;
	readonly downloader: Downloader;
	readonly uploadSource: UploadSource;
	readonly smartBan: SmartBan;
	readonly superSeeding: SuperSeeding;
	/** Undefined where there is no v2 half. */
	readonly exchange: HashExchange | undefined;
}

/** What messages of peers ask of their torrent. */
export interface MessageHandlerOwner {
	readonly identity: SwarmHashes;
	readonly swarmKeys: SwarmKeys;
	/** 20 bytes. */
	readonly infoHash: Uint8Array;
	readonly active: boolean;
	/** Nothing more is wanted. */
	readonly complete: boolean;
	/** Undefined while nobody knows what it holds. */
	readonly content: MessageContent | undefined;
	readonly peers: Iterable<Peer>;
	readonly swarm: Swarm;
	readonly sources: Pick<SourceSet, 'allows' | 'isPrivate'>;
	readonly rateLimits: TorrentRateLimits;
	readonly stats: TransferStats;
	post(event: {
		readonly type: 'peers';
		readonly addresses: readonly PeerAddress[];
		readonly source: 'pex';
		readonly by: string;
	}): void;
	/** Its info dictionary has come from its peers: bytes that have its hash. */
	metadataFetched(info: Uint8Array): void;
	log(level: LogLevel, text: string): void;
}

/** The torrent as its extensions see it. */
function extensionTorrent(
	owner: MessageHandlerOwner,
	services: SessionServices,
): PexTorrent & HolepunchTorrent {
	return {
		get exchanges() {
			return services.exchangesPeers && owner.sources.allows('pex');
		},
		isSeed: ({id}) => owner.swarm.peers.get(id)?.isSeed === true,
		found: (addresses, by) =>
			owner.post({type: 'peers', addresses, source: 'pex', by: networkKey(peerKey(by))}),
		get info() {
			return owner.content?.metainfo.info;
		},
		get isPrivate() {
			return owner.sources.isPrivate;
		},
		get uploadOnly() {
			return owner.complete && owner.content?.superSeeding.active !== true;
		},
		get peers() {
			return owner.peers;
		},
		get punches() {
			return services.punches === true && services.exchangesPeers && owner.sources.allows('pex');
		},
		isOwn: address => owner.swarm.list.isOwn(address),
		punch: (address, by) => owner.swarm.punch(address, networkKey(peerKey(by))),
		peerListens: ({address, now}, port) => owner.swarm.list.listens(address, port, now),
	};
}

/** Hears what the peers of one torrent say, and answers. BEP 3, 6, 9, 10. */
export class MessageHandler implements PeerOwner {
	/** When a peer was met last that has everything, as we have, by the session's clock. */
	seedMetAt: Millis = Number.NEGATIVE_INFINITY;
	readonly #owner: MessageHandlerOwner;
	readonly #rateLimits: TorrentRateLimits;
	readonly #services: SessionServices;
	#extensions: TorrentExtensions | undefined;

	constructor(owner: MessageHandlerOwner, services: SessionServices) {
		this.#owner = owner;
		this.#rateLimits = owner.rateLimits;
		this.#services = services;
	}

	/** What understands extension messages; made for the first peer. */
	get extensions(): ExtensionRegistry {
		this.#extensions ??= this.#makeExtensions();
		return this.#extensions.registry;
	}

	/** Asks peers what the torrent holds; undefined where nobody need be asked. */
	get metadata(): Pick<MetadataFetch, 'state'> | undefined {
		this.#extensions ??= this.#makeExtensions();
		return this.#extensions.metadata;
	}

	#makeExtensions(): TorrentExtensions {
		const owner = this.#owner;
		const services = this.#services;
		const {client, externalAddress} = services;
		return makeExtensions(
			extensionTorrent(owner, services),
			{client, reqq: acceptedRequests, port: host => services.portFor(host, 'tcp')},
			(host, from) => externalAddress.heardOurAddress(host, from, 'peer'),
			owner.content === undefined
				? {
						identity: owner.identity,
						...hashFunctions,
						random: () => services.random.next(),
						fetched: info => owner.metadataFetched(info),
						log: (level, text) => owner.log(level, text),
					}
				: undefined,
			{
				hosts: () => externalAddress.hosts,
				alsoAt: ({id, address}, other) => {
					const isWelcome =
						owner.swarm.peers.get(id)?.misbehaved !== true && !owner.swarm.list.isBanned(peerKey(address));
					const isHere = [...owner.peers].some(peer => peer.id !== id && peer.address.host === address.host);
					if (owner.complete || isHere) return;
					// It names itself: a private torrent hears of nobody but from its trackers.
					if (isWelcome && services.exchangesPeers)
						owner.post({
							type: 'peers',
							addresses: [other],
							source: 'pex',
							by: networkKey(peerKey(address)),
						});
				},
			},
		);
	}

	get swarmKeys(): SwarmKeys {
		return this.#owner.swarmKeys;
	}

	get pieceCount(): number {
		return this.#owner.content?.map.pieceCount ?? 0;
	}

	get blocksPerPiece(): number {
		return this.#owner.content?.map.blocksPerPiece ?? 1;
	}

	/** What the torrent holds is known now: what its peers said before counts from here on. */
	contentKnown(content: MessageContent): void {
		for (const peer of [...this.#owner.peers]) {
			peer.contentKnown();
			if (!peer.ready || peer.isClosed) continue;
			content.smartBan.met(peer);
			this.peerPieces(peer);
		}
		this.#extensions?.registry.greetAgain();
	}

	peerReady(peer: Peer): void {
		const {swarm, content} = this.#owner;
		swarm.ready(peer);
		if (peer.isClosed) return;
		// Who hears first that we ask for metadata knows what it is to make of that we have nothing.
		if (content === undefined) this.extensions.joined(peer);
		peer.sendPieces(content === undefined ? nothing : content.superSeeding.shown(content.have));
		if (content !== undefined) this.extensions.joined(peer);
		const port = this.#services.portFor(peer.address.host, 'udp');
		if (port > 0 && peer.supportsDht && this.#services.dht !== undefined && this.#owner.sources.allows('dht'))
			peer.sendPort(port);
		this.#rateLimits.reads.join(peer);
		content?.smartBan.met(peer);
	}

	peerHashes(peer: Peer, id: number, payload: Uint8Array): void {
		const exchange = this.#owner.content?.exchange;
		if (exchange === undefined)
			throw new ProtocolError('early-hashes', 'hash message before the metadata', 52);
		exchange.message(peer, id, payload);
	}

	peerHasNode({address: {host}}: Peer, port: number): void {
		if (this.#owner.sources.allows('dht')) this.#services.dht?.heardPort(host, port);
	}

	peerPieces(peer: Peer): void {
		const {content} = this.#owner;
		if (content === undefined) return;
		const {downloader} = content;
		if (peer.isSeed) downloader.picker.seedJoined();
		else if (peer.pieces !== undefined) downloader.picker.peerJoined(peer.pieces);
		if (peer.isSeed && this.#owner.complete) return this.#partAsSeeds(peer);
		peer.setInterested(downloader.interesting(peer));
		content.exchange?.look(peer);
	}

	#partAsSeeds(peer: Peer): void {
		this.seedMetAt = this.#services.clock.now();
		peer.close('both have everything');
	}

	peerForgets(peer: Peer): void {
		const picker = this.#owner.content?.downloader.picker;
		if (peer.isSeed) picker?.seedLeft();
		else if (peer.pieces !== undefined) picker?.peerLeft(peer.pieces);
	}

	peerHas(peer: Peer, piece: number): void {
		const {content} = this.#owner;
		if (content === undefined) return;
		const {picker, needed} = content.downloader;
		picker.peerHas(piece);
		if (peer.pieces?.full) {
			picker.peerBecameSeed(peer.pieces);
			peer.told.becomeSeed();
		}
		if (!peer.amInterested && needed.has(piece)) peer.setInterested(true);
		content.superSeeding.has(peer, piece);
	}

	peerLost(peer: Peer, piece: number): void {
		const picker = this.#owner.content?.downloader.picker;
		if (piece < 0) {
			picker?.seedLeft();
			if (peer.pieces !== undefined) picker?.peerJoined(peer.pieces);
		} else picker?.peerLacks(piece);
		// Whether it still interests us is looked at once a second: here it would cost a look at all pieces each time.
	}

	peerChokes(peer: Peer): void {
		// With the fast extension every request is answered, by a block or a reject.
		const downloader = this.#owner.content?.downloader;
		if (peer.supportsFast) downloader?.partials.share(peer.id);
		else downloader?.release(peer);
	}

	peerInterest(peer: Peer): void {
		const {swarm, content, infoHash} = this.#owner;
		if (!peer.peerInterested) return;
		swarm.chokes.soon();
		if (content === undefined || !peer.choking.amChoking || content.superSeeding.active) return;
		sendAllowedFast(peer, infoHash, content);
	}

	// Blocks that come.

	blockStart(peer: Peer, piece: number, begin: number, length: number): number {
		const {content} = this.#owner;
		if (content !== undefined) return content.downloader.incoming.start(peer, piece, begin, length);
		peer.strike();
		return -1;
	}

	blockEnd(peer: Peer): void {
		const {content} = this.#owner;
		if (content === undefined) return;
		const {arriving} = peer.requests;
		this.#count(peer, arriving.length - peer.countedEarly);
		peer.countedEarly = 0;
		peer.blockCame = true;
		if (arriving.piece >= 0) peer.traffic.lastUsefulAt = peer.now;
		content.downloader.incoming.end(peer);
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
		const {content} = this.#owner;
		if (content === undefined) peer.strike();
		// A piece it will not give while choking is none it lets us have.
		else if (content.downloader.rejected(peer, piece, begin, length)) peer.fastPieces.delete(piece);
	}

	peerRead(peer: Peer): void {
		if (this.#rateLimits.reads.active) this.#readPaced(peer);
		const {content} = this.#owner;
		if (content === undefined) return;
		const {downloader, uploadSource} = content;
		downloader.refill(peer);
		if (peer.requests.waitsForBuffer)
			this.#services.budget.waitForBuffer(peer, waiting => downloader.refill(waiting));
		if (peer.uploads.length > 0) this.#services.uploader.pump(peer, uploadSource);
	}

	// What it wants of us.

	peerRequests(peer: Peer, piece: number, begin: number, length: number): void {
		const {content} = this.#owner;
		const sensible =
			content !== undefined &&
			length <= blockLength &&
			content.map.holds(piece, begin, length) &&
			content.have.has(piece);
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
		const {swarm, content} = this.#owner;
		if (peer.ready) {
			this.peerForgets(peer);
			this.extensions.left(peer);
			this.#owner.log('debug', `${formatAddress(peer.address)} left: ${reason}`);
		}
		content?.downloader.release(peer);
		content?.superSeeding.left(peer);
		content?.exchange?.left(peer, this.#services.clock.now());
		swarm.remove(peer);
		if (content === undefined) return;
		if (this.#owner.active) for (const other of this.#owner.peers) content.downloader.refill(other);
		content.smartBan.left();
	}
}

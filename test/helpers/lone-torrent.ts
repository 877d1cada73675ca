import {hash} from 'node:crypto';
import type {PeerAddress} from '../../source/base/peer-address.js';
import type {LogLevel} from '../../source/base/ports.js';
import {blockLength} from '../../source/base/units.js';
import {incomingPeer} from '../../source/engine/peers/open-peer.js';
import {ourHandshake} from '../../source/engine/peers/our-handshake.js';
import {WriteBatch} from '../../source/engine/peers/write-batch.js';
import type {SessionServices} from '../../source/engine/session/session-services.js';
import {ExternalAddress} from '../../source/engine/sources/external-address.js';
import {ServerSlots} from '../../source/engine/sources/web-seeds/server-slots.js';
import type {ConnectionSlots} from '../../source/engine/swarm/connection-slots.js';
import {Torrent, type TorrentListener} from '../../source/engine/torrent/torrent.js';
import type {TorrentContent} from '../../source/engine/torrent/torrent-content.js';
import type {BlockSource} from '../../source/engine/transfer/block-source.js';
import {Uploader} from '../../source/engine/transfer/uploader.js';
import {BlockPool} from '../../source/io/disk/block-pool.js';
import type {Disk} from '../../source/io/disk/disk.js';
import type {Storage, StorageEvents, StorageFailure} from '../../source/io/disk/storage.js';
import {hashFunctions} from '../../source/io/machine/hash-functions.js';
import {HostResolver} from '../../source/io/net/host-resolver.js';
import type {HttpClient} from '../../source/io/net/http/http-client.js';
import type {RangeDialer} from '../../source/io/net/http/range-connection.js';
import type {ConnectionEvents, PeerStream, Transport} from '../../source/io/net/transport.js';
import {RateLimiter} from '../../source/policy/rates/rate-limiter.js';
import {encodeBencode} from '../../source/protocol/bencode/bencode.js';
import {blockHashes, pieceHash, rootOfPieces} from '../../source/protocol/metainfo/merkle.js';
import type {Metainfo} from '../../source/protocol/metainfo/metainfo.js';
import {parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.js';
import {keysOf, type SwarmHashes} from '../../source/protocol/metainfo/swarm-hashes.ts';
import {HandClock} from './hand-clock.ts';
import {bytesFrom} from './torrents.ts';

/** Our end of a connection that is no socket: what is written to it is kept, what is said to it is the test's choice. */
export class FakeConnection implements PeerStream {
	readonly transport = 'tcp';
	readonly encrypted = false;
	readonly remote: PeerAddress;
	readonly incoming: boolean;
	/** What the engine said and the other side has not read. */
	readonly written: Uint8Array[] = [];
	/** Set to false, the other side reads nothing: nothing counts as sent. */
	reads = true;
	/** Why the engine ended it; undefined while it stands. */
	reason: string | undefined;
	unsent = 0;
	paused = false;
	events!: ConnectionEvents;
	#waiting: Array<() => void> = [];

	constructor(remote: PeerAddress, incoming: boolean) {
		this.remote = remote;
		this.incoming = incoming;
	}

	write(bytes: Uint8Array, done?: () => void): void {
		if (this.reason !== undefined) {
			if (done) setImmediate(done);
			return;
		}
		this.written.push(new Uint8Array(bytes));
		if (this.reads) {
			if (done) setImmediate(done);
			return;
		}
		this.unsent += bytes.length;
		if (done) this.#waiting.push(done);
	}

	pause(): void {
		this.paused = true;
	}

	resume(): void {
		this.paused = false;
	}

	close(reason: string): void {
		if (this.reason !== undefined) return;
		this.reason = reason;
		for (const done of this.#waiting) setImmediate(done);
		this.#waiting = [];
		setImmediate(() => this.events.closed(reason));
	}

	/** The other side says this. As with real ones it comes in a buffer that is good for the time of the call alone. */
	say(bytes: Uint8Array): void {
		if (this.reason !== undefined) return;
		const buffer = Buffer.from(bytes);
		this.events.data(buffer, buffer.length);
		buffer.fill(0x5a);
	}

	/** The other side hangs up. */
	hangUp(): void {
		if (this.reason !== undefined) return;
		this.reason = 'the peer closed the connection';
		for (const done of this.#waiting) done();
		this.#waiting = [];
		this.events.closed(this.reason);
	}

	/** The other side, which reads nothing, has taken what waited for it. */
	drain(): void {
		this.unsent = 0;
		for (const done of this.#waiting.splice(0)) done();
		if (this.reason === undefined) this.events.drained();
	}

	/** Takes everything that was written so far. */
	take(): Uint8Array {
		const bytes = Buffer.concat(this.written);
		this.written.length = 0;
		return bytes;
	}
}

/** A disk in memory that does things when it is told to, in order; or refuses them. */
export class FakeStorage implements Storage {
	readonly bytes: Uint8Array;
	/** Given, everything fails with it. */
	failure: StorageFailure | undefined;
	written = 0;
	waiting = 0;
	/** Bytes. */
	longestRead = 0;
	readonly #lone: LoneTorrent;
	readonly #events: StorageEvents;
	#jobs: Array<() => void> = [];

	constructor(lone: LoneTorrent, events: StorageEvents) {
		this.#lone = lone;
		this.#events = events;
		this.bytes = lone.disk;
	}

	/** Does what it was given so far. */
	work(): void {
		const jobs = this.#jobs;
		this.#jobs = [];
		for (const job of jobs) job();
	}

	#later(job: () => void): void {
		this.#jobs.push(job);
		setImmediate(() => this.work());
	}

	#put(piece: number, block: number, slot: number): void {
		const {pool, pieceLength} = this.#lone;
		const at = piece * pieceLength + block * blockLength;
		const length = Math.min(blockLength, this.bytes.length - at);
		this.bytes.set(pool.bytes.subarray(slot * blockLength, slot * blockLength + length), at);
		pool.queued(-1);
		pool.give(slot);
	}

	storePiece(piece: number, slots: ArrayLike<number>): void {
		const {pool, pieceLength, content} = this.#lone;
		const copy = Array.from(slots);
		this.waiting++;
		for (const slot of copy) if (slot >= 0) pool.queued(1);
		this.#later(() => {
			this.waiting--;
			const from = piece * pieceLength;
			const before = this.bytes.slice(from, from + pieceLength);
			for (const [block, slot] of copy.entries()) if (slot >= 0) this.#put(piece, block, slot);
			const now = this.bytes.subarray(from, from + pieceLength);
			if (this.failure) {
				now.set(before);
				this.#events.failed(piece, this.failure);
			} else if (Buffer.from(now).equals(content.subarray(from, from + pieceLength))) {
				this.written += now.length;
				this.#events.stored(piece);
			} else {
				const digests = this.#digests(piece);
				now.set(before);
				this.#events.wrong(piece, digests);
			}
		});
	}

	#digests(piece: number): Uint8Array {
		const {pieceLength} = this.#lone;
		const bytes = this.bytes.subarray(piece * pieceLength, (piece + 1) * pieceLength);
		const digests: Uint8Array[] = [];
		const algorithm = this.#lone.metainfo.version === '1' ? 'sha1' : 'sha256';
		for (let at = 0; at < bytes.length; at += blockLength)
			digests.push(hash(algorithm, bytes.subarray(at, at + blockLength), 'buffer').subarray(0, 20));
		return Buffer.concat(digests);
	}

	leafHashes(piece: number): Promise<Uint8Array | undefined> {
		const {content, pieceLength, metainfo} = this.#lone;
		return new Promise(resolve => {
			this.#later(() => {
				const [from, to] = [piece * pieceLength, (piece + 1) * pieceLength];
				const bytes = this.bytes.subarray(from, to);
				const isRight = Buffer.from(bytes).equals(content.subarray(from, to));
				const isGiven = metainfo.version !== '1' && isRight && !this.failure;
				resolve(isGiven ? blockHashes(bytes, hashFunctions.sha256) : undefined);
			});
		});
	}

	blockDigests(piece: number): Promise<Uint8Array | undefined> {
		return new Promise(resolve => {
			this.#later(() => resolve(this.failure ? undefined : this.#digests(piece)));
		});
	}

	storeBlocks(
		piece: number,
		blocks: readonly number[],
		slots: readonly number[],
	): Promise<StorageFailure | undefined> {
		for (const _ of slots) this.#lone.pool.queued(1);
		return new Promise(resolve => {
			this.#later(() => {
				for (const [n, slot] of slots.entries()) this.#put(piece, blocks[n]!, slot);
				resolve(this.failure);
			});
		});
	}

	read(
		position: number,
		views: readonly Uint8Array[],
		done: (failure: StorageFailure | undefined) => void,
	): void {
		for (const view of views) this.longestRead = Math.max(this.longestRead, view.length);
		this.#later(() => {
			let at = position;
			for (const view of views) {
				view.set(this.bytes.subarray(at, at + view.length));
				at += view.length;
			}
			done(this.failure);
		});
	}

	expect(): void {}

	check(
		pieces: ArrayLike<number>,
		told: (piece: number, right: boolean) => void,
	): {done: Promise<undefined>; stop: () => void} {
		if (this.#lone.isOnDisk) for (const piece of Array.from(pieces)) told(piece, true);
		return {done: Promise.resolve(undefined), stop() {}};
	}

	async setWanted(): Promise<StorageFailure | undefined> {
		return this.failure;
	}

	async createEmptyFiles(): Promise<StorageFailure | undefined> {
		return this.failure;
	}

	async stamps(): Promise<Array<{size: number; mtime: number}>> {
		return [{size: this.bytes.length, mtime: this.written}];
	}

	async allocate(): Promise<undefined> {}

	async createLinks(): Promise<undefined> {}

	async flush(): Promise<StorageFailure | undefined> {
		this.work();
		return undefined;
	}

	async close(): Promise<void> {
		while (this.#jobs.length > 0) this.work();
	}

	async remove() {
		return {deleted: 0, kept: [], failure: undefined};
	}

	async move(): Promise<undefined> {}

	async rename(): Promise<undefined> {}
}

/** The tree of a file longer than a piece. */
function merkleTree(content: Uint8Array, pieceLength: number): {root: Uint8Array; layer: Uint8Array} {
	const {sha256} = hashFunctions;
	const layer: Uint8Array[] = [];
	for (let at = 0; at < content.length; at += pieceLength) {
		const blocks = blockHashes(content.subarray(at, at + pieceLength), sha256);
		layer.push(pieceHash(blocks, pieceLength, false, sha256));
	}
	const bytes = Buffer.concat(layer);
	return {root: rootOfPieces(bytes, pieceLength, sha256), layer: bytes};
}

export interface LoneOptions {
	readonly pieces?: number;
	/** A multiple of 16 KiB. */
	readonly pieceLength?: number;
	/** Bytes the last piece lacks. */
	readonly short?: number;
	readonly random?: () => number;
	/** Everything is on the disk from the beginning. */
	readonly seeds?: boolean;
	/** Blocks of memory. */
	readonly pool?: number;
	readonly maxPeers?: number;
	/** Addresses of its machine. */
	readonly ownHosts?: readonly string[];
	/** Shared with other torrents; as many as it wants when left out. */
	readonly slots?: ConnectionSlots;
	/** A tracker to ask, and what answers for it. */
	readonly tracker?: {readonly url: string; readonly http: HttpClient};
	/** As `tracker`, in tiers. */
	readonly trackers?: {readonly urls: ReadonlyArray<readonly string[]>; readonly http: HttpClient};
	/** Everything is on the disk, and found there when the files are looked at. */
	readonly onDisk?: boolean;
	/** Only its link is known: `metainfo` is to be posted. */
	readonly link?: boolean;
	/** Of a link: the hashes it has; those of the metainfo when left out. */
	readonly identity?: SwarmHashes;
	/** Bytes the info dictionary is made longer by. */
	readonly infoPadding?: number;
	/** `1` when left out; with a v2 half its file has a Merkle tree. BEP 52. */
	readonly version?: Metainfo['version'];
	/** Whether the hashes of its v2 pieces are in the metainfo; true when left out. */
	readonly layers?: boolean;
	/** Web servers that have its file, and what answers for them. */
	readonly webSeeds?: {
		readonly urls: readonly string[];
		readonly dialer: RangeDialer;
		readonly slots?: ServerSlots;
	};
}

/** A torrent with no sockets, no files and no time of its own: one thread, one test, everything in its hands. */
export class LoneTorrent {
	readonly clock = new HandClock();
	readonly pool: BlockPool;
	readonly writeBatch: WriteBatch;
	readonly uploader: Uploader;
	readonly services: SessionServices;
	readonly torrent: Torrent;
	/** Whom the torrent tells; for a test to hear of it. */
	readonly listener: TorrentListener = {
		changed() {},
		async keep() {},
		async keepMetainfo() {},
		async keepLayers() {
			return false;
		},
		identified() {},
		resolved: () => undefined,
	};
	/** What the torrent holds, or will. */
	readonly metainfo: Metainfo;
	readonly content: Uint8Array;
	readonly disk: Uint8Array;
	readonly isOnDisk: boolean;
	readonly pieceLength: number;
	readonly storages: FakeStorage[] = [];
	readonly lines: Array<readonly [LogLevel, string]> = [];
	/** Connections the engine made. */
	readonly dialled: FakeConnection[] = [];
	/** Connections counted as open. */
	connections = 0;
	#peerIds = 0;
	readonly #waiting = new Map<BlockSource, (source: BlockSource) => void>();

	constructor(options: LoneOptions = {}) {
		const {pieces = 12, pieceLength = 2 * blockLength, short = 5000, seeds = false, pool = 256} = options;
		const random = options.random ?? Math.random;
		this.pieceLength = pieceLength;
		this.content = bytesFrom('lone', pieces * pieceLength - short);
		this.isOnDisk = options.onDisk === true;
		this.disk = seeds || this.isOnDisk ? this.content.slice() : new Uint8Array(this.content.length);
		this.pool = new BlockPool(pool);
		this.writeBatch = new WriteBatch(this.clock);
		this.uploader = new Uploader(this.clock);
		const hashes = new Uint8Array(pieces * 20);
		for (let piece = 0; piece < pieces; piece++) {
			const bytes = this.content.subarray(piece * pieceLength, (piece + 1) * pieceLength);
			hashes.set(hashFunctions.sha1(bytes), piece * 20);
		}
		const {version = '1'} = options;
		const tree = version === '1' ? undefined : merkleTree(this.content, pieceLength);
		this.metainfo = parseMetainfo(
			encodeBencode({
				info: {
					...(tree && {
						'file tree': {'lone.bin': {'': {length: this.content.length, 'pieces root': tree.root}}},
						'meta version': 2,
					}),
					...(version !== '2' && {length: this.content.length, pieces: hashes}),
					name: 'lone.bin',
					'piece length': pieceLength,
					...(options.infoPadding && {padding: new Uint8Array(options.infoPadding)}),
				},
				...(tree && options.layers !== false && {'piece layers': new Map([[tree.root, tree.layer]])}),
			}),
			hashFunctions,
		);
		const transport: Transport = {
			dial: (to, _how, events) => {
				const connection = new FakeConnection(to, false);
				connection.events = events;
				this.dialled.push(connection);
				return connection;
			},
			listen: () => Promise.reject(new Error('nobody listens here')),
		};
		const disk: Disk = {
			open: (_, events) => {
				const storage = new FakeStorage(this, events);
				this.storages.push(storage);
				return storage;
			},
			exists: async () => this.isOnDisk,
			freeSpace: async () => undefined,
			close: async () => {},
		};
		this.services = {
			clock: this.clock,
			random: {
				next: random,
				bytes: length => Uint8Array.from({length}, () => Math.floor(random() * 256)),
			},
			transport,
			pool: this.pool,
			disk,
			http: options.tracker?.http ?? options.trackers?.http ?? (undefined as never),
			udpTrackers: undefined as never,
			webSeeds: options.webSeeds && {
				clock: this.clock,
				dialer: options.webSeeds.dialer,
				slots: options.webSeeds.slots ?? new ServerSlots(),
			},
			resolver: new HostResolver(this.clock, () => Promise.reject(new Error('no names here'))),
			writeBatch: this.writeBatch,
			uploader: this.uploader,
			router: {
				route: (peer, infoHash) =>
					keysOf(this.torrent.swarmKeys).some(({key}) => Buffer.from(infoHash).equals(key)) &&
					this.torrent.swarm.accept(peer)
						? this.torrent.messages
						: undefined,
				halfOpenClosed() {},
			},
			peerId: Buffer.from('-TY0000-aaaaaaaaaaaa'),
			key: 1,
			client: 'tortui',
			log: (level, text) => {
				this.lines.push([level, text]);
			},
			port: () => 6881,
			portFor: () => 6881,
			exchangesPeers: true,
			ownHosts: options.ownHosts ?? [],
			externalAddress: new ExternalAddress(
				() => options.ownHosts ?? [],
				() => {},
			),
			nextPeerId: () => this.#peerIds++,
			slots: {
				mayDial: held => this.#count(options.slots?.mayDial(held) ?? true),
				mayAccept: (held, isNew) => this.#count(options.slots?.mayAccept(held, isNew) ?? true),
				ended: () => {
					this.connections--;
					options.slots?.ended();
				},
			},
			downloadLimiter: new RateLimiter(undefined),
			uploadLimiter: new RateLimiter(undefined),
			limitsChanged() {},
			checkTurn: async () => () => {},
			budget: {
				requestQuota: () => Math.max(8, pool >> 2),
				waitForBuffer: (peer, refill) => {
					this.#waiting.set(peer, refill);
				},
				buffersFreed: () => this.buffersFreed(),
			},
		};
		const trackers = options.trackers?.urls ?? (options.tracker === undefined ? [] : [[options.tracker.url]]);
		this.torrent = new Torrent(
			{
				identity: options.identity ?? this.metainfo,
				name: options.link ? 'what its link says' : undefined,
				metainfo: options.link ? undefined : this.metainfo,
				dir: '/nowhere/at/all',
				maxPeers: options.maxPeers ?? 50,
				trackers,
				webSeeds: options.webSeeds?.urls,
				addedAt: 0,
			},
			this.services,
			this.listener,
		);
		if (seeds) {
			for (let piece = 0; piece < pieces; piece++) {
				this.parts.have.set(piece);
				this.parts.downloader.found(piece);
				this.parts.files.tally(piece, 1);
			}
		}
	}

	#count(may: boolean): boolean {
		if (may) this.connections++;
		return may;
	}

	/** What the torrent holds, and who sees to it. */
	get parts(): TorrentContent {
		const {content} = this.torrent;
		if (content === undefined) throw new Error('nobody has said yet what it holds');
		return content;
	}

	get storage(): FakeStorage {
		return this.storages.at(-1)!;
	}

	/** Makes it active; what it has stays had. */
	async start(): Promise<void> {
		const {content} = this.torrent;
		const had = [...Array(content?.pieceCount ?? 0).keys()].filter(piece => content?.have.has(piece));
		this.torrent.post({type: 'start', check: 'none'});
		while (this.torrent.activity.name === 'checking') await turn();
		for (const piece of had) {
			if (!this.parts.have.set(piece)) continue;
			this.parts.downloader.found(piece);
			this.parts.files.tally(piece, 1);
		}
	}

	/** Somebody comes to us. */
	incoming(port: number, host = '198.51.100.7'): FakeConnection {
		const connection = new FakeConnection({host, port}, true);
		connection.events = incomingPeer(this.services, connection, (infoHash, isV1OfTwo) =>
			ourHandshake(infoHash, isV1OfTwo, this.services),
		).events;
		return connection;
	}

	/** Memory came free. */
	buffersFreed(): void {
		if (this.pool.available <= 0) return;
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		for (const [peer, refill] of waiting) {
			peer.requests.waitsForBuffer = false;
			refill(peer);
		}
	}

	/** The right bytes of a block. */
	block(piece: number, begin: number, length: number): Uint8Array {
		const at = piece * this.pieceLength + begin;
		return this.content.slice(at, at + length);
	}
}

/** Lets everything that waits for the next turn of the event loop have it. */
export function turn(): Promise<void> {
	return new Promise(resolve => setImmediate(resolve));
}

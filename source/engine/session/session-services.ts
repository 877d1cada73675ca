import type {Clock, LogLevel, Random} from '../../base/ports.js';
import type {BlockPool} from '../../io/disk/block-pool.js';
import type {Disk} from '../../io/disk/disk.js';
import type {AddressFilter} from '../../io/net/address-filter.js';
import type {HostResolver} from '../../io/net/host-resolver.js';
import type {HttpClient} from '../../io/net/http/http-client.js';
import type {IpFamily} from '../../io/net/local-addresses.js';
import type {Transport} from '../../io/net/transport.js';
import type {UdpTrackers} from '../../io/net/udp-tracker-client.js';
import type {PathRegistry} from '../../io/ownership/path-registry.js';
import type {EncryptionMode} from '../../policy/peers/encryption-mode.js';
import type {RateLimiter} from '../../policy/rates/rate-limiter.js';
import type {Ask} from '../../policy/requests/request-turns.js';
import type {Dht} from '../dht/dht.js';
import type {LocalDiscovery} from '../lan/local-discovery.js';
import type {PeerRouter} from '../peers/peer-connection.js';
import type {WriteBatch} from '../peers/write-batch.js';
import type {ExternalAddress} from '../sources/external-address.js';
import type {WebSeedGrounds} from '../sources/web-seeds/web-seed.js';
import type {BlockSource} from '../transfer/block-source.js';
import type {Uploader} from '../transfer/uploader.js';
import type {SeedRulesHolder} from './seed-rules-holder.js';

/** The connections that all torrents together may hold. */
export interface SharedSlots {
	/** Whether a torrent that holds so many connections may dial one more; the answer yes is for using at once. */
	mayDial(held: number): boolean;
	/** Whether it may let one more in; the same. `isNew`: its host was not here before for nothing. */
	mayAccept(held: number, isNew: boolean): boolean;
	/** One has ended. */
	ended(): void;
}

/** The memory for blocks that all torrents together have. */
export interface SharedBuffers {
	/** Blocks one source may be asked for, so that all have a share of the pool. */
	requestQuota(source: BlockSource): number;
	/** The same for one whose share is less than it could send: near ones may take turns with more. */
	turnQuota?(source: BlockSource, share: number, ask: Ask<BlockSource>): number;
	/** A source found no memory free: it is asked again when there is. */
	waitForBuffer(source: BlockSource, refill: (source: BlockSource) => void): void;
	/** Memory may have come free. */
	buffersFreed(): void;
}

/** What all torrents of a session share. */
export interface SessionServices {
	readonly clock: Clock;
	readonly random: Random;
	/** How peers are reached. */
	readonly transport: Transport;
	readonly pool: BlockPool;
	readonly disk: Disk;
	/** Which torrent has which file; undefined where there is only one torrent. */
	readonly paths?: PathRegistry | undefined;
	/** Whether files take up all their room before anything comes. */
	readonly allocatesFully?: boolean | undefined;
	readonly http: HttpClient;
	readonly udpTrackers: UdpTrackers;
	/** How torrents' files are had of web servers; undefined where they are not. */
	readonly webSeeds?: WebSeedGrounds | undefined;
	readonly resolver: HostResolver;
	/** Addresses with which nothing is to do; none when left out. */
	readonly filter?: Pick<AddressFilter, 'blocks'> | undefined;
	/** Why nobody is met, in words; undefined while somebody may be. */
	readonly cutOff?: (() => string | undefined) | undefined;
	/** In which families a host is reached. */
	readonly hostFamilies?: ((host: string) => Promise<readonly IpFamily[]>) | undefined;
	/** What is wanted of seeds beside what is said of each; nothing when left out. */
	readonly seedRules?: SeedRulesHolder | undefined;
	/** Undefined when it is off. */
	readonly dht?: Dht | undefined;
	/** Undefined when it is off. */
	readonly localDiscovery?: LocalDiscovery | undefined;
	/** Why that is off, in words, when no person has said so. */
	readonly lsdOff?: string | undefined;
	/** Whether peers who cannot be reached are met with the help of others: over uTP. Not when left out. */
	readonly punches?: boolean | undefined;
	/** Whether peers are told of further ones, and theirs heard. */
	readonly exchangesPeers: boolean;
	/** Whether HTTP trackers on loopback and LAN addresses may have any path, whoever named them. */
	readonly localTrackers?: boolean | undefined;
	readonly writeBatch: WriteBatch;
	readonly uploader: Uploader;
	readonly router: PeerRouter;
	/** 20 bytes. BEP 20. */
	readonly peerId: Uint8Array;
	/** Sent to trackers, so that they know us when our address changes. */
	readonly key: number;
	/** How much connections are encrypted; not at all when left out. */
	readonly encryption?: EncryptionMode | undefined;
	/** How we name ourselves to peers. */
	readonly client: string;
	readonly log: (level: LogLevel, text: string, torrent?: string) => void;
	/** Where we listen. */
	port(): number;
	/**
	 * The port by which somebody reaches ours: another than `port()` where a gateway between us maps it so.
	 *
	 * @param host who is told: an address, or a name for anybody in the internet over IPv4
	 */
	portFor(host: string, transport: 'tcp' | 'udp'): number;
	/** The addresses of this machine, now. */
	readonly ownHosts: readonly string[];
	/** The addresses at which others see this machine. */
	readonly externalAddress: ExternalAddress;
	nextPeerId(): number;
	readonly slots: SharedSlots;
	/** The session's own limits, above those of the torrents. */
	readonly downloadLimiter: RateLimiter;
	readonly uploadLimiter: RateLimiter;
	/** A limit was set or lifted. */
	limitsChanged(): void;
	/** Resolves when it is one's turn to hash what is on disk; what it answers is to be called at the end. */
	checkTurn(): Promise<() => void>;
	readonly budget: SharedBuffers;
}

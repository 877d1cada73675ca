import type {Clock, Log, Random} from '../../base/ports.js';
import type {SeedRules} from '../../base/seed-goal.js';
import type {SlowTime} from '../../base/slow-time.js';
import type {Bytes, BytesPerSecond, Millis} from '../../base/units.js';
import type {BlockPool} from '../../io/disk/block-pool.js';
import type {Disk} from '../../io/disk/disk.js';
import type {DiskThread} from '../../io/disk/worker-thread.js';
import type {Gateway} from '../../io/lan/default-gateway.js';
import type {Sockets} from '../../io/net/sockets.js';
import type {KeptTorrents, StateStore} from '../../io/state/torrent-store.js';
import type {EncryptionMode} from '../../policy/peers/encryption-mode.js';
import type {QueueLimits} from '../../policy/session/torrent-queue.js';
import type {ProxyAddress} from '../../protocol/transport/proxy-address.js';
import type {TorrentMaker} from '../creating/torrent-maker.js';
import type {GatewayPorts} from '../lan/lan-ground.js';

/** What an engine is opened with. */
export interface SessionOptions {
	/** Absolute; part files and resume data live here. */
	readonly stateDir: string;
	/** Absolute; where data goes that is added without a folder. */
	readonly dir: string;
	/** The listen port, 0 for any; unless `portFixed`, the next free one is taken when it is not to be had. */
	readonly port: number;
	readonly portFixed: boolean;
	/** A file that says on which port to listen, now and while it runs; absolute. What it says first is `port`. */
	readonly portFile?: string | undefined;
	/** Addresses to listen on and dial from; none for all. */
	readonly bind: readonly string[];
	/** An interface, or one of its addresses, that everything goes by instead; nothing is sent while it is not there. */
	readonly interface?: string | undefined;
	/** Who is asked for names, by IP address; the system's resolver when there is neither one nor an interface. */
	readonly dnsServers?: readonly string[] | undefined;
	/** Whether peers are spoken to over uTP; they are not when left out. */
	readonly utp?: boolean;
	/** Whether peers are spoken to over TCP; they are when left out. */
	readonly tcp?: boolean;
	/** What everything goes through, and nothing around; undefined when there is none. */
	readonly proxy?: ProxyAddress | undefined;
	/** A list of addresses with which nothing is to do: its absolute path, or http(s) URL. */
	readonly blocklist?: string | undefined;
	/** The state folder of an engine that may have fetched the list of a URL already. */
	readonly blocklistBeside?: string | undefined;
	/** Connections a torrent. */
	readonly maxPeers: number;
	/** Connections of all torrents together; 200 when left out, or as many as one torrent may have. */
	readonly maxConnections?: number | undefined;
	readonly maxDownload?: BytesPerSecond | undefined;
	readonly maxUpload?: BytesPerSecond | undefined;
	/** What holds in slow mode; undefined for 50 KiB/s, null for no limit. */
	readonly slowDownload?: BytesPerSecond | null | undefined;
	readonly slowUpload?: BytesPerSecond | null | undefined;
	/** Names of what was typed on the command line for this start; matters for the four limits, see `ChosenLimits`. */
	readonly typed?: ReadonlySet<string> | undefined;
	/** When slow mode comes and goes by itself. */
	readonly slowTimes?: readonly SlowTime[];
	/** Whether files take up all their room on the disk before anything comes; sparse when left out. */
	readonly allocation?: 'sparse' | 'full';
	/** What is wanted of all seeds, and of those of a label or a tracker; nothing when left out. */
	readonly seedRules?: SeedRules | undefined;
	/** Where less is free nothing is downloaded; needs a queue, and is off when left out. */
	readonly minFreeSpace?: Bytes | undefined;
	/** How many torrents run at a time; all when left out. */
	readonly queue?: QueueLimits | undefined;
	/** Whether trackers are asked. */
	readonly trackers: boolean;
	/** Whether HTTP trackers on loopback and LAN addresses may have any path, whoever named them. */
	readonly localTrackers?: boolean | undefined;
	/** The DHT, with whom to ask first; undefined when it is off. */
	readonly dht?:
		| {
				readonly bootstrap: ReadonlyArray<{readonly host: string; readonly port: number}>;
				/** Asks and answers nobody. BEP 43. */
				readonly readOnly?: boolean;
				/** The state folder of the user, whose nodes are shared when nothing else is kept. Absolute. */
				readonly guestOf?: string | undefined;
		  }
		| undefined;
	/** Whether gateways are asked to open the port; they are not when left out. */
	readonly portMap?: boolean;
	/** How much connections with peers are to be encrypted; `off` when left out. */
	readonly encryption?: EncryptionMode | undefined;
	/** Whether peers tell each other of further ones; they do when left out. */
	readonly pex?: boolean;
	/** Whether peers are looked for on the local network; they are not when left out. */
	readonly lsd?: boolean;
	/** URLs of trackers that have a catalogue of what people share. */
	readonly catalogues?: readonly string[];
	/** What its owner is called in those; another one chosen while it ran goes before it. */
	readonly nick?: string | undefined;
	/**
	 * So long after its beginning those begin who find peers without a tracker, and who open ports: a torrent that is added at
	 * once asks its trackers before. At once when left out.
	 */
	readonly othersAfter?: Millis | undefined;
	/** Whether the torrents of the last session come back. */
	readonly persist: boolean;
	readonly version: string;
	/** A thread for the disk, started ahead; the session ends it. */
	readonly diskThread?: DiskThread | undefined;
	/** What its owner calls this client: shown on screens, told to nobody else. */
	readonly name?: string | undefined;
	/** Makes torrents; commands that would are refused when left out. */
	readonly makeTorrent?: TorrentMaker | undefined;
	readonly log: Log;
	/** Replaced in tests. */
	readonly clock?: Clock;
	readonly random?: Random;
	readonly sockets?: Partial<Sockets>;
	readonly gateways?: {find(): Promise<readonly Gateway[]>; readonly ports: GatewayPorts};
	readonly openDisk?: (pool: BlockPool) => Disk;
	readonly store?: KeptTorrents & Pick<StateStore, 'settled'>;
	/** Blocks of 16 KiB in memory on their way to the disk; 4096 when left out. */
	readonly poolSlots?: number;
}

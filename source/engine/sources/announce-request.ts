import type {PeerAddress} from '../../base/peer-address.js';
import type {LogLevel} from '../../base/ports.js';
import {type Bytes, blockLength} from '../../base/units.js';
import type {EncryptionMode} from '../../policy/peers/encryption-mode.js';
import type {SwarmKeys} from '../../protocol/metainfo/swarm-hashes.js';
import type {AnnounceEvent, AnnounceRequest} from '../../protocol/tracker/announce.js';

/** What its trackers are told of a torrent, and what they tell it. */
export interface AnnouncedTorrent {
	/** What it is announced by: a hybrid in both of its swarms. BEP 52. */
	readonly swarmKeys: SwarmKeys;
	readonly stats: {readonly uploaded: Bytes; readonly downloaded: Bytes};
	/** What it lacks; undefined while nobody knows how much it is. */
	readonly left: Bytes | undefined;
	/** Its name, when trackers are to be told: they may list it. */
	readonly publicName?: string | undefined;
	/** Whether this is known to be our own address. */
	isOwn(peer: PeerAddress): boolean;
	/** The tracker at this URL named these peers, none of them known to be ourselves. @param knowV2 asked for the v2 hash */
	found(peers: readonly PeerAddress[], url: string, knowV2: boolean): void;
	log(level: LogLevel, text: string): void;
}

/** Who announces. */
export interface AnnouncingClient {
	/** 20 bytes. */
	readonly peerId: Uint8Array;
	/** 32 bits, the same for as long as the session lives. */
	readonly key: number;
	/** How much its connections are encrypted; not at all when left out. */
	readonly encryption?: EncryptionMode | undefined;
	/** The port by which who is in the same network as this host reaches us, as far as that can be told of a name. */
	portFor(host: string, transport: 'tcp'): number;
}

const numwant = 200;
/** What trackers are told by whom nobody can reach: many refuse 0. */
const nowhere = 1;

/**
 * What a tracker is told of a torrent in one of its swarms, as of now.
 *
 * @param infoHash the swarm's key, of 20 bytes
 * @param url the tracker's
 * @param trackerId as this tracker gave it
 */
export function announceRequest(
	torrent: AnnouncedTorrent,
	infoHash: Uint8Array,
	client: AnnouncingClient,
	url: string,
	event: AnnounceEvent | undefined,
	trackerId: string | undefined,
): AnnounceRequest {
	const {stats, left, publicName} = torrent;
	const {encryption = 'off'} = client;
	return {
		infoHash,
		peerId: client.peerId,
		key: client.key >>> 0,
		port: client.portFor(new URL(url).hostname.replace(/^\[|\]$/g, ''), 'tcp') || nowhere,
		uploaded: whole(stats.uploaded),
		downloaded: whole(stats.downloaded),
		// Who is told 0 takes us for a seed, and may name no seeds to us. BEP 3.
		left: left === undefined ? blockLength : whole(left),
		event,
		numwant: event === 'stopped' ? 0 : numwant,
		trackerId,
		...(encryption === 'off' ? {} : {supportsEncryption: true, requiresEncryption: encryption === 'require'}),
		name: publicName,
	};
}

/** Counters as trackers can read them. */
function whole(count: number): number {
	return Number.isFinite(count) ? Math.max(0, Math.trunc(count)) : Number.MAX_SAFE_INTEGER;
}

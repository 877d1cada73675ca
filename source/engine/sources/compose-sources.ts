import type {PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {LogLevel} from '../../base/ports.js';
import {networkKey, peerKey} from '../../policy/peers/peer-key.js';
import type {SwarmKeys} from '../../protocol/metainfo/swarm-hashes.js';
import type {AnnouncedTorrent} from './announce-request.js';
import {type DhtServices, DhtSource} from './dht-source.js';
import {type LsdServices, LsdSource} from './lsd-source.js';
import {PassiveSource} from './passive-source.js';
import {ResumeSource} from './resume-source.js';
import {type SourcedSwarm, SourceSet} from './source-set.js';
import type {TrackerTiers} from './tracker-list.js';
import {type TrackerServices, TrackerSource} from './tracker-source.js';

/** What the sources of its peers ask of, and tell, a torrent. */
export interface SourcedTorrent extends Pick<AnnouncedTorrent, 'stats' | 'left'> {
	readonly swarmKeys: SwarmKeys;
	/** Undefined before its content is known. */
	readonly content?:
		| {readonly metainfo: {readonly nodes: ReadonlyArray<readonly [host: string, port: number]>}}
		| undefined;
	readonly swarm: SourcedSwarm & {readonly list: {isOwn(peer: PeerAddress): boolean}};
	post(event: {
		readonly type: 'peers';
		readonly addresses: readonly PeerAddress[];
		readonly source: PeerSourceName;
		readonly by?: string | undefined;
		readonly knowV2?: boolean | undefined;
	}): void;
	log(level: LogLevel, text: string): void;
}

/**
 * Makes the sources of a torrent's peers. A new kind of source is one line here.
 *
 * @param isPrivate undefined before the torrent's info dictionary is here
 */
export function composeSources(
	torrent: SourcedTorrent,
	trackers: TrackerTiers,
	services: TrackerServices & DhtServices & LsdServices,
	isPrivate: boolean | undefined,
): SourceSet {
	const finds =
		(source: PeerSourceName) =>
		(addresses: readonly PeerAddress[], by: string | undefined, knowV2: boolean) =>
			torrent.post({
				...{type: 'peers', addresses, source},
				...(by !== undefined && {by}),
				...(knowV2 && {knowV2}),
			});
	const swarmKeys = () => torrent.swarmKeys;
	return new SourceSet(
		{
			trackers: new TrackerSource(new Announced(torrent, finds('tracker')), trackers, services),
			resume: new ResumeSource(found => finds('resume')(found, undefined, false)),
			others: [
				new DhtSource(
					{
						swarmKeys,
						nodes: () => torrent.content?.metainfo.nodes ?? [],
						isSeed: () => torrent.left === 0,
						found: (addresses, by, knowV2) => finds('dht')(addresses, networkKey(peerKey(by)), knowV2),
					},
					services,
				),
				new LsdSource(
					{swarmKeys, found: (found, knowV2) => finds('lsd')(found, undefined, knowV2)},
					services,
				),
				new PassiveSource('pex', services.exchangesPeers ? undefined : 'switched off'),
				new PassiveSource('manual'),
				new PassiveSource('incoming'),
			],
		},
		torrent.swarm,
		services.clock,
		isPrivate,
	);
}

/** A torrent as its trackers see it. */
class Announced implements AnnouncedTorrent {
	readonly found: AnnouncedTorrent['found'];
	readonly #torrent: SourcedTorrent;

	constructor(torrent: SourcedTorrent, found: AnnouncedTorrent['found']) {
		this.#torrent = torrent;
		this.found = found;
	}

	get swarmKeys(): SwarmKeys {
		return this.#torrent.swarmKeys;
	}

	get stats(): AnnouncedTorrent['stats'] {
		return this.#torrent.stats;
	}

	get left(): number | undefined {
		return this.#torrent.left;
	}

	isOwn(peer: PeerAddress): boolean {
		return this.#torrent.swarm.list.isOwn(peer);
	}

	log(level: LogLevel, text: string): void {
		this.#torrent.log(level, text);
	}
}

import type {PeerAddress} from '../../base/peer-address.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import type {LogLevel} from '../../base/ports.js';
import {networkKey, peerKey} from '../../policy/peers/peer-key.js';
import type {AnnouncedTorrent} from './announce-request.js';
import {type DhtServices, DhtSource} from './dht-source.js';
import {type LsdServices, LsdSource} from './lsd-source.js';
import {PassiveSource} from './passive-source.js';
import {ResumeSource} from './resume-source.js';
import {type SourcedSwarm, SourceSet} from './source-set.js';
import type {TrackerTiers} from './tracker-list.js';
import {type TrackerServices, TrackerSource} from './tracker-source.js';

/** What the sources of its peers ask of, and tell, a torrent. */
export interface SourcedTorrent extends Pick<AnnouncedTorrent, 'infoHash' | 'stats' | 'left'> {
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
	const finds = (source: PeerSourceName) => (addresses: readonly PeerAddress[], by?: string) =>
		torrent.post({type: 'peers', addresses, source, ...(by !== undefined && {by})});
	const announced: AnnouncedTorrent = {
		infoHash: torrent.infoHash,
		stats: torrent.stats,
		get left() {
			return torrent.left;
		},
		isOwn: peer => torrent.swarm.list.isOwn(peer),
		found: finds('tracker'),
		log: (level, text) => torrent.log(level, text),
	};
	return new SourceSet(
		{
			trackers: new TrackerSource(announced, trackers, services),
			resume: new ResumeSource(found => finds('resume')(found)),
			others: [
				new DhtSource(
					{
						infoHash: torrent.infoHash,
						nodes: () => torrent.content?.metainfo.nodes ?? [],
						isSeed: () => torrent.left === 0,
						found: (addresses, by) => finds('dht')(addresses, networkKey(peerKey(by))),
					},
					services,
				),
				new LsdSource({infoHash: torrent.infoHash, found: found => finds('lsd')(found)}, services),
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

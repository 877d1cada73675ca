import {blockLength, type Millis, type Seconds} from '../../base/units.js';
import type {StallFacts, StandingFacts} from '../../policy/session/stall-reason.js';
import type {StalledFacts} from '../../policy/session/stalled-time.js';
import type {Torrent} from '../torrent/torrent.js';
import type {TorrentContent} from '../torrent/torrent-content.js';
import {stateOf} from './torrent-view.js';

/** What the session adds to what a torrent knows of itself. */
export interface SessionFacts {
	readonly now: Millis;
	/** Ms since 1970 of a time of the clock that `now` is of. */
	readonly wall: (at: Millis) => Millis;
	readonly port: number;
	readonly listeningFor: Seconds;
	/** Somebody has come to us since the start. */
	readonly reached: boolean;
	/** No more blocks could be taken in for some time because too many wait to be written. */
	readonly diskBehind: boolean;
	/** Torrents that want to run and stand before it. */
	readonly queuedBehind: number;
	/** Everything waits until then. */
	readonly haltedUntil?: StallFacts['haltedUntil'];
	/** It waits for room on the disk. */
	readonly room?: StallFacts['room'];
	/** Nodes of the DHT that answer; undefined when it is switched off. */
	readonly dhtNodes?: number | undefined;
	/** Who does not encrypt is not met. */
	readonly encryptedOnly?: boolean | undefined;
}

/** A peer that has not said so long after it was dialled what it has has nothing. */
const tellTime: Millis = 5000;

/** Gathers why a torrent may not run. Costs the same, whatever the torrent holds. */
export function standingFacts(
	torrent: Torrent,
	session: Pick<SessionFacts, 'queuedBehind' | 'haltedUntil' | 'room'>,
): StandingFacts {
	const {activity, content} = torrent;
	return {
		state: stateOf(torrent),
		choosing: torrent.choosing,
		moving: content?.relocation.progress,
		failure: activity.name === 'failed' ? activity.failure.message : undefined,
		checked: activity.name === 'checking' && activity.total > 0 ? activity.done / activity.total : undefined,
		allocating: activity.name === 'checking' && activity.allocating,
		queuedBehind: session.queuedBehind,
		haltedUntil: session.haltedUntil,
		room: session.room,
	};
}

/** Gathers why a torrent may stand still. Costs little while it moves: pieces are only looked at when nobody has any. */
export function stallFacts(torrent: Torrent, session: SessionFacts): StallFacts & StalledFacts {
	const {now, wall} = session;
	const {swarm, content} = torrent;
	const downloadRate = torrent.stats.download.rate(now);
	let connected = 0;
	let connecting = 0;
	let interesting = 0;
	let choking = 0;
	let snubbed = 0;
	let interested = 0;
	let untold = 0;
	for (const peer of swarm.peers.values()) {
		if (!peer.ready) {
			connecting++;
			continue;
		}
		connected++;
		if (peer.peerInterested) interested++;
		if (peer.pieceCount === 0 && now - peer.connectedAt < tellTime) untold++;
		if (!peer.amInterested) continue;
		interesting++;
		if (peer.peerChoking) choking++;
		else if (peer.snubbed) snubbed++;
	}
	const [unavailable, firstUnavailable] =
		downloadRate === 0 && connected > 0 && interesting === 0 ? missing(content) : [0, undefined];
	const queued = (content?.storage?.waiting ?? 0) * (content?.map.pieceLength ?? 0);
	const deadline = torrent.active ? swarm.nextDial(now) : Number.POSITIVE_INFINITY;
	return {
		...standingFacts(torrent, session),
		// Pieces may be wanted of files that are not.
		filesWanted: content?.files.filesWanted || Math.min(1, content?.downloader.needed.count ?? 0),
		...torrent.sources.stallFacts(now),
		metadata: content === undefined ? torrent.messages.metadata?.state : undefined,
		dhtNodes: torrent.sources.allows('dht') ? session.dhtNodes : undefined,
		known: swarm.known - connected,
		connecting,
		dialDue: deadline <= now,
		nextDialAt: Number.isFinite(deadline) ? wall(deadline) : undefined,
		encryptedOnly: session.encryptedOnly,
		connected,
		interesting,
		interestingChoking: choking,
		interestingSnubbed: snubbed,
		untold,
		interested,
		unavailable,
		firstUnavailable,
		hashesMissing: downloadRate === 0 ? content?.awaitedHashes?.missing : undefined,
		webSeeds: downloadRate === 0 ? content?.webSeeds.stallFacts(wall) : undefined,
		downloadRate,
		nothingFor: torrent.stats.nothingFor(now),
		uploadRate: torrent.stats.upload.rate(now),
		maxDownload: torrent.rateLimits.maxDownload,
		maxUpload: torrent.rateLimits.maxUpload,
		diskQueue: Math.max(queued, blockLength),
		diskBehind: session.diskBehind && queued > 0,
		port: session.port,
		incoming: session.reached ? 1 : 0,
		listeningFor: session.listeningFor,
	};
}

/** Wanted pieces that no connected peer has; what it costs depends on their number, not on that of all pieces. */
function missing(content: TorrentContent | undefined): readonly [count: number, first: number | undefined] {
	if (content === undefined) return [0, undefined];
	const {needed, picker, partials} = content.downloader;
	let {count, first} = picker.unavailable();
	for (const {piece} of partials.all()) {
		if (!needed.has(piece) || picker.availability(piece) > 0) continue;
		count++;
		if (first === -1 || piece < first) first = piece;
	}
	return [count, first === -1 ? undefined : first];
}

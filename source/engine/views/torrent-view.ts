import type {Reason, SpeedView, TorrentState, TorrentView} from '../../api/snapshot.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis, Seconds} from '../../base/units.js';
import type {Peer} from '../peers/peer-connection.js';
import type {Torrent} from '../torrent/torrent.js';

/** What the screen and scripts see of one torrent: made fresh, plain, nothing of it alive. */

export function stateOf(torrent: Torrent): TorrentState {
	const {activity} = torrent;
	switch (activity.name) {
		case 'active':
			return torrent.complete ? 'seeding' : 'downloading';
		case 'paused':
			return torrent.goal.reached && torrent.hasAllWanted ? 'finished' : 'paused';
		case 'checking':
		case 'pausing':
		case 'failed':
			return activity.name;
		case 'idle':
		case 'queued':
			return 'queued';
		case 'closed':
			return 'paused';
	}
}

export function viewTorrent(torrent: Torrent, now: Millis, reason: Reason | undefined): TorrentView {
	const {metainfo, files, swarm, activity} = torrent;
	// What still rings in the meters is past once it stands still.
	const downloadRate = torrent.active ? Math.round(torrent.stats.download.rate(now)) : 0;
	const left = files.wanted - files.wantedCompleted;
	return {
		id: torrent.id,
		name: metainfo.name,
		state: stateOf(torrent),
		reason,
		...(activity.name === 'failed' && activity.failure.inTheWay && {inTheWay: activity.failure.inTheWay}),
		length: files.length,
		wanted: files.wanted,
		completed: files.wantedCompleted,
		pieceLength: metainfo.pieceLength,
		pieces: torrent.map.pieceCount,
		piecesHave: torrent.have.count,
		checked: activity.name === 'checking' && activity.total > 0 ? activity.done / activity.total : undefined,
		downloaded: torrent.stats.downloaded,
		uploaded: torrent.stats.uploaded,
		wasted: torrent.stats.wasted,
		hashFailures: torrent.hashFailures,
		bans: torrent.smartBan.bans,
		downloadRate,
		uploadRate: torrent.active ? Math.round(torrent.stats.upload.rate(now)) : 0,
		eta: torrent.active && left > 0 && downloadRate > 0 ? Math.ceil(left / downloadRate) : undefined,
		ratio: torrent.stats.uploaded / (torrent.stats.downloaded || metainfo.length),
		connected: swarm.connected,
		seedsConnected: torrent.downloader.picker.seeds,
		...countTrading(swarm.peers.values()),
		known: swarm.list.known,
		files: files.count,
		filesWanted: files.filesWanted,
		dir: torrent.dir,
		label: torrent.label,
		queue: torrent.queue,
		sequential: torrent.sequential,
		superSeeding: torrent.superSeeding.wanted,
		private: metainfo.private,
		maxDownload: torrent.rateLimits.download.rate,
		maxUpload: torrent.rateLimits.upload.rate,
		addedAt: torrent.addedAt,
		completedAt: torrent.stats.completedAt,
		comment: metainfo.comment === undefined ? undefined : safeText(metainfo.comment),
		createdBy: metainfo.createdBy === undefined ? undefined : safeText(metainfo.createdBy),
		creationDate: metainfo.creationDate,
		infoHashV2: metainfo.infoHashV2,
		magnet: torrent.magnet,
	};
}

/** Who gives to whom, or may. */
function countTrading(peers: Iterable<Peer>): Pick<TorrentView, 'sending' | 'receiving'> {
	let sending = 0;
	let receiving = 0;
	for (const peer of peers) {
		if (!peer.ready) continue;
		if (peer.amInterested && !peer.peerChoking && !peer.snubbed) sending++;
		if (peer.peerInterested && !peer.choking.amChoking) receiving++;
	}
	return {sending, receiving};
}

/** A torrent’s speeds over a time, and what waits for the disk. */
export function viewSpeed(torrent: Torrent, range: Seconds, samples: number, diskRate: number): SpeedView {
	return {...torrent.stats.history.view(range, samples), diskRate, diskQueue: torrent.storage?.waiting ?? 0};
}

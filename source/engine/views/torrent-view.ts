import type {SpeedView, TorrentState, TorrentView} from '../../api/snapshot.js';
import type {Reason} from '../../base/reason.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis, Seconds} from '../../base/units.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Torrent} from '../torrent/torrent.js';
import type {TorrentContent} from '../torrent/torrent-content.js';

/** What the screen and scripts see of one torrent: made fresh, plain, nothing of it alive. */

export function stateOf(torrent: Torrent): TorrentState {
	const {activity} = torrent;
	switch (activity.name) {
		case 'active':
			if (torrent.content === undefined) return 'metadata';
			return torrent.complete ? 'seeding' : 'downloading';
		case 'paused':
			return torrent.goal.reached && torrent.hasAllWanted ? 'finished' : 'paused';
		case 'checking':
		case 'pausing':
		case 'failed':
			return activity.name;
		case 'choosing':
			return 'paused';
		case 'idle':
		case 'queued':
			return 'queued';
		case 'closed':
			return 'paused';
	}
}

export function viewTorrent(torrent: Torrent, now: Millis, reason: Reason | undefined): TorrentView {
	const {content, swarm, activity} = torrent;
	// What still rings in the meters is past once it stands still.
	const downloadRate = torrent.active ? Math.round(torrent.stats.download.rate(now)) : 0;
	const left = content === undefined ? 0 : content.files.wanted - content.files.wantedCompleted;
	return {
		id: torrent.id,
		name: torrent.name,
		...viewRoot(content),
		state: stateOf(torrent),
		reason,
		...(torrent.choosing && {choosing: true}),
		...(activity.name === 'failed' && activity.failure.inTheWay && {inTheWay: activity.failure.inTheWay}),
		...viewSize(content),
		checked: activity.name === 'checking' && activity.total > 0 ? activity.done / activity.total : undefined,
		downloaded: torrent.stats.downloaded,
		uploaded: torrent.stats.uploaded,
		wasted: torrent.stats.wasted,
		hashFailures: content?.faults.hashFailures ?? 0,
		bans: content?.faults.bans ?? 0,
		downloadRate,
		uploadRate: torrent.active ? Math.round(torrent.stats.upload.rate(now)) : 0,
		eta: torrent.active && left > 0 && downloadRate > 0 ? Math.ceil(left / downloadRate) : undefined,
		ratio: torrent.stats.uploaded / (torrent.stats.downloaded || content?.files.length || 1),
		connected: swarm.connected,
		seedsConnected:
			content?.downloading === undefined ? 0 : content.downloading.picker.seeds - content.webSeeds.whole,
		...countTrading(swarm.peers.values()),
		known: swarm.known,
		...viewAvailability(torrent),
		dir: torrent.dir,
		...viewMove(torrent),
		label: torrent.settings.label,
		...viewHosts(torrent.sources.trackers.list.hosts),
		queue: torrent.settings.queue,
		sequential: torrent.settings.sequential,
		superSeeding: torrent.settings.superSeeding,
		...(torrent.settings.publish && {publish: true}),
		maxDownload: torrent.rateLimits.download.rate,
		maxUpload: torrent.rateLimits.upload.rate,
		maxPeers: torrent.maxPeers,
		...viewGoal(torrent),
		addedAt: torrent.addedAt,
		completedAt: torrent.stats.completedAt,
		...viewOrigin(content),
		...(torrent.identity.infoHash !== torrent.id && {infoHash: torrent.identity.infoHash}),
		infoHashV2: torrent.identity.infoHashV2,
		magnet: torrent.magnet,
		...(torrent.webSeeds.length > 0 && {webSeeds: torrent.webSeeds}),
		...countSending(content, now),
	};
}

/** Rounded down: what nobody has is in no copy. */
function viewAvailability({active, content}: Torrent): Pick<TorrentView, 'availability'> {
	if (!active || content === undefined) return {};
	return {availability: Math.floor((content.downloading?.picker.copies ?? 0) * 100) / 100};
}

function viewHosts(trackerHosts: readonly string[]): Pick<TorrentView, 'trackerHosts'> {
	return trackerHosts.length > 0 ? {trackerHosts} : {};
}

function viewGoal(torrent: Torrent): Pick<TorrentView, 'goal'> {
	const goal = torrent.goal.view(torrent.complete);
	return goal === undefined ? {} : {goal: {...goal, text: safeText(goal.text)}};
}

/** The first file says what all are in: a folder is given another name for all of them. */
function viewRoot(content: TorrentContent | undefined): Pick<TorrentView, 'root'> {
	if (content === undefined) return {};
	const table = fileTable(content.metainfo);
	let first = 0;
	while (first < table.count && table.isPad(first)) first++;
	const root = content.renamed.get(first)?.[0];
	return root === undefined || root === table.path(first)[0] ? {} : {root};
}

/** How much it is; nothing while nobody knows what it holds. */
function viewSize(
	content: TorrentContent | undefined,
): Pick<
	TorrentView,
	'length' | 'wanted' | 'completed' | 'pieceLength' | 'pieces' | 'piecesHave' | 'files' | 'filesWanted'
> {
	const {files, metainfo, map, have} = content ?? {};
	return {
		length: files?.length ?? 0,
		wanted: files?.wanted ?? 0,
		completed: files?.wantedCompleted ?? 0,
		pieceLength: metainfo?.pieceLength ?? 0,
		pieces: map?.pieceCount ?? 0,
		piecesHave: have?.count ?? 0,
		files: files?.count ?? 0,
		filesWanted: files?.filesWanted ?? 0,
	};
}

/** Where else its files may be. Nothing is at two places while one is given another name where it is. */
function viewMove({dir, resumeState, content, nextDir}: Torrent): Pick<TorrentView, 'otherDir'> {
	const other = resumeState.otherPlace?.dir ?? content?.relocation.progress?.dir ?? nextDir;
	return other === undefined || other === dir ? {} : {otherDir: other};
}

/** What its metadata says of itself. */
function viewOrigin(
	content: TorrentContent | undefined,
): Pick<TorrentView, 'private' | 'comment' | 'createdBy' | 'creationDate'> {
	const {private: isPrivate = false, comment, createdBy, creationDate} = content?.metainfo ?? {};
	return {
		private: isPrivate,
		comment: comment === undefined ? undefined : safeText(comment),
		createdBy: createdBy === undefined ? undefined : safeText(createdBy),
		creationDate,
	};
}

/** The web seeds that give something. */
function countSending(
	content: TorrentContent | undefined,
	now: Millis,
): Pick<TorrentView, 'webSeedsSending'> {
	let sending = 0;
	for (const {traffic} of content?.webSeeds.active() ?? []) if (traffic.download.rate(now) > 0) sending++;
	return sending > 0 ? {webSeedsSending: sending} : {};
}

/** Who gives to whom, or may. */
function countTrading(peers: Torrent['peers']): Pick<TorrentView, 'sending' | 'receiving'> {
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
	const diskQueue = torrent.content?.storage?.waiting ?? 0;
	return {...torrent.stats.history.view(range, samples), diskRate, diskQueue};
}

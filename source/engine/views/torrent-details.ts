import type {DetailName, PieceFigures, TorrentDetails, TorrentFigures} from '../../api/torrent-details.js';
import type {Clock} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import {stallTime} from '../session/queue-manager.js';
import type {Torrent} from '../torrent/torrent.js';
import type {TorrentContent} from '../torrent/torrent-content.js';
import {viewFiles, viewOffsets, viewProgress} from './file-view.js';
import {viewPeers} from './peer-view.js';
import {WebSeedViews} from './web-seed-view.js';

/** What of a torrent somebody asked for beside its view. */
export function detailTorrent(
	torrent: Torrent,
	wanted: ReadonlySet<DetailName>,
	clock: Clock,
): TorrentDetails {
	const now = clock.now();
	const {content} = torrent;
	return {
		id: torrent.id,
		...(wanted.has('figures') && {figures: viewFigures(torrent, now, clock.wall() - now)}),
		...(wanted.has('files') && {
			files: viewFiles(content),
			progress: viewProgress(content),
			offsets: viewOffsets(content),
		}),
		...(wanted.has('peers') && {peers: viewPeers(torrent, now)}),
		...(wanted.has('trackers') && {
			trackers: torrent.sources.trackerViews(now),
			...(torrent.webSeeds.length > 0 && {webSeeds: new WebSeedViews(clock).views(torrent, now)}),
		}),
		...(wanted.has('pieces') && {pieces: viewEveryPiece(content)}),
	};
}

/** @param ahead how much the wall clock shows more than the session's */
function viewFigures(torrent: Torrent, now: Millis, ahead: Millis): TorrentFigures {
	const {content, stats, goal, active} = torrent;
	const {startedAt, movedAt} = stats;
	const refusal = torrent.sources.trackers.list.refusal;
	const {source} = content?.metainfo ?? {};
	return {
		had: content?.files.had ?? 0,
		activeTime: Math.floor(stats.activeTime),
		seedingTime: Math.floor(stats.seedingTime),
		...(startedAt !== undefined && {startedAt: Math.round(startedAt + ahead)}),
		...(stats.hasMoved && {movedAt: Math.round(movedAt + ahead)}),
		stalled: active && now - movedAt > stallTime,
		ownGoal: goal.own,
		peersFrom: countOrigins(torrent),
		...(refusal !== undefined && {refusal}),
		...(source !== undefined && {source: safeText(source)}),
	};
}

function countOrigins(torrent: Torrent): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const {ready, source} of torrent.swarm.peers.values())
		if (ready) counts[source] = (counts[source] ?? 0) + 1;
	return counts;
}

function viewEveryPiece(content: TorrentContent | undefined): PieceFigures {
	if (content === undefined) return {have: '', availability: [], within: 0};
	const {have, map, downloader} = content;
	const {picker} = downloader;
	const availability: number[] = [];
	let within = 0;
	for (let piece = 0; piece < map.pieceCount; piece++) {
		if (have.has(piece)) {
			availability.push(-1);
			continue;
		}
		const holders = picker.availability(piece);
		availability.push(holders);
		if (holders > 0 && picker.priority(piece) > 0) within += map.pieceSize(piece);
	}
	return {have: Buffer.from(have.bytes).toString('base64'), availability, within};
}

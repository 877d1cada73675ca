import type {AnyPeerView} from '../../api/snapshot.js';
import {type CommonTrackerView, mostPeersTold} from '../../api/swarms-view.js';
import type {Millis} from '../../base/units.js';
import type {Torrent} from '../torrent/torrent.js';
import {viewPeers} from './peer-view.js';

/** The peers of all torrents; of very many those with the highest rates. */
export function viewEveryPeer(torrents: Iterable<Torrent>, now: Millis): readonly AnyPeerView[] {
	const views: AnyPeerView[] = [];
	for (const torrent of torrents)
		for (const peer of viewPeers(torrent, now)) views.push({...peer, torrent: torrent.id});
	if (views.length <= mostPeersTold) return views;
	const rate = ({downloadRate, uploadRate}: AnyPeerView) => downloadRate + uploadRate;
	return views.sort((one, other) => rate(other) - rate(one)).slice(0, mostPeersTold);
}

/** The tracker of an announce URL, without its path: that may let somebody in, and differ by torrent. */
function originOf(url: string): string {
	return /^[a-z]+:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(url)?.[1] === undefined
		? url
		: url.replace(/^([a-z]+:\/\/)(?:[^/?#@]*@)?([^/?#]+).*$/is, '$1$2').toLowerCase();
}

type Changeable<View> = {-readonly [Key in keyof View]: View[Key]};

/** Every tracker of all torrents once, in the order in which they are met. */
export function viewEveryTracker(torrents: Iterable<Torrent>, now: Millis): readonly CommonTrackerView[] {
	const views = new Map<string, Changeable<CommonTrackerView>>();
	for (const torrent of torrents) {
		const seen = new Set<CommonTrackerView>();
		for (const tracker of torrent.sources.trackerViews(now)) {
			const url = originOf(tracker.url);
			let view = views.get(url);
			if (view === undefined) {
				view = {
					...{url, torrents: 0, working: 0, announcing: 0, failing: 0},
					...{seeders: 0, leechers: 0, peers: 0, downloaded: 0, uploaded: 0},
				};
				views.set(url, view);
			}
			// Two addresses of one tracker are one for the torrent.
			if (seen.has(view)) continue;
			seen.add(view);
			view.torrents++;
			view.downloaded += torrent.stats.downloaded;
			view.uploaded += torrent.stats.uploaded;
			if (tracker.state === 'working') view.working++;
			else if (tracker.state === 'announcing') view.announcing++;
			const isSooner = tracker.nextAt !== undefined && tracker.nextAt < (view.nextAt ?? Infinity);
			if (tracker.state === 'retrying') {
				view.failing++;
				if (view.why === undefined || isSooner) view.why = tracker.status;
			}
			if (isSooner) view.nextAt = tracker.nextAt;
			view.warning ??= tracker.warning;
			view.seeders += tracker.seeders ?? 0;
			view.leechers += tracker.leechers ?? 0;
			view.peers += tracker.peers ?? 0;
		}
	}
	return [...views.values()];
}

import type {SessionView, TorrentView, Update, Watch} from '../../api/snapshot.js';
import type {Clock} from '../../base/ports.js';
import type {BytesPerSecond, Millis} from '../../base/units.js';
import type {SpeedHistory} from '../../policy/rates/speed-history.js';
import type {Torrent} from '../torrent/torrent.js';
import {viewFiles, viewProgress} from './file-view.js';
import type {LogRing} from './log-ring.js';
import {viewPeers} from './peer-view.js';
import {viewPieces} from './piece-view.js';
import {viewSpeed} from './torrent-view.js';

/** Makes a section unless the watcher has seen it: as `SectionSource.compose` is given it. */
type Section = <View>(name: string, revision: number, make: () => View) => View | undefined;

/** What updates are made from: the session. */
export interface ViewSource {
	readonly torrents: ReadonlyMap<string, Torrent>;
	readonly clock: Clock;
	readonly history: SpeedHistory;
	readonly lines: LogRing;
	readonly diskRate: BytesPerSecond;
	session(now: Millis): SessionView;
	torrent(torrent: Torrent, now: Millis): TorrentView;
}

type Changeable<View> = {-readonly [Key in keyof View]: View[Key]};

/** Every section that is watched and has changed. */
export function composeUpdate(looked: ViewSource, watch: Watch, section: Section): Update {
	const now = looked.clock.now();
	const update: Changeable<Update> = {revision: 0};
	const put = <Key extends keyof Update>(key: Key, value: Update[Key] | undefined): void => {
		if (value !== undefined) update[key] = value;
	};
	const {speed, log, torrent} = watch;
	if (watch.session) {
		const view = section('session', 0, () => looked.session(now));
		put('session', view);
	}
	if (watch.torrents) {
		const view = section('torrents', 0, () =>
			[...looked.torrents.values()].map(each => looked.torrent(each, now)),
		);
		put('torrents', view);
	}
	if (speed !== undefined) {
		const view = section('speed', 0, () => ({
			...looked.history.view(speed.range, speed.samples),
			diskRate: looked.diskRate,
			diskQueue: [...looked.torrents.values()].reduce((sum, {storage}) => sum + (storage?.waiting ?? 0), 0),
		}));
		put('speed', view);
	}
	if (log !== undefined) {
		const view = section('log', looked.lines.revision(watch.logFrom), () =>
			looked.lines.newest(log, torrent?.id, watch.logFrom),
		);
		put('log', view);
	}
	if (torrent !== undefined) put('torrent', composeTorrent(looked, torrent, now, section));
	return update;
}

function composeTorrent(
	looked: ViewSource,
	watch: NonNullable<Watch['torrent']>,
	now: Millis,
	section: Section,
): Update['torrent'] {
	const {id, pieces, speed} = watch;
	const torrent = looked.torrents.get(id);
	if (torrent === undefined) return section('gone', 0, () => true) === undefined ? {id} : {id, gone: true};
	const view: Changeable<NonNullable<Update['torrent']>> = {id};
	const put = <Key extends keyof typeof view>(
		key: Key,
		name: string,
		revision: number,
		make: () => NonNullable<(typeof view)[Key]>,
	): void => {
		const value = section(name, revision, make);
		if (value !== undefined) view[key] = value as (typeof view)[Key];
	};
	if (watch.overview) put('overview', 'overview', 0, () => looked.torrent(torrent, now));
	if (pieces !== undefined) {
		const revision = torrent.piecesRevision + torrent.swarm.revision;
		put('pieces', 'pieces', revision, () => viewPieces(torrent, pieces));
	}
	if (watch.peers) put('peers', 'peers', 0, () => viewPeers(torrent, now));
	if (watch.trackers) {
		put('trackers', 'trackers', 0, () => torrent.sources.trackerViews(now));
		put('sources', 'sources', 0, () => torrent.sources.views(now));
	}
	if (watch.files) {
		put('files', 'files', torrent.filesRevision, () => viewFiles(torrent));
		put('progress', 'progress', torrent.files.revision, () => viewProgress(torrent));
	}
	if (speed !== undefined) {
		put('speed', 'torrent-speed', 0, () => viewSpeed(torrent, speed.range, speed.samples, looked.diskRate));
	}
	return view;
}

import type {CreationView} from '../../api/creation.js';
import type {NetworkView} from '../../api/network-view.js';
import type {SessionView, TorrentView, Update, Watch} from '../../api/snapshot.js';
import type {Clock} from '../../base/ports.js';
import type {BytesPerSecond, Millis} from '../../base/units.js';
import type {SpeedHistory} from '../../policy/rates/speed-history.js';
import type {LogRing} from '../log/log-ring.js';
import type {Torrent} from '../torrent/torrent.js';
import {viewFiles, viewProgress} from './file-view.js';
import {viewPeerDetails} from './peer-details.js';
import {viewPeers} from './peer-view.js';
import {inspectCell} from './piece-inspection.js';
import {noPieces, PieceViews, sentCells} from './piece-view.js';
import {viewEveryPeer, viewEveryTracker} from './swarms-view.js';
import {viewSpeed} from './torrent-view.js';
import type {SectionSource} from './watchers.js';
import {WebSeedViews} from './web-seed-view.js';

/** Makes a section unless the watcher has seen it: as `SectionSource.compose` is given it. */
type Section = Parameters<SectionSource['compose']>[1];

/** What updates are made from: the session. */
export interface ViewSource {
	readonly torrents: ReadonlyMap<string, Torrent>;
	readonly clock: Clock;
	readonly history: SpeedHistory;
	readonly lines: LogRing;
	readonly diskRate: BytesPerSecond;
	session(now: Millis): SessionView;
	network(): NetworkView;
	/** All torrents. */
	list(now: Millis): readonly TorrentView[];
	torrent(torrent: Torrent, now: Millis): TorrentView;
	creations(): readonly CreationView[];
}

type Changeable<View> = {-readonly [Key in keyof View]: View[Key]};

/** Makes the sections of a session that somebody watches. */
export class UpdateComposer implements SectionSource {
	readonly #source: ViewSource;
	readonly #pieces = new PieceViews();
	readonly #webSeeds: WebSeedViews;
	/** What is kept for a section, by its key: to be let go of with it. */
	readonly #kept = new Map<string, () => void>();

	constructor(source: ViewSource) {
		this.#source = source;
		this.#webSeeds = new WebSeedViews(source.clock);
	}

	/** Every section that is watched and has changed. */
	compose(watch: Watch, section: Section): Update {
		const source = this.#source;
		const now = source.clock.now();
		const update: Changeable<Update> = {revision: 0};
		const put = <Key extends keyof Update>(key: Key, value: Update[Key] | undefined): void => {
			if (value !== undefined) update[key] = value;
		};
		const {speed, log, torrent, logFrom} = watch;
		const session = watch.session && section('session', 0, () => source.session(now));
		if (session) put('session', session);
		if (watch.torrents) {
			put(
				'torrents',
				section('torrents', 0, () => source.list(now)),
			);
		}
		if (watch.creations)
			put(
				'creations',
				section('creations', 0, () => source.creations()),
			);
		if (speed !== undefined) {
			const make = () => ({
				...source.history.view(speed.range, speed.samples),
				diskRate: source.diskRate,
				diskQueue: [...source.torrents.values()].reduce(
					(sum, {content}) => sum + (content?.storage?.waiting ?? 0),
					0,
				),
			});
			put('speed', section(`speed ${speed.range} ${speed.samples}`, 0, make));
		}
		if (log !== undefined) {
			const make = () => source.lines.newest(log, torrent?.id, logFrom);
			const key = `log ${log} ${logFrom ?? ''} ${torrent?.id ?? ''}`;
			put('log', section(key, source.lines.revision(logFrom), make));
		}
		if (watch.network)
			put(
				'network',
				section('network', 0, () => source.network()),
			);
		const all = () => source.torrents.values();
		if (watch.everyPeer)
			put(
				'everyPeer',
				section('everyPeer', 0, () => viewEveryPeer(all(), now)),
			);
		if (watch.everyTracker)
			put(
				'everyTracker',
				section('everyTracker', 0, () => viewEveryTracker(all(), now)),
			);
		if (torrent !== undefined) put('torrent', this.#torrent(torrent, now, section));
		return update;
	}

	dropped(key: string): void {
		this.#kept.get(key)?.();
		this.#kept.delete(key);
	}

	#torrent(watch: NonNullable<Watch['torrent']>, now: Millis, section: Section): Update['torrent'] {
		const source = this.#source;
		const {id, pieces, speed} = watch;
		const torrent = source.torrents.get(id);
		if (torrent === undefined)
			return section(`gone ${id}`, 0, () => true) === undefined ? {id} : {id, gone: true};
		const view: Changeable<NonNullable<Update['torrent']>> = {id};
		const put = <Key extends keyof typeof view>(
			name: Key,
			parameters: string,
			revision: number,
			make: () => NonNullable<(typeof view)[Key]>,
		): void => {
			const value = section(`${name}${parameters} ${id}`, revision, make);
			if (value !== undefined) view[name] = value as (typeof view)[Key];
		};
		if (watch.overview) put('overview', '', 0, () => source.torrent(torrent, now));
		const {content} = torrent;
		if (pieces !== undefined) {
			put('pieces', ` ${pieces}`, 0, () => {
				if (content === undefined) return noPieces;
				this.#kept.set(`pieces ${pieces} ${id}`, () => this.#pieces.forget(id, pieces));
				return this.#pieces.view(content, pieces);
			});
		}
		if (pieces !== undefined && content !== undefined) {
			put('sent', ` ${pieces}`, 0, () => sentCells(content, pieces, now));
			const {cell} = watch;
			const cells = Math.max(1, Math.min(content.map.pieceCount, pieces));
			if (cell !== undefined && cell < cells)
				put('cell', ` ${cell} ${pieces}`, 0, () => inspectCell(torrent, cell, pieces, now)!);
		}
		const {peer, peerMaps = false} = watch;
		if (watch.peers) put('peers', peerMaps ? ' maps' : '', 0, () => viewPeers(torrent, now, peerMaps));
		if (peer !== undefined) {
			const look = () => viewPeerDetails(torrent, peer, pieces, now, source.clock.wall()) ?? null;
			const value = section(`peer ${peer} ${pieces} ${id}`, 0, look);
			if (value !== undefined) view.peer = value;
		}
		if (watch.trackers) {
			put('trackers', '', 0, () => torrent.sources.trackerViews(now));
			put('sources', '', 0, () => torrent.sources.views(now));
			put('webSeeds', '', 0, () => this.#webSeeds.views(torrent, now));
		}
		if (watch.files) {
			put('files', '', content?.filesRevision ?? 0, () => viewFiles(content));
			put('progress', '', content?.files.revision ?? 0, () => viewProgress(content));
		}
		if (speed !== undefined) {
			const make = () => viewSpeed(torrent, speed.range, speed.samples, source.diskRate);
			put('speed', ` ${speed.range} ${speed.samples}`, 0, make);
		}
		return view;
	}
}

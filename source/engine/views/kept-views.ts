import type {TorrentView} from '../../api/snapshot.js';
import type {Reason} from '../../base/reason.js';
import type {Millis} from '../../base/units.js';
import type {SessionServices} from '../session/session-services.js';
import type {Torrent} from '../torrent/torrent.js';
import {viewTorrent} from './torrent-view.js';

interface Kept {
	/** All that the view was made from, but for the reason. */
	readonly made: readonly unknown[];
	readonly view: TorrentView;
}

/** The views of torrents that stand still: each is the same object until something about it is another. */
export class KeptViews {
	readonly #goals: SessionServices['seedRules'];
	readonly #kept = new WeakMap<Torrent, Kept>();
	readonly #make: typeof viewTorrent;

	/** @param make how one is made; to be counted in tests */
	constructor(goals: SessionServices['seedRules'], make: typeof viewTorrent = viewTorrent) {
		this.#goals = goals;
		this.#make = make;
	}

	/** What is to be seen of a torrent. */
	view(torrent: Torrent, now: Millis, reason: Reason | undefined): TorrentView {
		if (!standsStill(torrent)) {
			this.#kept.delete(torrent);
			return this.#make(torrent, now, reason);
		}
		const made = this.#madeFrom(torrent);
		const kept = this.#kept.get(torrent);
		const isSame = kept !== undefined && made.every((part, index) => part === kept.made[index]);
		if (isSame && isSameReason(kept.view.reason, reason)) return kept.view;
		const view = isSame ? {...kept.view, reason} : this.#make(torrent, now, reason);
		this.#kept.set(torrent, {made, view});
		return view;
	}

	#madeFrom({
		activity,
		stats,
		goal,
		content,
		swarm,
		resumeState,
		dir,
		identity,
		choosing,
		sources,
	}: Torrent): unknown[] {
		return [
			activity,
			// Whatever people choose of it raises this.
			resumeState.revision,
			resumeState.otherPlace,
			content,
			content?.files.revision,
			content?.have.count,
			content?.relocation.progress,
			stats.downloaded,
			stats.uploaded,
			stats.wasted,
			stats.seedingTime,
			stats.completedAt,
			goal.reached,
			this.#goals?.rules,
			swarm.list.known,
			dir,
			identity,
			choosing,
			sources.trackers.list.hosts,
		];
	}
}

/** Nobody is with it, and nothing is done with its data. */
function standsStill({activity: {name}, swarm}: Torrent): boolean {
	return (name === 'paused' || name === 'queued') && swarm.peers.size === 0;
}

function isSameReason(one: Reason | undefined, other: Reason | undefined): boolean {
	return one?.level === other?.level && one?.text === other?.text && one?.nextAt === other?.nextAt;
}

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

/** The views of torrents with which nothing happens: each is the same object until something about it is another. */
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
		if (!standsStill(torrent, now)) {
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
		active,
		complete,
		rateLimits,
		nextDir,
	}: Torrent): unknown[] {
		const aim = active ? goal.view(complete) : undefined;
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
			active ? undefined : stats.seedingTime,
			aim?.share,
			aim?.state,
			aim?.why,
			complete,
			rateLimits.download.rate,
			rateLimits.upload.rate,
			nextDir,
			content?.faults.hashFailures,
			content?.faults.bans,
			stats.completedAt,
			goal.reached,
			this.#goals?.rules,
			swarm.known,
			dir,
			identity,
			choosing,
			sources.trackers.list.hosts,
		];
	}
}

/** Nobody is with it, nothing is done with its data, and no rate of what was still rings. */
function standsStill({activity: {name}, swarm, stats, content}: Torrent, now: Millis): boolean {
	if (swarm.peers.size > 0) return false;
	if (name !== 'active') return name === 'paused' || name === 'queued';
	if (stats.download.rate(now) > 0 || stats.upload.rate(now) > 0) return false;
	for (const _ of content?.webSeeds.active() ?? []) return false;
	return true;
}

function isSameReason(one: Reason | undefined, other: Reason | undefined): boolean {
	return one?.level === other?.level && one?.text === other?.text && one?.nextAt === other?.nextAt;
}

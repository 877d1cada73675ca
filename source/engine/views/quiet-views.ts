import type {TorrentView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import type {Torrent} from '../torrent/torrent.js';

/** Fewer torrents than this are all looked at each time. */
const many = 200;
/** One with which nothing happens is looked at again after so long, and of thousands so many a second. */
const shortestAge: Millis = 1000;
const looksASecond = 1000;
const longestAge: Millis = 5000;
/** They are not all due at the same time: a part of them each time, for those who look four times a second. */
const partTime: Millis = 250;
/** A rate is the mean of less than so long. */
const ringTime: Millis = 30_000;

interface Looked {
	readonly torrent: Torrent;
	readonly view: TorrentView;
	readonly at: Millis;
	readonly activity: Torrent['activity'];
	readonly content: Torrent['content'];
	/** What people choose of it raises this, and what is saved of it. */
	readonly revision: number;
	readonly trackers: number;
	readonly known: number;
	readonly pieces: number | undefined;
	readonly dir: string;
}

/**
 * Of many torrents those with which nothing happens need not be looked at each time: once a second will do, of thousands once
 * in five. What a tracker says, or a person does, is seen at once all the same.
 */
export class QuietViews {
	#looked = new WeakMap<Torrent, Looked>();
	/** The same by their places in the list, which seldom change: what is found there need not be looked up. */
	readonly #row: Array<Looked | undefined> = [];
	#turn = 0;
	#age: Millis = shortestAge;

	/** What is to be seen of all of them; `look` makes the view of one. */
	views(
		torrents: ReadonlyMap<string, Torrent>,
		now: Millis,
		look: (torrent: Torrent) => TorrentView,
	): TorrentView[] {
		if (torrents.size < many) return Array.from(torrents.values(), look);
		this.#age = Math.max(shortestAge, Math.min(longestAge, (torrents.size * 1000) / looksASecond));
		this.#row.length = torrents.size;
		return Array.from(torrents.values(), (torrent, at) => this.#view(torrent, at, now, look));
	}

	#view(torrent: Torrent, at: number, now: Millis, look: (torrent: Torrent) => TorrentView): TorrentView {
		if (!isQuiet(torrent, now)) {
			this.#looked.delete(torrent);
			this.#row[at] = undefined;
			return look(torrent);
		}
		const {activity, content, dir} = torrent;
		const {revision} = torrent.resumeState;
		const pieces = content?.have.count;
		const trackers = torrent.sources.trackers.revision;
		const peers = torrent.swarm.known;
		const there = this.#row[at];
		const known = there?.torrent === torrent ? there : this.#looked.get(torrent);
		if (
			known !== undefined &&
			now - known.at < this.#age &&
			known.activity === activity &&
			known.content === content &&
			known.revision === revision &&
			known.trackers === trackers &&
			known.known === peers &&
			known.pieces === pieces &&
			known.dir === dir
		)
			return known.view;
		// The first time they are all looked at: from then on a part of them each time.
		const parts = Math.ceil(this.#age / partTime);
		const ago = known === undefined ? partTime * (this.#turn++ % parts) : 0;
		const view = look(torrent);
		const looked = {
			torrent,
			view,
			at: now - ago,
			activity,
			content,
			revision,
			trackers,
			known: peers,
			pieces,
			dir,
		};
		this.#looked.set(torrent, looked);
		this.#row[at] = looked;
		return view;
	}
}

/** Nobody is with it, and it has stood as it stands for so long that no rate of what was still rings. */
function isQuiet({activity: {name}, swarm, stats}: Torrent, now: Millis): boolean {
	if (swarm.peers.size > 0 || (stats.hasMoved && now - stats.movedAt < ringTime)) return false;
	return name === 'active' || name === 'paused' || name === 'queued' || name === 'failed';
}

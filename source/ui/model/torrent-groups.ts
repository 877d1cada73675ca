import type {TorrentView} from '../../api/snapshot.js';
import {progressOf, standingOf, type TorrentStanding} from '../../api/torrent-standing.js';
import type {Bytes, BytesPerSecond} from '../../base/units.js';
import {byText} from './arrange.js';

/** What the list of torrents is put in groups by. */
export const groupings = ['none', 'label', 'state', 'tracker'] as const;

export type Grouping = (typeof groupings)[number];

/** Torrents of one kind, and what they come to together. */
export interface TorrentGroup {
	readonly key: string;
	/** A label, a state or a machine; empty for those that have none. As it came. */
	readonly name: string;
	readonly by: Grouping;
	readonly torrents: readonly TorrentView[];
	readonly wanted: Bytes;
	readonly completed: Bytes;
	readonly downloadRate: BytesPerSecond;
	readonly uploadRate: BytesPerSecond;
	readonly connected: number;
	/** How many of them are stalled, and stopped by an error. */
	readonly stalled: number;
	readonly failed: number;
}

/** A row of the list of torrents. */
export type TorrentRow = TorrentView | TorrentGroup;

/** Whether a row stands for a group. */
export function isGroup(row: TorrentRow): row is TorrentGroup {
	return 'torrents' in row;
}

const nameOf: Readonly<Record<Exclude<Grouping, 'none'>, (torrent: TorrentView) => string>> = {
	label: ({label = ''}) => label,
	state: standingOf,
	// One that has several is where it is looked for first.
	tracker: ({trackerHosts = []}) => trackerHosts[0] ?? '',
};

function groupOf(name: string, by: Grouping, torrents: readonly TorrentView[]): TorrentGroup {
	const sums = {wanted: 0, completed: 0, downloadRate: 0, uploadRate: 0, connected: 0, stalled: 0, failed: 0};
	for (const torrent of torrents) {
		sums.wanted += torrent.wanted;
		sums.completed += torrent.wanted * progressOf(torrent);
		sums.downloadRate += torrent.downloadRate;
		sums.uploadRate += torrent.uploadRate;
		sums.connected += torrent.connected;
		const standing = standingOf(torrent);
		if (standing === 'stalled' || standing === 'failed') sums[standing]++;
	}
	return {key: `group/${by}/${name}`, name, by, torrents, ...sums};
}

/**
 * Puts torrents in groups, each in the order in which they come; undefined where they are to be in one list. Labels and
 * trackers by their names, those without one last; states as `rank` has them.
 */
export function groupTorrents(
	torrents: readonly TorrentView[],
	by: Grouping,
	rank: (standing: TorrentStanding) => number,
): readonly TorrentGroup[] | undefined {
	if (by === 'none') return undefined;
	const found = new Map<string, TorrentView[]>();
	for (const torrent of torrents) {
		const name = nameOf[by](torrent);
		const group = found.get(name);
		if (group) group.push(torrent);
		else found.set(name, [torrent]);
	}
	const compare = (a: string, b: string) =>
		by === 'state'
			? rank(a as TorrentStanding) - rank(b as TorrentStanding)
			: Number(a === '') - Number(b === '') || byText(a, b);
	return [...found].sort(([a], [b]) => compare(a, b)).map(([name, those]) => groupOf(name, by, those));
}

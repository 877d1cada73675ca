import type {TorrentChanges, TorrentView} from '../../api/snapshot.js';

/**
 * What makes one list of torrents of another; undefined where it cannot be told so: some have other places among each
 * other. Whoever is the same object has not changed.
 */
export function changesBetween(
	before: readonly TorrentView[],
	after: readonly TorrentView[],
): TorrentChanges | undefined {
	const changed: TorrentView[] = [];
	const gone: string[] = [];
	let left: Set<string> | undefined;
	let at = 0;
	for (const torrent of before) {
		const next = after[at];
		if (next !== undefined && (next === torrent || next.id === torrent.id)) {
			at++;
			if (next !== torrent) changed.push(next);
			continue;
		}
		left ??= new Set(after.map(({id}) => id));
		if (left.has(torrent.id)) return undefined;
		gone.push(torrent.id);
	}
	// One that went and came again is told as gone, and is at the end.
	for (; at < after.length; at++) changed.push(after[at]!);
	return gone.length === 0 ? {changed} : {gone, changed};
}

/** The list that these changes make of another: those that have not changed are the same objects. */
export function withChanges(
	before: readonly TorrentView[],
	{gone = [], changed}: TorrentChanges,
): readonly TorrentView[] {
	const without = new Set(gone);
	const left = without.size === 0 ? [...before] : before.filter(({id}) => !without.has(id));
	if (changed.length === 0) return left;
	const places = new Map<string, number>();
	if (changed.length > 1) for (const [index, {id}] of left.entries()) places.set(id, index);
	for (const torrent of changed) {
		const place = changed.length > 1 ? places.get(torrent.id) : left.findIndex(({id}) => id === torrent.id);
		if (place === undefined || place < 0) left.push(torrent);
		else left[place] = torrent;
	}
	return left;
}

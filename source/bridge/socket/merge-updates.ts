import type {Update} from '../../api/snapshot.js';

/** Two updates as one for a reader who has seen neither: the newest of each section. */
export function mergeUpdates(older: Update | undefined, newer: Update): Update {
	if (!older) return newer;
	const merged: Update = {...older, ...newer};
	const before = older.torrent;
	const after = newer.torrent;
	if (!before || !after || before.id !== after.id || before.gone || after.gone) return merged;
	return {...merged, torrent: {...before, ...after}};
}

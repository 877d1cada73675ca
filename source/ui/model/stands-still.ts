import type {TorrentView} from '../../api/snapshot.js';

/** Whether it does nothing until somebody resumes it: paused, stopped by an error, or at its seeding goal. */
export function standsStill({state}: Pick<TorrentView, 'state'>): boolean {
	return state === 'paused' || state === 'failed' || state === 'finished';
}

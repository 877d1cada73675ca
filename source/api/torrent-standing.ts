import type {TorrentState, TorrentView} from './snapshot.js';

/** How a torrent stands as a person sees it: its state, or `stalled` while it is to download and nothing comes. */
export type TorrentStanding = TorrentState | 'stalled';

/** Every state there is. */
export const torrentStates: readonly TorrentState[] = [
	'metadata',
	'checking',
	'queued',
	'downloading',
	'seeding',
	'finished',
	'pausing',
	'paused',
	'failed',
];

/** How a torrent stands. */
export function standingOf({state, stalledFor}: Pick<TorrentView, 'state' | 'stalledFor'>): TorrentStanding {
	return stalledFor !== undefined && (state === 'downloading' || state === 'metadata') ? 'stalled' : state;
}

/** Whether something is wrong with it that a person may mend, or must decide, and it is neither stopped nor stalled by that. */
export function isInTrouble(torrent: Pick<TorrentView, 'state' | 'stalledFor' | 'reason'>): boolean {
	return torrent.reason?.level === 'warn' && standingOf(torrent) !== 'stalled' && torrent.state !== 'failed';
}

/** Whether nobody knows yet what it holds: only a link of it is known. */
export function isUnknown({pieces, files}: Pick<TorrentView, 'pieces' | 'files'>): boolean {
	return pieces === 0 && files === 0;
}

/** How much of what is wanted is here, or of the check is done: 0..1. */
export function progressOf(torrent: TorrentView): number {
	if (torrent.state === 'checking') return torrent.checked ?? 0;
	return torrent.wanted === 0 ? (isUnknown(torrent) ? 0 : 1) : torrent.completed / torrent.wanted;
}

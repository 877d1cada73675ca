import type {TorrentState, TorrentView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';

/** What a state is called. */
export const stateWords: Readonly<Record<TorrentState, string>> = {
	metadata: 'magnet link',
	checking: 'checking what is on disk',
	queued: 'waiting in the queue',
	downloading: 'downloading',
	seeding: 'seeding',
	finished: 'finished',
	pausing: 'pausing',
	paused: 'paused',
	failed: 'stopped by an error',
};

/** The tone of a state. */
export const stateTones: Readonly<Record<TorrentState, Tone>> = {
	metadata: 'check',
	checking: 'check',
	queued: 'dim',
	downloading: 'down',
	seeding: 'up',
	finished: 'good',
	pausing: 'warn',
	paused: 'warn',
	failed: 'bad',
};

/** Whether nobody knows yet what it holds: only a link of it is known. */
export function isUnknown({pieces, files}: Pick<TorrentView, 'pieces' | 'files'>): boolean {
	return pieces === 0 && files === 0;
}

/** How a torrent stands, in a word or two. */
export function stateWord({state, choosing}: Pick<TorrentView, 'state' | 'choosing'>): string {
	return choosing ? 'its files are to be chosen' : stateWords[state];
}

/** How much of what is wanted is here, or of the check is done: 0..1. */
export function progressOf(torrent: TorrentView): number {
	if (torrent.state === 'checking') return torrent.checked ?? 0;
	return torrent.wanted === 0 ? (isUnknown(torrent) ? 0 : 1) : torrent.completed / torrent.wanted;
}

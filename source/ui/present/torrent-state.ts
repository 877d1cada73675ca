import type {TorrentState, TorrentView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';

/** What a state is called. */
export const stateWords: Readonly<Record<TorrentState, string>> = {
	metadata: 'fetching the torrent’s description',
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

/** How much of what is wanted is here, or of the check is done: 0..1. */
export function progressOf(torrent: TorrentView): number {
	if (torrent.state === 'checking') return torrent.checked ?? 0;
	return torrent.wanted === 0 ? (torrent.state === 'metadata' ? 0 : 1) : torrent.completed / torrent.wanted;
}

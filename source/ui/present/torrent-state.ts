import type {TorrentView} from '../../api/snapshot.js';
import {standingOf, type TorrentStanding} from '../../api/torrent-standing.js';
import type {Tone} from '../look/themes.js';
import type {Look} from './context.js';

/** What a state is called. */
export const stateWords: Readonly<Record<TorrentStanding, string>> = {
	metadata: 'magnet link',
	checking: 'checking what is on disk',
	queued: 'waiting in the queue',
	downloading: 'downloading',
	stalled: 'stalled',
	seeding: 'seeding',
	finished: 'finished',
	pausing: 'pausing',
	paused: 'paused',
	failed: 'stopped by an error',
};

/** The tone of a state. */
export const stateTones: Readonly<Record<TorrentStanding, Tone>> = {
	metadata: 'check',
	checking: 'check',
	queued: 'dim',
	downloading: 'down',
	stalled: 'warn',
	seeding: 'up',
	finished: 'good',
	pausing: 'dim',
	paused: 'dim',
	failed: 'bad',
};

/** How a torrent stands, in a word or two. */
export function stateWord(torrent: Pick<TorrentView, 'state' | 'choosing' | 'stalledFor'>): string {
	return torrent.choosing ? 'its files are to be chosen' : stateWords[standingOf(torrent)];
}

/** The sign of how a torrent stands, one cell. */
export function stateSign(
	torrent: Pick<TorrentView, 'state' | 'choosing' | 'stalledFor'>,
	{glyphs}: Look,
): string {
	return torrent.choosing ? '?' : glyphs.state[standingOf(torrent)];
}

/** Its tone. */
export function stateTone(torrent: Pick<TorrentView, 'state' | 'choosing' | 'stalledFor'>): Tone {
	return torrent.choosing ? 'warn' : stateTones[standingOf(torrent)];
}

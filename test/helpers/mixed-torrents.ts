import type {TorrentView} from '../../source/api/snapshot.ts';
import {torrentView} from '../commands/torrent-view.ts';
import {seeded} from './fake-engine.ts';

const gib = 1024 ** 3;
const names = [
	'debian-13.2.0-amd64-netinst.iso',
	'ubuntu-26.04.1-live-server-amd64.iso',
	'Kernel sources 6.18',
	'Public Domain Films vol. 2 (1926-1934) restored, with commentary by those who found the reels',
	'素晴らしい音楽 👍🏽 collection',
	'übung — étude no. 4',
	'maps-of-the-north',
	'\u202Egpj.exe\u0007 [31mred',
];

/** The reasons of what ails, each with the state it comes with. */
const ailments = {
	refused: {
		state: 'downloading',
		stalledFor: 840,
		reason: {
			level: 'warn',
			text: 'tracker t.example refuses: torrent not registered; no peer found yet, DHT has 300+ nodes',
		},
	},
	readOnly: {
		state: 'failed',
		reason: {level: 'error', text: 'read-only file system: /srv/films: make it writable, then resume it'},
	},
	waits: {state: 'queued', reason: {level: 'info', text: 'queued: 3 torrents go first'}},
	unheard: {
		state: 'seeding',
		reason: {
			level: 'warn',
			text: 'complete: tracker t.example does not answer: timed out',
		},
	},
} as const satisfies Readonly<Record<string, Partial<TorrentView>>>;

type Ailment = keyof typeof ailments;

/** A torrent with which something is wrong. */
export function ailing(ailment: Ailment, more: Partial<TorrentView> = {}): TorrentView {
	const done = ailment === 'unheard';
	return torrentView({
		length: 2.7 * gib,
		wanted: 2.7 * gib,
		completed: done ? 2.7 * gib : 0.2 * gib,
		pieces: 1000,
		...ailments[ailment],
		...more,
	});
}

const healthy = [
	'downloading',
	'seeding',
	'seeding',
	'paused',
	'queued',
	'checking',
	'finished',
	'metadata',
] as const;

/** Torrents in mixed states: most do well, and with every eighth something is wrong. */
export function mixedTorrents(count: number, ill = true): TorrentView[] {
	const random = seeded(count);
	return Array.from({length: count}, (_, at): TorrentView => {
		const common = {
			id: (at + 16).toString(16).padStart(40, '0'),
			name: `${names[at % names.length]}${at >= names.length ? ` ${at}` : ''}`,
			queue: at + 2,
			label: [undefined, 'linux', 'films', 'music'][at % 4],
			trackerHosts: [['t.example', 'open.example.org', 'private.example'][at % 3] ?? ''],
			dir: at % 4 === 2 ? '/srv/films' : '/srv/downloads',
			addedAt: Date.UTC(2026, 10, 20) - at * 7_200_000,
			known: at,
		};
		if (ill && at % 8 === 5)
			return ailing(
				(['refused', 'readOnly', 'unheard', 'waits'] as const)[(at >> 3) % 4] ?? 'refused',
				common,
			);
		const state = healthy[at % healthy.length] ?? 'seeding';
		const length = Math.floor((0.1 + random() * 6) * gib);
		const isDone = state === 'seeding' || state === 'finished';
		const isUnknown = state === 'metadata';
		const completed = isDone ? length : Math.floor(length * random());
		const downloadRate = state === 'downloading' ? Math.floor(random() * 8_000_000) + 1000 : 0;
		return torrentView({
			...common,
			state,
			...(isUnknown
				? {length: 0, wanted: 0, completed: 0, files: 0, pieces: 0}
				: {length, wanted: length, completed}),
			checked: state === 'checking' ? random() : undefined,
			downloadRate,
			uploadRate: isDone && state === 'seeding' ? Math.floor(random() * 400_000) : 0,
			uploaded: Math.floor(length * random() * 2),
			ratio: random() * 3,
			eta: downloadRate > 0 ? Math.ceil((length - completed) / downloadRate) : undefined,
			connected: state === 'downloading' || state === 'seeding' ? Math.floor(random() * 40) : 0,
		});
	});
}

import type {PeerView, TorrentState} from '../../api/snapshot.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import {percent, rate} from '../text/format.js';
import {fit, fitMiddle, safeText} from '../text/text.js';
import {thinBar} from './bar.js';
import type {Look} from './context.js';
import type {Column} from './table.js';

const sources: Readonly<Record<PeerSourceName, string>> = {
	tracker: 'trk',
	dht: 'dht',
	pex: 'pex',
	lsd: 'lan',
	manual: 'you',
	incoming: 'inc',
	resume: 'old',
};

/** Blank for nothing: a column of zeros hides the one number that is not. */
function quiet(value: number, zero: string): string {
	return value < 512 ? zero : rate(value);
}

/** The columns of the peers pane. */
export function peerColumns(columns: number, look: Look): ReadonlyArray<Column<PeerView>> {
	const {glyphs} = look;
	const wide = columns >= 96;
	return [
		{
			id: 'address',
			title: 'address',
			width: wide ? 24 : 20,
			flexible: columns >= 130,
			rank: 0,
			cell: (peer, width) => fitMiddle(peer.address, width, glyphs.ellipsis),
			tone: peer => (peer.downloadRate > 0 || peer.uploadRate > 0 ? 'text' : 'dim'),
		},
		{
			id: 'client',
			title: 'client',
			width: 14,
			flexible: true,
			rank: 3,
			cell: peer => safeText(peer.client) || glyphs.dash,
			tone: 'dim',
		},
		{id: 'flags', title: 'flags', width: wide ? 8 : 6, rank: 4, cell: peer => peer.flags, tone: 'dim'},
		{
			id: 'transport',
			title: 'via',
			width: 3,
			rank: 8,
			cell: peer => (peer.transport === 'utp' ? 'uTP' : 'TCP'),
			tone: 'faint',
		},
		{
			id: 'encryption',
			title: 'enc',
			width: 3,
			rank: 9,
			cell: peer => (peer.encrypted ? 'yes' : glyphs.dash),
			tone: 'faint',
		},
		{id: 'source', title: 'from', width: 4, rank: 6, cell: peer => sources[peer.source], tone: 'faint'},
		{
			id: 'done',
			title: 'has',
			width: wide ? 12 : 5,
			align: 'right',
			rank: 2,
			cell: (peer, width) => {
				const text = percent(peer.progress, 1, 0).padStart(5);
				return width >= 12
					? [
							...thinBar(peer.progress, 6, glyphs, peer.progress >= 1 ? 'good' : 'have'),
							[` ${text}`, peer.progress >= 1 ? 'good' : 'dim'],
						]
					: text;
			},
			tone: peer => (peer.progress >= 1 ? 'good' : 'dim'),
		},
		{
			id: 'downloaded',
			title: 'got',
			width: 6,
			align: 'right',
			rank: 7,
			cell: peer => quiet(peer.downloaded, glyphs.dash),
			tone: 'faint',
		},
		{
			id: 'down',
			title: glyphs.ascii ? 'down' : '▼/s',
			width: 6,
			align: 'right',
			rank: 0,
			cell: peer => quiet(peer.downloadRate, glyphs.dash),
			tone: peer => (peer.downloadRate >= 512 ? 'down' : 'faint'),
		},
		{
			id: 'up',
			title: glyphs.ascii ? 'up' : '▲/s',
			width: 6,
			align: 'right',
			rank: 1,
			cell: peer => quiet(peer.uploadRate, glyphs.dash),
			tone: peer => (peer.uploadRate >= 512 ? 'up' : 'faint'),
		},
		{
			id: 'requests',
			title: 'req',
			width: 4,
			align: 'right',
			rank: 5,
			cell: peer => (peer.requested === 0 ? glyphs.dash : fit(String(peer.requested), 4, 'right')),
			tone: peer => (peer.requested > 0 ? 'flight' : 'faint'),
		},
	];
}

/** Why nobody is in the list, as far as the torrent's own state says it. */
export function nobodyHere(state: TorrentState | undefined): string {
	switch (state) {
		case 'paused':
		case 'pausing':
			return 'nobody is connected while it is paused';
		case 'checking':
			return 'nobody is connected while the files are checked';
		case 'queued':
			return 'nobody is connected while it waits in the queue';
		case 'failed':
			return 'nobody is connected: it was stopped by an error';
		case 'finished':
			return 'nobody is connected: its seeding goal is reached';
		default:
			return 'nobody is connected yet';
	}
}

/** What the letters in the flags column mean, for the help screen. */
export const peerFlags: ReadonlyArray<readonly [letter: string, meaning: string]> = [
	['D', 'downloading from them'],
	['d', 'we want their data, they choke us'],
	['U', 'uploading to them'],
	['u', 'they want our data, we choke them'],
	['K', 'they unchoked us, we want nothing'],
	['?', 'we unchoked them, they want nothing'],
	['O', 'optimistic unchoke'],
	['S', 'snubbed: they promised and do not send'],
	['I', 'they connected to us'],
	['T X H L', 'known from a tracker, PEX, DHT, the local network'],
	['E', 'encrypted'],
	['P', 'over uTP'],
];

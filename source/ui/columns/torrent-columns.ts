import type {TorrentView} from '../../api/snapshot.js';
import {
	isInTrouble,
	isUnknown,
	progressOf,
	standingOf,
	type TorrentStanding,
} from '../../api/torrent-standing.js';
import type {Tone} from '../look/themes.js';
import {thinBar} from '../present/bar.js';
import {stateSign, stateTone} from '../present/torrent-state.js';
import {duration, percent, rate, ratio, size} from '../text/format.js';
import {terminalText} from '../text/text.js';
import type {Column, ListFacts} from './column.js';

/** What the columns of torrents are drawn by. */
export interface TorrentFacts extends ListFacts {
	/** Whether labels are said above the torrents. */
	readonly groups: boolean;
}

function barTone(torrent: TorrentView): Tone {
	if (torrent.state === 'checking') return 'check';
	if (progressOf(torrent) >= 1) return 'good';
	return torrent.state === 'paused' ? 'dim' : 'have';
}

const etaWords: Readonly<Partial<Record<TorrentStanding, string>>> = {
	metadata: 'metadata',
	stalled: 'stalled',
	checking: 'checking',
	queued: 'queued',
	paused: 'paused',
	pausing: 'pausing',
	failed: 'failed',
};

/** What stands for the time that is left, where there is none: why it has no end yet. */
function waitWord(torrent: TorrentView): string | undefined {
	if (torrent.choosing) return 'choose';
	return isInTrouble(torrent) ? 'trouble' : etaWords[standingOf(torrent)];
}

/** The columns of the list of torrents. */
export const torrentColumns: ReadonlyArray<Column<TorrentView, TorrentFacts>> = [
	{
		id: 'queue',
		title: '#',
		width: 2,
		align: 'right',
		rank: 9,
		cell: torrent => String(torrent.queue),
		tone: 'faint',
	},
	{
		id: 'state',
		title: '',
		width: 1,
		rank: 0,
		cell: (torrent, {look}) => stateSign(torrent, look),
		tone: stateTone,
	},
	{
		id: 'name',
		title: 'name',
		width: 16,
		flexible: true,
		rank: 0,
		cell: torrent => terminalText(torrent.name),
		tone: torrent => (torrent.state === 'paused' || torrent.state === 'queued' ? 'dim' : 'text'),
	},
	{
		id: 'label',
		title: 'label',
		width: 10,
		rank: 8,
		// Where groups are named, a column would say it again.
		when: ({groups}) => !groups,
		cell: torrent => terminalText(torrent.label ?? ''),
		tone: 'faint',
	},
	{
		id: 'size',
		title: 'size',
		width: 6,
		align: 'right',
		rank: 3,
		cell: torrent => (isUnknown(torrent) ? '?' : size(torrent.length)),
		tone: 'dim',
	},
	{
		id: 'bar',
		title: '',
		width: columns => (columns >= 150 ? 20 : 12),
		rank: 5,
		cell: (torrent, {look}, width) => thinBar(progressOf(torrent), width, look.glyphs, barTone(torrent)),
	},
	{
		id: 'done',
		title: 'done',
		width: 6,
		align: 'right',
		rank: 0,
		cell: torrent => (isUnknown(torrent) ? '' : percent(progressOf(torrent), 1)),
		tone: torrent => (progressOf(torrent) >= 1 ? 'good' : 'text'),
	},
	{
		id: 'down',
		title: ({glyphs}) => (glyphs.ascii ? 'down' : '▼/s'),
		width: 6,
		align: 'right',
		rank: 1,
		cell: ({downloadRate}, {look}) => (downloadRate < 512 ? look.glyphs.dash : rate(downloadRate)),
		tone: ({downloadRate}) => (downloadRate < 512 ? 'faint' : 'down'),
	},
	{
		id: 'up',
		title: ({glyphs}) => (glyphs.ascii ? 'up' : '▲/s'),
		width: 6,
		align: 'right',
		rank: 2,
		cell: ({uploadRate}, {look}) => (uploadRate < 512 ? look.glyphs.dash : rate(uploadRate)),
		tone: ({uploadRate}) => (uploadRate < 512 ? 'faint' : 'up'),
	},
	{
		id: 'peers',
		title: 'peers',
		width: 7,
		align: 'right',
		rank: 6,
		cell: torrent => `${torrent.connected}/${torrent.known}`,
		tone: 'dim',
	},
	{
		id: 'ratio',
		title: 'ratio',
		width: 5,
		align: 'right',
		rank: 7,
		cell: torrent => ratio(torrent.ratio),
		tone: 'dim',
	},
	{
		id: 'eta',
		title: 'ETA',
		width: 8,
		align: 'right',
		rank: 4,
		cell: torrent => waitWord(torrent) ?? (torrent.state === 'downloading' ? duration(torrent.eta) : ''),
		tone: torrent => {
			if (isInTrouble(torrent)) return 'warn';
			return standingOf(torrent) === 'downloading' ? 'dim' : stateTone(torrent);
		},
	},
];

import type {TorrentView} from '../../api/snapshot.js';
import {duration, percent, rate, ratio, size} from '../text/format.js';
import {safeText} from '../text/text.js';
import {thinBar} from './bar.js';
import type {Look} from './context.js';
import type {Column} from './table.js';
import {progressOf, stateTones} from './torrent-state.js';

const label: Column<TorrentView> = {
	id: 'label',
	title: 'label',
	width: 10,
	rank: 8,
	cell: torrent => safeText(torrent.label ?? ''),
	tone: 'faint',
};

/** The columns of the session screen; `groups`: whether labels are said above the torrents. */
export function torrentColumns(
	columns: number,
	look: Look,
	groups = false,
): ReadonlyArray<Column<TorrentView>> {
	const {glyphs} = look;
	const barColumns = columns >= 150 ? 20 : 12;
	return [
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
			cell: torrent => glyphs.state[torrent.state],
			tone: torrent => stateTones[torrent.state],
		},
		{
			id: 'name',
			title: 'name',
			width: 16,
			flexible: true,
			rank: 0,
			cell: torrent => safeText(torrent.name),
			tone: torrent => (torrent.state === 'paused' || torrent.state === 'queued' ? 'dim' : 'text'),
		},
		// Where groups are named, a column would say it again.
		...(groups ? [] : [label]),
		{
			id: 'size',
			title: 'size',
			width: 6,
			align: 'right',
			rank: 3,
			cell: torrent => size(torrent.length),
			tone: 'dim',
		},
		{
			id: 'bar',
			title: '',
			width: barColumns,
			rank: 5,
			cell: torrent =>
				thinBar(
					progressOf(torrent),
					barColumns,
					glyphs,
					torrent.state === 'checking'
						? 'check'
						: progressOf(torrent) >= 1
							? 'good'
							: torrent.state === 'paused'
								? 'dim'
								: 'have',
				),
		},
		{
			id: 'done',
			title: 'done',
			width: 6,
			align: 'right',
			rank: 0,
			cell: torrent => percent(progressOf(torrent), 1),
			tone: torrent => (progressOf(torrent) >= 1 ? 'good' : 'text'),
		},
		{
			id: 'down',
			title: glyphs.ascii ? 'down' : '▼/s',
			width: 6,
			align: 'right',
			rank: 1,
			cell: torrent => (torrent.downloadRate < 512 ? glyphs.dash : rate(torrent.downloadRate)),
			tone: torrent => (torrent.downloadRate < 512 ? 'faint' : 'down'),
		},
		{
			id: 'up',
			title: glyphs.ascii ? 'up' : '▲/s',
			width: 6,
			align: 'right',
			rank: 2,
			cell: torrent => (torrent.uploadRate < 512 ? glyphs.dash : rate(torrent.uploadRate)),
			tone: torrent => (torrent.uploadRate < 512 ? 'faint' : 'up'),
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
			cell: torrent => (torrent.state === 'downloading' ? duration(torrent.eta) : ''),
			tone: 'dim',
		},
	];
}

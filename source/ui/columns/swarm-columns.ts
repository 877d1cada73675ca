import type {CommonTrackerView} from '../../api/swarms-view.js';
import type {Millis} from '../../base/units.js';
import type {NamedPeer} from '../model/swarm-lists.js';
import {countdown, size} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import type {Column, ListFacts} from './column.js';
import {peerColumns} from './peer-columns.js';

const torrentColumn: Column<NamedPeer> = {
	id: 'torrent',
	title: 'torrent',
	width: columns => (columns >= 100 ? 24 : 14),
	flexible: true,
	rank: 1,
	cell: ({torrentName}) => nameText(torrentName),
	tone: 'dim',
};

/** The columns of the peers of all torrents: those of one torrent's, and which torrent that is. */
export const everyPeerColumns: ReadonlyArray<Column<NamedPeer>> = peerColumns.flatMap(column =>
	column.id === 'address' ? [column, torrentColumn] : [column],
);

/** What the columns of trackers are drawn by. */
export interface EveryTrackerFacts extends ListFacts {
	/** Now, in ms since 1970. */
	readonly wall: Millis;
}

/** When it is asked next: now, or as a countdown. */
export function nextAsked({announcing, nextAt}: CommonTrackerView, wall: Millis): string {
	if (announcing > 0) return 'now';
	return nextAt === undefined ? '' : countdown(Math.max(0, Math.ceil((nextAt - wall) / 1000)));
}

/** How it stands with a tracker in a few words. */
function says({why, warning, failing, working, torrents}: CommonTrackerView): string {
	if (failing > 0) return terminalText(why ?? 'fails');
	if (warning !== undefined) return terminalText(warning);
	return working > 0 ? 'works' : torrents > 0 ? 'in reserve' : '';
}

type Counted = 'torrents' | 'working' | 'failing' | 'seeders' | 'leechers';

const counted = (
	id: string,
	title: string,
	rank: number,
	what: Counted,
): Column<CommonTrackerView, EveryTrackerFacts> => ({
	id,
	title,
	width: title.length < 7 ? 6 : 8,
	align: 'right',
	rank,
	cell: (tracker, {look}) => (tracker[what] === 0 ? look.glyphs.dash : String(tracker[what])),
	tone: what === 'failing' ? tracker => (tracker.failing > 0 ? 'bad' : 'faint') : 'dim',
});

/** The columns of the trackers of all torrents. */
export const everyTrackerColumns: ReadonlyArray<Column<CommonTrackerView, EveryTrackerFacts>> = [
	{
		id: 'state',
		title: '',
		width: 1,
		rank: 0,
		cell: ({working, announcing, failing}, {look: {glyphs}}) =>
			working > 0 && announcing === 0
				? glyphs.on
				: failing === 0 && announcing > 0
					? glyphs.busy
					: working > 0
						? glyphs.busy
						: glyphs.off,
		tone: ({working, failing}) =>
			failing === 0 ? (working > 0 ? 'good' : 'faint') : working > 0 ? 'warn' : 'bad',
	},
	{
		id: 'url',
		title: 'tracker',
		width: 24,
		flexible: true,
		rank: 0,
		cell: ({url}) => terminalText(url.replace(/^https?:\/\//, '').replace(/^udp:\/\//, 'udp ')),
		tone: 'text',
	},
	{
		id: 'status',
		title: 'says',
		width: columns => (columns >= 110 ? 30 : 18),
		flexible: true,
		rank: 3,
		cell: says,
		tone: ({failing, warning}) => (failing > 0 || warning !== undefined ? 'warn' : 'dim'),
	},
	counted('torrents', 'torrents', 1, 'torrents'),
	counted('working', 'works', 4, 'working'),
	counted('failing', 'fails', 2, 'failing'),
	counted('seeds', 'seeds', 6, 'seeders'),
	counted('leechers', 'leech', 7, 'leechers'),
	{
		id: 'uploaded',
		title: ({glyphs}) => (glyphs.ascii ? 'sent' : '▲ sent'),
		width: 7,
		align: 'right',
		rank: 8,
		cell: ({uploaded}, {look}) => (uploaded === 0 ? look.glyphs.dash : size(uploaded)),
		tone: 'faint',
	},
	{
		id: 'next',
		title: 'next',
		width: 6,
		align: 'right',
		rank: 5,
		cell: (tracker, {wall}) => nextAsked(tracker, wall),
		tone: 'dim',
	},
];

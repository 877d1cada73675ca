import type {TorrentView} from '../../api/snapshot.js';
import {
	isInTrouble,
	isUnknown,
	progressOf,
	standingOf,
	type TorrentStanding,
} from '../../api/torrent-standing.js';
import type {Tone} from '../look/themes.js';
import {type Grouping, isGroup, type TorrentGroup, type TorrentRow} from '../model/torrent-groups.js';
import {thinBar} from '../present/bar.js';
import {fitRow, type Row} from '../present/row.js';
import {stateSign, stateTone, stateWords} from '../present/torrent-state.js';
import {dayAndTime, duration, percent, rate, ratio, size} from '../text/format.js';
import {cellWidth, fit, fitMiddle, nameText, terminalText} from '../text/text.js';
import type {Column, ListFacts} from './column.js';

/** What the columns of torrents are drawn by. */
export interface TorrentFacts extends ListFacts {
	/** What they are in groups by: a column would say it again. */
	readonly group: Grouping;
	/** Whether any of them has a goal. */
	readonly goals: boolean;
	/** The last place in the queue. */
	readonly lastPlace?: number;
	/** Keys of the groups that are folded. */
	readonly folded: ReadonlySet<string>;
}

/** A column of torrents, and what stands in it for a group of them. */
interface TorrentColumn extends Column<TorrentView, TorrentFacts> {
	readonly sum?: (group: TorrentGroup, facts: TorrentFacts, width: number) => Row | string;
}

/** What a group is called. Safe for a terminal. */
export function groupName({name, by}: TorrentGroup): string {
	if (name === '') return by === 'label' ? 'no label' : 'no tracker';
	return terminalText(by === 'state' ? stateWords[name as TorrentStanding] : name);
}

const part = ({wanted, completed}: TorrentGroup): number => (wanted === 0 ? 1 : completed / wanted);

/** How many of a group somebody should look at. */
function groupTrouble({stalled, failed}: TorrentGroup, {look: {glyphs}}: TorrentFacts): Row {
	return [
		[stalled > 0 ? `${glyphs.state.stalled}${stalled}` : '', 'warn'],
		[stalled > 0 && failed > 0 ? ' ' : ''],
		[failed > 0 ? `${glyphs.state.failed}${failed}` : '', 'bad'],
	];
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
export function waitWord(torrent: TorrentView): string | undefined {
	if (torrent.choosing) return 'choose';
	return isInTrouble(torrent) ? 'trouble' : etaWords[standingOf(torrent)];
}

/** Undefined where it says nothing: it does not run, or all of it is here and nobody is with it. */
function copies(torrent: TorrentView): string | undefined {
	const {availability, connected} = torrent;
	if (availability === undefined || (connected === 0 && progressOf(torrent) >= 1)) return undefined;
	return availability < 1000
		? availability.toFixed(availability < 100 ? 2 : 1)
		: String(Math.floor(availability));
}

const columns: readonly TorrentColumn[] = [
	{
		id: 'queue',
		title: '#',
		width: (_, {lastPlace = 0}) => Math.max(2, String(lastPlace).length),
		align: 'right',
		rank: 9,
		cell: torrent => String(torrent.queue),
		tone: 'faint',
	},
	{
		id: 'state',
		title: '',
		label: 'state',
		width: 1,
		rank: 0,
		cell: (torrent, {look}) => stateSign(torrent, look),
		tone: stateTone,
	},
	{
		id: 'name',
		title: 'name',
		width: columns => (columns >= 70 ? 24 : 16),
		flexible: true,
		most: 60,
		rank: 0,
		// In a group it is one step in, as a file is in a folder.
		cell: (torrent, {group}) => `${group === 'none' ? '' : '  '}${nameText(torrent.name)}`,
		tone: torrent => (torrent.state === 'paused' || torrent.state === 'queued' ? 'dim' : 'text'),
		sum: (group, {look: {glyphs}, folded}, width) => {
			const count = ` ${group.torrents.length}`;
			const sign = folded.has(group.key) ? glyphs.folded : glyphs.unfolded;
			const name = `${sign} ${groupName(group)}`;
			const room = Math.max(0, width - count.length);
			const shown = cellWidth(name) > room ? fit(name, room, 'left', glyphs.ellipsis) : name;
			return fitRow(
				[
					[shown, 'accent'],
					[count, 'faint'],
				],
				width,
			);
		},
	},
	{
		id: 'reason',
		title: 'why',
		width: columns => (columns >= 175 ? 28 : columns >= 160 ? 24 : 14),
		flexible: true,
		extra: true,
		rank: 0,
		// What only says the state again is said already.
		cell: torrent =>
			torrent.reason && torrent.reason.text !== stateWords[torrent.state]
				? terminalText(torrent.reason.text)
				: '',
		tone: ({reason}) => (reason?.level === 'error' ? 'bad' : reason?.level === 'warn' ? 'warn' : 'faint'),
	},
	{
		id: 'label',
		title: 'label',
		width: 10,
		extra: true,
		rank: 1,
		when: ({group}) => group !== 'label',
		cell: torrent => nameText(torrent.label ?? ''),
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
		sum: ({wanted}) => size(wanted),
	},
	{
		id: 'bar',
		title: '',
		label: 'progress bar',
		width: columns => (columns >= 220 ? 20 : columns >= 110 ? 12 : 8),
		rank: 5,
		cell: (torrent, {look}, width) => thinBar(progressOf(torrent), width, look.glyphs, barTone(torrent)),
		sum: (group, {look}, width) =>
			thinBar(part(group), width, look.glyphs, part(group) >= 1 ? 'good' : 'have'),
	},
	{
		id: 'done',
		title: 'done',
		width: 6,
		align: 'right',
		rank: 0,
		cell: torrent => (isUnknown(torrent) ? '' : percent(progressOf(torrent), 1)),
		tone: torrent => (progressOf(torrent) >= 1 ? 'good' : 'text'),
		sum: group => percent(part(group), 1),
	},
	{
		id: 'down',
		title: ({glyphs}) => (glyphs.ascii ? 'down' : '▼/s'),
		width: 6,
		align: 'right',
		rank: 1,
		cell: ({downloadRate}, {look}) => (downloadRate < 512 ? look.glyphs.dash : rate(downloadRate)),
		tone: ({downloadRate}) => (downloadRate < 512 ? 'faint' : 'down'),
		sum: ({downloadRate}, {look}) => (downloadRate < 512 ? look.glyphs.dash : rate(downloadRate)),
	},
	{
		id: 'up',
		title: ({glyphs}) => (glyphs.ascii ? 'up' : '▲/s'),
		width: 6,
		align: 'right',
		rank: 2,
		cell: ({uploadRate}, {look}) => (uploadRate < 512 ? look.glyphs.dash : rate(uploadRate)),
		tone: ({uploadRate}) => (uploadRate < 512 ? 'faint' : 'up'),
		sum: ({uploadRate}, {look}) => (uploadRate < 512 ? look.glyphs.dash : rate(uploadRate)),
	},
	{
		id: 'peers',
		title: 'peers',
		width: 7,
		align: 'right',
		rank: 6,
		cell: torrent => `${torrent.connected}/${torrent.known}`,
		tone: 'dim',
		sum: ({connected}) => String(connected),
	},
	{
		id: 'availability',
		title: 'avail',
		label: 'availability',
		width: 5,
		align: 'right',
		extra: true,
		rank: 2,
		cell: (torrent, {look}) => copies(torrent) ?? look.glyphs.dash,
		tone: torrent => {
			if (copies(torrent) === undefined) return 'faint';
			return (torrent.availability ?? 0) < 1 && torrent.state === 'downloading' ? 'warn' : 'dim';
		},
	},
	{
		id: 'seeds',
		title: 'seeds',
		width: 5,
		align: 'right',
		extra: true,
		rank: 4,
		cell: ({seedsConnected}) => String(seedsConnected),
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
		id: 'goal',
		title: 'goal',
		width: columns => (columns >= 220 ? 8 : 5),
		extra: true,
		rank: 3,
		when: ({goals}) => goals,
		cell: ({goal}, {look}, width) => {
			const share = goal?.share;
			return share === undefined ? '' : thinBar(share, width, look.glyphs, share >= 1 ? 'good' : 'up');
		},
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
		sum: (group, facts, width) => fitRow(groupTrouble(group, facts), width),
	},
	{
		id: 'added',
		title: 'added',
		width: 10,
		extra: true,
		rank: 5,
		cell: ({addedAt}, {look}) => dayAndTime(addedAt, look.timezone).slice(0, 10),
		tone: 'faint',
	},
	{
		id: 'tracker',
		title: 'tracker',
		width: 18,
		extra: true,
		rank: 6,
		when: ({group}) => group !== 'tracker',
		cell: ({trackerHosts = []}) =>
			`${trackerHosts[0] ?? ''}${trackerHosts.length > 1 ? ` +${trackerHosts.length - 1}` : ''}`,
		tone: 'faint',
	},
	{
		id: 'uploaded',
		title: 'sent',
		width: 6,
		align: 'right',
		extra: true,
		rank: 7,
		cell: ({uploaded}) => size(uploaded),
		tone: 'dim',
	},
	{
		id: 'folder',
		title: 'folder',
		width: 24,
		extra: true,
		rank: 8,
		cell: ({dir}, {look}, width) => fitMiddle(terminalText(dir), width, look.glyphs.ellipsis),
		tone: 'faint',
	},
];

/** The columns of the list of torrents: of the torrents, and of the groups they are in. */
export const torrentColumns: ReadonlyArray<Column<TorrentRow, TorrentFacts>> = columns.map(column => {
	const {cell, tone, sum} = column;
	return {
		...column,
		cell: (row, facts, width) => (isGroup(row) ? (sum?.(row, facts, width) ?? '') : cell(row, facts, width)),
		tone: (row, facts) => {
			if (isGroup(row)) return 'dim';
			return typeof tone === 'function' ? tone(row, facts) : (tone ?? 'text');
		},
	};
});

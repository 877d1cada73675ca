import type {FoundTorrent, PersonView} from '../../api/network-view.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {SharedItem} from '../model/network-lists.js';
import {age, rate, size} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import type {Column, ListFacts} from './column.js';

/** What the columns of the Network view are drawn by. */
export interface NetworkFacts extends ListFacts {
	/** Now, in ms since 1970. */
	readonly wall: Millis;
	/** What I am called, while I share something. */
	readonly nick: string | undefined;
	/** Ids of the torrents that are here. */
	readonly here: ReadonlySet<string>;
	/** Whether there is more than one catalogue. */
	readonly several: boolean;
	/** Of what I share: whether there is something to tell of any of it. */
	readonly notes?: boolean;
}

function nicksText({nicks}: FoundTorrent, mine: string | undefined): string {
	return nicks.map(nick => `${nameText(nick)}${nick === mine ? ' (you)' : ''}`).join(', ');
}

/** Whether it is among the torrents here: also when that came to be since it was found. */
function isHere({already, infoHash, infoHashV2}: FoundTorrent, {here}: NetworkFacts): boolean {
	return already === true || here.has(infoHash) || (infoHashV2 !== undefined && here.has(infoHashV2));
}

const sizeColumn: Column<{readonly size: Bytes | undefined}, NetworkFacts> = {
	id: 'size',
	title: 'size',
	width: 6,
	align: 'right',
	rank: 2,
	cell: item => (item.size === undefined ? '' : size(item.size)),
	tone: 'dim',
};

const sinceColumn: Column<{readonly since: Millis}, NetworkFacts> = {
	id: 'new',
	title: 'since',
	width: 6,
	align: 'right',
	rank: 4,
	cell: ({since}, {wall}) => age(wall - since),
	tone: 'faint',
};

/** The columns of what was found. */
export const foundColumns: ReadonlyArray<Column<FoundTorrent, NetworkFacts>> = [
	{
		id: 'name',
		title: 'name',
		width: 14,
		flexible: true,
		rank: 0,
		cell: ({name}) => nameText(name),
		tone: (found, facts) => (isHere(found, facts) ? 'dim' : 'text'),
	},
	{
		id: 'already',
		title: '',
		width: 4,
		rank: 6,
		cell: (found, facts) => (isHere(found, facts) ? 'here' : ''),
		tone: 'good',
	},
	sizeColumn,
	{
		id: 'files',
		title: 'files',
		width: 5,
		align: 'right',
		rank: 7,
		cell: ({files}) => (files > 99_999 ? '>99 K' : String(files)),
		tone: 'dim',
	},
	{
		id: 'seeds',
		title: 'seeds',
		width: 5,
		align: 'right',
		rank: 1,
		cell: ({seeders}) => String(seeders),
		tone: ({seeders}) => (seeders > 0 ? 'good' : 'warn'),
	},
	{
		id: 'peers',
		title: 'peers',
		width: 5,
		align: 'right',
		rank: 5,
		cell: ({leechers}) => String(leechers),
		tone: 'dim',
	},
	{
		id: 'nicks',
		title: 'shared by',
		width: columns => (columns >= 110 ? 24 : 13),
		rank: 3,
		cell: (found, {nick}) => nicksText(found, nick),
		tone: 'accent',
	},
	sinceColumn,
];

function reachText({you, reachable}: PersonView): string {
	if (you) return 'you';
	if (reachable === undefined) return '';
	return reachable ? 'reachable' : 'behind a router';
}

/** The columns of who is here. */
export const peopleColumns: ReadonlyArray<Column<PersonView, NetworkFacts>> = [
	{
		id: 'name',
		title: 'name',
		width: 12,
		flexible: true,
		rank: 0,
		cell: ({nick}) => nameText(nick),
		tone: ({you}) => (you ? 'accent' : 'text'),
	},
	{
		id: 'torrents',
		title: 'torrents',
		width: 8,
		align: 'right',
		rank: 1,
		cell: ({torrents}) => String(torrents),
		tone: 'dim',
	},
	sizeColumn,
	sinceColumn,
	{
		id: 'reachable',
		title: '',
		width: 15,
		rank: 3,
		cell: person => reachText(person),
		tone: ({you, reachable}) => (you ? 'accent' : reachable ? 'good' : 'dim'),
	},
	{
		id: 'catalogue',
		title: 'tracker',
		width: 20,
		rank: 5,
		when: ({several}) => several,
		cell: ({catalogue}) => terminalText(catalogue),
		tone: 'faint',
	},
];

/** The columns of what I share. */
export const sharedColumns: ReadonlyArray<Column<SharedItem, NetworkFacts>> = [
	{
		id: 'name',
		title: 'name',
		width: 14,
		flexible: true,
		rank: 0,
		cell: ({name}) => nameText(name),
		tone: ({torrent}) => (torrent === undefined ? 'dim' : 'text'),
	},
	sizeColumn,
	{
		id: 'up',
		title: ({glyphs}) => (glyphs.ascii ? 'up' : '▲/s'),
		width: 6,
		align: 'right',
		rank: 3,
		cell: ({torrent, uploadRate = 0}, {look}) =>
			torrent === undefined ? '' : uploadRate < 512 ? look.glyphs.dash : rate(uploadRate),
		tone: ({uploadRate = 0}) => (uploadRate < 512 ? 'faint' : 'up'),
	},
	{
		id: 'peers',
		title: 'peers',
		width: 5,
		align: 'right',
		rank: 4,
		cell: ({connected}) => (connected === undefined ? '' : String(connected)),
		tone: 'dim',
	},
	{
		id: 'note',
		title: '',
		width: columns => (columns >= 110 ? 50 : columns >= 90 ? 38 : columns >= 76 ? 34 : 14),
		rank: 1,
		// Where all goes well the names have its room.
		when: ({notes = true}) => notes,
		cell: ({note}) => terminalText(note),
		tone: ({tone}) => tone,
	},
];

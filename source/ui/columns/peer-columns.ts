import type {PeerView} from '../../api/snapshot.js';
import type {PeerSourceName} from '../../base/peer-source.js';
import {mapCells} from '../model/peer-in-sight.js';
import {miniMap, thinBar} from '../present/bar.js';
import {percent, rate} from '../text/format.js';
import {cellWidth, fit, fitMiddle, nameText} from '../text/text.js';
import type {Column, ListFacts} from './column.js';

const sources: Readonly<Record<PeerSourceName, string>> = {
	tracker: 'trk',
	dht: 'dht',
	pex: 'pex',
	lsd: 'lan',
	manual: 'you',
	incoming: 'inc',
	resume: 'old',
};

/** From so many columns on, peers have more room. */
const wide = 96;

/** A rate or an amount; a dash for nothing: a column of zeros hides the one number that is not. */
function quiet(value: number, {look}: ListFacts): string {
	return value < 512 ? look.glyphs.dash : rate(value);
}

/** The name of a program with as much of its version as has room: of that the end says least. */
export function shortClient(client: string, width: number): string {
	let shown = client;
	while (cellWidth(shown) > width) {
		const [, shorter] = /^(.*\d)[.+-][\w.]*?$/.exec(shown) ?? /^(.*?)[ /]v?[\d.]+$/.exec(shown) ?? [];
		if (shorter === undefined) return client;
		shown = shorter;
	}
	return shown;
}

/** The columns of the peers pane. */
export const peerColumns: ReadonlyArray<Column<PeerView>> = [
	{
		id: 'address',
		title: 'address',
		width: columns => (columns >= wide ? 24 : 20),
		flexible: columns => columns >= 130,
		rank: 0,
		cell: (peer, {look}, width) => fitMiddle(peer.address, width, look.glyphs.ellipsis),
		tone: peer => (peer.downloadRate > 0 || peer.uploadRate > 0 ? 'text' : 'dim'),
	},
	{
		id: 'client',
		title: 'client',
		width: 14,
		flexible: true,
		rank: 3,
		cell: (peer, {look}, width) => shortClient(nameText(peer.client), width) || look.glyphs.dash,
		tone: 'dim',
	},
	{
		id: 'flags',
		title: 'flags',
		width: columns => (columns >= wide ? 8 : 6),
		rank: 4,
		cell: peer => peer.flags,
		tone: 'dim',
	},
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
		cell: (peer, {look}) => encryptionWord(peer) ?? look.glyphs.dash,
		tone: 'faint',
	},
	{id: 'source', title: 'from', width: 4, rank: 6, cell: peer => sources[peer.source], tone: 'faint'},
	{
		id: 'done',
		title: 'has',
		width: columns => (mapCells(columns) > 0 ? mapCells(columns) + 6 : columns >= wide ? 12 : 5),
		align: 'right',
		rank: 2,
		cell: ({progress, map}, {look, columns}, width) => {
			const text = percent(progress, 1, 0).padStart(5);
			if (width < 12) return text;
			const cells = mapCells(columns);
			if (cells > 0 && map !== undefined)
				return [
					[miniMap(map, cells, look.glyphs), progress >= 1 ? 'good' : 'have'],
					[` ${text}`, progress >= 1 ? 'good' : 'dim'],
				];
			return [
				...thinBar(progress, width - 6, look.glyphs, progress >= 1 ? 'good' : 'have'),
				[` ${text}`, progress >= 1 ? 'good' : 'dim'],
			];
		},
		tone: peer => (peer.progress >= 1 ? 'good' : 'dim'),
	},
	{
		id: 'downloaded',
		title: 'got',
		width: 6,
		align: 'right',
		rank: 7,
		cell: (peer, facts) => quiet(peer.downloaded, facts),
		tone: 'faint',
	},
	{
		id: 'down',
		title: ({glyphs}) => (glyphs.ascii ? 'down' : '▼/s'),
		width: 6,
		align: 'right',
		rank: 0,
		cell: (peer, facts) => quiet(peer.downloadRate, facts),
		tone: peer => (peer.downloadRate >= 512 ? 'down' : 'faint'),
	},
	{
		id: 'up',
		title: ({glyphs}) => (glyphs.ascii ? 'up' : '▲/s'),
		width: 6,
		align: 'right',
		rank: 1,
		cell: (peer, facts) => quiet(peer.uploadRate, facts),
		tone: peer => (peer.uploadRate >= 512 ? 'up' : 'faint'),
	},
	{
		id: 'requests',
		title: 'req',
		width: 4,
		align: 'right',
		rank: 5,
		cell: ({requested}, {look}) => (requested === 0 ? look.glyphs.dash : fit(String(requested), 4, 'right')),
		tone: peer => (peer.requested > 0 ? 'flight' : 'faint'),
	},
];

/** What is encrypted: everything, or the handshake alone. */
function encryptionWord({encrypted, encryption}: PeerView): string | undefined {
	if (encryption === 'handshake') return 'hs';
	return encrypted ? 'RC4' : undefined;
}

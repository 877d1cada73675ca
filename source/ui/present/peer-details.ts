import type {PeerDetails} from '../../api/peer-details.js';
import type {PeerView, TorrentView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import {age, count, percent, rateWithUnit, size} from '../text/format.js';
import {cellWidth, nameText} from '../text/text.js';
import {wrapped} from '../text/wrapped.js';
import {miniMap} from './bar.js';
import type {Look} from './context.js';
import type {Row} from './row.js';

const sourceWords: Readonly<Record<string, string>> = {
	T: 'a tracker',
	X: 'other peers (PEX)',
	H: 'the DHT',
	L: 'the local network',
	I: 'itself: it connected to us',
};

/** Where it is known from, in words. */
function knownFrom({namedBy, incoming}: PeerDetails, {source}: PeerView): string {
	const names = [...`${incoming ? 'I' : ''}${namedBy}`].flatMap(letter => sourceWords[letter] ?? []);
	if (source === 'manual') names.unshift('you');
	if (source === 'resume') names.unshift('an earlier session');
	return names.length > 0 ? [...new Set(names)].join(', ') : 'not known';
}

/** What stands between us and its data, and between it and ours. */
function chokeWords(details: PeerDetails): readonly [toUs: string, toThem: string] {
	const {amInterested, peerChoking, peerInterested, amChoking, optimistic, snubbed, onParole, uploadOnly} =
		details;
	const toUs = amInterested
		? peerChoking
			? 'we want what it has; it chokes us'
			: 'it lets us have what we want'
		: peerChoking
			? 'we want nothing of it'
			: 'it would let us, we want nothing of it';
	const toThem = peerInterested
		? amChoking
			? 'it wants what we have; we choke it'
			: `it gets what it wants${optimistic ? ', by the slot that goes by chance' : ''}`
		: uploadOnly
			? 'it only uploads'
			: 'it wants nothing of ours';
	return [
		`${toUs}${snubbed && amInterested ? ': it promised and does not send' : ''}${onParole ? '; it is watched: a piece with its blocks was wrong' : ''}`,
		toThem,
	];
}

/** Cells before what is told of a peer: what it is called. */
const leadColumns = 12;

/** All that is known of a peer, as rows with names; what is too long goes on in the next; `columns` are those of the rows. */
export function peerRows(
	peer: PeerView,
	details: PeerDetails | undefined,
	torrent: TorrentView | undefined,
	wall: Millis,
	columns: number,
	{glyphs}: Look,
): readonly Row[] {
	const room = columns - leadColumns;
	const row = (name: string, value: string, tone: Row[number][1] = 'text'): Row[] =>
		(cellWidth(value) <= room ? [value] : wrapped(value, room)).map((line, at) => [
			[at === 0 ? ` ${name.padEnd(leadColumns - 1)}` : ' '.repeat(leadColumns), 'faint'],
			[line, tone],
		]);
	const pieces = torrent?.pieces ?? 0;
	const hidden =
		peer.encryption === 'handshake'
			? 'handshake alone encrypted'
			: peer.encrypted
				? 'encrypted'
				: 'not encrypted';
	const line = `${peer.transport === 'utp' ? 'uTP' : 'TCP'}, ${hidden}`;
	const rates = `${glyphs.down} ${rateWithUnit(peer.downloadRate)}, ${size(peer.downloaded)} so far   ${glyphs.up} ${rateWithUnit(peer.uploadRate)}, ${size(peer.uploaded)} so far`;
	const known: Row[] = [
		...row('address', peer.address, 'title'),
		...row('client', nameText(peer.client) || 'not known'),
	];
	if (details === undefined) return [...known, ...row('line', line), ...row('moved', rates)];
	const [toUs, toThem] = chokeWords(details);
	const offers =
		details.offers === 0
			? 'nothing that is missing here'
			: `${count(details.offers, 'piece')} that ${details.offers === 1 ? 'is' : 'are'} missing here`;
	const trip = details.roundTrip === undefined ? '' : `, dialled in ${details.roundTrip} ms`;
	return [
		...known,
		...row('peer id', details.peerId || 'not known', 'dim'),
		...row('line', `${line}${trip}`),
		...row('known from', knownFrom(details, peer)),
		...row(
			'connected',
			age(wall - details.connectedAt) === 'now' ? 'just now' : `for ${age(wall - details.connectedAt)}`,
		),
		...row('moved', rates),
		...row(
			'last',
			age(wall - details.usefulAt) === 'now'
				? 'a block moved just now'
				: `a block moved ${age(wall - details.usefulAt)} ago`,
		),
		...row('to us', toUs, details.snubbed || details.onParole ? 'warn' : 'text'),
		...row('to it', toThem),
		...row(
			'requests',
			`${peer.requested} of ours are open, ${details.requestWindow} wanted; ${peer.queued} of its wait`,
		),
		...(details.unsent > 0 ? row('unsent', `${size(details.unsent)} that it has not taken`) : []),
		...row('speaks', details.speaks.map(name => nameText(name)).join(' ') || 'the plain protocol'),
		...row(
			'has',
			`${percent(peer.progress, 1)}${pieces > 0 ? `, ${details.pieces} of ${pieces} pieces` : ''}`,
		),
		...row('offers', offers, details.offers > 0 ? 'accent' : 'dim'),
		...(details.has === ''
			? []
			: [[[' '], [miniMap(details.has, Math.min(columns - 2, details.has.length), glyphs), 'have']] as Row]),
	];
}

import type {FoldersView} from '../../api/folders-view.js';
import type {SessionView, TorrentView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {chipRow, countChips} from '../present/chips.js';
import type {Area, Look} from '../present/context.js';
import {dhtTones} from '../present/dht.js';
import {folderNote} from '../present/folders.js';
import {fitRow, type Row, rowWidth, type Span, spread} from '../present/row.js';
import {count, limitWithUnit, rateWithUnit, size} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';

/** How many nodes of the DHT are known, and how it does. */
function dhtSpans({dhtNodes, dht}: SessionView): readonly Span[] {
	if (dht === undefined || dht.state === 'off') return [['off', 'faint']];
	const nodes: readonly Span[] = dhtNodes > 0 ? [[`${dhtNodes} `, 'dim']] : [];
	return [...nodes, [dht.state, dhtTones[dht.state]]];
}

/** That everything is slow or waits, and until when: first of all that is said. */
function slowBadge({slowMode, slowUntil, haltedUntil}: SessionView): readonly Span[] {
	if (haltedUntil !== undefined) return [[`all waits until ${terminalText(haltedUntil)}   `, 'warn']];
	if (!slowMode) return [];
	return [[slowUntil === undefined ? 'slow mode   ' : `slow until ${terminalText(slowUntil)}   `, 'warn']];
}

/** The proxy everything goes through, and how it does. */
function proxySpans({url, state, why, udp}: NonNullable<SessionView['proxy']>): readonly Span[] {
	const words = {up: 'up', unknown: 'not tried', down: `down: ${terminalText(why ?? '')}`}[state];
	const tone: Tone = state === 'up' ? 'good' : state === 'down' ? 'bad' : 'dim';
	return [
		['proxy ', 'faint'],
		[`${terminalText(url.replace(/^\w+:\/\//, ''))} ${words}`, tone],
		...(udp === 'no' ? ([[', no UDP', 'warn']] as const) : []),
	];
}

/** The interface everything goes by; that it is gone is said in full, before all else. */
function interfaceSpans({name, addresses, gone}: NonNullable<SessionView['interface']>): readonly Span[] {
	if (gone !== undefined) return [[`${terminalText(gone)}   `, 'bad']];
	return [
		['by ', 'faint'],
		[nameText(name), 'good'],
		[
			`${addresses[0] === undefined || addresses[0] === name ? '' : ` ${terminalText(addresses[0])}`}   `,
			'faint',
		],
	];
}

/** A part of what is said, and its rank: where there is no room for all those with the highest are left out. */
type Fact = readonly [rank: number, spans: readonly Span[]];

/** What is known of the engine: its port, peers, room on the disk, totals and limits. */
function sessionFacts(session: SessionView, {glyphs}: Look): readonly Fact[] {
	const facts: Span[] = [...slowBadge(session)];
	if (session.interface !== undefined) facts.push(...interfaceSpans(session.interface));
	const {portMapping: mapping, portState} = session;
	if (session.proxy !== undefined) facts.push(...proxySpans(session.proxy));
	const isMapped = mapping?.state === 'open';
	const tone: Tone =
		portState === 'open' ? 'good' : portState === 'closed' ? 'bad' : isMapped ? 'text' : 'dim';
	const untested = isMapped ? 'mapped' : 'not tested';
	// Nobody comes in through a proxy.
	if (session.proxy === undefined)
		facts.push(
			['port ', 'faint'],
			[`${mapping?.port ?? session.port} ${portState === 'unknown' ? untested : portState}`, tone],
		);
	// An engine of an earlier version knows no days.
	const {downloaded, uploaded} = session.recent?.today ?? session;
	const limit = (sign: string, bytes: number | undefined): Fact => [
		1,
		bytes === undefined ? [] : [[`   limit ${sign} ${limitWithUnit(bytes)}`, 'warn']],
	];
	return [
		[0, facts],
		[2, [[`   ${count(session.connected, 'peer')}`, 'dim']]],
		[3, [['   DHT ', 'faint'], ...dhtSpans(session)]],
		[
			4,
			session.freeSpace === undefined
				? []
				: [
						['   free ', 'faint'],
						[size(session.freeSpace), 'dim'],
					],
		],
		[
			5,
			[
				[session.recent ? '   today ' : '   all time ', 'faint'],
				[`${glyphs.down} ${size(downloaded)} ${glyphs.up} ${size(uploaded)}`, 'dim'],
			],
		],
		limit(glyphs.down, session.maxDownload),
		limit(glyphs.up, session.maxUpload),
	];
}

/** As much of it as has place in `columns` cells, nothing cut in its middle where something else can go. */
function fittedFacts(facts: readonly Fact[], columns: number): Row {
	const rowOf = (shown: readonly Fact[]): Row => [[' '], ...shown.flatMap(([, spans]) => spans)];
	let shown = facts;
	while (shown.length > 1 && rowWidth(rowOf(shown)) > columns) {
		const worst = Math.max(...shown.map(([rank]) => rank));
		shown = shown.filter(([rank]) => rank !== worst);
	}
	return rowOf(shown);
}

/** How many torrents there are, and of them in each state: as much of it as has place in `room` cells. */
function titleRow(
	torrents: readonly TorrentView[] | undefined,
	filter: string,
	room: number,
	look: Look,
): Row {
	const name: Row = [[' tortui ', 'title']];
	// The engine has not told them yet.
	if (torrents === undefined) return name;
	const counts = countChips(torrents);
	const whole: Row = [...name, [count(torrents.length, 'torrent'), 'dim'], ['  ']];
	if (torrents.length === 0) return whole.slice(0, 2);
	const all = chipRow(counts, filter, Number.POSITIVE_INFINITY, look);
	for (const lead of [whole, name, [[' ']] satisfies Row])
		if (rowWidth(lead) + rowWidth(all) <= room) return [...lead, ...all];
	const short: Row = room < 40 ? [[' ']] : name;
	return [...short, ...chipRow(counts, filter, room - rowWidth(short), look)];
}

/** The header of the session screen: totals of the whole engine. */
export function sessionHeader(
	session: SessionView | undefined,
	torrents: readonly TorrentView[] | undefined,
	{columns, rows}: Area,
	look: Look,
	folders?: FoldersView,
	filter = '',
): readonly Row[] {
	const {glyphs} = look;
	const pad = columns < 60 ? 0 : 7;
	const right: Span[] = [
		[
			`${glyphs.down} ${rateWithUnit(session?.downloadRate ?? 0).padStart(pad)}`,
			session?.downloadRate ? 'down' : 'faint',
		],
		[
			`${pad > 0 ? '  ' : ' '}${glyphs.up} ${rateWithUnit(session?.uploadRate ?? 0).padStart(pad)} `,
			session?.uploadRate ? 'up' : 'faint',
		],
	];
	const title = titleRow(torrents, filter, columns - rowWidth(right) - 1, look);
	const waiting = session?.waitingForRoom ?? 0;
	const room: Row =
		waiting > 0 ? [[`  ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for room on the disk`, 'warn']] : [];
	const note = [...room, ...folderNote(folders)];
	const hasPlace = rowWidth([...title, ...note, ...right]) < columns;
	const first = spread(hasPlace ? [...title, ...note] : title, right, columns);
	if (rows < 2) return [first];
	const second: Row = session ? fittedFacts(sessionFacts(session, look), columns) : [[' ']];
	// Where there is no room for all of it, what it says in short stands beside the port.
	const mapping: Span = [`   ${terminalText(session?.portMapping?.text ?? '')}`, 'faint'];
	const hasRoom = rowWidth(second) + rowWidth([mapping]) <= columns;
	return [first, fitRow(hasRoom ? [...second, mapping] : second, columns)];
}

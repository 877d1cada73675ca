import type {SessionView, TorrentView} from '../../api/snapshot.js';
import {isUnknown, progressOf} from '../../api/torrent-standing.js';
import type {Millis} from '../../base/units.js';
import {waitWord} from '../columns/torrent-columns.js';
import type {Tone} from '../look/themes.js';
import {bar} from '../present/bar.js';
import type {Area, Look} from '../present/context.js';
import {fitRow, type Row, rowWidth, type Span} from '../present/row.js';
import {stateSign, stateTone} from '../present/torrent-state.js';
import {duration, percent, rateWithUnit, ratio, size} from '../text/format.js';
import {fit, nameText} from '../text/text.js';
import {reasonRow} from './reason-row.js';

/** From so many columns on the header says more. */
const wide = 100;

/** Rates, ratio, ETA and port: as much as there is room for. */
function rateSpans(
	torrent: TorrentView,
	session: SessionView | undefined,
	columns: number,
	{glyphs}: Look,
): readonly Span[] {
	const isWide = columns >= wide;
	const gap = isWide ? '   ' : '  ';
	const rate = (value: number) => rateWithUnit(value).padStart(columns < 60 ? 0 : 7);
	const down: Span = [
		`${glyphs.down} ${rate(torrent.downloadRate)}`,
		torrent.downloadRate > 0 ? 'down' : 'faint',
	];
	const up: Span = [`${glyphs.up} ${rate(torrent.uploadRate)}`, torrent.uploadRate > 0 ? 'up' : 'faint'];
	// Where one has room that which tells something.
	const isSending = torrent.downloadRate === 0 && (torrent.uploadRate > 0 || torrent.state === 'seeding');
	const spans: Span[] = columns >= 48 ? [down, [gap], up] : [isSending ? up : down];
	if (isWide) spans.push([`${gap}ratio `, 'faint'], [ratio(torrent.ratio).padStart(4), 'dim']);
	if (columns >= 60) spans.push(...etaSpans(torrent, gap, isWide ? 7 : 5));
	if (isWide && session) {
		const {port, portState, proxy} = session;
		const isDown = proxy?.state === 'down';
		if (proxy !== undefined)
			return [...spans, [`${gap}proxy${isDown ? ' down' : ''}`, isDown ? 'bad' : 'faint'], [' ']];
		const tone: Tone = portState === 'open' ? 'good' : portState === 'closed' ? 'bad' : 'faint';
		spans.push([`${gap}${port} `, 'faint'], [portState === 'unknown' ? '?   ' : portState.slice(0, 6), tone]);
	}
	return [...spans, [' ']];
}

/** How long it takes yet; why nobody knows, where it does not move. Nothing once all is here. */
function etaSpans(torrent: TorrentView, gap: string, width: number): readonly Span[] {
	const isLoading = torrent.state === 'downloading';
	if (!isLoading && (isUnknown(torrent) || progressOf(torrent) >= 1)) return [];
	const why = waitWord(torrent) ?? (torrent.eta === undefined ? 'no data' : undefined);
	const text = why ?? duration(torrent.eta);
	return [
		[`${gap}ETA `, 'faint'],
		[text.padStart(width), why === undefined ? 'text' : isLoading ? 'warn' : 'dim'],
	];
}

/** The name, and at its right how fast things go. */
function nameRow(torrent: TorrentView, session: SessionView | undefined, columns: number, look: Look): Row {
	const {glyphs} = look;
	const rates = rateSpans(torrent, session, columns, look);
	const room = Math.max(8, columns - rowWidth(rates) - 4);
	return fitRow(
		[
			[` ${stateSign(torrent, look)} `, stateTone(torrent)],
			[fit(nameText(torrent.name), room, 'left', glyphs.ellipsis), 'title'],
			[' '],
			...rates,
		],
		columns,
	);
}

/** How much is here of what is wanted; nothing while that is found out. */
function amountOf(torrent: TorrentView): string {
	const {state, completed, wanted} = torrent;
	if (isUnknown(torrent)) return 'size not known';
	if (state === 'checking') return '';
	return completed >= wanted ? size(wanted) : `${size(completed)} of ${size(wanted)}`;
}

function barTone({state}: TorrentView): Tone {
	switch (state) {
		case 'failed':
			return 'bad';
		case 'checking':
			return 'check';
		case 'paused':
		case 'pausing':
			return 'dim';
		default:
			return 'have';
	}
}

/** How far it is on the way to its goal, once all of it is here. */
function goalRow(share: number, columns: number, glyphs: Look['glyphs']): Row {
	const figures: Row = [
		[` ${percent(share, 1).padStart(7)}`, 'title'],
		[columns >= 60 ? '  of its goal ' : ' ', 'dim'],
	];
	return fitRow([[' '], ...bar(share, columns - rowWidth(figures) - 1, glyphs, 'up'), ...figures], columns);
}

/** How far it is: a bar, and in figures. */
function progressRow(torrent: TorrentView, columns: number, {glyphs}: Look): Row {
	const goal = torrent.state === 'seeding' ? torrent.goal?.share : undefined;
	if (goal !== undefined) return goalRow(goal, columns, glyphs);
	const part = progressOf(torrent);
	const isKnown = !isUnknown(torrent);
	const figures: Span[] = [[` ${(isKnown ? percent(part, 1) : '').padStart(7)}`, 'title']];
	if (columns >= 60) figures.push([`  ${amountOf(torrent).padStart(16)}`, 'dim']);
	if (columns >= wide && isKnown)
		figures.push([`   ${torrent.piecesHave}/${torrent.pieces}`.padStart(12), 'faint']);
	figures.push([' ']);
	const room = columns - rowWidth(figures) - 1;
	return fitRow([[' '], ...bar(part, room, glyphs, barTone(torrent)), ...figures], columns);
}

/** The header of a torrent: name and rates, bar and percent, and how things stand. */
export function torrentHeader(
	torrent: TorrentView,
	session: SessionView | undefined,
	{columns, rows}: Area,
	look: Look,
	wall: Millis,
): readonly Row[] {
	const name = nameRow(torrent, session, columns, look);
	if (rows === 1) return [name];
	const progress = progressRow(torrent, columns, look);
	return rows > 2
		? [name, progress, reasonRow(torrent, columns, look, {wall, countdown: 'exact'})]
		: [name, progress];
}

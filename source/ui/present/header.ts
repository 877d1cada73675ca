import type {SessionView, TorrentView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {count, duration, percent, rateWithUnit, ratio, size} from '../text/format.js';
import {cellWidth, fit, fitMiddle, safeText} from '../text/text.js';
import {bar} from './bar.js';
import type {Area, Look} from './context.js';
import {fitRow, type Row, type Span, spread} from './row.js';
import {progressOf, stateTones, stateWords} from './torrent-state.js';

/** What is in the way, in the screen's own words: here a key asks what to do. */
function wayReason(
	{path, files, size: there, length}: NonNullable<TorrentView['inTheWay']>,
	columns: number,
	{glyphs}: Look,
): NonNullable<TorrentView['reason']> {
	const more = files > 1 ? ` and ${files - 1} more` : '';
	const about = ` is yours (${size(there)}, not ${size(length)})${more}: resume asks`;
	const room = Math.max(8, columns - 4 - about.length);
	const shown = cellWidth(path) > room ? fitMiddle(safeText(path), room, glyphs.ellipsis) : safeText(path);
	return {level: 'error', text: `${shown}${about}`};
}

/** The one line that says how things stand: why nothing moves, or what moves. */
export function reasonRow(torrent: TorrentView, columns: number, look: Look): Row {
	const {glyphs} = look;
	const reason = torrent.inTheWay === undefined ? torrent.reason : wayReason(torrent.inTheWay, columns, look);
	if (reason && reason.level !== 'info') {
		const sign = reason.level === 'warn' ? '!' : glyphs.ascii ? 'x' : '✗';
		return fitRow(
			[
				[
					` ${sign} ${fit(safeText(reason.text), columns - 4, 'left', glyphs.ellipsis)}`,
					reason.level === 'error' ? 'bad' : 'warn',
				],
			],
			columns,
		);
	}
	// What only says again how the torrent stands is no reason.
	if (reason && reason.text !== stateWords[torrent.state] && torrent.state !== 'checking') {
		const text = safeText(reason.text);
		const again =
			text.startsWith(stateWords[torrent.state]) || (torrent.state === 'queued' && text.startsWith('queued'));
		const word = again ? '' : `${stateWords[torrent.state]} ${glyphs.dot} `;
		return fitRow(
			[
				[` ${word}`, stateTones[torrent.state]],
				[
					fit(text, Math.max(0, columns - cellWidth(word) - 2), 'left', glyphs.ellipsis),
					again ? stateTones[torrent.state] : 'dim',
				],
			],
			columns,
		);
	}
	const parts: string[] = [];
	const counted = ['downloading', 'seeding', 'checking'].includes(torrent.state);
	if (torrent.state === 'downloading') {
		parts.push(
			torrent.sending === undefined
				? `from ${torrent.connected} of ${count(torrent.known, 'peer')}`
				: `from ${torrent.sending} of ${count(torrent.connected, 'peer')}`,
		);
		if (torrent.seedsConnected > 0) parts.push(`${count(torrent.seedsConnected, 'seed')}`);
	} else if (torrent.state === 'seeding')
		parts.push(
			torrent.receiving === undefined
				? `to ${count(torrent.connected, 'peer')}`
				: `to ${torrent.receiving} of ${count(torrent.connected, 'peer')}`,
		);
	else if (torrent.state === 'checking') parts.push(percent(torrent.checked ?? 0, 1));
	if (torrent.filesWanted < torrent.files) {
		parts.push(`${torrent.filesWanted} of ${count(torrent.files, 'file')} wanted`);
	} else if (torrent.files > 1) parts.push(count(torrent.files, 'file'));
	if (torrent.sequential) parts.push('in order');
	if (torrent.superSeeding) parts.push('super-seeding');
	if (torrent.private) parts.push('private');
	if (torrent.maxDownload !== undefined)
		parts.push(`limited to ${glyphs.down} ${rateWithUnit(torrent.maxDownload)}`);
	if (torrent.maxUpload !== undefined)
		parts.push(`limited to ${glyphs.up} ${rateWithUnit(torrent.maxUpload)}`);
	if (torrent.label) parts.push(safeText(torrent.label));
	const words = glyphs.ascii ? stateWords[torrent.state].replaceAll('’', "'") : stateWords[torrent.state];
	const left: Row = [
		[` ${words}`, stateTones[torrent.state]],
		[parts.length > 0 ? `${counted ? '' : ` ${glyphs.dot}`} ${parts.join(` ${glyphs.dot} `)}` : '', 'dim'],
	];
	const to = `${glyphs.arrow} ${safeText(torrent.dir)} `;
	const leftWidth = left.reduce((sum, [text]) => sum + cellWidth(text), 0);
	return columns - leftWidth > cellWidth(to) + 2
		? spread(left, [[to, 'faint']], columns)
		: fitRow(left, columns);
}

/** The header of a torrent: name and rates, bar and percent, and how things stand. */
export function torrentHeader(
	torrent: TorrentView,
	session: SessionView | undefined,
	{columns, rows}: Area,
	look: Look,
): readonly Row[] {
	const {glyphs} = look;
	const wide = columns >= 100;
	const gap = wide ? '   ' : '  ';
	const right: Span[] = [];
	right.push([
		`${glyphs.down} ${rateWithUnit(torrent.downloadRate).padStart(columns < 60 ? 0 : 7)}`,
		torrent.downloadRate > 0 ? 'down' : 'faint',
	]);
	if (columns >= 48)
		right.push([
			`${gap}${glyphs.up} ${rateWithUnit(torrent.uploadRate).padStart(columns < 60 ? 0 : 7)}`,
			torrent.uploadRate > 0 ? 'up' : 'faint',
		]);
	if (wide) right.push([`${gap}ratio `, 'faint'], [ratio(torrent.ratio).padStart(4), 'dim']);
	if (torrent.state === 'downloading' && columns >= 60) {
		right.push([`${gap}ETA `, 'faint'], [duration(torrent.eta).padStart(wide ? 7 : 5), 'text']);
	}
	if (wide && session) {
		const tone: Tone =
			session.portState === 'open' ? 'good' : session.portState === 'closed' ? 'bad' : 'faint';
		right.push(
			[`${gap}${session.port} `, 'faint'],
			[session.portState === 'unknown' ? '?   ' : session.portState.slice(0, 6), tone],
		);
	}
	right.push([' ']);
	const left: Row = [
		[` ${glyphs.state[torrent.state]} `, stateTones[torrent.state]],
		[`${safeText(torrent.name)} `, 'title'],
	];
	const rightWidth = right.reduce((sum, [text]) => sum + cellWidth(text), 0);
	const nameCells = Math.max(8, columns - rightWidth - 4);
	const name: Row = [
		left[0] as Span,
		[fit(safeText(torrent.name), nameCells, 'left', glyphs.ellipsis), 'title'],
		[' '],
	];
	const result: Row[] = [fitRow([...name, ...right], columns)];
	if (rows === 1) return result;

	const part = progressOf(torrent);
	const amount =
		torrent.state === 'checking'
			? ''
			: torrent.completed >= torrent.wanted
				? size(torrent.wanted)
				: `${size(torrent.completed)} of ${size(torrent.wanted)}`;
	const text: Span[] = [[` ${percent(part, 1).padStart(7)}`, 'title']];
	if (columns >= 60) text.push([`  ${amount.padStart(16)}`, 'dim']);
	if (wide) text.push([`   ${torrent.piecesHave}/${torrent.pieces}`.padStart(12), 'faint']);
	text.push([' ']);
	const textWidth = text.reduce((sum, [value]) => sum + cellWidth(value), 0);
	const tone: Tone =
		torrent.state === 'failed'
			? 'bad'
			: torrent.state === 'checking'
				? 'check'
				: torrent.state === 'paused' || torrent.state === 'pausing'
					? 'dim'
					: 'have';
	result.push(fitRow([[' '], ...bar(part, columns - textWidth - 1, glyphs, tone), ...text], columns));
	if (rows > 2) result.push(reasonRow(torrent, columns, look));
	return result;
}

/** The header of the session screen: totals of the whole engine. */
export function sessionHeader(
	session: SessionView | undefined,
	torrents: readonly TorrentView[],
	{columns, rows}: Area,
	look: Look,
): readonly Row[] {
	const {glyphs} = look;
	const working = torrents.filter(torrent => torrent.state === 'downloading').length;
	const seeding = torrents.filter(torrent => torrent.state === 'seeding').length;
	const right: Span[] = [
		[
			`${glyphs.down} ${rateWithUnit(session?.downloadRate ?? 0).padStart(7)}`,
			session?.downloadRate ? 'down' : 'faint',
		],
		[
			`  ${glyphs.up} ${rateWithUnit(session?.uploadRate ?? 0).padStart(7)} `,
			session?.uploadRate ? 'up' : 'faint',
		],
	];
	const title: Row = [
		[' tortui ', 'title'],
		[`${count(torrents.length, 'torrent')}`, 'dim'],
		[working > 0 ? `  ${glyphs.down} ${working}` : '', 'down'],
		[seeding > 0 ? `  ${glyphs.up} ${seeding}` : '', 'up'],
	];
	const first = spread(title, right, columns);
	if (rows < 2) return [first];
	const facts: Span[] = [];
	if (session) {
		const tone: Tone = session.portState === 'open' ? 'good' : session.portState === 'closed' ? 'bad' : 'dim';
		facts.push(
			['port ', 'faint'],
			[`${session.port} ${session.portState === 'unknown' ? 'not tested' : session.portState}`, tone],
		);
		facts.push([`   ${count(session.connected, 'peer')}`, 'dim']);
		facts.push(['   DHT ', 'faint'], [`${session.dhtNodes}`, 'dim']);
		if (session.freeSpace !== undefined) facts.push(['   free ', 'faint'], [size(session.freeSpace), 'dim']);
		facts.push(
			['   all time ', 'faint'],
			[`${glyphs.down} ${size(session.downloaded)}  ${glyphs.up} ${size(session.uploaded)}`, 'dim'],
		);
		if (session.slowMode) facts.push(['   slow mode', 'warn']);
		if (session.maxDownload !== undefined)
			facts.push([`   limit ${glyphs.down} ${rateWithUnit(session.maxDownload)}`, 'warn']);
		if (session.maxUpload !== undefined)
			facts.push([`   limit ${glyphs.up} ${rateWithUnit(session.maxUpload)}`, 'warn']);
	}
	return [first, fitRow([[' '], ...facts], columns)];
}

/** The form for terminals below 40x10: name, percent and rates in one row. */
export function oneLine(
	torrent: TorrentView | undefined,
	session: SessionView | undefined,
	columns: number,
	look: Look,
): Row {
	const {glyphs} = look;
	if (!torrent) {
		return fitRow(
			[
				[
					`${glyphs.down}${rateWithUnit(session?.downloadRate ?? 0)} ${glyphs.up}${rateWithUnit(session?.uploadRate ?? 0)}`,
					'down',
				],
			],
			columns,
		);
	}
	const right = ` ${percent(progressOf(torrent), 1, 0)} ${glyphs.down}${rateWithUnit(torrent.downloadRate)}`;
	const name = fit(safeText(torrent.name), Math.max(0, columns - cellWidth(right)), 'left', glyphs.ellipsis);
	return fitRow(
		[
			[name, 'title'],
			[right, 'down'],
		],
		columns,
	);
}

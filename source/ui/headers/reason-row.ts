import type {TorrentView} from '../../api/snapshot.js';
import {standingOf} from '../../api/torrent-standing.js';
import type {Millis, Seconds} from '../../base/units.js';
import type {Tone} from '../look/themes.js';
import type {Look} from '../present/context.js';
import {fitRow, type Row, rowWidth, type Span, spread, withHit} from '../present/row.js';
import {stateTones, stateWords} from '../present/torrent-state.js';
import {age, count, limitWithUnit, percent, size} from '../text/format.js';
import {folderUrl} from '../text/link-url.js';
import {type Countdown, reasonWords} from '../text/reason-words.js';
import {cellWidth, fit, fitMiddle, nameText, terminalText} from '../text/text.js';

type Reason = NonNullable<TorrentView['reason']>;

/** Below so many columns the sign alone says that nothing comes. */
const narrow = 60;

/** When it is, in ms since 1970, and how countdowns are told. */
export interface Now {
	readonly wall: Millis;
	readonly countdown: Countdown;
}

/** A reason in so many cells: where it has no room for all, what happens next is left out first; a key tells all then. */
function reasonSpans(
	reason: Reason,
	room: number,
	tone: Tone,
	{wall, countdown}: Now,
	{glyphs}: Look,
): readonly Span[] {
	for (const text of [reasonWords(reason, wall, countdown), reason.text]) {
		const shown = terminalText(text);
		if (cellWidth(shown) <= room) return [[shown, tone]];
	}
	const key: Row =
		room < narrow - 20
			? []
			: [
					[' i', 'key', false, {kind: 'key', key: 'i'}],
					[' more', 'faint', false, {kind: 'key', key: 'i'}],
				];
	const left = Math.max(0, room - rowWidth(key));
	return [[fit(terminalText(reason.text), left, 'left', glyphs.ellipsis), tone], ...key];
}

/** `20 s`, `14 min`, `3 h`, `5 d`. */
function span(time: Seconds): string {
	return time < 60 ? `${time} s` : age(time * 1000);
}

/** What is in the way, in the screen's own words: here a key asks what to do. */
function wayReason(
	{path, files, size: there, length}: NonNullable<TorrentView['inTheWay']>,
	columns: number,
	{glyphs}: Look,
): Reason {
	const more = files > 1 ? ` and ${files - 1} more` : '';
	const about = ` is yours (${size(there)}, not ${size(length)})${more}: resume asks`;
	const room = Math.max(8, columns - 4 - about.length);
	const shown =
		cellWidth(path) > room ? fitMiddle(terminalText(path), room, glyphs.ellipsis) : terminalText(path);
	return {level: 'error', text: `${shown}${about}`};
}

/** That somebody is to choose, in the screen's own words: here a key does. */
const toBeChosen: Reason = {level: 'warn', text: 'its files are known: p chooses which of them to take'};

/** Why nothing moves: what is wrong. */
function problemRow(reason: Reason, columns: number, now: Now, look: Look): Row {
	const tone = reason.level === 'error' ? 'bad' : 'warn';
	const sign = tone === 'warn' ? '!' : look.glyphs.ascii ? 'x' : '✗';
	return fitRow([[` ${sign} `, tone], ...reasonSpans(reason, columns - 4, tone, now, look)], columns);
}

/** For how long nothing has come, and why: what is told first is not cut off. */
function stalledRow(time: Seconds, reason: Reason | undefined, columns: number, now: Now, look: Look): Row {
	const lead = ` ${look.glyphs.state.stalled} `;
	const words = reason
		? [`stalled for ${span(time)}: `, `stalled ${span(time)}: `]
		: [`stalled for ${span(time)}`];
	const room = columns - cellWidth(lead) - 1;
	const fitting = words.find(word => cellWidth(word) + cellWidth(terminalText(reason?.text ?? '')) <= room);
	const word = columns < narrow ? '' : (fitting ?? words.at(-1) ?? '');
	const tone = reason?.level === 'info' ? 'text' : 'warn';
	return fitRow(
		[
			[`${lead}${word}`, stateTones.stalled],
			...(reason ? reasonSpans(reason, Math.max(0, room - cellWidth(word)), tone, now, look) : []),
		],
		columns,
	);
}

/** The state and why it is so; a reason that says the state itself stands alone. */
function causeRow({state, goal}: TorrentView, reason: Reason, columns: number, now: Now, look: Look): Row {
	const {glyphs} = look;
	const {text} = reason;
	const isOnTheWay = state === 'seeding' && goal !== undefined;
	const said = isOnTheWay ? {...reason, text: `${text} ${glyphs.dot} ${goal.why}`} : reason;
	const again = text.startsWith(stateWords[state]) || (state === 'queued' && text.startsWith('queued'));
	const word = again ? '' : `${stateWords[state]} ${glyphs.dot} `;
	return fitRow(
		[
			[` ${word}`, stateTones[state]],
			...reasonSpans(
				said,
				Math.max(0, columns - cellWidth(word) - 2),
				again ? stateTones[state] : 'dim',
				now,
				look,
			),
		],
		columns,
	);
}

/** From whom it gets data, or who gets it; how much of a check is done. */
function trafficWords(torrent: TorrentView): readonly string[] {
	const {state, connected, known, sending, receiving, seedsConnected, webSeedsSending = 0} = torrent;
	switch (state) {
		case 'downloading':
			if (webSeedsSending > 0 && connected === 0) return [`from ${count(webSeedsSending, 'web seed')}`];
			return [
				sending === undefined
					? `from ${connected} of ${count(known, 'peer')}`
					: `from ${sending} of ${count(connected, 'peer')}`,
				...(seedsConnected > 0 ? [count(seedsConnected, 'seed')] : []),
				...(webSeedsSending > 0 ? [count(webSeedsSending, 'web seed')] : []),
			];
		case 'seeding':
			return [
				receiving === undefined
					? `to ${count(connected, 'peer')}`
					: `to ${receiving} of ${count(connected, 'peer')}`,
				...(torrent.goal ? [terminalText(torrent.goal.why)] : []),
			];
		case 'checking':
			return [percent(torrent.checked ?? 0, 1)];
		default:
			return [];
	}
}

/** What somebody has chosen for it. */
function choiceWords(torrent: TorrentView, {glyphs}: Look): readonly string[] {
	const {files, filesWanted, maxDownload, maxUpload, label} = torrent;
	const words: string[] = [];
	if (filesWanted < files) words.push(`${filesWanted} of ${count(files, 'file')} wanted`);
	else if (files > 1) words.push(count(files, 'file'));
	if (torrent.sequential) words.push('in order');
	if (torrent.superSeeding) words.push('super-seeding');
	if (torrent.private) words.push('private');
	if (maxDownload !== undefined) words.push(`limited to ${glyphs.down} ${limitWithUnit(maxDownload)}`);
	if (maxUpload !== undefined) words.push(`limited to ${glyphs.up} ${limitWithUnit(maxUpload)}`);
	if (label) words.push(nameText(label));
	return words;
}

/** What moves, and where it goes. */
function activityRow(torrent: TorrentView, columns: number, look: Look): Row {
	const {glyphs} = look;
	const {state, dir} = torrent;
	const traffic = trafficWords(torrent);
	const parts = [...traffic, ...choiceWords(torrent, look)];
	const isCounted = traffic.length > 0;
	const word = glyphs.ascii ? stateWords[state].replaceAll('’', "'") : stateWords[state];
	const left: Row = [
		[` ${word}`, stateTones[state]],
		[parts.length > 0 ? `${isCounted ? '' : ` ${glyphs.dot}`} ${parts.join(` ${glyphs.dot} `)}` : '', 'dim'],
	];
	const to = `${glyphs.arrow} ${terminalText(dir)} `;
	const url = look.links && look.host !== undefined ? folderUrl(look.host, dir) : undefined;
	return columns - rowWidth(left) > cellWidth(to) + 2
		? spread(left, withHit([[to, 'faint']], url === undefined ? undefined : {kind: 'link', url}), columns)
		: fitRow(left, columns);
}

/** The one line that says how things stand: why nothing moves, or what moves. */
export function reasonRow(torrent: TorrentView, columns: number, look: Look, now: Now): Row {
	const {state, inTheWay, choosing} = torrent;
	const said = choosing ? toBeChosen : torrent.reason;
	const reason = inTheWay === undefined ? said : wayReason(inTheWay, columns, look);
	if (torrent.stalledFor !== undefined && standingOf(torrent) === 'stalled')
		return stalledRow(torrent.stalledFor, reason, columns, now, look);
	if (reason && reason.level !== 'info') return problemRow(reason, columns, now, look);
	// What only says again how the torrent stands is no reason.
	if (reason && reason.text !== stateWords[state] && state !== 'checking')
		return causeRow(torrent, reason, columns, now, look);
	return activityRow(torrent, columns, look);
}

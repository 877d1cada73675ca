import type {TorrentView} from '../../api/snapshot.js';
import {standingOf} from '../../api/torrent-standing.js';
import type {Seconds} from '../../base/units.js';
import type {Look} from '../present/context.js';
import {fitRow, type Row, rowWidth, spread, withHit} from '../present/row.js';
import {stateTones, stateWords} from '../present/torrent-state.js';
import {age, count, percent, rateWithUnit, size} from '../text/format.js';
import {folderUrl} from '../text/link-url.js';
import {cellWidth, fit, fitMiddle, terminalText} from '../text/text.js';

type Reason = NonNullable<TorrentView['reason']>;

/** Below so many columns the sign alone says that nothing comes. */
const narrow = 60;

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
function problemRow({level, text}: Reason, columns: number, {glyphs}: Look): Row {
	const sign = level === 'warn' ? '!' : glyphs.ascii ? 'x' : '✗';
	const said = fit(terminalText(text), columns - 4, 'left', glyphs.ellipsis);
	return fitRow([[` ${sign} ${said}`, level === 'error' ? 'bad' : 'warn']], columns);
}

/** For how long nothing has come, and why: what is told first is not cut off. */
function stalledRow(time: Seconds, reason: Reason | undefined, columns: number, {glyphs}: Look): Row {
	const word = columns < narrow ? '' : `stalled for ${span(time)}${reason ? ': ' : ''}`;
	const said = fit(
		terminalText(reason?.text ?? ''),
		Math.max(0, columns - cellWidth(word) - 4),
		'left',
		glyphs.ellipsis,
	);
	return fitRow(
		[
			[` ${glyphs.state.stalled} ${word}`, stateTones.stalled],
			[said, reason?.level === 'info' ? 'text' : 'warn'],
		],
		columns,
	);
}

/** The state and why it is so; a reason that says the state itself stands alone. */
function causeRow({state, goal}: TorrentView, reason: Reason, columns: number, {glyphs}: Look): Row {
	const text = terminalText(reason.text);
	const said = state === 'seeding' && goal ? `${text} ${glyphs.dot} ${terminalText(goal.why)}` : text;
	const again = text.startsWith(stateWords[state]) || (state === 'queued' && text.startsWith('queued'));
	const word = again ? '' : `${stateWords[state]} ${glyphs.dot} `;
	return fitRow(
		[
			[` ${word}`, stateTones[state]],
			[
				fit(said, Math.max(0, columns - cellWidth(word) - 2), 'left', glyphs.ellipsis),
				again ? stateTones[state] : 'dim',
			],
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
	if (maxDownload !== undefined) words.push(`limited to ${glyphs.down} ${rateWithUnit(maxDownload)}`);
	if (maxUpload !== undefined) words.push(`limited to ${glyphs.up} ${rateWithUnit(maxUpload)}`);
	if (label) words.push(terminalText(label));
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
export function reasonRow(torrent: TorrentView, columns: number, look: Look): Row {
	const {state, inTheWay, choosing} = torrent;
	const said = choosing ? toBeChosen : torrent.reason;
	const reason = inTheWay === undefined ? said : wayReason(inTheWay, columns, look);
	if (torrent.stalledFor !== undefined && standingOf(torrent) === 'stalled')
		return stalledRow(torrent.stalledFor, reason, columns, look);
	if (reason && reason.level !== 'info') return problemRow(reason, columns, look);
	// What only says again how the torrent stands is no reason.
	if (reason && reason.text !== stateWords[state] && state !== 'checking')
		return causeRow(torrent, reason, columns, look);
	return activityRow(torrent, columns, look);
}

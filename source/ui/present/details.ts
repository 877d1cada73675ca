import type {SessionView, TorrentView} from '../../api/snapshot.js';
import {isUnknown} from '../../api/torrent-standing.js';
import {
	count,
	dayAndTime,
	duration,
	limitWithUnit,
	percent,
	rateWithUnit,
	ratio,
	size,
	timeOfDay,
} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import {wrapped} from '../text/wrapped.js';
import type {Look} from './context.js';

const mostSeeds = 5;

function amountPairs(torrent: TorrentView): ReadonlyArray<readonly [string, string]> {
	return [
		['size', `${size(torrent.length)} in ${count(torrent.files, 'file')}, ${torrent.filesWanted} wanted`],
		['pieces', `${torrent.piecesHave} of ${torrent.pieces}, ${size(torrent.pieceLength)} each`],
		[
			'done',
			`${percent(torrent.completed, torrent.wanted)}, ${size(torrent.completed)} of ${size(torrent.wanted)}`,
		],
	];
}

/** Until when it is seeded, what becomes of it then, and how it stands with that. */
function goalPairs({goal}: TorrentView): ReadonlyArray<readonly [string, string]> {
	if (goal === undefined) return [];
	const [until = '', ...then] = terminalText(goal.text).split(', then ');
	return [
		['seeded until', until],
		...(then.length > 0 ? [['and then', then.join(', then ')] as const] : []),
		['', terminalText(goal.why)],
	];
}

function copiesText({availability}: TorrentView): string {
	return availability === undefined ? '' : `, ${availability.toFixed(2)} copies`;
}

/** Why it stands as it does, and when what is in the way is tried again. */
function reasonPairs(
	{reason, stalledFor}: TorrentView,
	{timezone}: Look,
): ReadonlyArray<readonly [string, string]> {
	if (reason === undefined) return [];
	const {text, nextAt} = reason;
	const next = nextAt === undefined ? '' : ` (next try at ${timeOfDay(nextAt, timezone)})`;
	return [[stalledFor === undefined ? 'why' : 'stalled', `${terminalText(text)}${next}`]];
}

/** The longest name. */
const longestName = 'seeded until'.length;

/** Cells that every value has on a screen so wide, however long the names beside it are. */
function widestValue(columns: number): number {
	return Math.max(8, Math.min(76, columns - longestName - 11));
}

/** Rows of a screen of so many that the details have. */
export function detailRoom(rows: number): number {
	return Math.max(1, rows - 4);
}

/** All that is known of a torrent, as names and values, each on as many lines as it takes on a screen of so many columns. */
export function detailPairs(
	torrent: TorrentView,
	session: SessionView | undefined,
	look: Look,
	columns: number,
): ReadonlyArray<readonly [string, string]> {
	const pairs: Array<readonly [string, string] | undefined> = [
		...reasonPairs(torrent, look),
		['name', nameText(torrent.name)],
		['folder', terminalText(torrent.dir)],
		...(isUnknown(torrent) ? [['size', 'not known before a peer says it'] as const] : amountPairs(torrent)),
		['downloaded', `${size(torrent.downloaded)}, wasted ${size(torrent.wasted)}`],
		['uploaded', `${size(torrent.uploaded)}, ratio ${ratio(torrent.ratio)}`],
		[
			'rates',
			`down ${rateWithUnit(torrent.downloadRate)}, up ${rateWithUnit(torrent.uploadRate)}, ETA ${duration(torrent.eta)}`,
		],
		[
			'peers',
			`${torrent.connected} connected, ${count(torrent.seedsConnected, 'seed')}${copiesText(torrent)}, ${torrent.known} known`,
		],
		[
			'limits',
			`down ${torrent.maxDownload === undefined ? 'none' : limitWithUnit(torrent.maxDownload)}, up ${torrent.maxUpload === undefined ? 'none' : limitWithUnit(torrent.maxUpload)}`,
		],
		...goalPairs(torrent),
		torrent.label ? ['label', nameText(torrent.label)] : undefined,
		['added', dayAndTime(torrent.addedAt, look.timezone)],
		torrent.completedAt === undefined
			? undefined
			: ['completed', dayAndTime(torrent.completedAt, look.timezone)],
		torrent.creationDate === undefined
			? undefined
			: [
					'made',
					`${dayAndTime(torrent.creationDate * 1000, look.timezone)}${torrent.createdBy ? ` by ${terminalText(torrent.createdBy)}` : ''}`,
				],
		...(torrent.webSeeds ?? [])
			.slice(0, mostSeeds)
			.map((url, at) => [at === 0 ? 'web seeds' : '', terminalText(url)] as const),
		torrent.comment ? ['comment', terminalText(torrent.comment)] : undefined,
		['info-hash', torrent.id],
		torrent.infoHashV2 ? ['v2', torrent.infoHashV2] : undefined,
		session
			? ['engine', `tortui ${session.version}, process ${session.pid}, up ${duration(session.uptime)}`]
			: undefined,
	];
	const cells = widestValue(columns);
	return pairs
		.filter(pair => pair !== undefined)
		.flatMap(([name, value]) =>
			wrapped(value, cells).map((line, at): readonly [string, string] => [at === 0 ? name : '', line]),
		);
}
